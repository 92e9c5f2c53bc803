//! Text that stays as it came.

use crate::config::NameCase;
use crate::ecs::draft::Draft;
use crate::ecs::event::Place;
use crate::ecs::values::error_message::Reason;
use crate::msgpack::{Part, Writer, text_part, write_json};
use crate::source::Field;

/// The encoded value of a field, and the text in it.
#[inline(always)]
pub(crate) fn text_of<'a>(draft: &Draft<'a, '_>, field: Field) -> Option<(Part<'a>, Part<'a>)> {
    let value = draft.part(field)?;
    Some((value, text_part(value)?))
}

/// A string as it came.
#[inline]
pub(crate) fn text(draft: &mut Draft<'_, '_>, [field]: [Field; 1]) -> bool {
    let Some((value, text)) = text_of(draft, field) else {
        return draft.refuse(field, Reason::NotText);
    };
    draft.writer.str_of(value, text);
    true
}

/// Writes a text as it is, or its ASCII letters small.
#[inline(always)]
pub(crate) fn write_in_case(writer: &mut Writer<'_>, text: &[u8], case: NameCase) {
    match case {
        NameCase::Keep => writer.str(text),
        NameCase::Lower => writer.str_lower(text),
    }
}

/// `event.original`: the text that the record came as, or its JSON.
pub(crate) fn original(draft: &mut Draft<'_, '_>) -> bool {
    if let Place::Text { text, .. } = draft.event.place {
        draft.writer.str(text);
        return true;
    }
    write_json(&mut draft.writer, draft.record.raw(draft.bytes))
}

//! Values under `cloudflare.<name>`, by the types that Cloudflare documents.

use super::coerce::{Integer, boolean, integer, integer16};
use super::depth::{IN_CLOUDFLARE, is_too_deep};
use super::error_message::Reason;
use crate::long_way::long_way;
use crate::msgpack::{Part, Reader, Value, Writer, array_items, marker};
use crate::source::{Field, Type};

/// Begins the member of a field.
#[inline(always)]
pub(crate) fn write_key(writer: &mut Writer<'_>, field: Field) {
    writer.add_members(1);
    writer.put_padded(field.padded_key(), field.name().len() + 1);
}

/// The forms that values are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Text,
    Int,
    Bool,
    Time,
    TextArray,
    IntArray,
    ObjectArray,
    /// A code's number as text, as Sekoia's parser has QueryType.
    CodeAsText,
}

impl Form {
    /// The form of the type that Cloudflare documents.
    pub(crate) fn of(of_type: Type) -> Self {
        match of_type {
            Type::Text => Self::Text,
            Type::Int => Self::Int,
            Type::Bool => Self::Bool,
            Type::Time => Self::Time,
            Type::TextArray => Self::TextArray,
            Type::IntArray => Self::IntArray,
            Type::ObjectArray => Self::ObjectArray,
        }
    }
}

/// Writes an encoded value in a form: digits in strings become numbers,
/// "true" and "false" become bools, bin becomes a string.
///
/// # Errors
/// The reason why the value cannot be read so; then nothing is written.
#[inline(always)]
pub(crate) fn write(writer: &mut Writer<'_>, form: Form, value: Part<'_>) -> Result<(), Reason> {
    // No value is empty, so the first byte is its own.
    match value.first() {
        Some(first) if stays(form, first) => writer.copy_part(value),
        _ => return write_any(writer, form, value.bytes()),
    }
    Ok(())
}

/// Whether a value of that first byte has the type and its shortest form already, as nearly all
/// have. It is looked up, for the types of fields left vary, and a branch for each is guessed wrong.
#[inline(always)]
#[expect(clippy::indexing_slicing, reason = "the table has a place for each byte")]
fn stays(form: Form, first: u8) -> bool {
    const STAY: [u8; 256] = {
        let mut types = [0; 256];
        let mut first = 0;
        while first < types.len() {
            types[first] = match first as u8 {
                marker::FIXSTR..=0xbf => 1 << Form::Text as u8,
                0..=0x7f => 1 << Form::Int as u8,
                marker::FALSE | marker::TRUE => 1 << Form::Bool as u8,
                _ => 0,
            };
            first += 1;
        }
        types
    };
    STAY[usize::from(first)] >> form as u8 & 1 == 1
}

#[inline(never)]
fn write_any(writer: &mut Writer<'_>, form: Form, raw: &[u8]) -> Result<(), Reason> {
    long_way!("value under cloudflare of another form");
    match form {
        Form::Text => write_text(writer, raw),
        Form::Int => write_integer(writer, raw),
        Form::Bool => boolean(raw).map(|truth| writer.bool(truth)).ok_or(Reason::NotBool),
        Form::Time => {
            // A time has its row. It is left only when it has no other place, or cannot be read; then
            // it is refused, and does not come here.
            writer.copy(raw);
            Ok(())
        }
        Form::CodeAsText => write_code_as_text(writer, raw),
        Form::TextArray => write_items(writer, raw, write_text, Reason::NotTexts),
        Form::IntArray => write_items(writer, raw, write_integer, Reason::NotIntegers),
        Form::ObjectArray if is_too_deep(raw, IN_CLOUDFLARE) => Err(Reason::TooDeep),
        Form::ObjectArray => write_items(writer, raw, write_object, Reason::NotObjects),
    }
}

fn write_text(writer: &mut Writer<'_>, raw: &[u8]) -> Result<(), Reason> {
    match Reader::new(raw, 0).value() {
        Ok(Value::Str(_)) => writer.copy(raw),
        Ok(Value::Bin(text)) => writer.str(text),
        _ => return Err(Reason::NotText),
    }
    Ok(())
}

fn write_integer(writer: &mut Writer<'_>, raw: &[u8]) -> Result<(), Reason> {
    match integer(raw).ok_or(Reason::NotInteger)? {
        Integer::Uint(number) => writer.uint(number),
        Integer::Int(number) => writer.int(number),
    }
    Ok(())
}

fn write_code_as_text(writer: &mut Writer<'_>, raw: &[u8]) -> Result<(), Reason> {
    match integer16(raw) {
        Some(number) => writer.numbered(b"", number),
        None => return write_text(writer, raw),
    }
    Ok(())
}

fn write_object(writer: &mut Writer<'_>, raw: &[u8]) -> Result<(), Reason> {
    match Reader::new(raw, 0).value() {
        Ok(Value::Map(_)) => writer.copy(raw),
        _ => return Err(Reason::NotObjects),
    }
    Ok(())
}

fn write_items(
    writer: &mut Writer<'_>,
    raw: &[u8],
    write: impl Fn(&mut Writer<'_>, &[u8]) -> Result<(), Reason>,
    reason: Reason,
) -> Result<(), Reason> {
    let items = array_items(raw).ok_or(reason)?;
    let (start, members) = (writer.position(), writer.members());
    let opened = writer.open_root_array(items.clone().count());
    for item in items {
        writer.add_members(1);
        if write(writer, item).is_err() {
            writer.rewind(start, members);
            return Err(reason);
        }
    }
    writer.close_root(opened);
    Ok(())
}

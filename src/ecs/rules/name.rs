//! The queried name: as it came where nothing has to change, which is nearly always.

use super::text::text_of;
use crate::config::{Convention, NameCase};
use crate::ecs::draft::{Draft, QueriedName};
use crate::ecs::values::error_message::Reason;
use crate::ecs::values::name::{split, trimmed};
use crate::long_way::long_way;
use crate::memory::give_back;
use crate::source::Field;

/// The queried name, without the dots at its ends.
#[inline(always)]
pub(crate) fn question_name(draft: &mut Draft<'_, '_>, [field]: [Field; 1]) -> bool {
    let Some((value, name)) = text_of(draft, field) else {
        return draft.refuse(field, Reason::NotText);
    };
    let (start, size) = trimmed(name.bytes());
    let name = name.within(start, size);
    let has_controls = draft.settings.convention == Convention::Ecs && has_control(name.bytes());
    if has_controls || draft.settings.name_case == NameCase::Lower {
        return changed_name(draft, name.bytes(), has_controls);
    }
    draft.writer.str_of(value, name);
    draft.found.question_name = Some(QueriedName::AsItCame(name));
    true
}

/// Writes the name with small letters, or without control bytes. It is kept for what is derived
/// from it.
#[inline(never)]
fn changed_name(draft: &mut Draft<'_, '_>, name: &[u8], has_controls: bool) -> bool {
    long_way!("name that changes");
    let changed = &mut *draft.changed_name;
    let most = if has_controls { LONGEST_ESCAPE * name.len() } else { name.len() };
    give_back(changed, most);
    changed.clear();
    if changed.try_reserve(most).is_err() {
        return draft.starve();
    }
    match has_controls {
        false => changed.extend_from_slice(name),
        true => name.iter().for_each(|&byte| escape(changed, byte)),
    }
    if draft.settings.name_case == NameCase::Lower {
        changed.make_ascii_lowercase();
    }
    draft.writer.str(changed);
    draft.found.question_name = Some(QueriedName::Changed);
    if has_controls && draft.settings.enrich.domain {
        draft.found.domain = split(changed);
    }
    true
}

/// Whether a byte is among those that ECS has escaped in `dns.question.name`. Eight are looked at
/// together, the last eight again where they are no whole eight.
#[inline]
fn has_control(name: &[u8]) -> bool {
    let has_one = |eight: &[u8; 8]| controls(u64::from_le_bytes(*eight)) != 0;
    match name.last_chunk() {
        Some(last) => {
            has_one(last) || name.chunks_exact(8).filter_map(<[u8]>::first_chunk).any(has_one)
        }
        None => name.iter().any(|byte| matches!(byte, 0..=31 | 127)),
    }
}

/// The highest bit of each byte that is below 32 or 127. Behind the first such byte, bits may be set
/// too many, for the subtractions borrow.
#[inline]
fn controls(word: u64) -> u64 {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    let below = |word: u64, limit: u8| word.wrapping_sub(ONES * u64::from(limit)) & !word;
    (below(word, 32) | below(word ^ (ONES * 127), 1)) & (ONES << 7)
}

/// The bytes of `\DDD`.
const LONGEST_ESCAPE: usize = 4;

/// Adds a byte, escaped as the description of `dns.question.name` in ECS asks.
fn escape(to: &mut Vec<u8>, byte: u8) {
    match byte {
        b'\t' => to.extend_from_slice(b"\\t"),
        b'\r' => to.extend_from_slice(b"\\r"),
        b'\n' => to.extend_from_slice(b"\\n"),
        0..=31 | 127 => {
            let [hundreds, tens, ones] = [byte / 100, byte / 10 % 10, byte % 10];
            to.extend_from_slice(&[b'\\', b'0' + hundreds, b'0' + tens, b'0' + ones]);
        }
        _ => to.push(byte),
    }
}

//! Values that the mapping puts deeper than they came: foreign fields whose names are taken, fields
//! that cannot be read, arrays of objects.
//!
//! Up to 3.2, Fluent Bit's decoder holds [`DEEPEST`] containers; an event with one more takes the
//! rest of its chunk with it, and no output gets any of it. So a value that could be read where it
//! was, and could not where it goes, becomes text: its JSON, or, where a container in the key of a
//! container has no form in JSON, its MessagePack as hex digits.

use crate::msgpack::{DEEPEST, Writer, nests_within, write_hex, write_json};

/// The containers around a field of the record: the event's array, and the record.
const IN_RECORD: usize = 2;
/// Those around a member of `cloudflare`.
pub(crate) const IN_CLOUDFLARE: usize = IN_RECORD + 1;
/// Those around a member of `dns`.
pub(crate) const IN_DNS: usize = IN_RECORD + 1;
/// Those around a member of `cloudflare.unmapped`.
pub(crate) const IN_UNMAPPED: usize = IN_CLOUDFLARE + 1;

/// Whether a field of the record can be read there, and could not inside of so many containers.
pub(crate) fn is_too_deep(raw: &[u8], containers: usize) -> bool {
    !nests_within(raw, DEEPEST - containers) && nests_within(raw, DEEPEST - IN_RECORD)
}

/// Copies a field of the record to a place inside of so many containers.
pub(crate) fn copy(writer: &mut Writer<'_>, raw: &[u8], containers: usize) {
    match is_too_deep(raw, containers) {
        false => writer.copy(raw),
        true => copy_as_text(writer, raw),
    }
}

/// Writes a value as the text of its JSON.
pub(crate) fn copy_as_text(writer: &mut Writer<'_>, raw: &[u8]) {
    let (start, members) = (writer.position(), writer.members());
    if !write_json(writer, raw) {
        writer.rewind(start, members);
        write_hex(writer, raw);
    }
}

//! `dns.answers` from ResourceRecordsJSON, the JSON text of an array of
//! `{name, type, class, ttl, rdata}`.

use super::dns::{is_mnemonic, write_numbered, write_rr_type};
use crate::config::Convention;
use crate::dns_codes;
use crate::ecs::draft::Draft;
use crate::ecs::values::coerce::{Integer, integer, integer16};
use crate::ecs::values::error_message::Reason;
use crate::ecs::values::ip;
use crate::ecs::values::name::trim_dots;
use crate::msgpack::{Writer, array_items, is_absent, key, map_pairs, text};
use crate::source::{Field, transcode_array};

/// Writes the answers; text that is anything else is refused whole, and so kept.
pub(crate) fn from_json_text(draft: &mut Draft<'_, '_>, [field]: [Field; 1]) -> bool {
    let json = draft.value(field).and_then(text);
    let records = json.map_or(Ok(None), |json| transcode_array(json, draft.answers));
    let Ok(records) = records else { return draft.starve() };
    let Some(records) = records else { return draft.refuse(field, Reason::NotResourceRecords) };
    let members = draft.writer.members();
    match write_records(&mut draft.writer, records, draft.settings.convention) {
        Some(any) => {
            draft.found.answers = true;
            any
        }
        None => {
            let start = draft.writer.position();
            draft.writer.rewind(start, members);
            draft.refuse(field, Reason::NotResourceRecords)
        }
    }
}

/// The addresses in transcoded resource records, in their order: in what becomes `data`.
pub(crate) fn addresses(records: &[u8]) -> impl Iterator<Item = &[u8]> + Clone {
    array_items(records)
        .into_iter()
        .flatten()
        .filter_map(map_pairs)
        .flatten()
        .filter(|(key, _)| is_data(key))
        .filter_map(|(_, data)| text(data))
        .filter(|data| ip::family(data).is_some())
}

/// Whether a member becomes `data`.
fn is_data(key: &[u8]) -> bool {
    matches!(text(key), Some(b"rdata" | b"data"))
}

/// Writes the array, and tells whether it has any record; `None` when something in it is not a
/// part of a resource record, or a record would have `data` twice.
fn write_records(writer: &mut Writer<'_>, records: &[u8], convention: Convention) -> Option<bool> {
    let items = array_items(records)?;
    let opened = writer.open_root_array(items.clone().count());
    let mut any = false;
    for item in items {
        let pairs = map_pairs(item)?;
        let record = writer.open_root_map(pairs.clone().count());
        let mut has_data = false;
        for (key, value) in pairs.filter(|(_, value)| !is_absent(value)) {
            if is_data(key) && std::mem::replace(&mut has_data, true) {
                return None;
            }
            write_member(writer, key, value, convention)?;
        }
        writer.close_root(record);
        writer.add_members(1);
        any = true;
    }
    writer.close_root(opened);
    Some(any)
}

fn write_member(
    writer: &mut Writer<'_>,
    key: &[u8],
    value: &[u8],
    convention: Convention,
) -> Option<()> {
    match text(key)? {
        b"name" => {
            writer.key(key!("name"));
            writer.str(trim_dots(text(value)?));
        }
        b"type" => {
            writer.key(key!("type"));
            match integer16(value) {
                Some(number) if write_rr_type(writer, number, convention) => {}
                // The text is not kept, so a number without a name must not be lost.
                Some(number) => write_numbered(writer, b"TYPE", number),
                None => writer.str(text(value).filter(|text| is_mnemonic(text))?),
            }
        }
        b"class" => {
            writer.key(key!("class"));
            match integer16(value) {
                Some(number) => match dns_codes::class(number) {
                    Some(mnemonic) => writer.str(mnemonic.as_bytes()),
                    None => write_numbered(writer, b"CLASS", number),
                },
                None => writer.str(text(value)?),
            }
        }
        b"ttl" => {
            writer.key(key!("ttl"));
            match integer(value)? {
                Integer::Uint(seconds) => writer.uint(seconds),
                Integer::Int(_) => return None,
            }
        }
        b"rdata" => {
            writer.key(key!("data"));
            writer.copy(value);
        }
        _ => {
            writer.member(key);
            writer.copy(value);
        }
    }
    Some(())
}

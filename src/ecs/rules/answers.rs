//! `dns.answers`: from ResourceRecordsJSON, an array of `{name, type, class, ttl, rdata}` as JSON text
//! or as it is; in `convention ecs` else from ResourceRecords or RData, records in wire format.

use super::distinct::write_distinct;
use super::dns::{is_mnemonic, write_mnemonic, write_rr_type};
use super::text::write_in_case;
use super::{network, wire};
use crate::config::NameCase;
use crate::dns_codes;
use crate::ecs::draft::{Answers, Draft};
use crate::ecs::settings::Settings;
use crate::ecs::values::coerce::{Integer, integer, integer16};
use crate::ecs::values::depth;
use crate::ecs::values::error_message::Reason;
use crate::ecs::values::ip::{self, Family};
use crate::ecs::values::name::trim_dots;
use crate::msgpack::{Writer, array_items, has_map, is_absent, key, map_pairs, marker, text};
use crate::source::{Field, transcode_array};

/// Writes the answers out of JSON; what is anything else is refused whole, and so kept.
pub(crate) fn from_json(draft: &mut Draft<'_, '_>, [field]: [Field; 1]) -> bool {
    let Some(value) = draft.value(field).filter(|value| !is_null(value)) else { return false };
    let Some(json) = text(value) else { return from_array(draft, field, value) };
    let Ok(records) = transcode_array(json, draft.answers) else { return draft.starve() };
    let Some(records) = records else { return draft.refuse(field, Reason::NotResourceRecords) };
    let written = write_records(&mut draft.writer, records, draft.settings);
    finish(draft, field, Answers::Decoded, written)
}

/// Writes the answers out of JSON; where there is none, out of records in wire format. A field that
/// is not taken then stays.
pub(crate) fn from_json_or_wire(
    draft: &mut Draft<'_, '_>,
    [json, records, data]: [Field; 3],
) -> bool {
    if draft.value(json).is_some_and(|value| !is_null(value)) {
        draft.keep_if_present(records);
        draft.keep_if_present(data);
        return from_json(draft, [json]);
    }
    match (draft.value(records), draft.value(data)) {
        (Some(items), _) => {
            draft.keep_if_present(data);
            from_wire(draft, records, items)
        }
        (None, Some(items)) => from_wire(draft, data, items),
        (None, None) => false,
    }
}

/// Whether an encoded value is the JSON text of null.
fn is_null(value: &[u8]) -> bool {
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
    text(value).is_some_and(|text| {
        let start = text.iter().position(|byte| !is_space(byte)).unwrap_or(text.len());
        let null = text.get(start..).and_then(|rest| rest.strip_prefix(b"null"));
        null.is_some_and(|rest| rest.iter().all(is_space))
    })
}

fn from_array(draft: &mut Draft<'_, '_>, field: Field, records: &[u8]) -> bool {
    if depth::is_too_deep(records, depth::IN_DNS) {
        return draft.refuse(field, Reason::TooDeep);
    }
    let written = write_records(&mut draft.writer, records, draft.settings);
    finish(draft, field, Answers::InField(field), written)
}

fn from_wire(draft: &mut Draft<'_, '_>, field: Field, items: &[u8]) -> bool {
    let Ok(records) = wire::read_records(items, draft.wire, draft.answers) else {
        return draft.starve();
    };
    let Some(records) = records else { return draft.refuse(field, Reason::NotWireRecords) };
    let written = write_records(&mut draft.writer, records, draft.settings);
    finish(draft, field, Answers::Decoded, written)
}

fn finish(draft: &mut Draft<'_, '_>, field: Field, at: Answers, written: Option<bool>) -> bool {
    match written {
        Some(any) => {
            draft.found.answers = Some(at);
            any
        }
        None => draft.refuse(field, Reason::NotResourceRecords),
    }
}

/// `dns.resolved_ip`: the addresses of a list, or in its place those of the answers.
pub(crate) fn resolved(draft: &mut Draft<'_, '_>, [list, ..]: [Field; 4]) -> bool {
    if draft.value(list).is_some() {
        return network::addresses(draft, [list]);
    }
    let (writer, records) = draft.writer_and_answers();
    let written = write_distinct(writer, resolved_addresses(records), NameCase::Keep);
    written.unwrap_or_else(|_| draft.starve())
}

/// The addresses in resource records, in their order: in what becomes `data`.
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

/// The data of A and AAAA records, in their order.
pub(crate) fn resolved_addresses(records: &[u8]) -> impl Iterator<Item = &[u8]> + Clone {
    array_items(records).into_iter().flatten().filter_map(resolved_address)
}

fn resolved_address(record: &[u8]) -> Option<&[u8]> {
    let (mut rr_type, mut data) = (None, None);
    for (key, value) in map_pairs(record)?.filter(|(_, value)| !is_absent(value)) {
        match text(key) {
            Some(b"type") => rr_type = Some(value),
            Some(b"rdata" | b"data") => data = text(value),
            _ => {}
        }
    }
    let rr_type = rr_type?;
    let family = match (integer16(rr_type), text(rr_type)) {
        (Some(1), _) | (_, Some(b"A")) => Family::V4,
        (Some(28), _) | (_, Some(b"AAAA")) => Family::V6,
        _ => return None,
    };
    data.filter(|address| ip::family(address) == Some(family))
}

/// Whether a member becomes `data`.
fn is_data(key: &[u8]) -> bool {
    matches!(text(key), Some(b"rdata" | b"data"))
}

/// Writes the array, and tells whether it has any record; `None`, and nothing, when something in it
/// is not a part of a resource record, or a record would have `data` twice.
fn write_records(writer: &mut Writer<'_>, records: &[u8], settings: &Settings) -> Option<bool> {
    let (start, members) = (writer.position(), writer.members());
    let written = write_all_records(writer, records, settings);
    if written.is_none() {
        writer.rewind(start, members);
    }
    written
}

fn write_all_records(writer: &mut Writer<'_>, records: &[u8], settings: &Settings) -> Option<bool> {
    let items = array_items(records)?;
    let opened = writer.open_root_array(most(&items));
    for item in items.filter(|item| *item != [marker::NIL]) {
        let (start, records) = (writer.position(), writer.members());
        let pairs = map_pairs(item)?;
        let record = writer.open_root_map(most(&pairs));
        let mut has_data = false;
        for (key, value) in pairs.filter(|(_, value)| !is_absent(value)) {
            if is_data(key) && std::mem::replace(&mut has_data, true) {
                return None;
            }
            write_member(writer, key, value, settings)?;
        }
        match writer.members() {
            // Nothing but what is absent.
            0 => writer.rewind(start, records),
            _ => {
                writer.close_root(record);
                writer.add_members(1);
            }
        }
    }
    let any = writer.members() > 0;
    writer.close_root(opened);
    Some(any)
}

/// How many items there are at the most.
fn most(items: &impl Iterator) -> usize {
    items.size_hint().1.unwrap_or(usize::MAX)
}

fn write_member(
    writer: &mut Writer<'_>,
    key: &[u8],
    value: &[u8],
    settings: &Settings,
) -> Option<()> {
    match text(key)? {
        b"name" => {
            writer.key(key!("name"));
            write_in_case(writer, trim_dots(text(value)?), settings.name_case);
        }
        b"type" => {
            writer.key(key!("type"));
            write_type(writer, value, settings)?;
        }
        b"class" => {
            writer.key(key!("class"));
            match integer16(value) {
                Some(number) => match dns_codes::class(number) {
                    Some(mnemonic) => writer.str(mnemonic.as_bytes()),
                    None => writer.numbered(b"CLASS", number),
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
            write_data(writer, value);
        }
        b"data" => {
            writer.member(key);
            write_data(writer, value);
        }
        _ => {
            writer.member(key);
            writer.copy(value);
        }
    }
    Some(())
}

fn write_type(writer: &mut Writer<'_>, value: &[u8], settings: &Settings) -> Option<()> {
    match integer16(value) {
        Some(number) if write_rr_type(writer, number, settings.convention) => {}
        // The field is not kept, so a number without a name must not be lost.
        Some(number) => writer.numbered(b"TYPE", number),
        None => {
            let mnemonic = text(value).filter(|text| is_mnemonic(text))?;
            write_mnemonic(writer, mnemonic, settings.convention);
        }
    }
    Some(())
}

/// Writes data as they came; with an object in them, as the text of their JSON, for a field of an
/// index holds objects or text, and not both.
fn write_data(writer: &mut Writer<'_>, value: &[u8]) {
    match text(value).is_some() || !has_map(value) {
        true => writer.copy(value),
        false => depth::copy_as_text(writer, value),
    }
}

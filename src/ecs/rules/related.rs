//! `related`: every address, name and user of a record in one place, each once.

use super::answers::{addresses, resolved_addresses};
use super::distinct::write_distinct;
use crate::config::{Convention, NameCase};
use crate::ecs::draft::Draft;
use crate::ecs::values::ip as ip_address;
use crate::ecs::values::name::trim_dots;
use crate::msgpack::{ONE, Part, Writer, array_items, text, text_part};
use crate::source::Field::{
    AuthoritativeNameServerIPs, CNAMEs, DeviceName, Email, InitialResolvedIPs, ResolvedIPs, UserID,
};
use crate::source::{Field, FieldSet};

/// The addresses of source and destination.
pub(crate) fn ip(draft: &mut Draft<'_, '_>) -> bool {
    let (source, destination) = source_and_destination(draft);
    let (one, other) = match (source, destination) {
        (Some(one), Some(other)) => (one, other),
        (one, other) => {
            let Some(only) = one.or(other) else { return false };
            return write_one(&mut draft.writer, only);
        }
    };
    let both = [one.bytes(), other.bytes()].into_iter();
    let written = write_distinct(&mut draft.writer, both, NameCase::Keep);
    written.unwrap_or_else(|_| draft.starve())
}

/// The fields that have addresses beside source and destination.
const MORE_ADDRESSES: FieldSet = FieldSet::of(&[
    ResolvedIPs,
    Field::ResourceRecordsJSON,
    Field::ResourceRecords,
    Field::RData,
    InitialResolvedIPs,
    AuthoritativeNameServerIPs,
]);

/// Those, what the name resolved to, and the servers that were asked.
pub(crate) fn ip_of_gateway(draft: &mut Draft<'_, '_>) -> bool {
    if draft.record.present().and(MORE_ADDRESSES).is_empty() {
        return ip(draft);
    }
    let (source, destination) = source_and_destination(draft);
    let resolved = draft.found.resolved_ips.map(|field| texts(draft, field));
    let [initial, servers] =
        [InitialResolvedIPs, AuthoritativeNameServerIPs].map(|field| texts(draft, field));
    let has_resolved_records =
        draft.settings.convention == Convention::Ecs && draft.value(ResolvedIPs).is_none();
    let (writer, records) = draft.writer_and_answers();
    let resolved_records: &[u8] = if has_resolved_records { records } else { &[] };
    let is_address = |text: &&[u8]| ip_address::family(text).is_some();
    let all = source
        .into_iter()
        .chain(destination)
        .map(Part::bytes)
        .chain(resolved.into_iter().flatten().filter(is_address))
        .chain(resolved_addresses(resolved_records))
        .chain(addresses(records))
        .chain(initial.filter(is_address))
        .chain(servers.filter(is_address));
    let written = write_distinct(writer, all, NameCase::Keep);
    written.unwrap_or_else(|_| draft.starve())
}

/// The queried name.
pub(crate) fn hosts(draft: &mut Draft<'_, '_>) -> bool {
    let Some(name) = draft.found.question_name else { return false };
    write_one(&mut draft.writer, name.part(draft.changed_name))
}

/// That, the names that it stands for, and the device.
pub(crate) fn hosts_of_gateway(draft: &mut Draft<'_, '_>) -> bool {
    let host = draft.value(DeviceName).and_then(text);
    let cnames = texts(draft, CNAMEs).map(trim_dots);
    let name = draft.found.question_name.map(|name| name.part(draft.changed_name).bytes());
    let names = name.into_iter().chain(cnames).chain(host);
    let written = write_distinct(&mut draft.writer, names, draft.settings.name_case);
    written.unwrap_or_else(|_| draft.starve())
}

/// The user, by the ways to name one.
pub(crate) fn user_of_gateway(draft: &mut Draft<'_, '_>) -> bool {
    let id = draft.value(UserID).and_then(text);
    let email = draft.value(Email).and_then(text);
    let names = id.into_iter().chain(email);
    let written = write_distinct(&mut draft.writer, names, NameCase::Keep);
    written.unwrap_or_else(|_| draft.starve())
}

fn source_and_destination<'a>(draft: &Draft<'a, '_>) -> (Option<Part<'a>>, Option<Part<'a>>) {
    let one = |field: Option<Field>| draft.part(field?).and_then(text_part);
    (one(draft.found.source_ip.map(|(field, _)| field)), one(draft.found.destination_ip))
}

/// The texts in a field that is an array of them.
fn texts<'a>(
    draft: &Draft<'a, '_>,
    field: Field,
) -> impl Iterator<Item = &'a [u8]> + Clone + use<'a> {
    let items = draft.value(field).and_then(array_items).into_iter().flatten();
    items.filter_map(text).filter(|text| !text.is_empty())
}

/// Writes an array of one text, without the list that telling several apart takes.
#[inline(always)]
fn write_one(writer: &mut Writer<'_>, text: Part<'_>) -> bool {
    writer.put(ONE);
    writer.str_part(text);
    true
}

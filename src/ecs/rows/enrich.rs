//! The groups of `enrich`: ECS fields derived from what the rows found.

use super::visitor::Visitor;
use crate::ecs::draft::Draft;
use crate::ecs::rules::answers;
use crate::ecs::values::ip::{self, Family};
use crate::ecs::values::name::Domain;
use crate::memory::OutOfMemory;
use crate::msgpack::{ONE, Part, Writer, array_items, fixstr, joined, key, text, text_part};
use crate::source::Field;

/// The version of ECS that `enrich version` states.
pub const ECS_VERSION: &str = "9.4.0";

/// `dns.question.registered_domain`, `.subdomain` and `.top_level_domain`.
#[inline(always)]
pub(crate) fn domain<V: Visitor>(v: &mut V) {
    if v.settings().enrich.domain {
        v.derived(key!("registered_domain"), |draft| {
            write_part(draft, |domain, size| Some((domain.registered?, size)))
        });
        v.derived(key!("subdomain"), |draft| {
            write_part(draft, |domain, _| Some((0, domain.registered?.checked_sub(1)?)))
        });
        v.derived(key!("top_level_domain"), |draft| {
            write_part(draft, |domain, size| Some((domain.suffix, size)))
        });
    }
}

/// Writes the part of the name between the offsets that `part` gives, told the name's size.
#[inline(always)]
fn write_part(
    draft: &mut Draft<'_, '_>,
    part: impl FnOnce(Domain, usize) -> Option<(usize, usize)>,
) -> bool {
    let (Some(domain), Some(name)) = (draft.found.domain, draft.found.question_name) else {
        return false;
    };
    let Some((start, end)) = part(domain, name.size()) else { return false };
    draft.writer.str_part(name.within(start, end - start));
    true
}

/// `event.outcome`.
pub(crate) fn outcome(draft: &mut Draft<'_, '_>) -> bool {
    match draft.found.response_code {
        Some(0) => draft.writer.str(b"success"),
        Some(_) => draft.writer.str(b"failure"),
        None => return false,
    }
    true
}

/// `network.type`.
#[inline(always)]
pub(crate) fn network_type<V: Visitor>(v: &mut V) {
    if v.settings().enrich.network {
        v.derived(key!("type"), |draft| {
            match draft.found.source_ip {
                Some((_, Family::V4)) => draft.writer.str(b"ipv4"),
                Some((_, Family::V6)) => draft.writer.str(b"ipv6"),
                None => return false,
            }
            true
        });
    }
}

/// `observer`, `related` and `ecs`.
#[inline(always)]
pub(crate) fn observer_related_and_version<V: Visitor>(v: &mut V) {
    let enrich = v.settings().enrich;
    if enrich.observer {
        v.object(key!("observer"), |v| {
            v.constants(2, joined!(key!("vendor"), key!("Cloudflare"), key!("type"), key!("dns")));
        });
    }
    if enrich.related {
        v.object(key!("related"), |v| {
            v.derived(key!("ip"), related_ip);
            v.derived(key!("hosts"), related_hosts);
            v.derived(key!("user"), related_user);
        });
    }
    if enrich.version {
        v.object(key!("ecs"), |v| {
            v.constants(
                1,
                joined!(key!("version"), &fixstr::<{ ECS_VERSION.len() + 1 }>(ECS_VERSION)),
            );
        });
    }
}

fn related_ip(draft: &mut Draft<'_, '_>) -> bool {
    let found = &draft.found;
    let one = |field: Option<Field>| draft.part(field?).and_then(text_part);
    let source = one(found.source_ip.map(|(field, _)| field));
    let destination = one(found.destination_ip);
    if let (Some(source), None, None, false) =
        (source, destination, found.resolved_ips, found.answers)
    {
        return write_one(&mut draft.writer, source);
    }
    let (source, destination) = (source.map(Part::bytes), destination.map(Part::bytes));
    let resolved = found.resolved_ips.and_then(|field| draft.value(field)).and_then(array_items);
    let resolved = resolved.into_iter().flatten().filter_map(text);
    let records: &[u8] = if found.answers { draft.answers } else { &[] };
    let addresses = source
        .into_iter()
        .chain(destination)
        .chain(resolved.filter(|text| ip::family(text).is_some()))
        .chain(answers::addresses(records));
    let written = write_distinct(&mut draft.writer, addresses);
    written.unwrap_or_else(|_| draft.starve())
}

/// Writes an array of one text, without the list that telling several apart takes.
#[inline(always)]
fn write_one(writer: &mut Writer<'_>, text: Part<'_>) -> bool {
    writer.put(ONE);
    writer.str_part(text);
    true
}

fn related_hosts(draft: &mut Draft<'_, '_>) -> bool {
    if !draft.has_gateway_fields() {
        let Some(name) = draft.found.question_name else { return false };
        return write_one(&mut draft.writer, name);
    }
    let host = draft.value(Field::DeviceName);
    let names = draft.found.question_name.map(Part::bytes).into_iter().chain(host.and_then(text));
    let written = write_distinct(&mut draft.writer, names);
    written.unwrap_or_else(|_| draft.starve())
}

fn related_user(draft: &mut Draft<'_, '_>) -> bool {
    if !draft.has_gateway_fields() {
        return false;
    }
    let id = draft.value(Field::UserID).and_then(text);
    let email = draft.value(Field::Email).and_then(text);
    let written = write_distinct(&mut draft.writer, id.into_iter().chain(email));
    written.unwrap_or_else(|_| draft.starve())
}

/// Up to here, looking through the texts before is quickest; from here on it would grow with the
/// square of their number.
const FEW: usize = 16;

/// Writes an array of texts, each once, in the order in which they come first; answers `false`
/// when there is none.
#[inline]
fn write_distinct<'t>(
    writer: &mut Writer<'_>,
    texts: impl Iterator<Item = &'t [u8]> + Clone,
) -> Result<bool, OutOfMemory> {
    let mut few: [&[u8]; FEW] = [&[]; FEW];
    let mut size = 0;
    for text in texts.clone() {
        if few.iter().take(size).any(|before| *before == text) {
            continue;
        }
        let Some(place) = few.get_mut(size) else { return write_distinct_of_many(writer, texts) };
        *place = text;
        size += 1;
    }
    let opened = writer.open_root_array(size);
    for text in few.iter().take(size) {
        writer.add_members(1);
        writer.str(text);
    }
    writer.close_root(opened);
    Ok(size > 0)
}

#[cold]
fn write_distinct_of_many<'t>(
    writer: &mut Writer<'_>,
    texts: impl Iterator<Item = &'t [u8]> + Clone,
) -> Result<bool, OutOfMemory> {
    let bound = texts.clone().count();
    let texts = distinct(texts, bound)?;
    let opened = writer.open_root_array(texts.len());
    for (_, text) in texts {
        writer.add_members(1);
        writer.str(text);
    }
    writer.close_root(opened);
    Ok(true)
}

/// Texts with their places, each once, in the order of their places.
fn distinct<'t>(
    texts: impl Iterator<Item = &'t [u8]>,
    bound: usize,
) -> Result<Vec<(usize, &'t [u8])>, OutOfMemory> {
    let mut all = Vec::new();
    all.try_reserve_exact(bound).map_err(|_| OutOfMemory)?;
    all.extend(texts.take(bound).enumerate());
    all.sort_unstable_by_key(|&(place, text)| (text, place));
    all.dedup_by_key(|&mut (_, text)| text);
    all.sort_unstable_by_key(|&(place, _)| place);
    Ok(all)
}

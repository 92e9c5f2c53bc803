//! The groups of `enrich`: ECS fields derived from what the rows found.

use super::draft::Draft;
use super::ip::{self, Family};
use super::rule::trim_dots;
use super::target::Target;
use super::{ECS_VERSION, answers, shared};
use crate::memory::OutOfMemory;
use crate::msgpack::{Part, Writer, array_items, fixstr, joined, key, text, text_part};
use crate::source::Field;

/// What the rows of a record found, for the derived fields: fields that were read, and numbers.
#[derive(Debug, Default)]
pub(super) struct Found<'a> {
    /// As it is written.
    pub(super) question_name: Option<Part<'a>>,
    pub(super) response_code: Option<u16>,
    pub(super) source_ip: Option<(Field, Family)>,
    pub(super) destination_ip: Option<Field>,
    /// The array of them; not all need be valid.
    pub(super) resolved_ips: Option<Field>,
    /// Whether the draft's answers are this record's.
    pub(super) answers: bool,
    pub(super) domain: Option<Domain>,
}

/// Where the parts of a queried name begin, as offsets.
#[derive(Debug, Clone, Copy)]
pub(super) struct Domain {
    registered: Option<usize>,
    suffix: usize,
}

impl Domain {
    /// Which parts there are, a bit for each.
    pub(super) fn parts(self) -> u8 {
        let subdomain = self.registered.is_some_and(|registered| registered > 0);
        1 | u8::from(self.registered.is_some()) << 1 | u8::from(subdomain) << 2
    }
}

/// `dns.question.registered_domain`, `.subdomain` and `.top_level_domain`.
#[inline(always)]
pub(super) fn domain<T: Target>(t: &mut T) {
    if t.settings().enrich.domain {
        t.derived(key!("registered_domain"), |draft| {
            write_part(draft, |domain, size| Some((domain.registered?, size)))
        });
        t.derived(key!("subdomain"), |draft| {
            write_part(draft, |domain, _| Some((0, domain.registered?.checked_sub(1)?)))
        });
        t.derived(key!("top_level_domain"), |draft| {
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

/// Splits the name in the encoded value of QueryName.
pub(super) fn split_name(value: &[u8]) -> Option<Domain> {
    text(value).map(trim_dots).and_then(split)
}

/// The longest name in text, without escapes (RFC 1035, section 2.3.4, less the root's dot).
const LONGEST_DOMAIN: usize = 253;

/// Splits a name by the Public Suffix List, without regard to case. Addresses, the root, and
/// names too long or with an empty label have no parts.
fn split(name: &[u8]) -> Option<Domain> {
    let (first, last) = (*name.first()?, *name.last()?);
    let is_label_empty = first == b'.' || last == b'.' || name.windows(2).any(|two| two == b"..");
    if is_label_empty {
        return None;
    }
    // An IPv4 address begins with a digit, and only an IPv6 address has colons.
    let like_address = first.is_ascii_digit() || name.contains(&b':');
    if like_address && ip::family(name).is_some() {
        return None;
    }
    let mut folded = [0; LONGEST_DOMAIN];
    let folded = folded.get_mut(..name.len())?;
    folded.copy_from_slice(name);
    folded.make_ascii_lowercase();
    let suffix = name.len().checked_sub(psl::suffix(folded)?.as_bytes().len())?;
    // The registered domain is the suffix with one more label, if there is one: `psl::domain`
    // would look the suffix up once more.
    let before = suffix.checked_sub(1).and_then(|dot| name.get(..dot));
    let registered =
        before.map(|before| before.iter().rposition(|&byte| byte == b'.').map_or(0, |dot| dot + 1));
    Some(Domain { registered, suffix })
}

/// `event.outcome`.
pub(super) fn outcome(draft: &mut Draft<'_, '_>) -> bool {
    match draft.found.response_code {
        Some(0) => draft.writer.str(b"success"),
        Some(_) => draft.writer.str(b"failure"),
        None => return false,
    }
    true
}

/// `network.type`.
#[inline(always)]
pub(super) fn network_type<T: Target>(t: &mut T) {
    if t.settings().enrich.network {
        t.derived(key!("type"), |draft| {
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
pub(super) fn observer_related_and_version<T: Target>(t: &mut T) {
    let enrich = t.settings().enrich;
    if enrich.observer {
        t.object(key!("observer"), |t| {
            t.constants(2, joined!(key!("vendor"), key!("Cloudflare"), key!("type"), key!("dns")));
        });
    }
    if enrich.related {
        t.object(key!("related"), |t| {
            t.derived(key!("ip"), related_ip);
            t.derived(key!("hosts"), related_hosts);
            t.derived(key!("user"), related_user);
        });
    }
    if enrich.version {
        t.object(key!("ecs"), |t| {
            t.constants(
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
    writer.put(shared::ONE);
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

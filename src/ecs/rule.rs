//! The rules of the rows: from the encoded values of fields to one value of ECS.
//!
//! A rule writes its value and answers `true`. It answers `false` where the mapping has no value,
//! and where a field cannot be read; then it has refused that field (`Draft::refuse`).

use super::draft::Draft;
use super::ip::{self, Family};
use super::notes::Reason;
use super::number::{Integer, boolean, integer, integer16, integer16_part};
use crate::config::Convention;
use crate::dns_codes::{self, RR_TYPE_ANY};
use crate::msgpack::{Part, Reader, Value, Writer, array_items, marker, text_part};
use crate::source::Field;
use crate::timestamp::Time;

/// The time in an encoded value: an integer, a float, or text of either or of RFC 3339.
#[inline]
pub(super) fn time(raw: &[u8]) -> Option<Time> {
    // The form that Logpush's `unixnano` takes.
    if let [marker::UINT64, ref number @ ..] = *raw {
        return number
            .first_chunk()
            .and_then(|number| Time::from_uint(u64::from_be_bytes(*number)));
    }
    match Reader::new(raw, 0).value().ok()? {
        Value::Uint(number) => Time::from_uint(number),
        Value::Int(number) => Time::from_integer(number.into()),
        Value::Float(seconds) => Time::from_float(seconds),
        Value::Str(text) | Value::Bin(text) => Time::from_text(text),
        _ => None,
    }
}

/// A domain name without the dots at its ends; the root stays `.`.
pub(super) fn trim_dots(name: &[u8]) -> &[u8] {
    let (start, size) = trimmed(name);
    name.get(start..start + size).unwrap_or_default()
}

/// Where a name without the dots at its ends begins, and its length.
#[inline(always)]
fn trimmed(name: &[u8]) -> (usize, usize) {
    let mut middle = name;
    while let [rest @ .., b'.'] = middle {
        middle = rest;
    }
    let end = middle.len();
    while let [b'.', rest @ ..] = middle {
        middle = rest;
    }
    if middle.is_empty() { (0, name.len().min(1)) } else { (end - middle.len(), middle.len()) }
}

/// The encoded value of a field, and the text in it.
#[inline(always)]
fn text_of<'a>(draft: &Draft<'a, '_>, field: Field) -> Option<(Part<'a>, Part<'a>)> {
    let value = draft.part(field)?;
    Some((value, text_part(value)?))
}

/// The queried name.
#[inline(always)]
pub(super) fn question_name(draft: &mut Draft<'_, '_>, [field]: [Field; 1]) -> bool {
    let Some((value, name)) = text_of(draft, field) else {
        return draft.refuse(field, Reason::NotText);
    };
    let (start, size) = trimmed(name.bytes());
    let name = name.within(start, size);
    draft.writer.str_of(value, name);
    draft.found.question_name = Some(name);
    true
}

/// A string as it came.
#[inline]
pub(super) fn text(draft: &mut Draft<'_, '_>, [field]: [Field; 1]) -> bool {
    let Some((value, text)) = text_of(draft, field) else {
        return draft.refuse(field, Reason::NotText);
    };
    draft.writer.str_of(value, text);
    true
}

/// The mnemonic of a type that came as a number; one that came as text, as it is.
#[inline(always)]
pub(super) fn rr_type(draft: &mut Draft<'_, '_>, [field]: [Field; 1]) -> bool {
    let Some(value) = draft.part(field) else { return false };
    if let Some(number) = integer16_part(value) {
        if draft.settings.keep_codes {
            draft.keep(field);
        }
        return write_rr_type(&mut draft.writer, number, draft.settings.convention);
    }
    match crate::msgpack::text(value.bytes()).filter(|text| is_mnemonic(text)) {
        Some(mnemonic) => draft.writer.str(mnemonic),
        None => return draft.refuse(field, Reason::NotRrType),
    }
    true
}

/// Writes the mnemonic of a type; `false`, and nothing, when the convention has none.
#[inline(always)]
pub(super) fn write_rr_type(writer: &mut Writer<'_>, number: u16, convention: Convention) -> bool {
    let ecs = convention == Convention::Ecs;
    match dns_codes::rr_type(number) {
        Some(_) if ecs && number == RR_TYPE_ANY => writer.str(b"ANY"),
        Some(mnemonic) => {
            let (padded, size) = mnemonic.padded();
            writer.str_header(size);
            writer.put_padded(padded, size);
        }
        None if ecs => write_numbered(writer, b"TYPE", number),
        None => return false,
    }
    true
}

/// Writes a number behind a word, as RFC 3597 writes types and classes without a name.
pub(super) fn write_numbered(writer: &mut Writer<'_>, word: &[u8], number: u16) {
    let mut digits = [0; 5];
    let mut rest = number;
    let mut size = 0;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
        size += 1;
        if rest == 0 {
            break;
        }
    }
    writer.str_header(word.len() + size);
    writer.copy(word);
    writer.copy(digits.get(digits.len() - size..).unwrap_or_default());
}

/// Whether text is the mnemonic of a type, known or not: letters, digits and dashes, a letter
/// first; or `*`.
pub(super) fn is_mnemonic(text: &[u8]) -> bool {
    text == b"*"
        || text.first().is_some_and(u8::is_ascii_alphabetic)
            && text.iter().all(|&byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// A type's name, or in its place the name of its number.
pub(super) fn rr_type_name_or_number(draft: &mut Draft<'_, '_>, fields: [Field; 2]) -> bool {
    let [name, number] = fields;
    let Some(raw) = draft.value(name) else { return rr_type(draft, [number]) };
    if let Some(raw) = draft.value(number) {
        let is_number = integer16(raw).is_some();
        if is_number && draft.settings.keep_codes {
            draft.keep(number);
        } else if !is_number && !crate::msgpack::text(raw).is_some_and(is_mnemonic) {
            draft.refuse(number, Reason::NotRrType);
        }
    }
    match crate::msgpack::text(raw) {
        Some(name) => draft.writer.str(name),
        None => return draft.refuse(name, Reason::NotText),
    }
    true
}

/// The name of a response code.
#[inline(always)]
pub(super) fn response_code(draft: &mut Draft<'_, '_>, [field]: [Field; 1]) -> bool {
    let Some(code) = draft.part(field).and_then(integer16_part) else {
        return draft.refuse(field, Reason::NotResponseCode);
    };
    if draft.settings.keep_codes {
        draft.keep(field);
    }
    draft.found.response_code = Some(code);
    let Some(names) = dns_codes::rcode(code) else { return false };
    let name = match draft.settings.convention {
        Convention::Sekoia => &names.iana,
        Convention::Ecs => &names.upper,
    };
    let (padded, size) = name.padded();
    draft.writer.str_header(size);
    draft.writer.put_padded(padded, size);
    true
}

/// The code sent to the client; where there is none, the one that an upstream sent.
pub(super) fn client_or_upstream_response_code(
    draft: &mut Draft<'_, '_>,
    [client, upstream]: [Field; 2],
) -> bool {
    if draft.value(upstream).is_some() {
        draft.keep(upstream);
    }
    if draft.value(client).is_some() {
        response_code(draft, [client])
    } else if draft.value(Field::UpstreamIP).is_some() {
        response_code(draft, [upstream])
    } else {
        false
    }
}

#[inline(always)]
fn address(draft: &mut Draft<'_, '_>, field: Field) -> Option<Family> {
    let address = text_of(draft, field)
        .and_then(|(value, text)| Some((value, text, ip::family_of_part(text)?)));
    let Some((value, text, family)) = address else {
        draft.refuse(field, Reason::NotAddress);
        return None;
    };
    draft.writer.str_of(value, text);
    Some(family)
}

/// The address that a query came from, as it was written.
#[inline(always)]
pub(super) fn source_ip(draft: &mut Draft<'_, '_>, [field]: [Field; 1]) -> bool {
    let family = address(draft, field);
    draft.found.source_ip = family.map(|family| (field, family));
    family.is_some()
}

/// The address that a query went to, as it was written.
pub(super) fn destination_ip(draft: &mut Draft<'_, '_>, [field]: [Field; 1]) -> bool {
    let family = address(draft, field);
    draft.found.destination_ip = family.map(|_| field);
    family.is_some()
}

/// The valid addresses of an array; with one that is none, the whole array also stays.
pub(super) fn addresses(draft: &mut Draft<'_, '_>, [field]: [Field; 1]) -> bool {
    let Some(items) = draft.value(field).and_then(array_items) else {
        return draft.refuse(field, Reason::NotAddresses);
    };
    let members = draft.writer.members();
    let opened = draft.writer.open_root_array(items.clone().count());
    let mut all_valid = true;
    for item in items {
        let text = crate::msgpack::text(item).filter(|text| ip::family(text).is_some());
        match text {
            Some(text) => {
                draft.writer.add_members(1);
                draft.writer.str(text);
            }
            None => all_valid = false,
        }
    }
    let any = draft.writer.members() > 0;
    draft.writer.close_root(opened);
    debug_assert_eq!(draft.writer.members(), members, "closing restores the count outside");
    if !all_valid {
        draft.refuse(field, Reason::NotAddresses);
    }
    draft.found.resolved_ips = Some(field);
    any
}

/// A port; 0 stands for none.
pub(super) fn port(draft: &mut Draft<'_, '_>, [field]: [Field; 1]) -> bool {
    match draft.value(field).and_then(integer) {
        Some(Integer::Uint(0)) => false,
        Some(Integer::Uint(port @ 1..=0xffff)) => {
            draft.writer.uint(port);
            true
        }
        _ => draft.refuse(field, Reason::NotPort),
    }
}

/// `tcp` when the query came over TCP, else `udp`.
pub(super) fn tcp_or_udp(draft: &mut Draft<'_, '_>, [field]: [Field; 1]) -> bool {
    match draft.value(field).and_then(boolean) {
        Some(true) => draft.writer.str(b"tcp"),
        Some(false) => draft.writer.str(b"udp"),
        None => return draft.refuse(field, Reason::NotBool),
    }
    true
}

/// The client's transport. ECS knows `udp` and `tcp`: what runs over TCP is `tcp`, and a
/// protocol that is not written as it came also stays.
pub(super) fn transport(draft: &mut Draft<'_, '_>, [field]: [Field; 1]) -> bool {
    let protocol = draft.value(field).and_then(crate::msgpack::text);
    let Some(protocol) = protocol else { return draft.refuse(field, Reason::NotText) };
    if draft.settings.convention == Convention::Sekoia {
        draft.writer.str(protocol);
        return true;
    }
    let any_of =
        |names: &[&str]| names.iter().any(|name| name.as_bytes().eq_ignore_ascii_case(protocol));
    let transport: &[u8] = if any_of(&["udp"]) {
        b"udp"
    } else if any_of(&["tcp", "https", "tls", "doh"]) {
        b"tcp"
    } else {
        b""
    };
    if transport != protocol {
        draft.keep(field);
    }
    draft.writer.str(transport);
    !transport.is_empty()
}

/// The flags of a query that are set: recursion desired, DNSSEC OK.
pub(super) fn header_flags(draft: &mut Draft<'_, '_>, [rd, dnssec_ok]: [Field; 2]) -> bool {
    let opened = draft.writer.open_root_array(2);
    for (field, flag) in [(rd, b"RD"), (dnssec_ok, b"DO")] {
        let Some(raw) = draft.value(field) else { continue };
        match boolean(raw) {
            Some(true) => {
                draft.writer.add_members(1);
                draft.writer.str(flag);
            }
            Some(false) => {}
            None => {
                draft.refuse(field, Reason::NotBool);
            }
        }
    }
    let any = draft.writer.members() > 0;
    draft.writer.close_root(opened);
    any
}

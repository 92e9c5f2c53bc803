//! What the DNS message says: types, response codes and flags.

use crate::config::Convention;
use crate::dns_codes::{self, RR_TYPE_ANY};
use crate::ecs::draft::Draft;
use crate::ecs::values::coerce::{boolean, integer16, integer16_part};
use crate::ecs::values::error_message::Reason;
use crate::msgpack::{Writer, text};
use crate::source::Field;

/// The mnemonic of a type that came as a number; one that came as text, as it is, but for `*`.
#[inline(always)]
pub(crate) fn rr_type(draft: &mut Draft<'_, '_>, [field]: [Field; 1]) -> bool {
    let Some(value) = draft.part(field) else { return false };
    if let Some(number) = integer16_part(value) {
        if draft.settings.keep_codes {
            draft.keep(field);
        }
        return write_rr_type(&mut draft.writer, number, draft.settings.convention);
    }
    match text(value.bytes()).filter(|text| is_mnemonic(text)) {
        Some(mnemonic) => write_mnemonic(&mut draft.writer, mnemonic, draft.settings.convention),
        None => return draft.refuse(field, Reason::NotRrType),
    }
    true
}

/// Writes the mnemonic of a type that came as text.
#[inline]
pub(crate) fn write_mnemonic(writer: &mut Writer<'_>, mnemonic: &[u8], convention: Convention) {
    let is_any = convention == Convention::Ecs && mnemonic == b"*";
    writer.str(if is_any { b"ANY" } else { mnemonic });
}

/// Writes the mnemonic of a type; `false`, and nothing, when the convention has none.
#[inline(always)]
pub(crate) fn write_rr_type(writer: &mut Writer<'_>, number: u16, convention: Convention) -> bool {
    let ecs = convention == Convention::Ecs;
    match dns_codes::rr_type(number) {
        Some(_) if ecs && number == RR_TYPE_ANY => writer.str(b"ANY"),
        Some(mnemonic) => {
            let (padded, size) = mnemonic.padded();
            writer.str_padded(padded, size);
        }
        None if ecs => writer.numbered(b"TYPE", number), // RFC 3597, section 5
        None => return false,
    }
    true
}

/// Whether text is the mnemonic of a type, known or not: letters, digits and dashes, a letter
/// first; or `*`.
pub(crate) fn is_mnemonic(text: &[u8]) -> bool {
    text == b"*"
        || text.first().is_some_and(u8::is_ascii_alphabetic)
            && text.iter().all(|&byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// A type's name, or in its place the name of its number.
pub(crate) fn rr_type_name_or_number(draft: &mut Draft<'_, '_>, fields: [Field; 2]) -> bool {
    let [name, number] = fields;
    let Some(raw) = draft.value(name) else { return rr_type(draft, [number]) };
    let Some(told) = text(raw) else {
        draft.refuse(name, Reason::NotText);
        return rr_type(draft, [number]);
    };
    draft.found.has_type_name = true;
    if let Some(raw) = draft.value(number) {
        // Sekoia's parser keeps it beside the name.
        let stays = draft.settings.convention == Convention::Sekoia;
        let is_number = integer16(raw).is_some();
        if !is_number && !text(raw).is_some_and(is_mnemonic) {
            draft.refuse(number, Reason::NotRrType);
        } else if stays || (is_number && draft.settings.keep_codes) {
            draft.keep(number);
        }
    }
    write_mnemonic(&mut draft.writer, told, draft.settings.convention);
    true
}

/// The name of a response code.
#[inline(always)]
pub(crate) fn response_code(draft: &mut Draft<'_, '_>, [field]: [Field; 1]) -> bool {
    let Some(code) = draft.part(field).and_then(integer16_part) else {
        return response_code_in_text(draft, field);
    };
    let has_name = write_response_code(draft, code);
    // A number without a name would be nowhere.
    if draft.settings.keep_codes || !has_name {
        draft.keep(field);
    }
    has_name
}

#[cold]
fn response_code_in_text(draft: &mut Draft<'_, '_>, field: Field) -> bool {
    match draft.value(field).and_then(text).and_then(dns_codes::rcode_named) {
        Some(code) => write_response_code(draft, code),
        None => draft.refuse(field, Reason::NotResponseCode),
    }
}

/// Writes the name that the convention has for a response code; `false`, and nothing, for a code
/// that has none.
#[inline(always)]
fn write_response_code(draft: &mut Draft<'_, '_>, code: u16) -> bool {
    draft.found.response_code = Some(code);
    let Some(names) = dns_codes::rcode(code) else { return false };
    let name = match draft.settings.convention {
        Convention::Sekoia => &names.iana,
        Convention::Ecs => &names.upper,
    };
    let (padded, size) = name.padded();
    draft.writer.str_padded(padded, size);
    true
}

/// The code sent to the client; where there is none, the one that an upstream sent. A 0 without an
/// upstream's address says nothing: no upstream was asked.
pub(crate) fn client_or_upstream_response_code(
    draft: &mut Draft<'_, '_>,
    [client, upstream]: [Field; 2],
) -> bool {
    if draft.value(upstream).is_some() {
        draft.keep(upstream);
    }
    if draft.value(client).is_some() {
        response_code(draft, [client])
    } else if draft.value(Field::UpstreamIP).is_some() || !is_no_error(draft.value(upstream)) {
        response_code(draft, [upstream])
    } else {
        false
    }
}

/// Whether an encoded response code is 0, or absent.
fn is_no_error(code: Option<&[u8]>) -> bool {
    code.is_none_or(|raw| {
        let named = || text(raw).and_then(dns_codes::rcode_named);
        integer16(raw).or_else(named) == Some(0)
    })
}

/// The flags of a query that are set: recursion desired, DNSSEC OK.
pub(crate) fn header_flags(draft: &mut Draft<'_, '_>, [rd, dnssec_ok]: [Field; 2]) -> bool {
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

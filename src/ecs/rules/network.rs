//! Where a query came from and went to, and how: addresses, ports, transports.

use super::text::text_of;
use crate::config::Convention;
use crate::ecs::draft::Draft;
use crate::ecs::values::coerce::{Integer, boolean, integer};
use crate::ecs::values::error_message::Reason;
use crate::ecs::values::ip::{self, Family};
use crate::msgpack::{self, array_items, text};
use crate::source::{Dataset, Field};

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
pub(crate) fn source_ip(draft: &mut Draft<'_, '_>, [field]: [Field; 1]) -> bool {
    let family = address(draft, field);
    draft.found.source_ip = family.map(|family| (field, family));
    family.is_some()
}

/// The address that a query went to, as it was written.
pub(crate) fn destination_ip(draft: &mut Draft<'_, '_>, [field]: [Field; 1]) -> bool {
    let family = address(draft, field);
    draft.found.destination_ip = family.map(|_| field);
    family.is_some()
}

/// The valid addresses of an array; with one that is none, the whole array also stays.
pub(crate) fn addresses(draft: &mut Draft<'_, '_>, [field]: [Field; 1]) -> bool {
    let Some(items) = draft.value(field).and_then(array_items) else {
        return draft.refuse(field, Reason::NotAddresses);
    };
    let members = draft.writer.members();
    let opened = draft.writer.open_root_array(items.clone().count());
    let mut all_valid = true;
    for item in items {
        let text = text(item).filter(|text| ip::family(text).is_some());
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
pub(crate) fn port(draft: &mut Draft<'_, '_>, [field]: [Field; 1]) -> bool {
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
pub(crate) fn tcp_or_udp(draft: &mut Draft<'_, '_>, [field]: [Field; 1]) -> bool {
    match draft.value(field).and_then(boolean) {
        Some(true) => draft.writer.str(b"tcp"),
        Some(false) => draft.writer.str(b"udp"),
        None => return draft.refuse(field, Reason::NotBool),
    }
    true
}

/// Whether the client's protocol is not written as it came, and so stays: told before the rows, for
/// records of both kinds take turns.
#[inline]
pub(crate) fn keeps_protocol(draft: &Draft<'_, '_>) -> bool {
    draft.dataset == Dataset::GatewayDns
        && draft.settings.convention == Convention::Ecs
        && draft
            .value(Field::Protocol)
            .is_some_and(|value| !matches!(msgpack::text(value), Some(b"udp" | b"tcp")))
}

/// Protocols of clients by what carries them.
const OVER_TCP: [&str; 6] = ["tcp", "https", "tls", "dot", "doh", "h2"];
const OVER_UDP: [&str; 4] = ["udp", "doq", "quic", "h3"];

/// The client's transport. ECS knows `udp` and `tcp`; a protocol that is not written as
/// it came also stays.
pub(crate) fn transport(draft: &mut Draft<'_, '_>, [field]: [Field; 1]) -> bool {
    let protocol = draft.value(field).and_then(text);
    let Some(protocol) = protocol else { return draft.refuse(field, Reason::NotText) };
    if draft.settings.convention == Convention::Sekoia {
        draft.writer.str(protocol);
        return true;
    }
    let any_of =
        |names: &[&str]| names.iter().any(|name| name.as_bytes().eq_ignore_ascii_case(protocol));
    let transport: &[u8] = if any_of(&OVER_UDP) {
        b"udp"
    } else if any_of(&OVER_TCP) {
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

//! IP addresses: valid or not, and of which family.

use std::net::{Ipv4Addr, Ipv6Addr};

/// `network.type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    V4,
    V6,
}

/// The family of a valid address in text; `None` for anything else, such as an address with a
/// zone, a port, brackets or a prefix.
#[inline]
pub(super) fn family(text: &[u8]) -> Option<Family> {
    let text = std::str::from_utf8(text).ok()?;
    if text.parse::<Ipv4Addr>().is_ok() {
        Some(Family::V4)
    } else if text.parse::<Ipv6Addr>().is_ok() {
        Some(Family::V6)
    } else {
        None
    }
}

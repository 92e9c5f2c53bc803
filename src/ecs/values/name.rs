//! Domain names: without the dots at their ends, and split by the Public Suffix List.

use super::ip;
use crate::long_way::long_way;
use crate::msgpack::text;

/// A domain name without the dots at its ends; the root stays `.`. A dot that is escaped belongs to
/// its label (RFC 1035, section 5.1).
pub(crate) fn trim_dots(name: &[u8]) -> &[u8] {
    let (start, size) = trimmed(name);
    name.get(start..start + size).unwrap_or_default()
}

/// Where a name without the dots at its ends begins, and its length.
#[inline(always)]
pub(crate) fn trimmed(name: &[u8]) -> (usize, usize) {
    let mut middle = name;
    while let [rest @ .., b'.'] = middle {
        if rest.last() == Some(&b'\\') && is_escaping(rest) {
            break;
        }
        middle = rest;
    }
    let end = middle.len();
    while let [b'.', rest @ ..] = middle {
        middle = rest;
    }
    if middle.is_empty() { (0, name.len().min(1)) } else { (end - middle.len(), middle.len()) }
}

/// Whether what follows `before` is escaped: behind an odd number of backslashes.
#[cold]
fn is_escaping(before: &[u8]) -> bool {
    long_way!("dot behind a backslash");
    before.iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1
}

/// Where the parts of a queried name begin, as offsets.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Domain {
    pub(crate) registered: Option<usize>,
    pub(crate) suffix: usize,
}

impl Domain {
    /// Which parts there are, a bit for each.
    pub(crate) fn parts(self) -> u8 {
        let subdomain = self.registered.is_some_and(|registered| registered > 0);
        1 | u8::from(self.registered.is_some()) << 1 | u8::from(subdomain) << 2
    }
}

/// Splits the name in the encoded value of QueryName.
pub(crate) fn split_name(value: &[u8]) -> Option<Domain> {
    text(value).map(trim_dots).and_then(split)
}

/// The longest name in text, without escapes (RFC 1035, section 2.3.4, less the root's dot).
const LONGEST_DOMAIN: usize = 253;

/// Splits a name by the Public Suffix List, without regard to case. Addresses, the root, and
/// names too long or with an empty label have no parts. An escaped dot is no border.
pub(crate) fn split(name: &[u8]) -> Option<Domain> {
    let first = *name.first()?;
    let mut folded = [0; LONGEST_DOMAIN];
    let folded = folded.get_mut(..name.len())?;
    folded.copy_from_slice(name);
    folded.make_ascii_lowercase();
    if has_backslash(folded) {
        mask_escaped_dots(folded);
    }
    let has_empty_label = folded == b"." || folded.windows(2).any(|two| two == b"..");
    if has_empty_label {
        return None;
    }
    // An IPv4 address begins with a digit, and only an IPv6 address has colons.
    let like_address = first.is_ascii_digit() || name.contains(&b':');
    if like_address {
        long_way!("name that may be an address");
    }
    if like_address && ip::family(name).is_some() {
        return None;
    }
    let suffix = name.len().checked_sub(psl::suffix(folded)?.as_bytes().len())?;
    // The registered domain is the suffix with one more label, if there is one: `psl::domain`
    // would look the suffix up once more.
    let before = suffix.checked_sub(1).and_then(|dot| folded.get(..dot));
    let registered =
        before.map(|before| before.iter().rposition(|&byte| byte == b'.').map_or(0, |dot| dot + 1));
    Some(Domain { registered, suffix })
}

/// Whether any byte is a backslash, eight at a time: nearly no name has one.
#[inline]
fn has_backslash(name: &[u8]) -> bool {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    let mut found = 0;
    let mut rest = name;
    while let Some((eight, behind)) = rest.split_first_chunk() {
        let word = u64::from_le_bytes(*eight) ^ (ONES * u64::from(b'\\'));
        found |= word.wrapping_sub(ONES) & !word;
        rest = behind;
    }
    found & (ONES << 7) != 0 || rest.contains(&b'\\')
}

/// Puts another byte in the place of each dot that is escaped: it is no border.
#[cold]
fn mask_escaped_dots(name: &mut [u8]) {
    long_way!("name with a backslash");
    let mut is_escaped = false;
    for byte in name {
        if is_escaped && *byte == b'.' {
            *byte = b'-';
        }
        is_escaped = !is_escaped && *byte == b'\\';
    }
}

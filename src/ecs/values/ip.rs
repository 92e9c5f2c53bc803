//! IP addresses: valid or not, and of which family.
//!
//! The grammar is that of std's `IpAddr`, which the tests compare this with. It is written out
//! here because only validity is asked for, on bytes, and nearly every record asks: std's parser
//! took a sixth of the whole mapping (docs/performance.md).

use crate::long_way::long_way;
use crate::msgpack::Part;

/// `network.type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    V4,
    V6,
}

/// The family of a valid address in text; `None` for anything else, such as an address with a
/// zone, a port, brackets or a prefix.
pub(crate) fn family(text: &[u8]) -> Option<Family> {
    if is_v4(text) {
        Some(Family::V4)
    } else if is_v6_at_once(text).unwrap_or_else(|| is_v6_with_v4(text)) {
        Some(Family::V6)
    } else {
        None
    }
}

/// As [`family`], of text that is a part of a longer slice.
#[inline(always)]
pub(crate) fn family_of_part(text: Part<'_>) -> Option<Family> {
    match text.padded() {
        Some((bytes, size)) if is_v4_at_once(bytes, size) => Some(Family::V4),
        _ => family(text.bytes()),
    }
}

/// As [`is_v4`], for the first `size` bytes of `bytes`, all sixteen judged at once: the lengths
/// of the four numbers vary from record to record, and a branch for each byte is guessed wrong.
///
/// A flag for a byte is its highest bit. Sums stay within their bytes, for text is below 0x80.
#[inline(always)]
fn is_v4_at_once(bytes: &[u8; 16], size: usize) -> bool {
    const ONES: u128 = u128::from_le_bytes([1; 16]);
    const HIGH: u128 = ONES << 7;
    if size > "255.255.255.255".len() {
        return false;
    }
    let inside = !(u128::MAX << (size * 8));
    let text = u128::from_le_bytes(*bytes) & inside;
    if text & HIGH != 0 {
        return false;
    }
    let at_least = |byte: u8| (text + ONES * u128::from(0x80 - byte)) & HIGH;
    let equal = |byte: u8| !((text ^ (ONES * u128::from(byte))) + ONES * 0x7f) & HIGH;
    let behind = |flags: u128, bytes: u32| flags >> (8 * bytes);
    let digit = at_least(b'0') & !at_least(b'9' + 1);
    let dot = equal(b'.');
    let first = digit & !(digit << 8);
    let second = first & behind(digit, 1);
    let third = second & behind(digit, 2);
    let over_5 = at_least(b'6');
    let over_255 = at_least(b'3')
        | (equal(b'2') & (behind(over_5, 1) | (behind(equal(b'5'), 1) & behind(over_5, 2))));
    // Four numbers and three dots, and nothing else; at most three digits, no leading zero, and
    // 255 at the most.
    (digit | dot) == HIGH & inside
        && count(dot) == 3
        && count(first) == 4
        && third & (behind(digit, 3) | over_255) == 0
        && second & equal(b'0') == 0
}

/// How many flags are set, by adding up bytes: not all processors that this is built for count
/// bits in one instruction.
#[inline(always)]
fn count(flags: u128) -> u64 {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    let of_byte = flags >> 7;
    (of_byte as u64 + (of_byte >> 64) as u64).wrapping_mul(ONES) >> 56
}

/// Four numbers from 0 to 255 in decimal digits, without leading zeros, between dots.
#[inline]
fn is_v4(text: &[u8]) -> bool {
    long_way!("IPv4 address byte by byte");
    if text.len() > "255.255.255.255".len() {
        return false;
    }
    let mut dots = 0;
    let mut digits = 0;
    let mut number = 0u32;
    for &byte in text {
        let digit = byte.wrapping_sub(b'0');
        if digit <= 9 {
            if digits == 3 || digits > 0 && number == 0 {
                return false; // too many digits, or a leading zero
            }
            number = number * 10 + u32::from(digit);
            digits += 1;
        } else if byte == b'.' && digits > 0 && number <= 255 {
            dots += 1;
            digits = 0;
            number = 0;
        } else {
            return false;
        }
    }
    dots == 3 && digits > 0 && number <= 255
}

/// Eight groups of up to four hex digits between colons, of which `::` stands for one or more of zeros;
/// all bytes judged at once, for the reason that [`is_v4_at_once`] gives. `None` for
/// text with a dot, and for text that is longer or shorter than any without.
fn is_v6_at_once(text: &[u8]) -> Option<bool> {
    const LONGEST: usize = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff".len();
    let size = text.len();
    if !(2..=LONGEST).contains(&size) {
        return None;
    }
    let mut padded = [0; 40];
    padded.get_mut(..size)?.copy_from_slice(text);
    // A bit for each byte, the first byte's lowest.
    let (mut hex, mut colon, mut dot) = (0u64, 0u64, 0u64);
    for (i, eight) in padded.chunks_exact(8).enumerate() {
        let found = Classes::of(u64::from_le_bytes(*eight.first_chunk()?));
        hex |= found.hex << (8 * i);
        colon |= found.colon << (8 * i);
        dot |= found.dot;
    }
    if dot != 0 {
        return None;
    }
    let compressed = colon & (colon >> 1);
    let last = 1 << (size - 1);
    let groups = (hex & !(hex << 1)).count_ones();
    // Groups of at most four digits and colons, and nothing else; a colon at the beginning or the
    // end only as a part of `::`, which is there at most once.
    Some(
        (hex | colon) == (last << 1) - 1
            && hex & (hex >> 1) & (hex >> 2) & (hex >> 3) & (hex >> 4) == 0
            && compressed & compressed.wrapping_sub(1) == 0
            && colon & !compressed & 1 == 0
            && colon & last & !(compressed << 1) == 0
            && if compressed == 0 { groups == 8 } else { groups <= 7 },
    )
}

/// Which of eight bytes are what: a bit for each, the first byte's lowest.
struct Classes {
    hex: u64,
    colon: u64,
    dot: u64,
}

impl Classes {
    /// A byte's flag is its highest bit until all are gathered. Sums stay within their bytes, for
    /// what is 0x80 and more is taken out, and in no class.
    #[inline(always)]
    fn of(text: u64) -> Self {
        const ONES: u64 = u64::from_le_bytes([1; 8]);
        const HIGH: u64 = ONES << 7;
        let ascii = !text & HIGH;
        let at_least = |text: u64, byte: u8| (text & !HIGH) + ONES * u64::from(0x80 - byte);
        let within =
            |text: u64, from: u8, to: u8| at_least(text, from) & !at_least(text, to + 1) & ascii;
        // One bit tells small letters from large ones.
        let small = text | (ONES * 0x20);
        let letter = within(small, b'a', b'f');
        // The product gathers the flags in its highest byte.
        let gather = |flags: u64| (flags >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        Self {
            hex: gather(within(text, b'0', b'9') | letter),
            colon: gather(within(text, b':', b':')),
            dot: gather(within(text, b'.', b'.')),
        }
    }
}

/// Groups of up to four hex digits between colons, of which `::` stands for one or more groups of
/// zeros, and an IPv4 address for the last two. All others are judged at once.
fn is_v6_with_v4(text: &[u8]) -> bool {
    long_way!("IPv6 address group by group");
    let mut groups = 0;
    let mut compressed = false;
    let mut rest = text;
    if let [b':', b':', behind @ ..] = rest {
        (compressed, rest) = (true, behind);
    }
    loop {
        let digits = rest.iter().take(5).take_while(|byte| byte.is_ascii_hexdigit()).count();
        if !(1..=4).contains(&digits) || groups == 8 {
            return false;
        }
        match rest.get(digits..) {
            Some([b'.', ..]) => {
                let is_complete = if compressed { groups <= 5 } else { groups == 6 };
                return is_complete && is_v4(rest);
            }
            Some([b':', b':', behind @ ..]) if !compressed => (compressed, rest) = (true, behind),
            Some([b':', behind @ ..]) => rest = behind,
            _ => return false,
        }
        groups += 1;
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::indexing_slicing, reason = "a test")]

    use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

    use proptest::prelude::*;

    use super::{Family, family, family_of_part};
    use crate::msgpack::Part;

    fn std_family(text: &str) -> Option<Family> {
        match text.parse() {
            Ok(IpAddr::V4(_)) => Some(Family::V4),
            Ok(IpAddr::V6(_)) => Some(Family::V6),
            Err(_) => None,
        }
    }

    /// The family, told by itself and with other bytes behind it.
    fn both_ways(text: &str) -> Option<Family> {
        let alone = family(text.as_bytes());
        for behind in [
            "",
            "1.2.3.4.5.6.7.8.9",
            "0000000000000000",
            "\u{ff}\u{ff}\u{ff}\u{ff}\u{ff}\u{ff}\u{ff}\u{ff}",
        ] {
            let longer = format!("{text}{behind}");
            let part = family_of_part(Part::new(longer.as_bytes(), 0, text.len()));
            assert_eq!(part, alone, "{text} before {behind}");
        }
        alone
    }

    #[test]
    fn edges_are_judged_as_std_judges_them() {
        let cases = "| . | : | :: | ::: | 0.0.0.0 | 00.0.0.0 | 0.0.0.00 | 01.2.3.4 | 1.2.3 | 1.2.3.4.5 \
            | 1.2.3.256 | 1.2.3.4. | .1.2.3.4 | 1..2.3 | 1234.1.1.1 | ::1 | 1:: | 1::2:: | 1:2:3:4:5:6:7:8 \
            | 1:2:3:4:5:6:7:: | ::2:3:4:5:6:7:8 | 1:2:3:4::5:6:7:8 | 1:2:3:4:5:6:7:8:9 | 1:2:3:4:5:6:7 \
            | ::ffff:1.2.3.4 | ::ffff:01.2.3.4 | 1:2:3:4:5:6:1.2.3.4 | 1:2:3:4:5:6:7:1.2.3.4 \
            | 1::3:4:5:6:7:1.2.3.4 | 1:2:3:4:5::1.2.3.4 | ::1.2.3.4 | ::1.2.3.4:5 | ::12345 | ::g \
            | ::\u{1f}1 | ::@ | ::` | 1:2:3:4:5:6:7:/ | ::\u{e1} \
            | ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff | 0ffff::1 | fe80::1%eth0 | [::1] | ::1/64 | 1.2.3.4:53 | 1.2.3.4/8 | a.b.c.d | 1: | :1 | 1:2: | ::1: | ABCD::EF";
        for case in cases.split('|').map(str::trim) {
            assert_eq!(both_ways(case), std_family(case), "{case}");
        }
    }

    /// Bytes that no text has, too, and with enough behind to be judged all at once.
    #[test]
    fn any_byte_in_any_place_is_judged_as_std_judges_it() {
        for text in ["1.2.3.4", "112.10.12.199", "255.255.255.255", "1:22:333::7", "::ffff:1.2.3.4"]
        {
            for place in 0..text.len() {
                for byte in 0..=u8::MAX {
                    let mut bytes = [text.as_bytes(), &[b'0'; 48]].concat();
                    bytes[place] = byte;
                    let address = &bytes[..text.len()];
                    let by_std = std::str::from_utf8(address).ok().and_then(std_family);
                    let part = Part::new(&bytes, 0, text.len());
                    assert_eq!(family_of_part(part), by_std, "{}", address.escape_ascii());
                    assert_eq!(family(address), by_std, "{}", address.escape_ascii());
                }
            }
        }
    }

    proptest! {
        #[test]
        fn numbers_between_dots_are_judged_as_std_judges_them(
            text in "[0-9]{1,4}\\.[0-3]?[0-9]{1,2}\\.[0-9]{1,3}\\.[0-9]{0,3}",
        ) {
            prop_assert_eq!(both_ways(&text), std_family(&text));
        }

        #[test]
        fn any_text_is_judged_as_std_judges_it(text in "[0-9a-fA-F:.]{0,24}") {
            prop_assert_eq!(both_ways(&text), std_family(&text));
        }

        #[test]
        fn groups_between_colons_are_judged_as_std_judges_them(
            groups in prop::collection::vec("[0-9a-fA-F]{0,4}|[0-9a-g]{4,5}", 1..10),
            other in prop::option::weighted(0.2, any::<(prop::sample::Index, char)>()),
        ) {
            let mut text = groups.join(":");
            if let Some((place, other)) = other {
                let places: Vec<_> = text.char_indices().map(|(at, _)| at).collect();
                if !places.is_empty() {
                    text.insert(*place.get(&places), other);
                }
            }
            prop_assert_eq!(both_ways(&text), std_family(&text));
        }
        #[test]
        fn every_address_is_valid(v4: [u8; 4], v6: [u16; 8], zeros in 0usize..8) {
            prop_assert_eq!(both_ways(&Ipv4Addr::from(v4).to_string()), Some(Family::V4));
            let mut groups = v6;
            groups.iter_mut().take(zeros).for_each(|group| *group = 0);
            prop_assert_eq!(family(Ipv6Addr::from(groups).to_string().as_bytes()), Some(Family::V6));
        }
    }
}

//! IP addresses: valid or not, and of which family.
//!
//! The grammar is that of std's `IpAddr`, which the tests compare this with. It is written out
//! here because only validity is asked for, on bytes, and nearly every record asks: it takes a
//! fifth of the instructions (docs/performance.md).

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
    if is_v4(text) {
        Some(Family::V4)
    } else if is_v6(text) {
        Some(Family::V6)
    } else {
        None
    }
}

/// Four numbers from 0 to 255 in decimal digits, without leading zeros, between dots.
#[inline]
fn is_v4(text: &[u8]) -> bool {
    if text.len() > "255.255.255.255".len() {
        return false;
    }
    let mut dots = 0;
    let mut digits = 0;
    let mut number = 0u32;
    for &byte in text {
        let digit = byte.wrapping_sub(b'0');
        if digit <= 9 {
            if digits > 0 && number == 0 {
                return false; // a leading zero
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

/// Eight groups of up to four hex digits between colons; `::` stands for one or more groups of
/// zeros, and the last two groups may be an IPv4 address.
fn is_v6(text: &[u8]) -> bool {
    let mut groups = 0;
    let mut compressed = false;
    let mut rest = text;
    if let [b':', b':', behind @ ..] = rest {
        (compressed, rest) = (true, behind);
    }
    let complete = |groups, compressed| if compressed { groups <= 7 } else { groups == 8 };
    while !(rest.is_empty() && compressed) {
        let digits = rest.iter().take(5).take_while(|byte| byte.is_ascii_hexdigit()).count();
        if !(1..=4).contains(&digits) || groups == 8 {
            return false;
        }
        match rest.get(digits..) {
            Some([b'.', ..]) => return is_v4(rest) && complete(groups + 2, compressed),
            Some([b':', b':', behind @ ..]) if !compressed => (compressed, rest) = (true, behind),
            // A colon is followed by a group.
            Some([b':', behind @ ..]) if !behind.is_empty() => rest = behind,
            Some([]) => return complete(groups + 1, compressed),
            _ => return false,
        }
        groups += 1;
    }
    complete(groups, compressed)
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

    use proptest::prelude::*;

    use super::{Family, family};

    fn std_family(text: &str) -> Option<Family> {
        match text.parse() {
            Ok(IpAddr::V4(_)) => Some(Family::V4),
            Ok(IpAddr::V6(_)) => Some(Family::V6),
            Err(_) => None,
        }
    }

    #[test]
    fn edges_are_judged_as_std_judges_them() {
        let cases = "| . | : | :: | ::: | 0.0.0.0 | 00.0.0.0 | 0.0.0.00 | 01.2.3.4 | 1.2.3 | 1.2.3.4.5 \
            | 1.2.3.256 | 1.2.3.4. | .1.2.3.4 | 1..2.3 | 1234.1.1.1 | ::1 | 1:: | 1::2:: | 1:2:3:4:5:6:7:8 \
            | 1:2:3:4:5:6:7:: | ::2:3:4:5:6:7:8 | 1:2:3:4::5:6:7:8 | 1:2:3:4:5:6:7:8:9 | 1:2:3:4:5:6:7 \
            | ::ffff:1.2.3.4 | ::ffff:01.2.3.4 | 1:2:3:4:5:6:1.2.3.4 | 1:2:3:4:5:6:7:1.2.3.4 \
            | 1::3:4:5:6:7:1.2.3.4 | 1:2:3:4:5::1.2.3.4 | ::1.2.3.4 | ::1.2.3.4:5 | ::12345 | ::g \
            | fe80::1%eth0 | [::1] | ::1/64 | 1.2.3.4:53 | 1.2.3.4/8 | 1: | :1 | 1:2: | ::1: | ABCD::EF";
        for case in cases.split('|').map(str::trim) {
            assert_eq!(family(case.as_bytes()), std_family(case), "{case}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_judged_as_std_judges_it(text in "[0-9a-fA-F:.]{0,24}") {
            prop_assert_eq!(family(text.as_bytes()), std_family(&text));
        }

        #[test]
        fn every_address_is_valid(v4: [u8; 4], v6: [u16; 8], zeros in 0usize..8) {
            prop_assert_eq!(family(Ipv4Addr::from(v4).to_string().as_bytes()), Some(Family::V4));
            let mut groups = v6;
            groups.iter_mut().take(zeros).for_each(|group| *group = 0);
            prop_assert_eq!(family(Ipv6Addr::from(groups).to_string().as_bytes()), Some(Family::V6));
        }
    }
}

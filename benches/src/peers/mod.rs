//! The same mapping, written as one would without this project: with serde's structs, and in
//! Vector's language. They read only well-formed records, each field in the type that Cloudflare
//! documents, and know only the codes and types of the benchmarks' records. This is enough to
//! compare with them, and nothing else slows them down.

pub mod structs;
#[cfg(feature = "vrl")]
pub mod vrl;
#[cfg(not(feature = "vrl"))]
#[path = "no_vrl.rs"]
pub mod vrl;

use std::net::IpAddr;

use flb_filter_cloudflare_dns::ecs::ECS_VERSION;
use flb_filter_cloudflare_dns::msgpack::skip;

use crate::chunk::HEADER;

/// How the mapping is configured.
#[derive(Clone, Copy)]
pub struct Options {
    /// `convention ecs`.
    pub ecs: bool,
    /// `enrich all`.
    pub enrich: bool,
}

/// The datasets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dataset {
    DnsLogs,
    DnsFirewallLogs,
    GatewayDns,
}

impl Dataset {
    pub fn name(self) -> &'static str {
        match self {
            Self::DnsLogs => "dns_logs",
            Self::DnsFirewallLogs => "dns_firewall_logs",
            Self::GatewayDns => "gateway_dns",
        }
    }
}

/// What the chunk's events hold.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// The record.
    Record,
    /// The record's JSON text in one field.
    Text,
}

const GIGA: u64 = 1_000_000_000;

/// Where the record of the event at `at` begins, and where the event ends.
fn bounds(chunk: &[u8], at: usize) -> (usize, usize) {
    let record = at + HEADER;
    (record, skip(chunk, record).expect("a valid chunk"))
}

/// The nanoseconds since 1970 that the header of the event at `at` tells.
fn event_time(chunk: &[u8], at: usize) -> u64 {
    let part = |at: usize| u32::from_be_bytes(chunk[at..at + 4].try_into().expect("4 bytes"));
    u64::from(part(at + 4)) * GIGA + u64::from(part(at + 8))
}

/// The text of an event's only field, whose name has three letters.
fn only_text(record: &[u8]) -> &str {
    let mut at = 1 + 4;
    let size = match record[at] {
        small @ 0xa0..=0xbf => usize::from(small & 0x1f),
        0xd9 => {
            at += 1;
            record[at].into()
        }
        _ => {
            at += 2;
            u16::from_be_bytes([record[at - 1], record[at]]).into()
        }
    };
    std::str::from_utf8(&record[at + 1..at + 1 + size]).expect("valid text")
}

/// The JSON texts of a chunk.
pub fn texts(chunk: &[u8]) -> Vec<&str> {
    crate::chunk::events(chunk).map(|event| only_text(&event[HEADER..])).collect()
}

fn type_name(number: u16) -> Option<&'static str> {
    Some(match number {
        1 => "A",
        2 => "NS",
        12 => "PTR",
        15 => "MX",
        16 => "TXT",
        28 => "AAAA",
        65 => "HTTPS",
        _ => return None,
    })
}

fn response_code_name(code: u16, ecs: bool) -> Option<&'static str> {
    Some(match (code, ecs) {
        (0, false) => "NoError",
        (0, true) => "NOERROR",
        (2, false) => "ServFail",
        (2, true) => "SERVFAIL",
        (3, false) => "NXDomain",
        (3, true) => "NXDOMAIN",
        (5, false) => "Refused",
        (5, true) => "REFUSED",
        _ => return None,
    })
}

fn trim_dots(name: &str) -> &str {
    match name.trim_matches('.') {
        "" => name,
        trimmed => trimmed,
    }
}

fn address(text: &str) -> Option<IpAddr> {
    text.parse().ok()
}

fn network_type(address: IpAddr) -> &'static str {
    if address.is_ipv4() { "ipv4" } else { "ipv6" }
}

fn transport(protocol: &str, ecs: bool) -> &str {
    match protocol {
        "https" | "tls" | "doh" if ecs => "tcp",
        _ => protocol,
    }
}

/// The registered domain, the subdomain and the top-level domain of a name.
fn domain(name: &str) -> (Option<&str>, Option<&str>, Option<&str>) {
    if address(name).is_some() {
        return (None, None, None);
    }
    let mut folded = [0; 253];
    let Some(folded) = folded.get_mut(..name.len()) else { return (None, None, None) };
    folded.copy_from_slice(name.as_bytes());
    folded.make_ascii_lowercase();
    let end = |size: usize| name.len() - size;
    let suffix = psl::suffix(folded).map(|suffix| &name[end(suffix.as_bytes().len())..]);
    let Some(registered) = psl::domain(folded).map(|d| end(d.as_bytes().len())) else {
        return (None, None, suffix);
    };
    let subdomain = registered.checked_sub(1).map(|dot| &name[..dot]);
    (Some(&name[registered..]), subdomain, suffix)
}

/// The time as text: six digits behind the point, or nine when there are nanoseconds.
fn time_text(nanoseconds: u64, text: &mut [u8; 30]) -> &str {
    let (seconds, mut fraction) = (nanoseconds / GIGA, nanoseconds % GIGA);
    let (days, of_day) = (seconds / 86_400, seconds % 86_400);
    // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", for days since 1970.
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let size = if fraction % 1_000 == 0 {
        fraction /= 1_000;
        27
    } else {
        30
    };
    let mut put = |from: usize, to: usize, mut number: u64| {
        for digit in text[from..to].iter_mut().rev() {
            *digit = b'0' + (number % 10) as u8;
            number /= 10;
        }
    };
    put(0, 4, year);
    put(5, 7, month);
    put(8, 10, day);
    put(11, 13, of_day / 3_600);
    put(14, 16, of_day / 60 % 60);
    put(17, 19, of_day % 60);
    put(20, size - 1, fraction);
    for (at, mark) in [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':'), (19, b'.')] {
        text[at] = mark;
    }
    text[size - 1] = b'Z';
    std::str::from_utf8(&text[..size]).expect("digits")
}

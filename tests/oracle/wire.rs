//! Resource records in wire format as base64, by plain code: names, addresses, mail exchanges and
//! texts, and the bytes of types that nobody defined.

use std::net::{Ipv4Addr, Ipv6Addr};

/// What a text is.
#[derive(Debug, PartialEq)]
pub(crate) enum Wire {
    Record(Record),
    /// No record.
    Wrong,
    /// A record of a type that this reading does not know.
    Unknown,
}

/// A record, with its data in presentation form.
#[derive(Debug, PartialEq)]
pub(crate) struct Record {
    pub(crate) name: String,
    pub(crate) rr_type: u16,
    pub(crate) class: u16,
    pub(crate) ttl: u32,
    pub(crate) data: String,
}

/// The record in a base64 text.
pub(crate) fn read(text: &str) -> Wire {
    base64(text).map_or(Wire::Wrong, |bytes| read_bytes(&bytes))
}

/// The record that is all of `bytes`.
pub(crate) fn read_bytes(bytes: &[u8]) -> Wire {
    let head = name(bytes).and_then(|(name, rest)| Some((name, rest.split_at_checked(10)?)));
    let Some((name, (head, data))) = head else { return Wire::Wrong };
    let number = |at: usize| u16::from_be_bytes([head[at], head[at + 1]]);
    let (rr_type, class) = (number(0), number(2));
    let ttl = u32::from(number(4)) << 16 | u32::from(number(6));
    if usize::from(number(8)) != data.len() {
        return Wire::Wrong;
    }
    let known = [1, 2, 5, 12, 15, 16, 28, 39].contains(&rr_type);
    let defined_elsewhere = (1..=261).contains(&rr_type) || rr_type >= 32768;
    if !known && defined_elsewhere && rr_type < 65280 {
        return Wire::Unknown;
    }
    match presentation(rr_type, class, data) {
        Some(data) => Wire::Record(Record { name, rr_type, class, ttl, data }),
        None => Wire::Wrong,
    }
}

fn presentation(rr_type: u16, class: u16, data: &[u8]) -> Option<String> {
    match rr_type {
        1 if class == 1 => Some(Ipv4Addr::from(<[u8; 4]>::try_from(data).ok()?).to_string()),
        28 if class == 1 => Some(Ipv6Addr::from(<[u8; 16]>::try_from(data).ok()?).to_string()),
        2 | 5 | 12 | 39 => only_name(data),
        15 => {
            let exchange = only_name(data.get(2..)?)?;
            Some(format!("{} {exchange}", u16::from_be_bytes([data[0], data[1]])))
        }
        16 => texts(data),
        _ if data.is_empty() => Some("\\# 0".to_owned()),
        _ => {
            let hex: String = data.iter().map(|byte| format!("{byte:02x}")).collect();
            Some(format!("\\# {} {hex}", data.len()))
        }
    }
}

/// The name at the beginning of `bytes`, with its final dot, and what is behind it.
fn name(mut bytes: &[u8]) -> Option<(String, &[u8])> {
    let (mut text, mut length) = (String::new(), 1);
    loop {
        let (size, rest) = bytes.split_first()?;
        if *size == 0 {
            return Some((if text.is_empty() { ".".to_owned() } else { text }, rest));
        }
        let (label, rest) = rest.split_at_checked(usize::from(*size)).filter(|_| *size < 64)?;
        length += 1 + label.len();
        if length > 255 {
            return None;
        }
        text += &label.iter().map(|byte| escaped(*byte, "\".;()@$\\", '!')).collect::<String>();
        text.push('.');
        bytes = rest;
    }
}

fn only_name(bytes: &[u8]) -> Option<String> {
    name(bytes).filter(|(_, rest)| rest.is_empty()).map(|(name, _)| name)
}

fn texts(mut bytes: &[u8]) -> Option<String> {
    let mut texts = Vec::new();
    while let Some((size, rest)) = bytes.split_first() {
        let (text, rest) = rest.split_at_checked(usize::from(*size))?;
        let text: String = text.iter().map(|byte| escaped(*byte, "\"\\", ' ')).collect();
        texts.push(format!("\"{text}\""));
        bytes = rest;
    }
    (!texts.is_empty()).then(|| texts.join(" "))
}

/// A byte in a text: those of `special` behind a backslash, those before `first` and behind `~` as
/// numbers.
fn escaped(byte: u8, special: &str, first: char) -> String {
    match char::from(byte) {
        char if special.contains(char) => format!("\\{char}"),
        char if (first..='~').contains(&char) => char.to_string(),
        _ => format!("\\{byte:03}"),
    }
}

/// The bytes of a base64 text (RFC 4648, section 4): with all its padding, and no bits left over.
pub(crate) fn base64(text: &str) -> Option<Vec<u8>> {
    const DIGITS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits = text.trim_end_matches('=');
    let padding = text.len() - digits.len();
    if text.len() % 4 > 0 || padding > 2 {
        return None;
    }
    let bits: Option<String> =
        digits.chars().map(|digit| Some(format!("{:06b}", DIGITS.find(digit)?))).collect();
    let bits = bits?;
    let (whole, rest) = bits.split_at(bits.len() / 8 * 8);
    if rest.contains('1') {
        return None;
    }
    let byte = |bits: &[u8]| u8::from_str_radix(std::str::from_utf8(bits).ok()?, 2).ok();
    whole.as_bytes().chunks(8).map(byte).collect()
}

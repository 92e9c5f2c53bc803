//! Numbers, truth values and times in the forms in which records bring them.

use crate::long_way::long_way;
use crate::msgpack::{Part, Reader, Value, marker};
use crate::timestamp::Time;

/// An integer of at most 64 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Integer {
    Uint(u64),
    /// Below zero.
    Int(i64),
}

/// The integer in an encoded value: an integer, a float without a fraction, or digits in a string.
#[inline]
pub(crate) fn integer(raw: &[u8]) -> Option<Integer> {
    if let [small @ 0..=0x7f] = *raw {
        return Some(Integer::Uint(small.into()));
    }
    any_integer(raw)
}

fn any_integer(raw: &[u8]) -> Option<Integer> {
    long_way!("integer that is not small");
    match Reader::new(raw, 0).value().ok()? {
        Value::Uint(number) => Some(Integer::Uint(number)),
        Value::Int(number) => Some(Integer::Int(number)),
        Value::Float(number) => whole(number),
        Value::Str(text) | Value::Bin(text) => digits(text),
        _ => None,
    }
}

/// The integer of 16 bits in an encoded value.
#[inline]
pub(crate) fn integer16(raw: &[u8]) -> Option<u16> {
    match integer(raw)? {
        Integer::Uint(number) => u16::try_from(number).ok(),
        Integer::Int(_) => None,
    }
}

/// As [`integer16`], of a value that is a part of a longer slice.
#[inline(always)]
pub(crate) fn integer16_part(value: Part<'_>) -> Option<u16> {
    match value.first() {
        Some(small @ 0..=0x7f) => Some(small.into()),
        _ => {
            long_way!("code that is not small");
            integer16(value.bytes())
        }
    }
}

fn whole(number: f64) -> Option<Integer> {
    /// 2^63, from which on a double stands for no one integer of 64 bits and a sign.
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if number.fract() != 0.0 || number.abs() >= LIMIT {
        return None;
    }
    let number = number as i64;
    Some(u64::try_from(number).map_or(Integer::Int(number), Integer::Uint))
}

fn digits(text: &[u8]) -> Option<Integer> {
    if !text.strip_prefix(b"-").unwrap_or(text).iter().all(u8::is_ascii_digit) {
        return None;
    }
    let text = std::str::from_utf8(text).ok()?;
    match text.parse() {
        Ok(number) => Some(Integer::Uint(number)),
        Err(_) => match text.parse::<i64>().ok()? {
            number @ ..0 => Some(Integer::Int(number)),
            _ => Some(Integer::Uint(0)), // "-0"
        },
    }
}

/// The truth value in an encoded value: a bool, `true` or `false` in a string, or the numbers 1
/// and 0.
#[inline]
pub(crate) fn boolean(raw: &[u8]) -> Option<bool> {
    match *raw {
        [marker::TRUE] => return Some(true),
        [marker::FALSE] => return Some(false),
        _ => {}
    }
    any_boolean(raw)
}

fn any_boolean(raw: &[u8]) -> Option<bool> {
    long_way!("truth value of another form");
    match Reader::new(raw, 0).value().ok()? {
        Value::Str(text) | Value::Bin(text) if text.eq_ignore_ascii_case(b"true") => Some(true),
        Value::Str(text) | Value::Bin(text) if text.eq_ignore_ascii_case(b"false") => Some(false),
        Value::Uint(number) => one_or_zero(number),
        Value::Float(number) => match whole(number)? {
            Integer::Uint(number) => one_or_zero(number),
            Integer::Int(_) => None,
        },
        _ => None,
    }
}

fn one_or_zero(number: u64) -> Option<bool> {
    match number {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    }
}

/// The time in an encoded value: an integer, a float, or text of either or of RFC 3339.
#[inline]
pub(crate) fn time(raw: &[u8]) -> Option<Time> {
    // The form that Logpush's `unixnano` takes.
    if let [marker::UINT64, ref number @ ..] = *raw {
        return number
            .first_chunk()
            .and_then(|number| Time::from_uint(u64::from_be_bytes(*number)));
    }
    long_way!("time of another form");
    match Reader::new(raw, 0).value().ok()? {
        Value::Uint(number) => Time::from_uint(number),
        Value::Int(number) => Time::from_integer(number.into()),
        Value::Float(seconds) => Time::from_float(seconds),
        Value::Str(text) | Value::Bin(text) => Time::from_text(text),
        _ => None,
    }
}

//! Times, beside the oracle's reading of them and jiff's.

use flb_filter_cloudflare_dns::timestamp::{Fraction, Time, TimeFormat};
use jiff::Timestamp;

use crate::bytes::Bytes;
use crate::oracle::time::{self, SECOND};
use crate::oracle::value::Val;

/// A kind of value, and the value.
pub fn times(input: &[u8]) {
    let mut bytes = Bytes::new(input);
    match bytes.byte() {
        0 => unsigned(bytes.u64()),
        1 => signed(bytes.u64().cast_signed()),
        2 => float(f64::from_bits(bytes.u64())),
        3 => parts(bytes.u64().cast_signed(), bytes.u64() as u32),
        _ => text(bytes.rest()),
    }
}

fn nanoseconds(time: Time) -> i128 {
    i128::from(time.seconds()) * SECOND + i128::from(time.nanoseconds())
}

/// Compares a time with the oracle's, and what is written of it.
fn check(read: Option<Time>, value: &Val) {
    assert_eq!(read.map(nanoseconds), time::parse(value), "{value:?}");
    if let Some(time) = read {
        written(time);
    }
}

fn unsigned(number: u64) {
    let value = Val::Int(number.into());
    check(Time::from_uint(number), &value);
    check(Time::from_integer(number.into()), &value);
    check(Time::from_text(number.to_string().as_bytes()), &value);
}

fn signed(number: i64) {
    let value = Val::Int(number.into());
    check(Time::from_integer(number.into()), &value);
    check(Time::from_text(number.to_string().as_bytes()), &value);
}

fn float(number: f64) {
    check(Time::from_float(number), &Val::Float(number));
}

fn parts(seconds: i64, nanoseconds: u32) {
    let whole = (-62_135_596_800..253_402_300_800).contains(&seconds) && nanoseconds < 1 << 30;
    let time = Time::new(seconds, nanoseconds);
    assert_eq!(time.is_some(), whole && i128::from(nanoseconds) < SECOND);
    if let Some(time) = time {
        assert_eq!((time.seconds(), time.nanoseconds()), (seconds, nanoseconds));
        written(time);
    }
}

fn text(text: &[u8]) {
    let read = Time::from_text(text);
    let Ok(text) = std::str::from_utf8(text) else {
        assert_eq!(read, None, "no text");
        return;
    };
    check(read, &text.into());
    let Some(time) = read.filter(|_| text.get(4..5) == Some("-")) else { return };
    // jiff takes no more than nine digits of a fraction, and its times end a day earlier.
    let digits = text.bytes().skip(20).take_while(u8::is_ascii_digit).count();
    let seconds = Timestamp::MIN.as_second()..=Timestamp::MAX.as_second();
    if (text.get(19..20) == Some(".") && digits > 9) || !seconds.contains(&time.seconds()) {
        return;
    }
    let theirs: Timestamp = text.parse().unwrap_or_else(|error| panic!("{text:?}: {error}"));
    assert_eq!(theirs.as_nanosecond(), nanoseconds(time), "{text:?}");
}

/// The text of a time, as `format` writes it.
fn text_of(format: &mut TimeFormat, time: Time) -> String {
    let (to_second, fraction) = format.format(time);
    let fraction = match &fraction {
        Fraction::Micros(digits) => &digits[..],
        Fraction::Nanos(digits) => &digits[..],
    };
    String::from_utf8([&to_second[..], fraction].concat()).expect("ASCII")
}

/// Compares the text of a time with the oracle's and with jiff's; it reads as the same time.
fn written(time: Time) {
    let text = text_of(&mut TimeFormat::default(), time);
    assert_eq!(text, time::format(nanoseconds(time)));
    assert_eq!(Time::from_text(text.as_bytes()), Some(time), "{text}");
    if let Ok(theirs) = Timestamp::from_nanosecond(nanoseconds(time)) {
        let digits = if time.nanoseconds() % 1_000 > 0 { "%9f" } else { "%6f" };
        let theirs = theirs.strftime(&format!("%Y-%m-%dT%H:%M:%S.{digits}Z")).to_string();
        assert_eq!(text, theirs);
    }
    // What was written before changes nothing.
    for earlier in [0, 1, 86_399, 86_400] {
        let Some(before) = Time::new(time.seconds() - earlier, 1) else { continue };
        let mut format = TimeFormat::default();
        text_of(&mut format, before);
        assert_eq!(text_of(&mut format, time), text, "{earlier} seconds after {before:?}");
    }
}

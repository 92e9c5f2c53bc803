//! Points in time: read in every form that Cloudflare and Fluent Bit use, and written for ECS.
//!
//! A time is whole seconds since 1970 and nanoseconds, in the years 0001 to 9999. Nanoseconds
//! never go through a double. The calendar is the `time` crate's; the forms read are those of
//! Logpush's `timestamp_format` (`unix`, `unixnano`, `rfc3339` and its fractions) and of
//! RFC 3339, section 5.6.

#![forbid(unsafe_code)]

use std::fmt::Write as _;

use time::{Date, Month};

use crate::long_way::long_way;

/// Nanoseconds in a second.
const GIGA: u32 = 1_000_000_000;
const SECONDS_PER_DAY: i64 = 86_400;
/// The Julian day that begins (at noon) on 1970-01-01.
const JULIAN_DAY_1970: i64 = 2_440_588;
/// 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z.
const SECONDS: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;

/// A point in time, UTC, in the years 0001 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time {
    seconds: i64,
    nanoseconds: u32,
}

impl Time {
    /// A time from seconds since 1970 and nanoseconds after them; `None` outside 0001–9999 or
    /// when the nanoseconds make a second.
    #[inline]
    pub fn new(seconds: i64, nanoseconds: u32) -> Option<Self> {
        (SECONDS.contains(&seconds) && nanoseconds < GIGA).then_some(Self { seconds, nanoseconds })
    }

    /// Whole seconds since 1970, rounded down.
    pub fn seconds(self) -> i64 {
        self.seconds
    }

    /// Nanoseconds after [`Time::seconds`], below 10^9.
    pub fn nanoseconds(self) -> u32 {
        self.nanoseconds
    }

    /// A time from an integer, its unit told by its absolute value: below 10^11 seconds, 10^14
    /// milliseconds, 10^17 microseconds, else nanoseconds.
    #[inline]
    pub fn from_uint(number: u64) -> Option<Self> {
        let (per_second, nanoseconds_each) = match number {
            0..100_000_000_000 => (1, GIGA),
            100_000_000_000..100_000_000_000_000 => (1_000, 1_000_000),
            100_000_000_000_000..100_000_000_000_000_000 => (1_000_000, 1_000),
            _ => {
                // The common case, with a divisor that is known when compiling.
                let (seconds, rest) = (number / u64::from(GIGA), number % u64::from(GIGA));
                return Self::new(seconds as i64, rest as u32);
            }
        };
        let rest = (number % per_second) as u32;
        Self::new((number / per_second) as i64, rest.wrapping_mul(nanoseconds_each))
    }

    /// As [`Time::from_uint`], for negative integers and those beyond 64 bits too.
    pub fn from_integer(number: i128) -> Option<Self> {
        Self::from_nanoseconds(number.checked_mul(Unit::of(number).nanoseconds())?)
    }

    /// As [`Time::from_uint`], from a double, by its shortest decimal text.
    pub fn from_float(number: f64) -> Option<Self> {
        Self::from_short_text(number, None)
    }

    /// A time from seconds in a double, however many, by its shortest decimal text.
    pub fn from_float_seconds(seconds: f64) -> Option<Self> {
        Self::from_short_text(seconds, Some(Unit::Seconds))
    }

    fn from_short_text(number: f64, unit: Option<Unit>) -> Option<Self> {
        /// As nanoseconds beyond the year 9999.
        const TOO_LARGE: f64 = 1e21;
        if number.abs() >= TOO_LARGE {
            return None;
        }
        let mut text = ShortText::default();
        write!(text, "{number}").ok()?;
        Self::from_decimal(text.as_bytes(), unit)
    }

    /// A time from text: an integer or decimal in digits, or RFC 3339.
    pub fn from_text(text: &[u8]) -> Option<Self> {
        if text.get(4) == Some(&b'-') {
            Self::from_rfc3339(text)
        } else {
            Self::from_decimal(text, None)
        }
    }

    /// A time from digits with or without a fraction, in `unit` or in the one that their size tells;
    /// what is below a nanosecond is cut.
    fn from_decimal(text: &[u8], unit: Option<Unit>) -> Option<Self> {
        let (negative, digits) = match text.split_first() {
            Some((b'-', digits)) => (true, digits),
            _ => (false, text),
        };
        let mut parts = digits.splitn(2, |&byte| byte == b'.');
        let whole = i128::try_from(decimal(parts.next()?)?).ok()?;
        let each = unit.unwrap_or(Unit::of(whole)).nanoseconds();
        let billionths = parts.next().map_or(Some(0), nanoseconds)?;
        let fraction = i128::from(billionths) * each / i128::from(GIGA);
        let number = whole.checked_mul(each)?.checked_add(fraction)?;
        Self::from_nanoseconds(if negative { -number } else { number })
    }

    fn from_nanoseconds(number: i128) -> Option<Self> {
        let seconds = i64::try_from(number.div_euclid(GIGA.into())).ok()?;
        Self::new(seconds, number.rem_euclid(GIGA.into()) as u32)
    }

    /// A time from RFC 3339 text: `T` or a space, any case, any fraction (cut after nine digits),
    /// `:60` as `:59`, and an offset.
    fn from_rfc3339(text: &[u8]) -> Option<Self> {
        let (first, rest) = text.split_first_chunk()?;
        let (second, rest) = rest.split_first_chunk::<8>()?;
        let ([b':', s0, s1], rest) = rest.split_first_chunk()? else { return None };
        let [y0, _, y1, _, _, month, ..] = pairs(*first, *b"0000-00-")?;
        let [d0, d1, b'T' | b't' | b' ', h0, h1, colon, m0, m1] = *second else { return None };
        let [day, _, _, hour, _, _, minute, _] =
            pairs([d0, d1, b'T', h0, h1, colon, m0, m1], *b"00T00:00")?;
        let year = i32::from(y0) * 100 + i32::from(y1);
        // The year as it is written counts, too: an offset could lift the last minutes of 0000.
        let year = (year > 0).then_some(year)?;
        let date = Date::from_calendar_date(year, Month::try_from(month).ok()?, day).ok()?;
        if hour > 23 || minute > 59 {
            return None;
        }
        let (hour, minute) = (i64::from(hour), i64::from(minute));
        let second = i64::from(pair(*s0, *s1).filter(|&second| second <= 60)?).min(59);
        let (nanoseconds, rest) = match rest.split_first() {
            Some((b'.', rest)) => {
                let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
                let (fraction, rest) = rest.split_at_checked(digits)?;
                (billionths(fraction)?, rest)
            }
            _ => (0, rest),
        };
        let day = i64::from(date.to_julian_day()) - JULIAN_DAY_1970;
        let local = day * SECONDS_PER_DAY + (hour * 60 + minute) * 60 + second;
        Self::new(local - offset_seconds(rest)?, nanoseconds)
    }
}

/// What a number counts.
#[derive(Clone, Copy)]
enum Unit {
    Seconds,
    Milliseconds,
    Microseconds,
    Nanoseconds,
}

impl Unit {
    /// What a number of that size counts.
    fn of(number: i128) -> Self {
        match number.unsigned_abs() {
            0..100_000_000_000 => Self::Seconds,
            100_000_000_000..100_000_000_000_000 => Self::Milliseconds,
            100_000_000_000_000..100_000_000_000_000_000 => Self::Microseconds,
            _ => Self::Nanoseconds,
        }
    }

    /// How many nanoseconds one is.
    fn nanoseconds(self) -> i128 {
        match self {
            Self::Seconds => 1_000_000_000,
            Self::Milliseconds => 1_000_000,
            Self::Microseconds => 1_000,
            Self::Nanoseconds => 1,
        }
    }
}

/// `Z`, `+hh:mm` or `-hh:mm`, as seconds east.
fn offset_seconds(text: &[u8]) -> Option<i64> {
    let (sign, digits) = match *text {
        [b'Z' | b'z'] => return Some(0),
        [b'+', h0, h1, b':', m0, m1] => (1, [h0, h1, m0, m1]),
        [b'-', h0, h1, b':', m0, m1] => (-1, [h0, h1, m0, m1]),
        _ => return None,
    };
    let [h0, h1, m0, m1] = digits;
    let (hour, minute) = hour_and_minute([h0, h1], [m0, m1])?;
    Some(sign * (hour * 60 + minute) * 60)
}

fn hour_and_minute([h0, h1]: [u8; 2], [m0, m1]: [u8; 2]) -> Option<(i64, i64)> {
    let hour = pair(h0, h1).filter(|&hour| hour < 24)?;
    let minute = pair(m0, m1).filter(|&minute| minute < 60)?;
    Some((hour.into(), minute.into()))
}

fn pair(tens: u8, ones: u8) -> Option<u8> {
    (tens.is_ascii_digit() && ones.is_ascii_digit()).then(|| (tens - b'0') * 10 + (ones - b'0'))
}

/// The numbers that each two neighbours of `text` write, at the place of the first of them, all at
/// once. Where `form` has a zero, there must be a digit, and elsewhere what it has.
#[inline(always)]
fn pairs(text: [u8; 8], form: [u8; 8]) -> Option<[u8; 8]> {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    let fixed = form.map(|byte| if byte == b'0' { 0xf0 } else { 0xff });
    let digits = u64::from_le_bytes(text) ^ u64::from_le_bytes(form);
    // Each is at most 9: adding 6 does not reach the upper half of its byte.
    let wrong = digits | (digits.wrapping_add(ONES * 6) & (ONES * 0xf0));
    if wrong & u64::from_le_bytes(fixed) != 0 {
        return None;
    }
    Some(digits.wrapping_mul(10).wrapping_add(digits >> 8).to_le_bytes())
}

/// The number that one or more digits write; `None` for anything else, or beyond 128 bits.
fn decimal(digits: &[u8]) -> Option<u128> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0u128, |number, &digit| {
        let digit = digit.is_ascii_digit().then(|| digit - b'0')?;
        number.checked_mul(10)?.checked_add(digit.into())
    })
}

/// The nanoseconds that the digits behind a decimal point write, cut after nine.
fn nanoseconds(fraction: &[u8]) -> Option<u32> {
    fraction.iter().all(u8::is_ascii_digit).then_some(fraction).and_then(billionths)
}

/// As [`nanoseconds`], of what is known to be digits.
#[inline]
fn billionths(digits: &[u8]) -> Option<u32> {
    const DIGITS: usize = 9;
    let (mut number, mut left) = (0, DIGITS);
    for digit in digits.iter().take(DIGITS) {
        number = number * 10 + u32::from(digit & 0xf);
        left -= 1;
    }
    (!digits.is_empty()).then(|| (0..left).fold(number, |number, _| number * 10))
}

/// Text of at most 32 bytes on the stack; a double below 10^21 never needs more to be exact here.
#[derive(Default)]
struct ShortText {
    bytes: [u8; 32],
    len: usize,
}

impl ShortText {
    fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

impl std::fmt::Write for ShortText {
    /// Keeps what fits: the digits cut off stand behind the ninth of a fraction.
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        let room = self.bytes.get_mut(self.len..).unwrap_or_default();
        let kept = text.len().min(room.len());
        room.iter_mut().zip(text.as_bytes()).for_each(|(to, from)| *to = *from);
        self.len += kept;
        Ok(())
    }
}

/// What follows the point in the text of a time, `Z` included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fraction {
    /// Of a time without nanoseconds.
    Micros([u8; 7]),
    /// Of a time with nanoseconds.
    Nanos([u8; 10]),
}

/// Writes times as `2022-07-07T22:42:06.004000Z`, and remembers the last second: in a log, the
/// next time mostly differs in its fraction alone.
#[derive(Debug, Clone)]
pub struct TimeFormat {
    second: i64,
    day: i64,
    /// `....-..-..T..:..:...`; the fraction is not kept: reading bytes back that have just been
    /// written one by one makes the processor wait.
    text: [u8; TimeFormat::TO_SECOND],
}

impl Default for TimeFormat {
    fn default() -> Self {
        Self { second: 0, day: 0, text: *b"1970-01-01T00:00:00." }
    }
}

impl TimeFormat {
    /// The bytes of a time up to the point behind its second.
    pub const TO_SECOND: usize = 20;

    /// The text of `time` in two parts: up to the second, and from the point's first digit on, of
    /// which six digits count, or nine when the time has nanoseconds ([`Fraction`]).
    #[inline(always)]
    pub fn format(&mut self, time: Time) -> (&[u8; TimeFormat::TO_SECOND], Fraction) {
        if time.seconds != self.second {
            self.set_second(time.seconds);
        }
        let (micros, nanos) = (time.nanoseconds / 1_000, time.nanoseconds % 1_000);
        let [p0, p1] = two_digits(micros / 10_000);
        let [p2, p3] = two_digits(micros / 100 % 100);
        let [p4, p5] = two_digits(micros % 100);
        if nanos == 0 {
            return (&self.text, Fraction::Micros([p0, p1, p2, p3, p4, p5, b'Z']));
        }
        let [n0, n1] = two_digits(nanos / 10);
        let n2 = b'0' + (nanos % 10) as u8;
        (&self.text, Fraction::Nanos([p0, p1, p2, p3, p4, p5, n0, n1, n2, b'Z']))
    }

    #[inline(never)]
    fn set_second(&mut self, second: i64) {
        long_way!("second written");
        let day = second.div_euclid(SECONDS_PER_DAY);
        let of_day = second.rem_euclid(SECONDS_PER_DAY) as u32;
        if day != self.day {
            self.set_day(day);
        }
        let [_, _, _, _, _, _, _, _, _, _, _, h0, h1, _, m0, m1, _, s0, s1, ..] = &mut self.text;
        [*h0, *h1] = two_digits(of_day / 3_600);
        [*m0, *m1] = two_digits(of_day / 60 % 60);
        [*s0, *s1] = two_digits(of_day % 60);
        self.second = second;
    }

    fn set_day(&mut self, day: i64) {
        long_way!("day written");
        // `Time` lies in 0001 to 9999, so the day does too; some date stands in for what cannot be.
        let date = i32::try_from(day + JULIAN_DAY_1970)
            .ok()
            .and_then(|julian| Date::from_julian_day(julian).ok())
            .unwrap_or(Date::MIN);
        let year = date.year().unsigned_abs();
        let [y0, y1, y2, y3, _, o0, o1, _, d0, d1, ..] = &mut self.text;
        [*y0, *y1] = two_digits(year / 100 % 100);
        [*y2, *y3] = two_digits(year % 100);
        [*o0, *o1] = two_digits(u8::from(date.month()).into());
        [*d0, *d1] = two_digits(date.day().into());
        self.day = day;
    }
}

#[inline]
fn two_digits(number: u32) -> [u8; 2] {
    [b'0' + (number / 10) as u8, b'0' + (number % 10) as u8]
}

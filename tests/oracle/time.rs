//! Times as nanoseconds since 1970, by plain arithmetic over the civil calendar.

use super::value::Val;

pub(crate) const SECOND: i128 = 1_000_000_000;
const DAY: i128 = 86_400;

/// 0001-01-01T00:00:00Z and the nanosecond before 10000-01-01T00:00:00Z.
fn in_range(time: i128) -> Option<i128> {
    let first = days(1, 1, 1) * DAY * SECOND;
    let past = days(10_000, 1, 1) * DAY * SECOND;
    (first..past).contains(&time).then_some(time)
}

/// Days since 1970-01-01, counted year by year and month by month.
fn days(year: i128, month: i128, day: i128) -> i128 {
    let before = |year: i128| 365 * year + year / 4 - year / 100 + year / 400;
    let to_year = before(year - 1) - before(1969);
    let to_month: i128 = (1..month).map(|month| month_days(year, month)).sum();
    to_year + to_month + day - 1
}

fn month_days(year: i128, month: i128) -> i128 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The time that `value` tells.
pub(crate) fn parse(value: &Val) -> Option<i128> {
    match value {
        Val::Int(number) => in_range(scaled(*number)),
        // Rust prints a double by its shortest digits, and never with an exponent.
        Val::Float(number) if number.is_finite() => text(&format!("{number}")),
        Val::Number(digits) if digits.contains(['e', 'E']) => {
            text(&format!("{}", digits.parse::<f64>().ok()?))
        }
        Val::Number(digits) => text(digits),
        Val::Str(_) | Val::Bin(_) => text(value.text()?),
        _ => None,
    }
}

fn text(text: &str) -> Option<i128> {
    if text.trim_start_matches('-').contains(['-', ':']) {
        return rfc3339(text).and_then(in_range);
    }
    decimal(text, None).and_then(in_range)
}

fn all_digits(text: &str) -> Option<&str> {
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then_some(text)
}

/// The digits of nanoseconds in a unit, which absolute value tells: seconds, milliseconds,
/// microseconds or nanoseconds.
fn digits_of_unit(number: i128) -> usize {
    match number.abs() {
        0..100_000_000_000 => 9,
        100_000_000_000..100_000_000_000_000 => 6,
        100_000_000_000_000..100_000_000_000_000_000 => 3,
        _ => 0,
    }
}

fn scaled(number: i128) -> i128 {
    number.saturating_mul(10i128.pow(digits_of_unit(number) as u32))
}

/// A number with or without a fraction, of which what is below a nanosecond is cut; in that unit,
/// or else in the one that its size tells.
fn decimal(text: &str, unit: Option<usize>) -> Option<i128> {
    let (sign, unsigned) = text.strip_prefix('-').map_or((1, text), |unsigned| (-1i128, unsigned));
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let (whole, fraction) = (all_digits(whole)?, all_digits(fraction)?);
    let size = whole.parse().ok()?;
    let digits = unit.unwrap_or_else(|| digits_of_unit(size));
    let padded = format!("{fraction:0<digits$}");
    sign.checked_mul(format!("{whole}{}", &padded[..digits]).parse().ok()?)
}

/// A fraction's digits, cut after nine.
fn nanoseconds(fraction: &str) -> Option<i128> {
    let padded = format!("{:0<9}", all_digits(fraction)?);
    padded[..9].parse().ok()
}

fn rfc3339(text: &str) -> Option<i128> {
    let text = text.to_ascii_uppercase();
    let number =
        |from: usize, to: usize| -> Option<i128> { all_digits(text.get(from..to)?)?.parse().ok() };
    let is = |at: usize, one_of: &str| text.get(at..=at).is_some_and(|byte| one_of.contains(byte));
    if !(is(4, "-") && is(7, "-") && is(10, "T ") && is(13, ":") && is(16, ":")) {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, mut second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let mut rest = text.get(19..)?;
    let mut fraction = 0;
    if let Some(behind) = rest.strip_prefix('.') {
        let end = behind.find(|c: char| !c.is_ascii_digit())?;
        fraction = nanoseconds(&behind[..end])?;
        rest = &behind[end..];
    }
    if second == 60 {
        second = 59;
    }
    let date = (1..=12).contains(&month) && (1..=month_days(year, month)).contains(&day);
    if year < 1 || !date || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let offset = offset(rest)?;
    let seconds = days(year, month, day) * DAY + hour * 3600 + minute * 60 + second - offset;
    Some(seconds * SECOND + fraction)
}

/// `Z`, or hours and minutes east of Greenwich, in seconds.
fn offset(text: &str) -> Option<i128> {
    if text == "Z" {
        return Some(0);
    }
    let sign = match text.get(..1)? {
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let (hours, minutes) = text.get(1..)?.split_once(':')?;
    if hours.len() != 2 || minutes.len() != 2 {
        return None;
    }
    let (hours, minutes): (i128, i128) =
        (all_digits(hours)?.parse().ok()?, all_digits(minutes)?.parse().ok()?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

/// `2022-07-07T22:42:06.004000Z`: six digits, nine when the time has nanoseconds.
pub(crate) fn format(time: i128) -> String {
    let (seconds, nanoseconds) = (time.div_euclid(SECOND), time.rem_euclid(SECOND));
    let (mut day, second) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
    let mut year = 1970;
    while day < 0 {
        year -= 1;
        day += days(year + 1, 1, 1) - days(year, 1, 1);
    }
    while day >= days(year + 1, 1, 1) - days(year, 1, 1) {
        day -= days(year + 1, 1, 1) - days(year, 1, 1);
        year += 1;
    }
    let mut month = 1;
    while day >= month_days(year, month) {
        day -= month_days(year, month);
        month += 1;
    }
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let fraction = if nanoseconds % 1000 == 0 {
        format!("{:06}", nanoseconds / 1000)
    } else {
        format!("{nanoseconds:09}")
    };
    format!("{year:04}-{month:02}-{:02}T{hour:02}:{minute:02}:{second:02}.{fraction}Z", day + 1)
}

/// The time of an event's header.
pub(crate) fn of_event(time: &Val) -> Option<i128> {
    match time {
        Val::Ext(0, payload) if payload.len() == 8 => {
            let part = |at: usize| u32::from_be_bytes(payload[at..at + 4].try_into().expect("4"));
            // Nanoseconds that make a second are none.
            let nanoseconds = Some(i128::from(part(4))).filter(|part| *part < SECOND)?;
            in_range(i128::from(part(0)) * SECOND + nanoseconds)
        }
        Val::Int(seconds) => in_range(seconds.checked_mul(SECOND)?),
        // A host writes seconds, however many.
        Val::Float(seconds) if seconds.is_finite() => {
            decimal(&format!("{seconds}"), Some(9)).and_then(in_range)
        }
        _ => None,
    }
}

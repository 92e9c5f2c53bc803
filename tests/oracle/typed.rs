//! Single values: what a field's value reads as, `None` where it cannot be read.

use std::net::IpAddr;

use super::json;
use super::tables::{self, Kind};
use super::value::Val;

/// A number, or a string of digits.
pub(crate) fn integer(value: &Val) -> Option<i128> {
    match value {
        Val::Int(number) => Some(*number),
        // From 2^63 on, up and down, a double stands for more than one integer.
        Val::Float(number) if number.fract() == 0.0 && number.abs() < (1u64 << 63) as f64 => {
            Some(*number as i128)
        }
        Val::Number(_) => integer(&value.plain()),
        Val::Str(_) | Val::Bin(_) => {
            let text = value.text()?;
            let digits = text.strip_prefix('-').unwrap_or(text);
            let all = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            let number: i128 = text.parse().ok().filter(|_| all)?;
            (i64::MIN.into()..=u64::MAX.into()).contains(&number).then_some(number)
        }
        _ => None,
    }
}

/// A type's or response code's number.
pub(crate) fn code(value: &Val) -> Option<i128> {
    integer(value).filter(|number| (0..=65535).contains(number))
}

/// A response code: its number, or its name in text.
pub(crate) fn response_code(value: &Val) -> Option<i128> {
    code(value).or_else(|| tables::code_named(value.text()?))
}

/// A truth value: a bool, its name in any case, or the numbers 1 and 0.
pub(crate) fn truth(value: &Val) -> Option<bool> {
    match value {
        Val::Bool(truth) => Some(*truth),
        Val::Str(_) | Val::Bin(_) => match value.text()?.to_ascii_lowercase().as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        },
        number => match integer(number)? {
            1 => Some(true),
            0 => Some(false),
            _ => None,
        },
    }
}

/// A value that is kept and cannot be read, in a field that holds no objects: with a map in it, at
/// any depth, it is the text of its JSON.
pub(crate) fn without_maps(value: &Val) -> Val {
    fn has_map(value: &Val) -> bool {
        match value {
            Val::Map(_) => true,
            Val::Array(items) => items.iter().any(has_map),
            _ => false,
        }
    }
    let value = value.plain();
    if has_map(&value) { json::print(&value).into() } else { value }
}

/// An IPv4 or IPv6 address, as it came.
pub(crate) fn address(value: &Val) -> Option<&str> {
    value.text().filter(|text| text.parse::<IpAddr>().is_ok())
}

/// A field's value under `cloudflare`.
pub(crate) fn typed(kind: Kind, value: &Val) -> Option<Val> {
    let each = |kind| match value {
        Val::Array(items) => {
            items.iter().map(|item| typed(kind, item)).collect::<Option<_>>().map(Val::Array)
        }
        _ => None,
    };
    match kind {
        Kind::Text | Kind::Time => value.text().map(Val::from),
        Kind::Int => integer(value).map(Val::Int),
        Kind::Bool => truth(value).map(Val::Bool),
        Kind::Texts => each(Kind::Text),
        Kind::Ints => each(Kind::Int),
        Kind::Objects => match value {
            Val::Array(items) => {
                items.iter().all(|item| matches!(item, Val::Map(_))).then(|| value.plain())
            }
            _ => None,
        },
    }
}

/// A name without its leading and trailing dots; the root stays. An escaped dot is no border.
pub(crate) fn trimmed(name: &str) -> &str {
    let mut rest = name.trim_start_matches('.');
    while rest.ends_with('.') && !is_escaped(rest, rest.len() - 1) {
        rest = &rest[..rest.len() - 1];
    }
    if rest.is_empty() { "." } else { rest }
}

/// Whether the byte at that place stands behind an odd number of backslashes.
fn is_escaped(name: &str, place: usize) -> bool {
    name[..place].bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1
}

/// The labels of a name, between the dots that are not escaped.
pub(crate) fn labels(name: &str) -> Vec<&str> {
    let borders = name.match_indices('.').map(|(place, _)| place);
    let borders: Vec<_> = borders.filter(|place| !is_escaped(name, *place)).collect();
    let starts = [0].into_iter().chain(borders.iter().map(|place| place + 1));
    starts.zip(borders.iter().copied().chain([name.len()])).map(|(a, b)| &name[a..b]).collect()
}

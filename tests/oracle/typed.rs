//! Single values: what a field's value reads as, `None` where it cannot be read.

use std::net::IpAddr;

use super::tables::Kind;
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

/// A truth value, or its name.
pub(crate) fn truth(value: &Val) -> Option<bool> {
    match value {
        Val::Bool(truth) => Some(*truth),
        _ => match value.text()? {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        },
    }
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

/// A name without its leading and trailing dots; the root stays.
pub(crate) fn trimmed(name: &str) -> &str {
    match name.trim_matches('.') {
        "" => ".",
        rest => rest,
    }
}

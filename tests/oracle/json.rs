//! JSON text to a tree and back, with the order, the duplicates and the digits that came.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::value::Val;

/// The members of one JSON object.
struct Members(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

/// The value of `text`, when it is exactly one JSON value with nothing but white space around.
pub(crate) fn parse(text: &str) -> Option<Val> {
    let raw: Box<RawValue> = serde_json::from_str(text).ok()?;
    let text = raw.get();
    Some(match text.as_bytes().first()? {
        b'n' => Val::Nil,
        b't' => Val::Bool(true),
        b'f' => Val::Bool(false),
        b'"' => Val::from(serde_json::from_str::<String>(text).ok()?),
        b'[' => {
            let items: Vec<Box<RawValue>> = serde_json::from_str(text).ok()?;
            Val::Array(items.iter().map(|item| parse(item.get())).collect::<Option<_>>()?)
        }
        b'{' => {
            let members: Members = serde_json::from_str(text).ok()?;
            let pairs = members.0.into_iter();
            let pairs = pairs.map(|(name, value)| Some((Val::from(name), parse(value.get())?)));
            Val::Map(pairs.collect::<Option<_>>()?)
        }
        _ => number(text),
    })
}

/// An integer that fits; a number with a fraction or an exponent as it was written; text where
/// no number of MessagePack comes near.
fn number(digits: &str) -> Val {
    let is_integer = !digits.contains(['.', 'e', 'E']);
    match (is_integer, digits.parse::<i128>()) {
        (true, Ok(number)) if (i64::MIN.into()..=u64::MAX.into()).contains(&number) => {
            Val::Int(number)
        }
        (false, _) if digits.parse::<f64>().is_ok_and(f64::is_finite) => {
            Val::Number(digits.to_owned())
        }
        _ => digits.into(),
    }
}

/// The object of `text`, when it is exactly one JSON object. Before it may be a byte order mark,
/// behind it NULs and one comma, and white space anywhere around.
pub(crate) fn parse_object(text: &str) -> Option<Val> {
    const SPACE: [char; 4] = [' ', '\t', '\r', '\n'];
    let text = text.trim_start_matches(SPACE);
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let past = [&SPACE[..], &['\0']].concat();
    let text = text.trim_end_matches(&past[..]);
    let text = text.strip_suffix(',').unwrap_or(text).trim_end_matches(&past[..]);
    parse(text).filter(|value| matches!(value, Val::Map(_)))
}

/// Compact JSON: bin as a string, bad UTF-8 as U+FFFD, NaN and Inf as null, ext as hex; a key that
/// is no string as the text of its JSON.
pub(crate) fn print(value: &Val) -> String {
    let list = |items: Vec<String>| items.join(",");
    match value {
        Val::Nil => "null".to_owned(),
        Val::Bool(truth) => truth.to_string(),
        Val::Int(number) => number.to_string(),
        Val::Float(number) => serde_json::to_string(number).expect("a number"),
        Val::Number(digits) => digits.clone(),
        Val::Str(text) | Val::Bin(text) => quoted(&String::from_utf8_lossy(text)),
        Val::Ext(_, payload) => {
            quoted(&payload.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
        }
        Val::Array(items) => format!("[{}]", list(items.iter().map(print).collect())),
        Val::Map(pairs) => {
            let name = |key: &Val| match key {
                Val::Str(_) | Val::Bin(_) | Val::Ext(..) => print(key),
                _ => quoted(&print(key)),
            };
            let member = |(key, value): &(Val, Val)| format!("{}:{}", name(key), print(value));
            format!("{{{}}}", list(pairs.iter().map(member).collect()))
        }
    }
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a string")
}

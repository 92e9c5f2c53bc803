//! An example of a field that could not be read, for a line in a log.

use std::fmt;

use super::error_message::Reason;
use crate::msgpack::{Reader, Value};
use crate::source::Field;

/// A field that could not be read: which, why, and the beginning of its value.
#[derive(Debug, Clone, Copy)]
pub struct Unreadable {
    field: Field,
    reason: Reason,
    value: Excerpt,
}

/// What a log line shows of a value.
#[derive(Debug, Clone, Copy)]
enum Excerpt {
    Text {
        bytes: [u8; Excerpt::LONGEST],
        len: usize,
        is_whole: bool,
    },
    Bool(bool),
    Uint(u64),
    Int(i64),
    Float(f64),
    /// Anything else, by its kind.
    Kind(&'static str),
}

impl Unreadable {
    /// The field with its encoded value.
    pub fn new(field: Field, reason: Reason, value: &[u8]) -> Self {
        Self { field, reason, value: Excerpt::of(value) }
    }
}

impl Excerpt {
    const LONGEST: usize = 64;

    fn of(value: &[u8]) -> Self {
        match Reader::new(value, 0).value() {
            Ok(Value::Str(text) | Value::Bin(text)) => {
                let mut bytes = [0; Self::LONGEST];
                bytes.iter_mut().zip(text).for_each(|(to, from)| *to = *from);
                let len = text.len().min(Self::LONGEST);
                Self::Text { bytes, len, is_whole: len == text.len() }
            }
            Ok(Value::Bool(truth)) => Self::Bool(truth),
            Ok(Value::Uint(number)) => Self::Uint(number),
            Ok(Value::Int(number)) => Self::Int(number),
            Ok(Value::Float(number)) => Self::Float(number),
            Ok(Value::Array(_)) => Self::Kind("an array"),
            Ok(Value::Map(_)) => Self::Kind("an object"),
            Ok(Value::Ext(..)) => Self::Kind("an extension"),
            Ok(Value::Nil) | Err(_) => Self::Kind("nothing"),
        }
    }
}

/// `SourceIP: not an IP address: "localhost"`.
impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: ", self.field.name(), self.reason.text())?;
        match &self.value {
            Excerpt::Text { bytes, len, is_whole } => {
                f.write_str("\"")?;
                for chunk in bytes.get(..*len).unwrap_or_default().utf8_chunks() {
                    write!(f, "{}", chunk.valid().escape_debug())?;
                    if !chunk.invalid().is_empty() {
                        f.write_str("\u{fffd}")?;
                    }
                }
                f.write_str(if *is_whole { "\"" } else { "\"..." })
            }
            Excerpt::Bool(truth) => write!(f, "{truth}"),
            Excerpt::Uint(number) => write!(f, "{number}"),
            Excerpt::Int(number) => write!(f, "{number}"),
            Excerpt::Float(number) => write!(f, "{number}"),
            Excerpt::Kind(kind) => f.write_str(kind),
        }
    }
}

//! MessagePack as JSON text, by serde_json, without a document tree in between.

use std::fmt::{self, Write as _};
use std::io::{self, Write as _};

use serde::ser::{Error, Serialize, SerializeMap, SerializeSeq, Serializer};

use super::reader::{Reader, Value, array_items, map_pairs};
use super::writer::Writer;

/// Containers nested deeper than this have no JSON. Fluent Bit's own decoder (msgpack-c) gives up at
/// the same depth.
pub const DEEPEST: usize = 32;

/// An encoded value that serializes as the JSON closest to it: bin as a string, bad UTF-8 as
/// U+FFFD, NaN and infinities as null, an extension as the hex digits of its payload, and a map's
/// key that is no string as the text of its JSON.
#[derive(Debug, Clone, Copy)]
pub struct AsJson<'a>(&'a [u8]);

impl<'a> AsJson<'a> {
    /// The value that begins with the first byte of `raw`; `None` when it has no JSON: it is nested
    /// deeper than [`DEEPEST`], is malformed, or has a container in the key of a container in a key.
    /// The serializer meets no error then: serde_json takes memory for one.
    pub fn new(raw: &'a [u8]) -> Option<Self> {
        has_json(raw, 0, false).then_some(Self(raw))
    }
}

/// Whether a value with `depth` containers around it has JSON. A container as a key inside of such a
/// key (`in_key`) has none: each level of text in text would double the backslashes of the one before.
fn has_json(raw: &[u8], depth: usize, in_key: bool) -> bool {
    match Reader::new(raw, 0).value() {
        Ok(Value::Array(_)) => {
            let mut items = array_items(raw).into_iter().flatten();
            depth < DEEPEST && items.all(|item| has_json(item, depth + 1, in_key))
        }
        Ok(Value::Map(_)) => {
            let mut pairs = map_pairs(raw).into_iter().flatten();
            let pair_has_json = |(key, value)| {
                key_has_json(key, depth + 1, in_key) && has_json(value, depth + 1, in_key)
            };
            depth < DEEPEST && pairs.all(pair_has_json)
        }
        value => value.is_ok(),
    }
}

fn key_has_json(raw: &[u8], depth: usize, in_key: bool) -> bool {
    match Reader::new(raw, 0).value() {
        Ok(Value::Array(_) | Value::Map(_)) => !in_key && has_json(raw, depth, true),
        value => value.is_ok(),
    }
}

impl Serialize for AsJson<'_> {
    /// It calls itself for each level, so what needs a frame of its own has one ([`Scalar`],
    /// [`MapKey`]): the host's stack may be small.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value = Reader::new(self.0, 0).value().map_err(|_| S::Error::custom("malformed"))?;
        match value {
            Value::Array(_) => {
                let mut sequence = serializer.serialize_seq(None)?;
                for item in array_items(self.0).into_iter().flatten() {
                    sequence.serialize_element(&Self(item))?;
                }
                sequence.end()
            }
            Value::Map(_) => {
                let mut map = serializer.serialize_map(None)?;
                for (key, value) in map_pairs(self.0).into_iter().flatten() {
                    map.serialize_entry(&MapKey(Self(key)), &Self(value))?;
                }
                map.end()
            }
            scalar => Scalar(scalar).serialize(serializer),
        }
    }
}

/// A value that is no container.
struct Scalar<'a>(Value<'a>);

impl Serialize for Scalar<'_> {
    #[inline(never)]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Nil => serializer.serialize_unit(),
            Value::Bool(truth) => serializer.serialize_bool(truth),
            Value::Uint(number) => serializer.serialize_u64(number),
            Value::Int(number) => serializer.serialize_i64(number),
            Value::Float(number) => serializer.serialize_f64(number),
            Value::Str(text) | Value::Bin(text) => match std::str::from_utf8(text) {
                Ok(text) => serializer.serialize_str(text),
                Err(_) => serializer.collect_str(&Lossy(text)),
            },
            Value::Ext(_, payload) => serializer.collect_str(&Hex(payload)),
            Value::Array(_) | Value::Map(_) => Err(S::Error::custom("a container")),
        }
    }
}

/// A key of a map: always a string in JSON.
struct MapKey<'a>(AsJson<'a>);

impl Serialize for MapKey<'_> {
    #[inline(never)]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match Reader::new(self.0.0, 0).value() {
            Ok(Value::Str(_) | Value::Bin(_) | Value::Ext(..)) => self.0.serialize(serializer),
            _ => serializer.collect_str(&JsonText(self.0)),
        }
    }
}

/// A value's JSON as text.
struct JsonText<'a>(AsJson<'a>);

impl fmt::Display for JsonText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        serde_json::to_writer(ToText(f), &self.0).map_err(|_| fmt::Error)
    }
}

/// Lets serde_json write text, which it hands on in whole characters.
struct ToText<'f, 't>(&'f mut fmt::Formatter<'t>);

impl io::Write for ToText<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = std::str::from_utf8(bytes).map_err(io::Error::other)?;
        self.0.write_str(text).map_err(io::Error::other)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Text with each ill-formed sequence replaced by U+FFFD.
struct Lossy<'a>(&'a [u8]);

impl fmt::Display for Lossy<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.utf8_chunks().try_for_each(|chunk| {
            f.write_str(chunk.valid())?;
            if chunk.invalid().is_empty() { Ok(()) } else { f.write_char('\u{fffd}') }
        })
    }
}

/// Bytes as lower-case hex digits.
struct Hex<'a>(&'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Writes an encoded value's JSON as text; `false` when it has none, or the text has no form in
/// MessagePack, and then what is written means nothing.
pub fn write_json(writer: &mut Writer<'_>, raw: &[u8]) -> bool {
    let Some(value) = AsJson::new(raw) else { return false };
    let start = writer.begin_text();
    let written = serde_json::to_writer(ToWriter(writer), &value);
    let size = writer.position() - start;
    writer.end_text(start);
    written.is_ok() && u32::try_from(size).is_ok()
}

/// Writes an encoded value's bytes as the text of their hex digits.
pub fn write_hex(writer: &mut Writer<'_>, raw: &[u8]) {
    let start = writer.begin_text();
    // It never fails.
    drop(write!(ToWriter(writer), "{}", Hex(raw)));
    writer.end_text(start);
}

/// Lets serde_json write into a [`Writer`], which never fails.
struct ToWriter<'d, 'w>(&'d mut Writer<'w>);

impl io::Write for ToWriter<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.copy(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

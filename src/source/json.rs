//! A record that is JSON text (`key_name`), and JSON text inside a record.
//!
//! serde_json reads; each value is written as MessagePack at once, and the index of the record is
//! filled on the way. No document tree is built.
//!
//! serde_json hands out a number beyond 64 bits, or with a fraction, as a double, and refuses one
//! beyond a double's range. Text that has such a number is read a second time with the numbers as
//! they were written: an integer keeps all its digits (as a string, for MessagePack has no room
//! for it), a time in decimals its nanoseconds.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer as _, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Deserializer;
use serde_json::value::RawValue;

use super::{Field, NameSet, Record, Type};
use crate::memory::{OutOfMemory, lengthen};
use crate::msgpack::{Writer, is_absent};
use crate::timestamp::Time;

/// Text with containers nested deeper than this is refused: Fluent Bit's own decoder gives up at
/// 32, and the mapping may put the value five levels down. It bounds the stack taken, too.
const DEEPEST: usize = 24;
/// Room for the MessagePack of a record beyond the size of its text, to begin with.
const SLACK: usize = 256;

/// Reads JSON records into one reused piece of memory.
#[derive(Debug, Default)]
pub struct JsonRecord {
    bytes: Vec<u8>,
    order: KeyOrder,
}

impl JsonRecord {
    /// The MessagePack that was read last, `size` bytes of it.
    pub fn bytes(&self, size: usize) -> &[u8] {
        self.bytes.get(..size).unwrap_or_default()
    }

    /// Reads `text`, one complete JSON object with nothing but white space around it, and indexes
    /// it. Gives the MessagePack that the index is over; `None` when the text is anything else.
    ///
    /// # Errors
    /// [`OutOfMemory`]; the index means nothing then.
    pub fn read(
        &mut self,
        text: &[u8],
        record: &mut Record,
        watch: &NameSet,
    ) -> Result<Option<&[u8]>, OutOfMemory> {
        let Some(text) = json_text(text, b'{', b'}') else { return Ok(None) };
        let Self { bytes, order } = self;
        write_until_it_fits(bytes, text.len() + SLACK, |writer| {
            let mut numbers = Numbers::Rounded;
            let root = Root { record, watch, writer, order, numbers: &mut numbers };
            if root.read(text).is_some() && numbers == Numbers::Rounded {
                return Some(());
            }
            numbers = Numbers::AsWritten;
            writer.rewind(0, 0);
            Root { record, watch, writer, order, numbers: &mut numbers }.read(text)
        })
    }
}

/// Writes the MessagePack of `text`, one complete JSON array, into `bytes`, and gives it; `None`
/// when the text is anything else.
///
/// # Errors
/// [`OutOfMemory`].
pub fn transcode_array<'b>(
    text: &[u8],
    bytes: &'b mut Vec<u8>,
) -> Result<Option<&'b [u8]>, OutOfMemory> {
    let Some(text) = json_text(text, b'[', b']') else { return Ok(None) };
    let room = text.len() + SLACK;
    write_until_it_fits(bytes, room, |writer| write_as_written(text, None, 0, writer).ok())
}

/// The text, when it is UTF-8 and begins and ends as it should. What does not is told without
/// asking serde_json, whose errors take memory.
fn json_text(text: &[u8], first: u8, last: u8) -> Option<&str> {
    // Not `trim_ascii`: a form feed is no white space in JSON.
    let is_text = |byte: &u8| !matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
    let (start, end) = (text.iter().position(is_text)?, text.iter().rposition(is_text)?);
    let trimmed = text.get(start..=end)?;
    if trimmed.first() != Some(&first) || trimmed.last() != Some(&last) {
        return None;
    }
    std::str::from_utf8(trimmed).ok()
}

/// Calls `write` with a writer over `bytes`, again with more room until what it writes fits.
fn write_until_it_fits(
    bytes: &mut Vec<u8>,
    mut room: usize,
    mut write: impl FnMut(&mut Writer<'_>) -> Option<()>,
) -> Result<Option<&[u8]>, OutOfMemory> {
    loop {
        lengthen(bytes, room)?;
        let mut writer = Writer::new(bytes);
        if write(&mut writer).is_none() {
            return Ok(None);
        }
        match writer.finish() {
            Ok(size) => return Ok(bytes.get(..size)),
            Err(needed) => room = needed,
        }
    }
}

/// What is done with numbers.
#[derive(Clone, Copy, PartialEq)]
enum Numbers {
    /// As serde_json gives them, and none was a double yet.
    Rounded,
    /// A double was met: the text must be read again.
    DoubleMet,
    /// As they were written.
    AsWritten,
}

/// The keys of the record before, which are likely to come again in the same order.
#[derive(Debug)]
struct KeyOrder([Option<Field>; KeyOrder::LONGEST]);

impl KeyOrder {
    /// Keys behind so many are looked up.
    const LONGEST: usize = 128;

    /// The field of that name, which is the key of the pair `pair`.
    #[inline]
    fn field(&mut self, name: &str, pair: usize) -> Option<Field> {
        let Some(place) = self.0.get_mut(pair) else { return Field::named(name.as_bytes()) };
        if !place.is_some_and(|guess| guess.name() == name) {
            *place = Field::named(name.as_bytes());
        }
        *place
    }
}

impl Default for KeyOrder {
    fn default() -> Self {
        Self([None; Self::LONGEST])
    }
}

struct Root<'r, 'w, 'b> {
    record: &'r mut Record,
    watch: &'r NameSet,
    writer: &'w mut Writer<'b>,
    order: &'r mut KeyOrder,
    numbers: &'r mut Numbers,
}

impl Root<'_, '_, '_> {
    fn read(self, text: &str) -> Option<()> {
        let mut deserializer = Deserializer::from_str(text);
        deserializer.deserialize_map(self).ok()?;
        deserializer.end().ok()
    }
}

impl<'de> Visitor<'de> for Root<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { record, watch, writer, order, numbers } = self;
        record.clear(0);
        let mut pairs = 0;
        let opened = writer.open_root_map(usize::MAX);
        loop {
            let name_at = writer.position();
            let key = Key { writer, order, pair: pairs as usize };
            let Some(field) = map.next_key_seed(key)? else { break };
            let start = writer.position();
            match numbers {
                Numbers::AsWritten => {
                    let raw: &RawValue = map.next_value()?;
                    write_as_written(raw.get(), field, 1, writer).map_err(A::Error::custom)?;
                }
                _ => map.next_value_seed(Any { writer, numbers, depth: 1 })?,
            }
            pairs += 1;
            let value = writer.written(start).unwrap_or_default();
            match field {
                Some(field) => record.set(field, start, writer.position(), is_absent(value)),
                None => {
                    let name = writer.written(name_at).and_then(crate::msgpack::text);
                    record.add_foreign(name, value, watch);
                }
            }
        }
        writer.add_members(pairs);
        writer.close_root(opened);
        record.set_pairs(pairs as usize);
        Ok(())
    }
}

/// Writes a key of the record and tells its field.
struct Key<'r, 'w, 'b> {
    writer: &'w mut Writer<'b>,
    order: &'r mut KeyOrder,
    pair: usize,
}

impl<'de> DeserializeSeed<'de> for Key<'_, '_, '_> {
    type Value = Option<Field>;

    fn deserialize<D: serde::Deserializer<'de>>(self, key: D) -> Result<Self::Value, D::Error> {
        key.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_, '_, '_> {
    type Value = Option<Field>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        self.writer.str(name.as_bytes());
        Ok(self.order.field(name, self.pair))
    }
}

/// Writes any value as serde_json gives it.
struct Any<'n, 'w, 'b> {
    writer: &'w mut Writer<'b>,
    numbers: &'n mut Numbers,
    /// The containers around the value.
    depth: usize,
}

impl<'b> Any<'_, '_, 'b> {
    fn inside(&mut self) -> Any<'_, '_, 'b> {
        Any { writer: self.writer, numbers: self.numbers, depth: self.depth + 1 }
    }
}

fn check_depth<E: Error>(depth: usize) -> Result<(), E> {
    if depth < DEEPEST { Ok(()) } else { Err(E::custom("nested too deep")) }
}

impl<'de> DeserializeSeed<'de> for Any<'_, '_, '_> {
    type Value = ();

    #[inline]
    fn deserialize<D: serde::Deserializer<'de>>(self, value: D) -> Result<(), D::Error> {
        value.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Any<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.writer.nil();
        Ok(())
    }

    fn visit_bool<E>(self, truth: bool) -> Result<(), E> {
        self.writer.bool(truth);
        Ok(())
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        self.writer.uint(number);
        Ok(())
    }

    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        self.writer.int(number);
        Ok(())
    }

    fn visit_f64<E>(self, number: f64) -> Result<(), E> {
        *self.numbers = Numbers::DoubleMet;
        self.writer.float(number);
        Ok(())
    }

    #[inline]
    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.writer.str(text.as_bytes());
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        check_depth(self.depth)?;
        let opened = self.writer.open_root_array(usize::MAX);
        while items.next_element_seed(self.inside())?.is_some() {
            self.writer.add_members(1);
        }
        self.writer.close_root(opened);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        check_depth(self.depth)?;
        let opened = self.writer.open_root_map(usize::MAX);
        while map.next_key_seed(self.inside())?.is_some() {
            map.next_value_seed(self.inside())?;
            self.writer.add_members(1);
        }
        self.writer.close_root(opened);
        Ok(())
    }
}

/// Writes the JSON value `text`, its numbers as they were written. `depth` counts the containers
/// around it.
fn write_as_written(
    text: &str,
    field: Option<Field>,
    depth: usize,
    writer: &mut Writer<'_>,
) -> Result<(), serde_json::Error> {
    let text = text.trim_matches([' ', '\t', '\n', '\r']);
    match text.as_bytes().first() {
        Some(b'-' | b'0'..=b'9') => {
            // Refuses what is no number; the value itself is taken from the text.
            serde_json::from_str::<&RawValue>(text)?;
            write_number(text, field, writer);
            return Ok(());
        }
        Some(b'[' | b'{') => check_depth(depth)?,
        _ => {}
    }
    let mut deserializer = Deserializer::from_str(text);
    deserializer.deserialize_any(AsWritten { depth, writer })?;
    deserializer.end()
}

fn write_number(text: &str, field: Option<Field>, writer: &mut Writer<'_>) {
    let is_integer = !text.contains(['.', 'e', 'E']);
    if let (true, Ok(number)) = (is_integer, text.parse()) {
        return writer.uint(number);
    }
    if let (true, Ok(number)) = (is_integer, text.parse()) {
        return writer.int(number);
    }
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() && !is_integer && !rounds_time(text, field, number) => {
            writer.float(number);
        }
        _ => writer.str(text.as_bytes()),
    }
}

/// Whether the double nearest to a time in decimals would be another time.
fn rounds_time(text: &str, field: Option<Field>, number: f64) -> bool {
    let exact = Time::from_text(text.as_bytes());
    field.is_some_and(|field| field.of_type() == Type::Time)
        && exact.is_some()
        && exact != Time::from_float(number)
}

/// Writes any value but a number, and what is in it with the numbers as they were written.
struct AsWritten<'w, 'b> {
    depth: usize,
    writer: &'w mut Writer<'b>,
}

impl<'de> Visitor<'de> for AsWritten<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value but a number")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.writer.nil();
        Ok(())
    }

    fn visit_bool<E>(self, truth: bool) -> Result<(), E> {
        self.writer.bool(truth);
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.writer.str(text.as_bytes());
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let opened = self.writer.open_root_array(usize::MAX);
        while let Some(item) = items.next_element::<&RawValue>()? {
            write_as_written(item.get(), None, self.depth + 1, self.writer)
                .map_err(A::Error::custom)?;
            self.writer.add_members(1);
        }
        self.writer.close_root(opened);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { depth, writer } = self;
        let opened = writer.open_root_map(usize::MAX);
        let mut numbers = Numbers::AsWritten;
        while map.next_key_seed(Any { writer, numbers: &mut numbers, depth })?.is_some() {
            let value: &RawValue = map.next_value()?;
            write_as_written(value.get(), None, depth + 1, writer).map_err(A::Error::custom)?;
            writer.add_members(1);
        }
        writer.close_root(opened);
        Ok(())
    }
}

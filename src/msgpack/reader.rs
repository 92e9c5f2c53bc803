//! A borrowing reader: a position in a byte slice, and the value that stands there.
//!
//! It trusts no declared length: a length is compared with the bytes that are really there
//! before anything is taken ([`declared_end`] leaves that to its caller), nothing is allocated, and [`skip`] needs no stack, however deep
//! a value is nested. A reader that reports [`Malformed`] has not moved past the bad value.

use std::fmt;

use super::format::{ABSENT, HEADS, marker};
use super::part::Part;
use crate::long_way::long_way;

/// The bytes at the position are no complete MessagePack value: cut short, or the reserved byte.
///
/// It does not say where: an offset in every answer of the walk costs 2 % of a record
/// (`benches/instructions.sh`), and whoever walks knows where the last good value ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed;

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not valid MessagePack")
    }
}

impl std::error::Error for Malformed {}

/// One value, or the head of a container whose items follow.
#[derive(Debug, Clone, Copy, PartialEq)]
#[allow(missing_docs, reason = "the specification's own names")]
pub enum Value<'a> {
    Nil,
    Bool(bool),
    /// A non-negative integer of any form.
    Uint(u64),
    /// A negative integer of any form.
    Int(i64),
    Float(f64),
    Str(&'a [u8]),
    Bin(&'a [u8]),
    /// An extension: its type and payload.
    Ext(i8, &'a [u8]),
    /// The head of an array: how many items follow.
    Array(u32),
    /// The head of a map: how many pairs of key and value follow.
    Map(u32),
}

/// A cursor over a byte slice.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// A reader of `bytes` that stands at the offset `at`.
    pub fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at }
    }

    /// The offset of the next value.
    pub fn position(&self) -> usize {
        self.at
    }

    /// Reads one scalar, or the head of one container.
    ///
    /// # Errors
    /// [`Malformed`] when the value is cut short or begins with the reserved byte.
    #[inline]
    pub fn value(&mut self) -> Result<Value<'a>, Malformed> {
        let before = self.at;
        let value = self.value_unrestored();
        if value.is_err() {
            self.at = before;
        }
        value
    }

    #[inline]
    fn value_unrestored(&mut self) -> Result<Value<'a>, Malformed> {
        let [first] = self.array()?;
        Ok(match first {
            0x00..=0x7f => Value::Uint(first.into()),
            marker::FIXMAP..=0x8f => Value::Map((first & 0x0f).into()),
            marker::FIXARRAY..=0x9f => Value::Array((first & 0x0f).into()),
            marker::FIXSTR..=0xbf => Value::Str(self.take((first & 0x1f).into())?),
            marker::NIL => Value::Nil,
            marker::FALSE => Value::Bool(false),
            marker::TRUE => Value::Bool(true),
            marker::BIN8 => Value::Bin(self.sized8()?),
            marker::BIN16 => Value::Bin(self.sized16()?),
            marker::BIN32 => Value::Bin(self.sized32()?),
            marker::EXT8 => {
                let [size] = self.array()?;
                self.extension(size.into())?
            }
            marker::EXT16 => {
                let size = u16::from_be_bytes(self.array()?);
                self.extension(size.into())?
            }
            marker::EXT32 => {
                let size = u32::from_be_bytes(self.array()?);
                self.extension(usize::try_from(size).map_err(|_| Malformed)?)?
            }
            marker::FLOAT32 => Value::Float(f32::from_be_bytes(self.array()?).into()),
            marker::FLOAT64 => Value::Float(f64::from_be_bytes(self.array()?)),
            marker::UINT8 => Value::Uint(u8::from_be_bytes(self.array()?).into()),
            marker::UINT16 => Value::Uint(u16::from_be_bytes(self.array()?).into()),
            marker::UINT32 => Value::Uint(u32::from_be_bytes(self.array()?).into()),
            marker::UINT64 => Value::Uint(u64::from_be_bytes(self.array()?)),
            marker::INT8 => integer(i8::from_be_bytes(self.array()?).into()),
            marker::INT16 => integer(i16::from_be_bytes(self.array()?).into()),
            marker::INT32 => integer(i32::from_be_bytes(self.array()?).into()),
            marker::INT64 => integer(i64::from_be_bytes(self.array()?)),
            marker::FIXEXT1..=marker::FIXEXT16 => self.extension(1 << (first - marker::FIXEXT1))?,
            marker::STR8 => Value::Str(self.sized8()?),
            marker::STR16 => Value::Str(self.sized16()?),
            marker::STR32 => Value::Str(self.sized32()?),
            marker::ARRAY16 => Value::Array(u16::from_be_bytes(self.array()?).into()),
            marker::ARRAY32 => Value::Array(u32::from_be_bytes(self.array()?)),
            marker::MAP16 => Value::Map(u16::from_be_bytes(self.array()?).into()),
            marker::MAP32 => Value::Map(u32::from_be_bytes(self.array()?)),
            marker::NEGATIVE_FIXINT..=0xff => Value::Int((first as i8).into()),
            marker::RESERVED => return Err(Malformed),
        })
    }

    /// Passes over one whole value, containers with all that is in them, and gives its bytes.
    ///
    /// # Errors
    /// [`Malformed`] when the value or anything in it is cut short or reserved.
    #[inline]
    pub fn raw(&mut self) -> Result<&'a [u8], Malformed> {
        let end = skip(self.bytes, self.at)?;
        let raw = self.bytes.get(self.at..end).ok_or(Malformed)?;
        self.at = end;
        Ok(raw)
    }

    #[inline]
    fn take(&mut self, size: usize) -> Result<&'a [u8], Malformed> {
        let end = self.at.checked_add(size).ok_or(Malformed)?;
        let taken = self.bytes.get(self.at..end).ok_or(Malformed)?;
        self.at = end;
        Ok(taken)
    }

    #[inline]
    fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let rest = self.bytes.get(self.at..).ok_or(Malformed)?;
        let array = *rest.first_chunk().ok_or(Malformed)?;
        self.at += N;
        Ok(array)
    }

    fn sized8(&mut self) -> Result<&'a [u8], Malformed> {
        let [size] = self.array()?;
        self.take(size.into())
    }

    fn sized16(&mut self) -> Result<&'a [u8], Malformed> {
        let size = u16::from_be_bytes(self.array()?);
        self.take(size.into())
    }

    fn sized32(&mut self) -> Result<&'a [u8], Malformed> {
        let size = u32::from_be_bytes(self.array()?);
        self.take(usize::try_from(size).map_err(|_| Malformed)?)
    }

    fn extension(&mut self, size: usize) -> Result<Value<'a>, Malformed> {
        let [kind] = self.array()?;
        Ok(Value::Ext(kind as i8, self.take(size)?))
    }
}

fn integer(number: i64) -> Value<'static> {
    u64::try_from(number).map_or(Value::Int(number), Value::Uint)
}

/// The offset behind the value that begins at `at`, containers with all that is in them.
///
/// # Errors
/// [`Malformed`] when anything in the value is cut short or reserved.
#[inline]
pub fn skip(bytes: &[u8], at: usize) -> Result<usize, Malformed> {
    Ok(skip_value(bytes, at)?.0)
}

/// As [`skip`], and whether the value stands for nothing (see [`is_absent`]).
#[inline(always)]
pub fn skip_value(bytes: &[u8], at: usize) -> Result<(usize, bool), Malformed> {
    let (end, absent) = declared_end(bytes, at)?;
    Ok((within(bytes, end)?, absent))
}

/// As [`skip_value`], but the value may be cut short: the caller compares the end with the bytes that
/// are there, once for many values.
///
/// # Errors
/// [`Malformed`] when the value's head is cut short or reserved, or anything in a container is.
#[inline(always)]
#[expect(clippy::indexing_slicing, reason = "the table has a place for each byte")]
pub(crate) fn declared_end(bytes: &[u8], at: usize) -> Result<(usize, bool), Malformed> {
    let first = *bytes.get(at).ok_or(Malformed)?;
    // A table look-up in place of branches: most values tell their size in the first byte.
    let head = HEADS[usize::from(first)];
    if head == 0 {
        return declared_end_of_sized(bytes, at, first);
    }
    Ok((at + usize::from(head & !ABSENT), head & ABSENT != 0))
}

fn declared_end_of_sized(bytes: &[u8], at: usize, first: u8) -> Result<(usize, bool), Malformed> {
    match first {
        marker::STR8 | marker::BIN8 => {
            let size = *bytes.get(at + 1).ok_or(Malformed)?;
            Ok((at + 2 + usize::from(size), size == 0))
        }
        marker::STR16 | marker::BIN16 => {
            let size = bytes.get(at + 1..).and_then(<[u8]>::first_chunk).ok_or(Malformed)?;
            let size = u16::from_be_bytes(*size);
            Ok((at + 3 + usize::from(size), size == 0))
        }
        // An empty one is told by its first byte.
        marker::FIXMAP..=0x9f => Ok((skip_nested(bytes, at)?, false)),
        _ => {
            long_way!("value whose first byte does not tell whether it is empty");
            Ok((skip_nested(bytes, at)?, is_empty(Reader::new(bytes, at))))
        }
    }
}

/// A container owes its items; each item pays one and may add its own. The debt is bounded by the
/// bytes read so far times 2^33, and saturates long after any slice would have ended.
#[expect(clippy::indexing_slicing, reason = "the table has a place for each byte")]
fn skip_nested(bytes: &[u8], mut at: usize) -> Result<usize, Malformed> {
    long_way!("value passed over that is long or nested");
    let mut owed: u64 = 1;
    while owed > 0 {
        owed -= 1;
        let first = *bytes.get(at).ok_or(Malformed)?;
        let (end, items) = match (first, HEADS[usize::from(first)]) {
            (marker::FIXMAP..=0x8f, _) => (at + 1, 2 * u64::from(first & 0x0f)),
            (marker::FIXARRAY..=0x9f, _) => (at + 1, (first & 0x0f).into()),
            (_, 0) => items_of_sized(bytes, at)?,
            (_, head) => (at + usize::from(head & !ABSENT), 0),
        };
        owed = owed.saturating_add(items);
        at = end;
    }
    within(bytes, at)
}

/// The offset behind a scalar or the head of a container, and how many items follow.
fn items_of_sized(bytes: &[u8], at: usize) -> Result<(usize, u64), Malformed> {
    let mut reader = Reader::new(bytes, at);
    let items = match reader.value()? {
        Value::Array(items) => items.into(),
        Value::Map(pairs) => 2 * u64::from(pairs),
        _ => 0,
    };
    Ok((reader.position(), items))
}

#[inline]
fn within(bytes: &[u8], end: usize) -> Result<usize, Malformed> {
    if end <= bytes.len() { Ok(end) } else { Err(Malformed) }
}

/// Whether the encoded value `raw` stands for nothing: nil, an empty string, bin, array or map.
pub fn is_absent(raw: &[u8]) -> bool {
    skip_value(raw, 0).is_ok_and(|(_, absent)| absent)
}

fn is_empty(mut reader: Reader<'_>) -> bool {
    matches!(reader.value(), Ok(Value::Str([]) | Value::Bin([]) | Value::Array(0) | Value::Map(0)))
}

/// Whether containers nest at most `levels` deep in the encoded value `raw`, itself included.
pub fn nests_within(raw: &[u8], levels: usize) -> bool {
    end_within(raw, 0, levels).is_some()
}

/// The offset behind the value that begins at `at`; `None` when containers nest deeper. The stack
/// is bounded by `levels`.
fn end_within(bytes: &[u8], at: usize, levels: usize) -> Option<usize> {
    let mut reader = Reader::new(bytes, at);
    let items = match reader.value().ok()? {
        Value::Array(items) => items.into(),
        Value::Map(pairs) => 2 * u64::from(pairs),
        _ => return Some(reader.at),
    };
    let levels = levels.checked_sub(1)?;
    (0..items).try_fold(reader.at, |at, _| end_within(bytes, at, levels))
}

/// Whether the encoded value `raw` is a map, or has one in it.
pub fn has_map(raw: &[u8]) -> bool {
    let mut reader = Reader::new(raw, 0);
    std::iter::from_fn(|| reader.value().ok()).any(|value| matches!(value, Value::Map(_)))
}

/// The bytes of an encoded string or bin; `None` for any other value.
#[inline]
pub fn text(raw: &[u8]) -> Option<&[u8]> {
    match *raw {
        [first @ marker::FIXSTR..=0xbf, ref rest @ ..] => {
            return rest.get(..usize::from(first & 0x1f));
        }
        [marker::STR8, size, ref rest @ ..] => return rest.get(..usize::from(size)),
        [marker::STR16, a, b, ref rest @ ..] => {
            return rest.get(..usize::from(u16::from_be_bytes([a, b])));
        }
        _ => {}
    }
    long_way!("text of another form");
    match Reader::new(raw, 0).value() {
        Ok(Value::Str(text) | Value::Bin(text)) => Some(text),
        _ => None,
    }
}

/// As [`text`], of a value that is a part of a longer slice.
#[inline(always)]
pub fn text_part(value: Part<'_>) -> Option<Part<'_>> {
    let raw = value.bytes();
    if let [first @ marker::FIXSTR..=0xbf, ..] = *raw {
        return Some(value.within(1, usize::from(first & 0x1f)));
    }
    long_way!("text with a long header");
    let size = text(raw)?.len();
    Some(value.within(raw.len() - size, size))
}

/// The number of pairs of the map that begins at the offset `at`, and the offset of its first key;
/// `None` for any other value.
#[inline(always)]
pub fn map_head(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    if let Some(first @ marker::FIXMAP..=0x8f) = bytes.get(at) {
        return Some((usize::from(first & 0x0f), at + 1));
    }
    long_way!("map of another form");
    let mut reader = Reader::new(bytes, at);
    let Ok(Value::Map(pairs)) = reader.value() else { return None };
    Some((pairs as usize, reader.position()))
}

/// The encoded items of an encoded array; `None` for any other value.
pub fn array_items(raw: &[u8]) -> Option<impl Iterator<Item = &[u8]> + Clone> {
    let mut reader = Reader::new(raw, 0);
    let Ok(Value::Array(items)) = reader.value() else { return None };
    Some((0..items).map_while(move |_| reader.raw().ok()))
}

/// The encoded pairs of key and value of an encoded map; `None` for any other value.
pub fn map_pairs(raw: &[u8]) -> Option<impl Iterator<Item = (&[u8], &[u8])> + Clone> {
    let (pairs, first) = map_head(raw, 0)?;
    let mut reader = Reader::new(raw, first);
    Some((0..pairs).map_while(move |_| Some((reader.raw().ok()?, reader.raw().ok()?))))
}

/// The pairs of key and value in encoded members that stand without the head of their map.
pub fn encoded_pairs(members: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> + Clone {
    let mut reader = Reader::new(members, 0);
    std::iter::from_fn(move || Some((reader.raw().ok()?, reader.raw().ok()?)))
}

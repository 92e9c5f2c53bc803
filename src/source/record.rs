//! The index of one record: where each field's value lies.

use super::key_order::KeyOrder;
use super::{FIELD_COUNT, Field, FieldSet, is_ecs_already};
use crate::msgpack::{Malformed, Reader, Value, is_absent, map_pairs, skip, text};

/// Where one encoded value lies.
#[derive(Debug, Clone, Copy, Default)]
struct Span {
    start: usize,
    end: usize,
}

/// An index over the MessagePack bytes of one record; made once, filled anew for each record.
///
/// It holds offsets and no bytes. A key of Cloudflare's that comes twice counts as it came last.
#[derive(Debug)]
pub struct Record {
    spans: [Span; FIELD_COUNT],
    seen: FieldSet,
    present: FieldSet,
    start: usize,
    pairs: usize,
    unknown: usize,
    watched: bool,
    is_ecs: bool,
    order: KeyOrder,
}

impl Default for Record {
    fn default() -> Self {
        Self {
            spans: [Span::default(); FIELD_COUNT],
            seen: FieldSet::NONE,
            present: FieldSet::NONE,
            start: 0,
            pairs: 0,
            unknown: 0,
            watched: false,
            is_ecs: false,
            order: KeyOrder::new(),
        }
    }
}

impl Record {
    /// Indexes the value at the offset `at` of `bytes`, and gives the offset behind it. A value
    /// that is no map has no fields. `watch` are the names to look for among the foreign keys.
    ///
    /// # Errors
    /// [`Malformed`] when the value is not complete and valid MessagePack.
    #[inline]
    pub fn scan(&mut self, bytes: &[u8], at: usize, watch: &NameSet) -> Result<usize, Malformed> {
        self.clear(at);
        let mut reader = Reader::new(bytes, at);
        let Ok(Value::Map(pairs)) = reader.value() else {
            return skip(bytes, at);
        };
        self.pairs = pairs as usize;
        let mut at = reader.position();
        for _ in 0..pairs {
            at = match self.order.guess_at(bytes, at) {
                Some((field, size)) => {
                    self.order.advance(field);
                    self.set_value(field, bytes, at + size)?
                }
                None => self.scan_unexpected(bytes, at, watch)?,
            };
        }
        Ok(at)
    }

    fn scan_unexpected(
        &mut self,
        bytes: &[u8],
        at: usize,
        watch: &NameSet,
    ) -> Result<usize, Malformed> {
        let value = skip(bytes, at)?;
        let name = bytes.get(at..value).and_then(text);
        if let Some(field) = name.and_then(Field::named) {
            self.order.came(field);
            return self.set_value(field, bytes, value);
        }
        let end = skip(bytes, value)?;
        self.add_foreign(name, bytes.get(value..end).unwrap_or_default(), watch);
        Ok(end)
    }

    #[inline]
    fn set_value(&mut self, field: Field, bytes: &[u8], start: usize) -> Result<usize, Malformed> {
        let end = skip(bytes, start)?;
        let absent = bytes.get(start..end).is_none_or(is_absent);
        self.set(field, start, end, absent);
        Ok(end)
    }

    pub(super) fn clear(&mut self, start: usize) {
        self.seen = FieldSet::NONE;
        self.present = FieldSet::NONE;
        self.start = start;
        self.pairs = 0;
        self.unknown = 0;
        self.watched = false;
        self.is_ecs = false;
        self.order.rewind();
    }

    #[inline]
    #[expect(clippy::indexing_slicing, reason = "one span for each field")]
    pub(super) fn set(&mut self, field: Field, start: usize, end: usize, absent: bool) {
        self.spans[field as usize] = Span { start, end };
        self.seen.insert(field);
        if absent {
            self.present.remove(field);
        } else {
            self.present.insert(field);
        }
    }

    pub(super) fn add_foreign(&mut self, name: Option<&[u8]>, value: &[u8], watch: &NameSet) {
        self.unknown += 1;
        if let Some(name) = name.filter(|name| watch.has(name)) {
            self.watched = true;
            self.is_ecs |= name == b"event" && is_ecs_already(value);
        }
    }

    pub(super) fn set_pairs(&mut self, pairs: usize) {
        self.pairs = pairs;
    }

    pub(super) fn order(&mut self) -> &mut KeyOrder {
        &mut self.order
    }

    /// The keys that came, also those with an empty value.
    #[inline]
    pub fn seen(&self) -> FieldSet {
        self.seen
    }

    /// The fields that are not absent.
    #[inline]
    pub fn present(&self) -> FieldSet {
        self.present
    }

    /// Whether the record was mapped before.
    #[inline]
    pub fn is_ecs(&self) -> bool {
        self.is_ecs
    }

    /// Whether a foreign key was among the names watched for.
    #[inline]
    pub fn has_watched(&self) -> bool {
        self.watched
    }

    /// The number of pairs of key and value, foreign ones included.
    pub fn pairs(&self) -> usize {
        self.pairs
    }

    /// Whether any key is foreign to `fields`.
    #[inline]
    pub fn has_foreign(&self, fields: FieldSet) -> bool {
        self.unknown > 0 || !self.seen.without(fields).is_empty()
    }

    /// The encoded value of a field, out of the bytes that were indexed; `None` when absent.
    #[inline]
    pub fn value<'a>(&self, bytes: &'a [u8], field: Field) -> Option<&'a [u8]> {
        if self.present.has(field) { self.span(bytes, field) } else { None }
    }

    #[inline]
    #[expect(clippy::indexing_slicing, reason = "one span for each field")]
    fn span<'a>(&self, bytes: &'a [u8], field: Field) -> Option<&'a [u8]> {
        let Span { start, end } = self.spans[field as usize];
        bytes.get(start..end)
    }

    /// The encoded record.
    pub fn raw<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        bytes.get(self.start..).unwrap_or_default()
    }

    /// The pairs of encoded key and value that are foreign to `fields`, in their own order.
    pub fn foreign<'a>(
        &self,
        bytes: &'a [u8],
        fields: FieldSet,
    ) -> impl Iterator<Item = (&'a [u8], &'a [u8])> + use<'a> {
        map_pairs(self.raw(bytes)).into_iter().flatten().filter(move |(key, _)| {
            let field = text(key).and_then(Field::named);
            field.is_none_or(|field| !fields.has(field))
        })
    }
}

/// A small set of names, quick to tell that a name is not in it.
#[derive(Debug, Clone, Default)]
pub struct NameSet {
    names: Vec<Vec<u8>>,
    /// A bit for the hash of each name in the set.
    hashes: u64,
}

impl NameSet {
    /// The set of these names.
    pub fn new<'n>(names: impl IntoIterator<Item = &'n str>) -> Self {
        let names: Vec<_> = names.into_iter().map(|name| name.as_bytes().to_vec()).collect();
        let hashes = names.iter().fold(0, |hashes, name| hashes | Self::hash(name));
        Self { names, hashes }
    }

    /// Whether `name` is in the set.
    #[inline]
    pub fn has(&self, name: &[u8]) -> bool {
        self.hashes & Self::hash(name) != 0 && self.names.iter().any(|known| known == name)
    }

    #[inline]
    fn hash(name: &[u8]) -> u64 {
        let first = name.first().copied().unwrap_or_default();
        1 << (first.wrapping_add((name.len() as u8).wrapping_mul(7)) & 63)
    }
}

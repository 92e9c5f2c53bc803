//! The index of one record: where each field's value lies.

use super::detect::dataset_of;
use super::fields::{Dataset, FIELD_COUNT, Field, FieldSet};
use super::key_order::KeyOrder;
use super::name_set::NameSet;
use super::spans::{Span, Spans};
use crate::long_way::long_way;
use crate::msgpack::{Malformed, Part, is_absent, map_head, map_pairs, skip, skip_value, text};

/// Orders are told apart by their number of pairs, modulo this.
const ORDERS: usize = 4;

/// An index over the MessagePack bytes of one record; made once, filled anew for each record.
///
/// It holds offsets and no bytes. A key of Cloudflare's that comes twice counts as it came last.
#[derive(Debug)]
pub struct Record {
    spans: Spans,
    seen: FieldSet,
    present: FieldSet,
    start: usize,
    /// Whether the fields' numbers stand for Cloudflare's keys, as in a record that was JSON text.
    is_numbered: bool,
    pairs: usize,
    unknown: usize,
    watched: bool,
    is_ecs: bool,
    has_event: bool,
    /// The dataset that the keys tell.
    told: Option<Dataset>,
    /// The dataset that was worked out last, and for which keys.
    worked_out: (FieldSet, Option<Dataset>),
    orders: [KeyOrder; ORDERS],
}

impl Default for Record {
    fn default() -> Self {
        Self {
            spans: [Span::default(); FIELD_COUNT + 1],
            seen: FieldSet::NONE,
            present: FieldSet::NONE,
            start: 0,
            is_numbered: false,
            pairs: 0,
            unknown: 0,
            watched: false,
            is_ecs: false,
            has_event: false,
            told: None,
            worked_out: (FieldSet::NONE, None),
            orders: Default::default(),
        }
    }
}

impl Record {
    /// Indexes the value at the offset `at` of `bytes`, and gives the offset behind it. A value
    /// that is no map has no fields. `watch` are the names to look for among the foreign keys.
    ///
    /// # Errors
    /// [`Malformed`] when the value is not complete and valid MessagePack.
    #[inline(always)]
    pub fn scan(&mut self, bytes: &[u8], at: usize, watch: &NameSet) -> Result<usize, Malformed> {
        self.clear(at);
        let Some((pairs, at)) = map_head(bytes, at) else {
            return skip(bytes, at);
        };
        self.pairs = pairs;
        let order = order_for(&mut self.orders, pairs);
        if let Some(followed) = order.follow(bytes, at, pairs, &mut self.spans)? {
            self.seen = order.seen();
            self.present = self.seen.without(followed.absent);
            self.unknown = order.unknown();
            self.watched = order.watched();
            self.told = order.told();
            return Ok(followed.end);
        }
        self.learn(bytes, at, watch)
    }

    /// Indexes a record key by key, and learns the order of its keys.
    fn learn(&mut self, bytes: &[u8], mut at: usize, watch: &NameSet) -> Result<usize, Malformed> {
        long_way!("keys looked up");
        order_for(&mut self.orders, self.pairs).begin(self.pairs);
        for _ in 0..self.pairs {
            let start = skip(bytes, at)?;
            let key = bytes.get(at..start).unwrap_or_default();
            let (end, absent) = skip_value(bytes, start)?;
            let name = text(key);
            let field = name.and_then(Field::named);
            match field {
                Some(field) => self.set(field, start, end, absent),
                None => {
                    self.add_foreign(name, bytes.get(start..end).unwrap_or_default(), watch);
                }
            }
            order_for(&mut self.orders, self.pairs).learn(key, field);
            at = end;
        }
        self.tell_dataset();
        order_for(&mut self.orders, self.pairs).end(!self.has_event, self.watched, self.told);
        Ok(at)
    }

    /// Works out the dataset that the keys tell; of the same keys as before it is known, and of none
    /// there is none.
    #[inline(always)]
    pub(super) fn tell_dataset(&mut self) {
        self.told = None;
        if self.seen.is_empty() {
            return;
        }
        if self.worked_out.0 != self.seen {
            long_way!("dataset worked out");
            self.worked_out = (self.seen, dataset_of(self.seen));
        }
        self.told = self.worked_out.1;
    }

    pub(super) fn clear(&mut self, start: usize) {
        self.seen = FieldSet::NONE;
        self.present = FieldSet::NONE;
        self.start = start;
        self.is_numbered = false;
        self.pairs = 0;
        self.unknown = 0;
        self.watched = false;
        self.is_ecs = false;
        self.has_event = false;
    }

    /// Notes where the value of a field is; of one that comes twice the last counts.
    #[inline(always)]
    fn set(&mut self, field: Field, start: usize, end: usize, absent: bool) {
        self.present = self.present.without(field.alone());
        self.set_once(field, start, end, absent);
    }

    /// As [`Record::set`], where it is looked at the end whether a field came twice.
    #[inline(always)]
    #[expect(clippy::indexing_slicing, reason = "one span for each field")]
    pub(super) fn set_once(&mut self, field: Field, start: usize, end: usize, absent: bool) {
        self.spans[field as usize] = Span { start, end };
        let field = field.alone();
        self.seen = self.seen.or(field);
        self.present = self.present.or(field.when(!absent));
    }

    pub(super) fn add_foreign(&mut self, name: Option<&[u8]>, value: &[u8], watch: &NameSet) {
        self.unknown += 1;
        if let Some(name) = name.filter(|name| watch.has(name)) {
            self.watched = true;
            self.has_event |= name == b"event";
            self.is_ecs |= name == b"event" && is_ecs_already(value);
        }
    }

    /// Ends a record of so many pairs, in whose `bytes` the numbers of fields stand for the keys of
    /// Cloudflare's: see [`Record::foreign`].
    #[inline(always)]
    pub(super) fn end_numbered(&mut self, pairs: usize, bytes: &[u8]) {
        self.is_numbered = true;
        self.pairs = pairs;
        if self.seen.len() + self.unknown != pairs {
            self.look_for_absent(bytes);
        }
    }

    /// Looks which of the values are absent that came last, when a field came twice.
    #[cold]
    fn look_for_absent(&mut self, bytes: &[u8]) {
        long_way!("field of a text that came twice");
        for field in self.seen {
            if is_absent(self.value_there(bytes, field).bytes()) {
                self.present.remove(field);
            }
        }
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

    /// The dataset to map this record by; `None` when the record is not ours. `forced` is the
    /// configured dataset, beside which a QueryName alone is enough.
    #[inline]
    pub fn dataset(&self, forced: Option<Dataset>) -> Option<Dataset> {
        if !self.present.has(Field::QueryName) || self.is_ecs {
            return None;
        }
        forced.or(self.told)
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

    /// The dataset that the record's keys tell, if it is another one.
    #[inline]
    pub fn told_other_than(&self, dataset: Dataset) -> Option<Dataset> {
        self.told.filter(|told| *told != dataset)
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
    pub fn value<'a>(&self, bytes: &'a [u8], field: Field) -> Option<Part<'a>> {
        self.present.has(field).then(|| self.value_there(bytes, field))
    }

    /// As [`Record::value`], of a field that is known to be present; of any other, some bytes.
    #[inline(always)]
    pub fn value_there<'a>(&self, bytes: &'a [u8], field: Field) -> Part<'a> {
        let Span { start, end } = self.span(field);
        Part::new(bytes, start, end)
    }

    #[inline]
    #[expect(clippy::indexing_slicing, reason = "one span for each field")]
    fn span(&self, field: Field) -> Span {
        self.spans[field as usize]
    }

    /// The encoded record, and what lies behind it; of one that was text, with the numbers of fields
    /// for Cloudflare's keys.
    pub fn raw<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        bytes.get(self.start..).unwrap_or_default()
    }

    /// The pairs of encoded key and value that are foreign to `fields`, in their own order.
    pub fn foreign<'a>(
        &self,
        bytes: &'a [u8],
        fields: FieldSet,
    ) -> impl Iterator<Item = (&'a [u8], &'a [u8])> + use<'a> {
        let is_numbered = self.is_numbered;
        map_pairs(self.raw(bytes)).into_iter().flatten().filter_map(move |(key, value)| {
            let field = match (is_numbered, key) {
                (true, [number, ..]) => Field::ALL.get(usize::from(*number)).copied(),
                _ => text(key).and_then(Field::named),
            };
            let key = match field {
                Some(field) if is_numbered => field.encoded_key(),
                _ => key,
            };
            field.is_none_or(|field| !fields.has(field)).then_some((key, value))
        })
    }
}

/// The order that a record of so many pairs may have.
#[inline]
#[expect(clippy::indexing_slicing, reason = "modulo the number of orders")]
fn order_for(orders: &mut [KeyOrder; ORDERS], pairs: usize) -> &mut KeyOrder {
    &mut orders[pairs % ORDERS]
}

/// Whether a record's encoded `event` shows that the record was mapped before: its `dataset` is
/// one of the three.
pub(super) fn is_ecs_already(event: &[u8]) -> bool {
    map_pairs(event).is_some_and(|mut pairs| {
        pairs.any(|(key, value)| {
            let name = text(value).and_then(|name| std::str::from_utf8(name).ok());
            text(key) == Some(b"dataset")
                && Dataset::ALL.iter().any(|dataset| Some(dataset.name()) == name)
        })
    })
}

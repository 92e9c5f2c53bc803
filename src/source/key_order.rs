//! The keys of a record, remembered, so that the next record like it is indexed by comparison.
//!
//! Logpush writes the fields of all records in one order, and so does whatever stands between it
//! and the filter. A record whose keys come in a known order is indexed without a look-up, and
//! without a dependent read for the length of any key: one masked comparison tells each. A record
//! that differs is indexed key by key, and leaves its own order for the next.

use super::fields::{Dataset, Field, FieldSet};
use super::prefix::Prefix;
use super::spans::{NOWHERE, Span, Spans};
use crate::msgpack::{Malformed, declared_end, marker};

/// Records with more pairs than this have no order.
pub(super) const MOST_PAIRS: usize = 128;

/// One key of the order: a `fixstr`.
#[derive(Debug, Clone, Copy)]
struct Key {
    encoded: Prefix,
    /// The field's place among the spans; foreign keys share one.
    place: usize,
    /// No field, and the key's own: what the absent fields grow by, by whether the value is absent.
    absent: [FieldSet; 2],
}

impl Key {
    fn new(encoded: &[u8], field: Option<Field>) -> Option<Self> {
        encoded.first().filter(|first| *first & 0xe0 == marker::FIXSTR)?;
        let encoded = Prefix::new(encoded)?;
        let place = field.map_or(NOWHERE, |field| field as usize);
        let field = field.map_or(FieldSet::NONE, Field::alone);
        Some(Self { encoded, place, absent: [FieldSet::NONE, field] })
    }
}

/// What following the order found.
pub(super) struct Followed {
    /// The offset behind the record.
    pub(super) end: usize,
    /// The fields whose value stands for nothing.
    pub(super) absent: FieldSet,
}

/// The keys of a record, in their order.
#[derive(Debug, Clone)]
pub(super) struct KeyOrder {
    keys: Vec<Key>,
    seen: FieldSet,
    unknown: usize,
    watched: bool,
    told: Option<Dataset>,
    /// Whether all keys are known and can be compared.
    usable: bool,
    /// Whether the record that is being learned can be followed so far.
    learnable: bool,
}

impl Default for KeyOrder {
    /// An order that no record has, with the memory for any that it may learn.
    fn default() -> Self {
        Self {
            keys: Vec::with_capacity(MOST_PAIRS),
            seen: FieldSet::NONE,
            unknown: 0,
            watched: false,
            told: None,
            usable: false,
            learnable: false,
        }
    }
}

impl KeyOrder {
    /// Cloudflare's fields in the order.
    #[inline]
    pub(super) fn seen(&self) -> FieldSet {
        self.seen
    }

    /// How many keys are foreign to all datasets.
    #[inline]
    pub(super) fn unknown(&self) -> usize {
        self.unknown
    }

    /// Whether a name to look for is among the foreign keys.
    #[inline]
    pub(super) fn watched(&self) -> bool {
        self.watched
    }

    /// The dataset that the keys tell.
    #[inline]
    pub(super) fn told(&self) -> Option<Dataset> {
        self.told
    }

    /// Indexes a record of `pairs` pairs whose first key is at the offset `at`. `None` when its
    /// keys come otherwise; what was noted in `spans` means nothing then.
    #[inline(always)]
    #[expect(clippy::indexing_slicing, reason = "a set for each truth value")]
    pub(super) fn follow(
        &self,
        bytes: &[u8],
        at: usize,
        pairs: usize,
        spans: &mut Spans,
    ) -> Result<Option<Followed>, Malformed> {
        if !self.usable || self.keys.len() != pairs {
            return Ok(None);
        }
        let mut absent = FieldSet::NONE;
        // Of a record without any field of Cloudflare's there is nothing to note.
        let end = match self.seen.is_empty() {
            true => self.walk(bytes, at, |_, _, _| {})?,
            false => self.walk(bytes, at, |key, span, is_absent| {
                if let Some(place) = spans.get_mut(key.place) {
                    *place = span;
                }
                absent = absent.or(key.absent[usize::from(is_absent)]);
            })?,
        };
        Ok(end.map(|end| Followed { end, absent }))
    }

    /// Walks over pairs with the keys of the order, and tells of each value where it is and whether it
    /// stands for nothing; gives the offset behind the last. `None` when the keys come otherwise.
    #[inline(always)]
    fn walk(
        &self,
        bytes: &[u8],
        mut at: usize,
        mut note: impl FnMut(&Key, Span, bool),
    ) -> Result<Option<usize>, Malformed> {
        for key in &self.keys {
            if !key.encoded.begins(bytes.get(at..).ok_or(Malformed)?) {
                return Ok(None);
            }
            let start = at + key.encoded.size();
            let (end, is_absent) = declared_end(bytes, start)?;
            note(key, Span { start, end }, is_absent);
            at = end;
        }
        // Of each value but the last, the key behind it has shown that it is whole.
        if at > bytes.len() { Err(Malformed) } else { Ok(Some(at)) }
    }

    /// Forgets the keys, to learn those of a record of `pairs` pairs.
    pub(super) fn begin(&mut self, pairs: usize) {
        self.keys.clear();
        self.seen = FieldSet::NONE;
        self.unknown = 0;
        self.usable = false;
        self.learnable = (1..=MOST_PAIRS).contains(&pairs);
    }

    /// Learns the next key.
    pub(super) fn learn(&mut self, encoded: &[u8], field: Option<Field>) {
        match field {
            // Of a key that comes twice the last one counts: `follow` does not look for that.
            Some(field) if self.seen.has(field) => self.learnable = false,
            Some(field) => self.seen.insert(field),
            None => self.unknown += 1,
        }
        match Key::new(encoded, field) {
            Some(key) if self.learnable => self.keys.push(key),
            _ => self.learnable = false,
        }
    }

    /// Ends a record that was learned. `is_whole` tells whether its keys are all that must be
    /// looked at, `watched` whether one of the names to look for was among them, `told` which
    /// dataset they tell.
    pub(super) fn end(&mut self, is_whole: bool, watched: bool, told: Option<Dataset>) {
        self.usable = self.learnable && is_whole;
        self.watched = watched;
        self.told = told;
    }
}

#[cfg(test)]
mod tests {
    use super::{KeyOrder, MOST_PAIRS};

    #[test]
    fn no_more_keys_are_kept_than_there_is_memory_for() {
        let mut order = KeyOrder::default();
        for pairs in [MOST_PAIRS, MOST_PAIRS + 1, 10 * MOST_PAIRS] {
            order.begin(pairs);
            (0..pairs).for_each(|_| order.learn(b"\xa1a", None));
            order.end(true, false, None);
            assert_eq!((order.keys.capacity(), order.usable), (MOST_PAIRS, pairs == MOST_PAIRS));
        }
    }
}

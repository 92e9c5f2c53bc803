//! Guesses a record's next key from the order of the record before.
//!
//! Logpush writes the fields of all records in one order, so that the guess is nearly always
//! right, and a key costs one masked comparison instead of a look-up. A wrong guess costs that
//! comparison and nothing else.

use super::{FIELD_COUNT, Field, LONGEST_NAME};
use crate::msgpack::marker;

/// A key as `fixstr`, padded to two machine words of 16 bytes, and the mask of its real bytes.
struct Pattern {
    words: [u128; 2],
    masks: [u128; 2],
    size: usize,
}

#[expect(clippy::indexing_slicing, reason = "evaluated when compiling")]
static PATTERNS: [Pattern; FIELD_COUNT] = {
    let mut patterns = [const { Pattern { words: [0; 2], masks: [0; 2], size: 0 } }; FIELD_COUNT];
    let mut i = 0;
    while i < FIELD_COUNT {
        patterns[i] = pattern(Field::ALL[i].name().as_bytes());
        i += 1;
    }
    patterns
};

#[expect(clippy::indexing_slicing, reason = "evaluated when compiling")]
const fn pattern(name: &[u8]) -> Pattern {
    assert!(name.len() <= LONGEST_NAME);
    let mut bytes = [[0u8; 16]; 2];
    let mut masks = [[0u8; 16]; 2];
    bytes[0][0] = marker::FIXSTR | name.len() as u8;
    masks[0][0] = 0xff;
    let mut i = 1;
    while i <= name.len() {
        bytes[i / 16][i % 16] = name[i - 1];
        masks[i / 16][i % 16] = 0xff;
        i += 1;
    }
    Pattern {
        words: [u128::from_le_bytes(bytes[0]), u128::from_le_bytes(bytes[1])],
        masks: [u128::from_le_bytes(masks[0]), u128::from_le_bytes(masks[1])],
        size: name.len() + 1,
    }
}

/// For each field, the field that stood behind it last time.
#[derive(Debug)]
pub(super) struct KeyOrder {
    /// The last place is for the beginning of a record.
    next: [Field; FIELD_COUNT + 1],
    last: usize,
}

impl KeyOrder {
    pub(super) fn new() -> Self {
        Self { next: [Field::QueryName; FIELD_COUNT + 1], last: FIELD_COUNT }
    }

    /// Goes back to the beginning of a record.
    #[inline]
    pub(super) fn rewind(&mut self) {
        self.last = FIELD_COUNT;
    }

    /// The field that is likely to come next.
    #[inline]
    #[expect(clippy::indexing_slicing, reason = "`last` is a field or FIELD_COUNT")]
    pub(super) fn guess(&self) -> Field {
        self.next[self.last]
    }

    /// The field whose encoded key stands at `at`, when the guess is right, and the key's size.
    #[inline]
    #[expect(clippy::indexing_slicing, reason = "one pattern for each field")]
    pub(super) fn guess_at(&self, bytes: &[u8], at: usize) -> Option<(Field, usize)> {
        let field = self.guess();
        let pattern = &PATTERNS[field as usize];
        let window = bytes.get(at..)?.first_chunk::<32>()?;
        let (low, high) = window.split_first_chunk::<16>()?;
        let low = u128::from_le_bytes(*low) & pattern.masks[0];
        let high = u128::from_le_bytes(*high.first_chunk()?) & pattern.masks[1];
        (low == pattern.words[0] && high == pattern.words[1]).then_some((field, pattern.size))
    }

    /// Remembers that `field` came now.
    #[inline]
    #[expect(clippy::indexing_slicing, reason = "`last` is a field or FIELD_COUNT")]
    pub(super) fn came(&mut self, field: Field) {
        self.next[self.last] = field;
        self.last = field as usize;
    }

    /// Goes on behind a guess that was right.
    #[inline]
    pub(super) fn advance(&mut self, field: Field) {
        self.last = field as usize;
    }
}

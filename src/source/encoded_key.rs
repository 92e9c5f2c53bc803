//! The keys of Cloudflare's fields, encoded.

use super::fields::{FIELD_COUNT, Field, LONGEST_NAME};
use crate::msgpack::fixstr;

type EncodedKey = [u8; LONGEST_NAME + 1];

/// The encoded keys of all fields, padded.
#[expect(clippy::indexing_slicing, reason = "evaluated when compiling")]
static KEYS: [EncodedKey; FIELD_COUNT] = {
    let mut keys = [[0; LONGEST_NAME + 1]; FIELD_COUNT];
    let mut i = 0;
    while i < FIELD_COUNT {
        keys[i] = padded_key(Field::ALL[i].name());
        i += 1;
    }
    keys
};

#[expect(clippy::indexing_slicing, reason = "evaluated when compiling")]
const fn padded_key(name: &str) -> EncodedKey {
    let mut key = [0; LONGEST_NAME + 1];
    key[0] = fixstr::<1>("")[0] | name.len() as u8;
    let mut i = 0;
    while i < name.len() {
        key[i + 1] = name.as_bytes()[i];
        i += 1;
    }
    key
}

impl Field {
    /// The field's encoded key, padded; it has one byte more than the name.
    #[inline(always)]
    #[expect(clippy::indexing_slicing, reason = "one key for each field")]
    pub fn padded_key(self) -> &'static EncodedKey {
        &KEYS[self as usize]
    }

    /// The field's encoded key.
    pub(super) fn encoded_key(self) -> &'static [u8] {
        self.padded_key().get(..=self.name().len()).unwrap_or_default()
    }
}

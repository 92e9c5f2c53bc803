//! What `-h` prints of each key: what it does, and the values that it takes.
//!
//! Fluent Bit's config map has one text for both, as a C string that stays. It is put together when
//! compiling, from the table of keys: the constructor then has nothing to allocate, and a text that
//! is too long does not compile.

#![allow(clippy::indexing_slicing, reason = "done when compiling, where a panic is an error")]

use std::ffi::CStr;

use crate::config::{KEYS, Kind};

/// Longer than any text, and its end.
const SIZE: usize = 320;

static TEXTS: [Text; KEYS.len()] = {
    let mut texts = [const { Text::new() }; KEYS.len()];
    let mut place = 0;
    while place < KEYS.len() {
        texts[place].describe(KEYS[place].help, &KEYS[place].kind);
        place += 1;
    }
    texts
};

/// The texts in the order of `KEYS`.
pub(super) fn texts() -> impl Iterator<Item = &'static CStr> {
    TEXTS.iter().map(Text::get)
}

struct Text {
    bytes: [u8; SIZE],
    length: usize,
}

impl Text {
    const fn new() -> Self {
        Self { bytes: [0; SIZE], length: 0 }
    }

    const fn describe(&mut self, help: &CStr, kind: &Kind) {
        self.push(help.to_bytes());
        self.push(b"; values: ");
        match kind {
            Kind::Bool => self.push(Kind::BOOL.as_bytes()),
            Kind::Choice(values) => self.list(values),
            Kind::List(values) => {
                self.push(b"any of ");
                self.list(values);
                self.push(b", separated by commas");
            }
            Kind::Text(what) => self.push(what.as_bytes()),
        }
    }

    const fn list(&mut self, values: &[&str]) {
        let mut place = 0;
        while place < values.len() {
            if place > 0 {
                self.push(b", ");
            }
            self.push(values[place].as_bytes());
            place += 1;
        }
    }

    /// Appends; one byte has to stay zero.
    const fn push(&mut self, bytes: &[u8]) {
        let mut place = 0;
        while place < bytes.len() {
            assert!(self.length + 1 < SIZE);
            self.bytes[self.length] = bytes[place];
            self.length += 1;
            place += 1;
        }
    }

    fn get(&self) -> &CStr {
        CStr::from_bytes_until_nul(&self.bytes).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_is_the_help_of_its_key_and_the_values_as_errors_name_them() {
        for (key, text) in KEYS.iter().zip(texts()) {
            let expected = format!("{}; values: {}", key.help.to_string_lossy(), key.kind);
            assert_eq!(text.to_string_lossy(), expected);
        }
        assert_eq!(texts().count(), KEYS.len());
    }
}

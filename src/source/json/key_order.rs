//! The keys of the record before, which are likely to come again in the same order.

use hifijson::token::Lex as _;
use hifijson::{Error, SliceLexer};

use super::value::{self, pass};
use crate::long_way::long_way;
use crate::msgpack::{Writer, text};
use crate::source::fields::Field;
use crate::source::key_order::MOST_PAIRS;
use crate::source::prefix::{self, Prefix};

/// The keys, by the place of their pair; `None` where there was none that can be compared.
#[derive(Debug)]
pub(super) struct TextKeyOrder([Option<Key>; MOST_PAIRS]);

/// A key as it stands in the text, `"name":` with the white space around the colon, and as it is
/// written.
#[derive(Debug)]
struct Key {
    quoted: Prefix,
    encoded: [u8; prefix::LONGEST],
    size: usize,
    field: Option<Field>,
}

impl Default for TextKeyOrder {
    fn default() -> Self {
        Self([const { None }; MOST_PAIRS])
    }
}

impl TextKeyOrder {
    /// Reads the key of the pair `pair` and the colon behind it, writes the key, and gives its
    /// field, if it is one of Cloudflare's.
    #[inline(always)]
    pub(super) fn read_key(
        &mut self,
        pair: usize,
        lexer: &mut SliceLexer<'_>,
        writer: &mut Writer<'_>,
    ) -> Result<Option<Field>, Error> {
        match self.0.get(pair) {
            Some(Some(key)) if key.quoted.begins(lexer.as_slice()) => {
                writer.put_padded(&key.encoded, key.size);
                pass(lexer, key.quoted.size());
                Ok(key.field)
            }
            _ => self.read_other_key(pair, lexer, writer),
        }
    }

    #[inline(never)]
    fn read_other_key(
        &mut self,
        pair: usize,
        lexer: &mut SliceLexer<'_>,
        writer: &mut Writer<'_>,
    ) -> Result<Option<Field>, Error> {
        long_way!("key of a text read");
        let start = writer.position();
        let text_before = lexer.as_slice();
        value::read_key(lexer, writer)?;
        lexer.ws_peek();
        let size = text_before.len() - lexer.as_slice().len();
        let quoted = text_before.get(..size).unwrap_or_default();
        let encoded = writer.written(start).unwrap_or_default();
        let field = text(encoded).and_then(Field::named);
        if let Some(place) = self.0.get_mut(pair) {
            *place = Key::new(quoted, encoded, field);
        }
        Ok(field)
    }
}

impl Key {
    /// `None` for a key that is too long, or has an escape in the text.
    fn new(quoted: &[u8], encoded: &[u8], field: Option<Field>) -> Option<Self> {
        let name = text(encoded)?;
        let behind = quoted.strip_prefix(b"\"")?.strip_prefix(name)?;
        if behind.first() != Some(&b'"') || value::plain_size(name) < name.len() {
            return None;
        }
        let mut padded = [0; prefix::LONGEST];
        padded.get_mut(..encoded.len())?.copy_from_slice(encoded);
        Some(Self { quoted: Prefix::new(quoted)?, encoded: padded, size: encoded.len(), field })
    }
}

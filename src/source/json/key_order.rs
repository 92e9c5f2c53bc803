//! For each place in a record the key that was read there last, which is likely to come again.

use hifijson::SliceLexer;
use hifijson::token::Lex as _;

use super::value::{self, NotJson, pass};
use crate::long_way::long_way;
use crate::msgpack::{Writer, text};
use crate::source::fields::{FIELD_COUNT, Field};
use crate::source::key_order::MOST_PAIRS;
use crate::source::prefix::{self, Prefix};

/// The keys, by the place of their pair; `None` where there was none that can be compared. They
/// need not be those of one record: a short one leaves those behind its end.
#[derive(Debug)]
pub(super) struct TextKeyOrder([Option<Key>; MOST_PAIRS]);

/// A key as it stands in the text, and as it is written.
#[derive(Debug)]
struct Key {
    /// From the brace or the comma before it to its value, `,"name":`, with the white space that is
    /// there.
    lead: Prefix,
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
    /// Reads the object's text up to the value of the pair `pair`, writes its key, and gives its
    /// field, if it is one of Cloudflare's. Behind the last pair it reads the brace, and gives
    /// `None`.
    #[inline(always)]
    pub(super) fn read_key(
        &mut self,
        pair: usize,
        lexer: &mut SliceLexer<'_>,
        writer: &mut Writer<'_>,
    ) -> Result<Option<Option<Field>>, NotJson> {
        match self.0.get(pair) {
            Some(Some(key)) if key.lead.begins(lexer.as_slice()) => {
                match key.field {
                    Some(field) => put_number(field, writer),
                    None => writer.put_padded(&key.encoded, key.size),
                }
                pass(lexer, key.lead.size());
                Ok(Some(key.field))
            }
            _ if lexer.as_slice().first() == Some(&b'}') => {
                pass(lexer, 1);
                Ok(None)
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
    ) -> Result<Option<Option<Field>>, NotJson> {
        long_way!("key of a text read");
        let text_before = lexer.as_slice();
        let is_first = pair == 0;
        let begins = lexer.ws_peek() == Some(if is_first { b'{' } else { b',' });
        if begins {
            pass(lexer, 1);
        }
        // The object ends behind its own brace or behind a value, and not behind a comma.
        if begins == is_first && lexer.ws_peek() == Some(b'}') {
            pass(lexer, 1);
            return Ok(None);
        }
        if !begins {
            return Err(NotJson);
        }
        let start = writer.position();
        value::read_key(lexer, writer)?;
        lexer.ws_peek();
        let size = text_before.len() - lexer.as_slice().len();
        let lead = text_before.get(..size).unwrap_or_default();
        let encoded = writer.written(start).unwrap_or_default();
        let field = text(encoded).and_then(Field::named);
        if let Some(place) = self.0.get_mut(pair) {
            *place = Key::new(lead, encoded, field);
        }
        if let Some(field) = field {
            writer.rewind(start, writer.members());
            put_number(field, writer);
        }
        Ok(Some(field))
    }
}

/// Writes the number of a field, for its key: one byte. Nobody but [`Record::foreign`] reads it.
///
/// [`Record::foreign`]: crate::source::Record::foreign
#[inline(always)]
fn put_number(field: Field, writer: &mut Writer<'_>) {
    const { assert!(FIELD_COUNT <= 0x80, "each number is a fixint") };
    writer.put(&[field as u8]);
}

impl Key {
    /// `None` for a key that is too long, or has an escape in the text.
    fn new(lead: &[u8], encoded: &[u8], field: Option<Field>) -> Option<Self> {
        let name = text(encoded)?;
        let quote = lead.iter().position(|byte| *byte == b'"')?;
        let behind = lead.get(quote + 1..)?.strip_prefix(name)?;
        if behind.first() != Some(&b'"') || value::plain_size(name) < name.len() {
            return None;
        }
        let mut padded = [0; prefix::LONGEST];
        padded.get_mut(..encoded.len())?.copy_from_slice(encoded);
        Some(Self { lead: Prefix::new(lead)?, encoded: padded, size: encoded.len(), field })
    }
}

//! The field of an event's record that holds a Cloudflare record as JSON text (`key_name`).

use crate::msgpack::{Malformed, Writer, map_head, skip, text};
use crate::source::prefix::{self, Prefix};
use crate::source::record::is_ecs_already;

/// The name of the field that holds the JSON text.
#[derive(Debug)]
pub struct TextKey {
    name: Vec<u8>,
    /// Its usual encoding; `None` where that is long, and for `event`, whose value must be looked at.
    encoded: Option<Prefix>,
}

impl TextKey {
    /// The field of that name.
    pub fn new(name: &[u8]) -> Self {
        let mut room = [0; prefix::LONGEST];
        let mut writer = Writer::new(&mut room);
        writer.str(name);
        // What is called `event` may show that the record was mapped before.
        let size = writer.finish().ok().filter(|_| name != b"event");
        let encoded = size.and_then(|size| Prefix::new(room.get(..size)?));
        Self { name: name.to_vec(), encoded }
    }
}

/// Where a record's JSON text is.
#[derive(Debug, Clone, Copy)]
pub struct TextAt {
    /// The encoded text, as offsets into the chunk.
    start: usize,
    end: usize,
    /// Which pair of the event's record it is in.
    pub pair: usize,
    /// Of how many.
    pub pairs: usize,
}

/// What looking for the text in an event's record found.
#[derive(Debug, Clone, Copy)]
pub struct Found {
    /// The text's place; `None` without such a field, and in a record that was mapped before.
    pub text: Option<TextAt>,
    /// Whether the event's record was mapped before.
    pub is_ecs: bool,
    /// The offset behind the event's record.
    pub end: usize,
}

impl TextAt {
    /// Looks for the field `key` in the event's record at the offset `at` of `chunk`.
    ///
    /// # Errors
    /// [`Malformed`] when the record is not complete and valid MessagePack.
    #[inline(always)]
    pub fn find(chunk: &[u8], at: usize, key: &TextKey) -> Result<Found, Malformed> {
        let mut found = None;
        let mut is_ecs = false;
        let Some((pairs, mut end)) = map_head(chunk, at) else {
            return Ok(Found { text: None, is_ecs, end: skip(chunk, at)? });
        };
        for pair in 0..pairs {
            let rest = chunk.get(end..).unwrap_or_default();
            if let Some(encoded) = key.encoded.as_ref().filter(|encoded| encoded.begins(rest)) {
                let start = end + encoded.size();
                end = skip(chunk, start)?;
                found = Some(Self { start, end, pair, pairs });
                continue;
            }
            let start = skip(chunk, end)?;
            let name = chunk.get(end..start).and_then(text);
            end = skip(chunk, start)?;
            if name == Some(&key.name) {
                found = Some(Self { start, end, pair, pairs });
            }
            is_ecs |= name == Some(b"event") && chunk.get(start..end).is_some_and(is_ecs_already);
        }
        Ok(Found { text: found.filter(|_| !is_ecs), is_ecs, end })
    }

    /// The text; `None` when the field holds anything else.
    #[inline(always)]
    pub fn text(self, chunk: &[u8]) -> Option<&[u8]> {
        chunk.get(self.start..self.end).and_then(text)
    }
}

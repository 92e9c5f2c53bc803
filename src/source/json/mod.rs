//! A record that is JSON text (`key_name`), and JSON text inside a record.
//!
//! Each value is written as MessagePack at once, and the index of the record is filled on the way.
//! No document tree is built. A text is read once, and once more where its MessagePack outgrows it.

mod around;
mod key_order;
mod text_at;
mod value;

use hifijson::SliceLexer;
use hifijson::token::Lex as _;

pub use self::around::{holds_record, is_cut};
use self::around::{is_padding, without_mark};
use self::key_order::TextKeyOrder;
pub use self::text_at::{TextAt, TextKey};
use self::value::NotJson;
use crate::long_way::long_way;
use crate::memory::{OutOfMemory, give_back, lengthen};
use crate::msgpack::{Writer, text};
use crate::source::name_set::NameSet;
use crate::source::record::Record;

/// Room for the MessagePack of a text beyond its size, to begin with.
const SLACK: usize = 256;

/// Reads JSON records into one reused piece of memory.
#[derive(Debug, Default)]
pub struct JsonRecord {
    bytes: Vec<u8>,
    order: TextKeyOrder,
}

impl JsonRecord {
    /// The MessagePack that was read last, and behind it bytes that mean nothing: with them the last
    /// values, too, can be copied in one go.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Reads `text`, one complete JSON object, and indexes it. Around the object there may be white
    /// space, before it a byte order mark, behind it NULs and one comma: what files and senders put
    /// between records. Gives the MessagePack that the index is over, in which the number of a field
    /// stands for its key; `None` when the text is anything else.
    ///
    /// # Errors
    /// [`OutOfMemory`]; the index means nothing then.
    pub fn read(
        &mut self,
        text: &[u8],
        record: &mut Record,
        watch: &NameSet,
    ) -> Result<Option<&[u8]>, OutOfMemory> {
        let Self { bytes, order } = self;
        let read = transcode(without_mark(text), b'{', bytes, is_padding, |lexer, writer| {
            read_record(lexer, record, watch, order, writer)
        })?;
        if read.is_some() {
            record.tell_dataset();
        }
        Ok(read)
    }
}

/// Writes the MessagePack of `text`, one complete JSON array, into `bytes`, and gives it; `None`
/// when the text is anything else.
///
/// # Errors
/// [`OutOfMemory`].
pub fn transcode_array<'b>(
    text: &[u8],
    bytes: &'b mut Vec<u8>,
) -> Result<Option<&'b [u8]>, OutOfMemory> {
    transcode(text, b'[', bytes, <[u8]>::is_empty, |lexer, writer| {
        value::read(lexer, 0, None, writer).map(drop)
    })
}

/// Calls `read` for the text and a writer over `bytes`, again with more room until what it writes
/// fits. `None` when the text does not begin with the token `first`, or more is left behind white
/// space than may be.
fn transcode<'b>(
    text: &[u8],
    first: u8,
    bytes: &'b mut Vec<u8>,
    may_be_left: impl Fn(&[u8]) -> bool,
    mut read: impl FnMut(&mut SliceLexer<'_>, &mut Writer<'_>) -> Result<(), NotJson>,
) -> Result<Option<&'b [u8]>, OutOfMemory> {
    let mut start = SliceLexer::new(text);
    if start.ws_peek() != Some(first) {
        return Ok(None);
    }
    let mut room = text.len() + SLACK;
    give_back(bytes, room);
    loop {
        lengthen(bytes, room)?;
        let mut lexer = SliceLexer::new(start.as_slice());
        let mut writer = Writer::new(bytes);
        if read(&mut lexer, &mut writer).is_err()
            || (lexer.ws_peek().is_some() && !may_be_left(lexer.as_slice()))
        {
            return Ok(None);
        }
        match writer.finish() {
            Ok(size) => return Ok(bytes.get(..size)),
            Err(needed) => {
                long_way!("text read again");
                room = needed;
            }
        }
    }
}

/// Reads and indexes the object that the lexer stands before.
#[inline(never)]
fn read_record(
    lexer: &mut SliceLexer<'_>,
    record: &mut Record,
    watch: &NameSet,
    order: &mut TextKeyOrder,
    writer: &mut Writer<'_>,
) -> Result<(), NotJson> {
    record.clear(0);
    let opened = writer.open_root_map(usize::MAX);
    let mut pairs = 0;
    loop {
        let name_at = writer.position();
        let Some(field) = order.read_key(pairs, lexer, writer)? else { break };
        let start = writer.position();
        let absent = value::read(lexer, 1, field, writer)?;
        match field {
            Some(field) => record.set_once(field, start, writer.position(), absent),
            None => {
                let name = writer.written(name_at).and_then(text);
                record.add_foreign(name, writer.written(start).unwrap_or_default(), watch);
            }
        }
        pairs += 1;
    }
    writer.add_members(pairs as u32);
    writer.close_root(opened);
    record.end_numbered(pairs, writer.written(0).unwrap_or_default());
    Ok(())
}

#[cfg(test)]
mod tests;

//! DNS resource records in wire format, as base64: read, and written in presentation form.
//!
//! The crate `domain` reads: the head of a record (RFC 1035, section 3.2.1), and the data of the
//! types that it knows; of all others, the data are bytes (RFC 3597). A record is read in place,
//! from one reused piece of memory, and is one record from the first byte to the last.
//!
//! It knows no MessagePack and no ECS.

#![forbid(unsafe_code)]

mod caa;
mod data;
mod svcb;
mod text;

use std::fmt;

use data_encoding::BASE64;
use domain::base::Ttl;
use domain::base::iana::{Class, Rtype};
use domain::base::name::ParsedName;
use domain::base::wire::ParseError;
use domain::dep::octseq::Parser;

use self::data::Data;
use crate::memory::{OutOfMemory, lengthen};

/// Names in a record are not compressed: a compression pointer is an offset into a message that
/// nobody has. A pointer cannot reach farther than this (14 bits), so records lie behind as many
/// bytes, each of which is no name's beginning: whatever a pointer points to is refused.
const IN_REACH_OF_POINTERS: usize = 1 << 14;
/// A byte that begins no label: its type is reserved (RFC 1035, section 4.1.4).
const NO_LABEL: u8 = 0x80;

/// The longest base64 of a record: a name of 255 bytes, 10 of fixed size, and 65535 of data.
const LONGEST_TEXT: usize = (255 + 10 + 0xffff_usize).div_ceil(3) * 4;

/// Reads records into one reused piece of memory.
#[derive(Debug, Default)]
pub struct WireReader {
    bytes: Vec<u8>,
}

impl WireReader {
    /// Reads the record that `text` holds as base64; `None` when it holds anything else.
    ///
    /// # Errors
    /// [`OutOfMemory`].
    pub fn read(&mut self, text: &[u8]) -> Result<Option<WireRecord<'_>>, OutOfMemory> {
        let Ok(room) = BASE64.decode_len(text.len()) else { return Ok(None) };
        // The crate takes several texts behind each other, too, each with its padding.
        let inner = text.get(..text.len().saturating_sub(2)).unwrap_or_default();
        if text.len() > LONGEST_TEXT || inner.contains(&b'=') {
            return Ok(None);
        }
        if self.bytes.is_empty() {
            lengthen(&mut self.bytes, IN_REACH_OF_POINTERS)?;
            self.bytes.fill(NO_LABEL);
        }
        lengthen(&mut self.bytes, IN_REACH_OF_POINTERS + room)?;
        let place = self.bytes.get_mut(IN_REACH_OF_POINTERS..IN_REACH_OF_POINTERS + room);
        let decoded = place.and_then(|place| BASE64.decode_mut(text, place).ok());
        let end = decoded.map(|size| IN_REACH_OF_POINTERS + size);
        let bytes = end.and_then(|end| self.bytes.get(..end));
        Ok(bytes.and_then(|bytes| WireRecord::parse(bytes).ok()))
    }
}

/// One resource record.
#[derive(Debug)]
pub struct WireRecord<'a> {
    /// The number of its type.
    pub rr_type: u16,
    /// The number of its class.
    pub class: u16,
    /// Its time to live, in seconds.
    pub ttl: u32,
    name: ParsedName<&'a [u8]>,
    data: Data<'a>,
}

impl<'a> WireRecord<'a> {
    /// The record in `bytes`, behind the reach of pointers.
    fn parse(bytes: &'a [u8]) -> Result<Self, ParseError> {
        let mut parser = Parser::from_ref(bytes);
        parser.seek(IN_REACH_OF_POINTERS)?;
        let name = ParsedName::parse(&mut parser)?;
        let rr_type = Rtype::parse(&mut parser)?;
        let class = Class::parse(&mut parser)?;
        let ttl = Ttl::parse(&mut parser)?.as_secs();
        let size = parser.parse_u16_be()?;
        if usize::from(size) != parser.remaining() {
            return Err(ParseError::ShortInput);
        }
        let data = Data::parse(rr_type, class, &mut parser)?;
        Ok(Self { rr_type: rr_type.to_int(), class: class.to_int(), ttl, name, data })
    }

    /// Writes the name that the record belongs to, with its final dot.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_name(&self, out: &mut impl fmt::Write) -> fmt::Result {
        text::write_name(out, &self.name)
    }

    /// Writes the data in presentation form: one line, names with their final dot.
    ///
    /// # Errors
    /// Those of `out`, and when a part of the data is malformed that was not read before.
    pub fn write_data(&self, out: &mut impl fmt::Write) -> fmt::Result {
        self.data.write(out)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "a test")]

    use super::{IN_REACH_OF_POINTERS, LONGEST_TEXT, WireReader};

    #[test]
    fn a_text_longer_than_any_record_is_not_decoded() {
        for (size, is_decoded) in
            [(LONGEST_TEXT, true), (LONGEST_TEXT + 4, false), (2 * LONGEST_TEXT, false)]
        {
            let mut reader = WireReader::default();
            assert!(reader.read(&vec![b'A'; size]).expect("memory").is_none());
            let most = if is_decoded { IN_REACH_OF_POINTERS + size } else { 0 };
            assert_eq!(!reader.bytes.is_empty(), is_decoded, "{size}");
            assert!(reader.bytes.len() <= most, "{size}");
        }
    }
}

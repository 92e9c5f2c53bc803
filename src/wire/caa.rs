//! CAA (RFC 8659), which `domain` 0.11 does not know.

use std::fmt;

use domain::base::CharStr;
use domain::base::wire::ParseError;
use domain::dep::octseq::Parser;

use super::text::write_quoted;

/// Who may issue certificates for a name.
#[derive(Debug)]
pub(super) struct Caa<'a> {
    flags: u8,
    tag: &'a str,
    value: &'a [u8],
}

impl<'a> Caa<'a> {
    /// Reads flags, a tag of letters and digits, and the value, which is all that is left
    /// (section 4.1).
    pub(super) fn parse(parser: &mut Parser<'a, [u8]>) -> Result<Self, ParseError> {
        let flags = parser.parse_u8()?;
        let tag = CharStr::parse_slice(parser)?.as_slice();
        let value = parser.parse_octets(parser.remaining())?;
        let is_tag = !tag.is_empty() && tag.iter().all(u8::is_ascii_alphanumeric);
        let tag = std::str::from_utf8(tag).ok().filter(|_| is_tag);
        let tag = tag.ok_or(ParseError::form_error("bad CAA tag"))?;
        Ok(Self { flags, tag, value })
    }

    /// Writes the data as in section 4.1.1.
    pub(super) fn write(&self, out: &mut impl fmt::Write) -> fmt::Result {
        write!(out, "{} {} ", self.flags, self.tag)?;
        write_quoted(out, self.value)
    }
}

//! Names and character strings in presentation form (RFC 1035, section 5.1): what has a meaning
//! there stands behind a backslash, and what is not printable is `\DDD`.

use std::fmt;

use domain::base::name::{Label, ToName};

/// Writes a name with its final dot. What a name has to escape, but for dots and backslashes, is
/// not told by the RFC in one place; the list is BIND's and dnspython's.
pub(super) fn write_name(out: &mut impl fmt::Write, name: &impl ToName) -> fmt::Result {
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"\".;()@$\\".contains(&byte);
    let mut labels = name.iter_labels().filter(|label| !label.is_root()).peekable();
    if labels.peek().is_none() {
        return out.write_char('.');
    }
    labels.map(Label::as_slice).try_for_each(|label| {
        write_escaped(out, label, is_plain)?;
        out.write_char('.')
    })
}

/// Writes a character string in quotes.
pub(super) fn write_quoted(out: &mut impl fmt::Write, text: &[u8]) -> fmt::Result {
    out.write_char('"')?;
    write_escaped(out, text, |byte| matches!(byte, b' '..=b'~') && !b"\"\\".contains(&byte))?;
    out.write_char('"')
}

/// Writes a character string without quotes, when it can stand without them as it is.
pub(super) fn write_bare_or_quoted(out: &mut impl fmt::Write, text: &[u8]) -> fmt::Result {
    if text.iter().copied().all(can_be_bare) {
        return write_escaped(out, text, can_be_bare);
    }
    write_quoted(out, text)
}

/// Whether a byte needs neither quotes nor an escape (RFC 9460, appendix A: `non-special`).
pub(super) fn can_be_bare(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"\"();\\".contains(&byte)
}

/// Writes plain bytes as they are, and all others escaped.
pub(super) fn write_escaped(
    out: &mut impl fmt::Write,
    text: &[u8],
    is_plain: impl Fn(u8) -> bool,
) -> fmt::Result {
    let mut rest = text;
    loop {
        let plain = rest.iter().take_while(|byte| is_plain(**byte)).count();
        let (plain, behind) = rest.split_at(plain);
        out.write_str(std::str::from_utf8(plain).map_err(|_| fmt::Error)?)?;
        let [byte, behind @ ..] = behind else { return Ok(()) };
        match byte {
            b'!'..=b'~' => write!(out, "\\{}", char::from(*byte))?,
            _ => write!(out, "\\{byte:03}")?,
        }
        rest = behind;
    }
}

//! The parameters of SVCB and HTTPS (RFC 9460), in the form of its appendix A.
//!
//! `domain` 0.11 writes the commas and backslashes of a value in a list without the escapes that
//! tell them from those between values, and `no-default-alpn` by another name.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use data_encoding::BASE64;
use domain::base::CharStr;
use domain::base::wire::ParseError;
use domain::dep::octseq::Parser;
use domain::rdata::svcb::SvcParams;

use super::text::{can_be_bare, write_bare_or_quoted, write_escaped};

/// Keys with a name: section 14.3.2, and the registry that it made ("Service Parameter Keys").
const NAMES: [&str; 9] = [
    "mandatory",
    "alpn",
    "no-default-alpn",
    "port",
    "ipv4hint",
    "ech",
    "ipv6hint",
    "dohpath",
    "ohttp",
];

/// Writes each parameter behind a space.
pub(super) fn write_params(out: &mut impl fmt::Write, params: &SvcParams<&[u8]>) -> fmt::Result {
    let mut parser = Parser::from_ref(params.as_slice());
    while parser.remaining() > 0 {
        let (key, value) = next(&mut parser).map_err(|_| fmt::Error)?;
        out.write_char(' ')?;
        write_key(out, key)?;
        write_value(out, key, value)?;
    }
    Ok(())
}

fn next<'a>(parser: &mut Parser<'a, [u8]>) -> Result<(u16, &'a [u8]), ParseError> {
    let key = parser.parse_u16_be()?;
    let size = parser.parse_u16_be()?;
    Ok((key, parser.parse_octets(size.into())?))
}

fn write_key(out: &mut impl fmt::Write, key: u16) -> fmt::Result {
    match NAMES.get(usize::from(key)) {
        Some(name) => out.write_str(name),
        None => write!(out, "key{key}"),
    }
}

/// Writes `=` and the value; a value that its key does not have is an error (section 2.2).
fn write_value(out: &mut impl fmt::Write, key: u16, value: &[u8]) -> fmt::Result {
    match (key, value) {
        (2 | 8, []) => return Ok(()),
        // A value may be empty where the key is not known (section 2.1).
        (9.., []) => return Ok(()),
        (0..=8, []) | (2 | 8, _) => return Err(fmt::Error),
        _ => out.write_char('=')?,
    }
    match key {
        0 => write_list(out, value, |out, [a, b]| write_key(out, u16::from_be_bytes([a, b]))),
        1 => write_alpn(out, value),
        3 => match value {
            [a, b] => write!(out, "{}", u16::from_be_bytes([*a, *b])),
            _ => Err(fmt::Error),
        },
        4 => write_list(out, value, |out, address: [u8; 4]| {
            write!(out, "{}", Ipv4Addr::from(address))
        }),
        5 => BASE64.encode_write(value, out),
        6 => write_list(out, value, |out, address: [u8; 16]| {
            write!(out, "{}", Ipv6Addr::from(address))
        }),
        _ => write_bare_or_quoted(out, value),
    }
}

/// Writes a value that is a list of items of one size.
fn write_list<W: fmt::Write, const N: usize>(
    out: &mut W,
    value: &[u8],
    write: impl Fn(&mut W, [u8; N]) -> fmt::Result,
) -> fmt::Result {
    let mut rest = value;
    while let Some((item, behind)) = rest.split_first_chunk() {
        write(out, *item)?;
        rest = behind;
        if !rest.is_empty() {
            out.write_char(',')?;
        }
    }
    if rest.is_empty() { Ok(()) } else { Err(fmt::Error) }
}

/// Writes protocols (section 7.1.1): in one, a comma and a backslash are escaped once for the list
/// (appendix A.1), and that backslash once more for the string.
fn write_alpn(out: &mut impl fmt::Write, value: &[u8]) -> fmt::Result {
    let is_plain = |byte: u8| can_be_bare(byte) && byte != b',';
    let is_bare = protocols(value).flatten().flatten().copied().all(is_plain);
    let quote = if is_bare { "" } else { "\"" };
    out.write_str(quote)?;
    for (place, protocol) in protocols(value).enumerate() {
        if place > 0 {
            out.write_char(',')?;
        }
        write_protocol(out, protocol?)?;
    }
    out.write_str(quote)
}

/// The protocols of a list; none is empty.
fn protocols(value: &[u8]) -> impl Iterator<Item = Result<&[u8], fmt::Error>> {
    let mut parser = Parser::from_ref(value);
    std::iter::from_fn(move || {
        (parser.remaining() > 0).then(|| {
            let protocol = CharStr::parse_slice(&mut parser).map(CharStr::as_slice);
            if protocol.is_err() {
                parser.advance_to_end();
            }
            protocol.ok().filter(|protocol| !protocol.is_empty()).ok_or(fmt::Error)
        })
    })
}

fn write_protocol(out: &mut impl fmt::Write, protocol: &[u8]) -> fmt::Result {
    for part in protocol.split_inclusive(|byte| b",\\".contains(byte)) {
        let (last, before) = match part {
            [before @ .., last @ (b',' | b'\\')] => (Some(*last), before),
            _ => (None, part),
        };
        write_escaped(out, before, |byte| matches!(byte, b' '..=b'~') && byte != b'"')?;
        match last {
            Some(b',') => out.write_str("\\\\,")?,
            Some(_) => out.write_str("\\\\\\\\")?,
            None => {}
        }
    }
    Ok(())
}

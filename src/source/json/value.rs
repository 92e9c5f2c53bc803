//! JSON values, read and written as MessagePack at once.
//!
//! hifijson reads. It takes no memory, whatever it reads, and hands out numbers as they were
//! written: an integer keeps all its digits (as a string beyond 64 bits, for MessagePack has no
//! room for it), a time in decimals its nanoseconds. serde_json takes memory for a string with an
//! escape in it and for an error, and ends the process when it gets none.
//!
//! Most values are read before that by hand, some bytes at a time: short strings of ASCII without an
//! escape, integers, `true` and `false` (docs/performance.md).

use hifijson::escape::Lex as _;
use hifijson::num::LexWrite;
use hifijson::token::{Expect, Lex};
use hifijson::{Read, SliceLexer};

use crate::long_way::long_way;
use crate::msgpack::Writer;
use crate::source::fields::{Field, Type};
use crate::timestamp::Time;

/// Text with containers nested deeper than this is refused: Fluent Bit's own decoder gives up at
/// 32, and the mapping may put the value five levels down. It bounds the stack taken, too.
const DEEPEST: usize = 24;

/// The text is no JSON. Nobody asks why, and without a reason this fits a register.
#[derive(Debug)]
pub(super) struct NotJson;

impl From<Expect> for NotJson {
    fn from(_: Expect) -> Self {
        Self
    }
}

/// The bytes of a string that are looked at together.
const WINDOW: usize = 16;

/// Reads any value, which has `depth` containers around it and may be that of a field; tells
/// whether it stands for nothing.
#[inline(always)]
pub(super) fn read(
    lexer: &mut SliceLexer<'_>,
    depth: usize,
    field: Option<Field>,
    writer: &mut Writer<'_>,
) -> Result<bool, NotJson> {
    match lexer.as_slice().first() {
        Some(b'"') => read_string(lexer, writer),
        Some(b'0'..=b'9') => read_number(lexer, field, writer).map(|()| false),
        Some(b't' | b'f') => read_bool(lexer, writer).map(|()| false),
        _ => read_other(lexer, depth, field, writer),
    }
}

/// Reads `true` or `false`. Which of them is not guessed: there is no branch for it.
#[inline(always)]
fn read_bool(lexer: &mut SliceLexer<'_>, writer: &mut Writer<'_>) -> Result<(), NotJson> {
    // There is always a byte behind `true`, at least the end of the object or array that it is in.
    let [first @ .., last] = *lexer.as_slice().first_chunk::<5>().ok_or(NotJson)?;
    let is_true = first == *b"true";
    let is_false = first == *b"fals" && last == b'e';
    if !is_true & !is_false {
        return Err(NotJson);
    }
    writer.bool(is_true);
    pass(lexer, 5 - usize::from(is_true));
    Ok(())
}

/// As [`read`], for what is rarer: white space before the value, a negative number, an array, an
/// object, null, and any value in a container.
fn read_other(
    lexer: &mut SliceLexer<'_>,
    depth: usize,
    field: Option<Field>,
    writer: &mut Writer<'_>,
) -> Result<bool, NotJson> {
    long_way!("value of a text that is an array, an object or null");
    match lexer.ws_peek().ok_or(NotJson)? {
        b'"' => return read_string(lexer, writer),
        b'-' | b'0'..=b'9' => read_number(lexer, field, writer)?,
        b'[' | b'{' if depth >= DEEPEST => return Err(NotJson),
        b'[' => return read_container(lexer, b']', depth + 1, writer),
        b'{' => return read_container(lexer, b'}', depth + 1, writer),
        b't' | b'f' => read_bool(lexer, writer)?,
        // hifijson's own `null_or_bool` compares by a call.
        _ if lexer.as_slice().starts_with(b"null") => {
            writer.nil();
            pass(lexer, 4);
            return Ok(true);
        }
        _ => return Err(NotJson),
    }
    Ok(false)
}

/// Reads a container, of which `end` is the last token, and whose values have `depth` around them.
fn read_container(
    lexer: &mut SliceLexer<'_>,
    end: u8,
    depth: usize,
    writer: &mut Writer<'_>,
) -> Result<bool, NotJson> {
    let has_keys = end == b'}';
    let opened = match has_keys {
        true => writer.open_root_map(usize::MAX),
        false => writer.open_root_array(usize::MAX),
    };
    lexer.discarded().seq(end, SliceLexer::ws_peek, |_, lexer| {
        writer.add_members(1);
        if has_keys {
            read_key(lexer, writer)?;
        }
        read_other(lexer, depth, None, writer).map(drop)
    })?;
    let is_empty = writer.members() == 0;
    writer.close_root(opened);
    Ok(is_empty)
}

/// Reads a key and the colon behind it.
pub(super) fn read_key(lexer: &mut SliceLexer<'_>, writer: &mut Writer<'_>) -> Result<(), NotJson> {
    if lexer.ws_peek() != Some(b'"') {
        return Err(NotJson);
    }
    read_string(lexer, writer)?;
    lexer.expect(SliceLexer::ws_peek, b':').ok_or(NotJson)
}

/// Reads the string whose quote the lexer stands before; tells whether it is empty.
#[inline(always)]
fn read_string(lexer: &mut SliceLexer<'_>, writer: &mut Writer<'_>) -> Result<bool, NotJson> {
    let text = lexer.as_slice().get(1..).unwrap_or_default();
    if let Some(window) = text.first_chunk() {
        let size = plain_bytes(window);
        if text.get(size) == Some(&b'"') {
            writer.str_padded(window, size);
            pass(lexer, size + 2);
            return Ok(size == 0);
        }
    }
    read_long_string(lexer, writer)
}

/// As [`read_string`], for a string that is longer, has more than ASCII in it, or is near to the end.
#[inline(never)]
fn read_long_string(lexer: &mut SliceLexer<'_>, writer: &mut Writer<'_>) -> Result<bool, NotJson> {
    long_way!("string of a text that is long");
    pass(lexer, 1);
    let text = lexer.as_slice();
    let size = plain_size(text);
    if text.get(size) != Some(&b'"') {
        return read_any_string(lexer, writer);
    }
    writer.str(text.get(..size).unwrap_or_default());
    pass(lexer, size + 1);
    Ok(size == 0)
}

/// Reads what is left of a string behind its quote: with escapes, and with more than ASCII, which
/// must be UTF-8.
fn read_any_string(lexer: &mut SliceLexer<'_>, writer: &mut Writer<'_>) -> Result<bool, NotJson> {
    long_way!("string of a text with escapes, or more than ASCII");
    let start = writer.begin_text();
    loop {
        let text = lexer.as_slice();
        let size = plain_size(text);
        writer.copy(text.get(..size).unwrap_or_default());
        pass(lexer, size);
        if lexer.as_slice().first().is_some_and(|byte| !byte.is_ascii()) {
            writer.copy(take_utf8(lexer)?.as_bytes());
        }
        match lexer.take_next().ok_or(NotJson)? {
            b'"' => break,
            b'\\' => {
                let kind = lexer.take_next().ok_or(NotJson)?;
                let char = lexer.escape(kind).map_err(|_| NotJson)?;
                writer.copy(char.encode_utf8(&mut [0; 4]).as_bytes());
            }
            _ => return Err(NotJson),
        }
    }
    let is_empty = writer.position() == start;
    writer.end_text(start);
    Ok(is_empty)
}

/// Takes the text up to the next byte that ends a string or needs an escape in one.
fn take_utf8<'t>(lexer: &mut SliceLexer<'t>) -> Result<&'t str, NotJson> {
    let text = lexer.as_slice();
    let is_end = |byte: &u8| matches!(byte, 0..b' ' | b'"' | b'\\');
    let size = text.iter().position(is_end).ok_or(NotJson)?;
    pass(lexer, size);
    std::str::from_utf8(text.get(..size).unwrap_or_default()).map_err(|_| NotJson)
}

/// How many bytes come before the first that ends a string, needs an escape in one, or is not ASCII.
#[inline]
pub(super) fn plain_size(text: &[u8]) -> usize {
    let mut at = 0;
    while let Some(window) = text.get(at..).and_then(<[u8]>::first_chunk) {
        match plain_bytes(window) {
            WINDOW => at += WINDOW,
            size => return at + size,
        }
    }
    long_way!("string of a text looked at byte by byte");
    let is_plain = |byte: &&u8| !matches!(byte, 0..b' ' | b'"' | b'\\' | 0x80..);
    at + text.get(at..).unwrap_or_default().iter().take_while(is_plain).count()
}

/// As [`plain_size`], in a window.
#[inline(always)]
fn plain_bytes(window: &[u8; WINDOW]) -> usize {
    let half = |half: &[u8]| half.first_chunk().map_or(0, |half| stops(u64::from_le_bytes(*half)));
    let (low, high) = window.split_at(WINDOW / 2);
    let stops = u128::from(half(high)) << 64 | u128::from(half(low));
    (stops.trailing_zeros() / 8) as usize
}

/// The highest bit of each byte that is not plain. Behind the first such byte, bits may be set too
/// many, for the subtractions borrow; nobody looks there.
#[inline(always)]
fn stops(word: u64) -> u64 {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    let below = |word: u64, limit: u8| word.wrapping_sub(ONES * u64::from(limit));
    let equal = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    // Each `equal` flags all that is not ASCII but for one byte, and not the same one.
    (below(word, b' ') | equal(b'"') | equal(b'\\')) & (ONES << 7)
}

/// Reads a number, which may be the value of a field.
#[inline(always)]
fn read_number(
    lexer: &mut SliceLexer<'_>,
    field: Option<Field>,
    writer: &mut Writer<'_>,
) -> Result<(), NotJson> {
    let Some((number, size)) = plain_integer(lexer.as_slice()) else {
        return read_other_number(lexer, field, writer);
    };
    writer.uint(number);
    pass(lexer, size);
    Ok(())
}

/// The integer that the digits at the beginning of `text` write, and how many they are; `None`
/// when it is another kind of number, or may be.
#[inline(always)]
fn plain_integer(text: &[u8]) -> Option<(u64, usize)> {
    /// The most that cannot overflow.
    const MOST_DIGITS: usize = 19;
    let (mut number, mut size) = (0u64, 0);
    while let Some(eight) = text.get(size..)?.first_chunk().and_then(eight_digits) {
        number = number.wrapping_mul(100_000_000).wrapping_add(eight);
        size += 8;
    }
    while let digit @ b'0'..=b'9' = text.get(size)? {
        number = number.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
        size += 1;
    }
    let ends = matches!(text.get(size)?, b',' | b'}' | b']');
    let is_canonical = match text.first()? {
        b'0' => size == 1,
        _ => (1..=MOST_DIGITS).contains(&size),
    };
    (ends && is_canonical).then_some((number, size))
}

/// The number that eight digits write; `None` when a byte is no digit.
#[inline(always)]
fn eight_digits(bytes: &[u8; 8]) -> Option<u64> {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    let word = u64::from_le_bytes(*bytes);
    let digits = word ^ (ONES * u64::from(b'0'));
    // Each is at most 9: adding 6 does not reach the upper half of its byte.
    if (digits | digits.wrapping_add(ONES * 6)) & (ONES * 0xf0) != 0 {
        return None;
    }
    // The first digit counts most: neighbours are joined to pairs, to fours, to eight.
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = pairs.wrapping_mul(100).wrapping_add(pairs >> 16) & 0x0000_ffff_0000_ffff;
    Some(fours.wrapping_mul(10_000).wrapping_add(fours >> 32) & 0xffff_ffff)
}

#[inline(never)]
fn read_other_number(
    lexer: &mut SliceLexer<'_>,
    field: Option<Field>,
    writer: &mut Writer<'_>,
) -> Result<(), NotJson> {
    long_way!("number of a text that is no plain integer");
    let (text, parts) = lexer.num_string().validated().map_err(|_| NotJson)?;
    if parts.is_int() {
        match (text.parse(), text.parse()) {
            (Ok(number), _) => writer.uint(number),
            (_, Ok(number)) => writer.int(number),
            _ => writer.str(text.as_bytes()),
        }
        return Ok(());
    }
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() && !rounds_time(text, field, number) => {
            writer.float(number);
        }
        _ => writer.str(text.as_bytes()),
    }
    Ok(())
}

/// Whether the double nearest to a time in decimals would be another time.
fn rounds_time(text: &str, field: Option<Field>, number: f64) -> bool {
    let exact = Time::from_text(text.as_bytes());
    field.is_some_and(|field| field.of_type() == Type::Time)
        && exact.is_some()
        && exact != Time::from_float(number)
}

/// Passes over the first `size` bytes, which must be there: otherwise nothing is passed.
#[inline(always)]
pub(super) fn pass(lexer: &mut SliceLexer<'_>, size: usize) {
    if let Some(rest) = lexer.as_slice().get(size..) {
        *lexer = SliceLexer::new(rest);
    }
}

#[cfg(test)]
mod tests {
    use super::{WINDOW, eight_digits, plain_bytes};

    #[test]
    fn eight_digits_are_a_number_and_nothing_else_is() {
        for number in [0u64, 1, 9, 10, 12_345_678, 87_654_321, 90_909_090, 99_999_999] {
            let digits = format!("{number:08}");
            assert_eq!(digits.as_bytes().first_chunk().and_then(eight_digits), Some(number));
        }
        for byte in (0..=u8::MAX).filter(|byte| !byte.is_ascii_digit()) {
            for place in 0..8 {
                let bytes = std::array::from_fn(|i| if i == place { byte } else { b'9' });
                assert_eq!(eight_digits(&bytes), None, "{byte:#x} at {place}");
            }
        }
    }

    #[test]
    fn plain_bytes_are_those_before_any_other() {
        for byte in 0..=u8::MAX {
            let is_plain = byte.is_ascii() && byte >= b' ' && byte != b'"' && byte != b'\\';
            for place in 0..WINDOW {
                let bytes = std::array::from_fn(|i| if i == place { byte } else { b'~' });
                let expected = if is_plain { WINDOW } else { place };
                assert_eq!(plain_bytes(&bytes), expected, "{byte:#x} at {place}");
            }
        }
    }
}

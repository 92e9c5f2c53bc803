//! The first byte of a value: what it is, and how long.

/// The first bytes of the MessagePack forms (specification, "Formats").
#[allow(missing_docs, reason = "the specification's own names")]
pub mod marker {
    pub const FIXMAP: u8 = 0x80;
    pub const FIXARRAY: u8 = 0x90;
    pub const FIXSTR: u8 = 0xa0;
    pub const NIL: u8 = 0xc0;
    pub const RESERVED: u8 = 0xc1;
    pub const FALSE: u8 = 0xc2;
    pub const TRUE: u8 = 0xc3;
    pub const BIN8: u8 = 0xc4;
    pub const BIN16: u8 = 0xc5;
    pub const BIN32: u8 = 0xc6;
    pub const EXT8: u8 = 0xc7;
    pub const EXT16: u8 = 0xc8;
    pub const EXT32: u8 = 0xc9;
    pub const FLOAT32: u8 = 0xca;
    pub const FLOAT64: u8 = 0xcb;
    pub const UINT8: u8 = 0xcc;
    pub const UINT16: u8 = 0xcd;
    pub const UINT32: u8 = 0xce;
    pub const UINT64: u8 = 0xcf;
    pub const INT8: u8 = 0xd0;
    pub const INT16: u8 = 0xd1;
    pub const INT32: u8 = 0xd2;
    pub const INT64: u8 = 0xd3;
    pub const FIXEXT1: u8 = 0xd4;
    pub const FIXEXT8: u8 = 0xd7;
    pub const FIXEXT16: u8 = 0xd8;
    pub const STR8: u8 = 0xd9;
    pub const STR16: u8 = 0xda;
    pub const STR32: u8 = 0xdb;
    pub const ARRAY16: u8 = 0xdc;
    pub const ARRAY32: u8 = 0xdd;
    pub const MAP16: u8 = 0xde;
    pub const MAP32: u8 = 0xdf;
    pub const NEGATIVE_FIXINT: u8 = 0xe0;
}

/// For each first byte, the bytes of the whole value where the first byte alone tells them;
/// 0 where it does not (sized strings, containers, and the reserved byte). [`ABSENT`] is set
/// where the first byte alone tells that the value stands for nothing.
pub(super) static HEADS: [u8; 256] = heads();

/// The flag in [`HEADS`]: nil, an empty string, array or map.
pub(super) const ABSENT: u8 = 0x80;

#[expect(clippy::indexing_slicing, reason = "evaluated when compiling")]
const fn heads() -> [u8; 256] {
    let mut sizes = [0u8; 256];
    let mut first = 0usize;
    while first < 256 {
        sizes[first] = match first as u8 {
            0x00..=0x7f | marker::FALSE | marker::TRUE => 1,
            marker::NIL | marker::FIXSTR | marker::FIXARRAY | marker::FIXMAP => ABSENT | 1,
            marker::NEGATIVE_FIXINT..=0xff => 1,
            byte @ 0xa1..=0xbf => 1 + (byte - marker::FIXSTR),
            marker::UINT8 | marker::INT8 => 2,
            marker::UINT16 | marker::INT16 => 3,
            marker::UINT32 | marker::INT32 | marker::FLOAT32 => 5,
            marker::UINT64 | marker::INT64 | marker::FLOAT64 => 9,
            byte @ marker::FIXEXT1..=marker::FIXEXT16 => 2 + (1 << (byte - marker::FIXEXT1)),
            _ => 0,
        };
        first += 1;
    }
    sizes
}

/// The head of an array of one item.
pub const ONE: &[u8; 1] = &[marker::FIXARRAY | 1];
/// The head of an array of two items.
pub const TWO: &[u8; 1] = &[marker::FIXARRAY | 2];

/// Encodes `text` as a `fixstr`; `N` is its length plus one.
///
/// # Panics
/// At compile time, when `text` is longer than 31 bytes or `N` is wrong.
#[expect(clippy::indexing_slicing, reason = "evaluated when compiling")]
pub const fn fixstr<const N: usize>(text: &str) -> [u8; N] {
    let bytes = text.as_bytes();
    assert!(bytes.len() <= 31 && bytes.len() + 1 == N);
    let mut encoded = [0u8; N];
    encoded[0] = marker::FIXSTR | bytes.len() as u8;
    let mut i = 0;
    while i < bytes.len() {
        encoded[i + 1] = bytes[i];
        i += 1;
    }
    encoded
}

/// The bytes of all `parts` together.
#[expect(clippy::indexing_slicing, reason = "evaluated when compiling")]
pub const fn total_len(parts: &[&[u8]]) -> usize {
    let mut total = 0;
    let mut i = 0;
    while i < parts.len() {
        total += parts[i].len();
        i += 1;
    }
    total
}

/// All `parts` in a row; `N` is their total length.
///
/// # Panics
/// At compile time, when `N` is too small.
#[expect(clippy::indexing_slicing, reason = "evaluated when compiling")]
pub const fn join<const N: usize>(parts: &[&[u8]]) -> [u8; N] {
    let mut joined = [0u8; N];
    let (mut filled, mut i) = (0, 0);
    while i < parts.len() {
        let mut j = 0;
        while j < parts[i].len() {
            joined[filled] = parts[i][j];
            filled += 1;
            j += 1;
        }
        i += 1;
    }
    joined
}

/// A string literal of at most 31 bytes as a constant, encoded MessagePack `fixstr`.
macro_rules! key {
    ($text:expr) => {{
        const ENCODED: &[u8; $text.len() + 1] = &$crate::msgpack::fixstr($text);
        ENCODED
    }};
}
pub(crate) use key;

/// Constants joined into one, so that they are written in one copy.
macro_rules! joined {
    ($($part:expr),+ $(,)?) => {{
        const PARTS: &[&[u8]] = &[$($part),+];
        const JOINED: &[u8; $crate::msgpack::total_len(PARTS)] = &$crate::msgpack::join(PARTS);
        JOINED
    }};
}
pub(crate) use joined;

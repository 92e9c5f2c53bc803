//! MessagePack, as far as the mapper needs it: a borrowing reader and a bounded writer.
//!
//! Source: the MessagePack specification. Every legal form of a value is read, minimal or not;
//! the writer uses a legal one, minimal for what is known to be small. Neither knows Fluent Bit,
//! Cloudflare or ECS.

mod format;
mod json;
mod reader;
mod writer;

pub use format::{fixstr, join, marker, total_len};
pub use json::{AsJson, DEEPEST, Hex};
pub use reader::{
    Malformed, Reader, Value, array_items, encoded_pairs, is_absent, map_head, map_pairs,
    nests_within, skip, skip_value, text, text_part,
};
pub use writer::{Object, Part, Writer};

/// A string literal of at most 31 bytes as a constant, encoded MessagePack `fixstr`.
#[macro_export]
#[doc(hidden)]
macro_rules! key {
    ($text:expr) => {{
        const ENCODED: &[u8; $text.len() + 1] = &$crate::msgpack::fixstr($text);
        ENCODED
    }};
}
pub(crate) use crate::key;

/// Constants joined into one, so that they are written in one copy.
#[macro_export]
#[doc(hidden)]
macro_rules! joined {
    ($($part:expr),+ $(,)?) => {{
        const PARTS: &[&[u8]] = &[$($part),+];
        const JOINED: &[u8; $crate::msgpack::total_len(PARTS)] = &$crate::msgpack::join(PARTS);
        JOINED
    }};
}
pub(crate) use crate::joined;

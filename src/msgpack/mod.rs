//! MessagePack, as far as the mapper needs it: a borrowing reader and a bounded writer.
//!
//! Source: the MessagePack specification. Every legal form of a value is read, minimal or not;
//! the writer uses a legal one, minimal for what is known to be small. Neither knows Fluent Bit,
//! Cloudflare or ECS.

#![forbid(unsafe_code)]

mod format;
mod json;
mod part;
mod reader;
mod writer;

pub use format::{ONE, TWO, fixstr, join, marker, total_len};
pub(crate) use format::{joined, key};
pub use json::{AsJson, DEEPEST, write_hex, write_json};
pub use part::Part;
pub(crate) use reader::declared_end;
pub use reader::{
    Malformed, Reader, Value, array_items, encoded_pairs, has_map, is_absent, map_head, map_pairs,
    nests_within, skip, skip_value, text, text_part,
};
pub use writer::{Object, Writer};

#[cfg(test)]
mod tests;

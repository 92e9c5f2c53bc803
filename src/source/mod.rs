//! A Cloudflare record, borrowed from the bytes it came in.
//!
//! One pass over a record finds where each field's value lies, and how many fields are foreign;
//! values are read only when the mapping asks for them. A record that is JSON text becomes
//! MessagePack on that pass, so that one mapping serves both.

#![forbid(unsafe_code)]

mod detect;
mod encoded_key;
mod fields;
mod json;
mod key_order;
mod name_set;
mod prefix;
mod record;
mod spans;

pub use detect::GENERAL;
pub use fields::{Dataset, FIELD_COUNT, Field, FieldSet, Type};
pub use json::{JsonRecord, TextAt, TextKey, holds_record, is_cut, transcode_array};
pub use name_set::NameSet;
pub use record::Record;

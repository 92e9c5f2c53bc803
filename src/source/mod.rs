//! A Cloudflare record, borrowed from the bytes it came in.
//!
//! One pass over a record finds where each field's value lies, and how many fields are foreign;
//! values are read only when the mapping asks for them. A record that is JSON text becomes
//! MessagePack on that pass, so that one mapping serves both.

mod detect;
mod fields;
mod json;
mod pattern;
mod record;
mod shape;

pub use detect::is_ecs_already;
pub use fields::{Dataset, FIELD_COUNT, Field, FieldSet, LONGEST_NAME, Type};
pub use json::{JsonRecord, transcode_array};
pub use record::{NameSet, Record};

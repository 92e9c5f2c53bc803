//! The configuration keys: one table that serves parsing, the host's config map and README.
//!
//! Source: the mapping's contract (README, "Configuration keys"). A key that the user did not set
//! has its default; the host never passes defaults on. Values are checked here, because the host
//! checks only whether a key exists.

#![forbid(unsafe_code)]

mod keys;
mod read;
mod values;
mod wrong_value;

pub use keys::{KEYS, Key, Kind};
pub use values::{Config, Convention, Enrich, NameCase, OnMismatch};
pub use wrong_value::WrongValue;

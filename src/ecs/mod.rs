//! The mapping: a Cloudflare record in, an ECS record out, written once.
//!
//! `rows` says what goes where: each dataset's mapping is one function that reads like its table.
//! `rules` says how a value is read from fields, with what `values` knows of names, addresses and
//! numbers. What no row takes goes to `cloudflare.<name>` by its type (`values::cloudflare`), and
//! what cannot be read stays there as it came, with a note in `error.message`
//! (`values::error_message`). `output` goes through the rows: to write a record, or for the
//! outline that the tables of docs/mapping.md and the rule for clashing names come from. `mapping`
//! leads.
//!
//! Source: the mapping's contract (docs/mapping.md); ECS 9; the tables it cites.

#![forbid(unsafe_code)]

mod draft;
mod event;
mod mapping;
mod output;
mod rows;
mod rules;
mod settings;
mod values;

pub(crate) use event::{Event, Place};
pub(crate) use mapping::{Scratch, Shortage, write_event};
pub use output::outline::{Line, outline};
pub use rows::enrich::ECS_VERSION;
pub use settings::Settings;
pub use values::unreadable::Unreadable;

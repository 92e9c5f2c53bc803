//! A Fluent Bit filter that rewrites Cloudflare DNS logs into the Elastic Common Schema (ECS).
//!
//! ```text
//! Fluent Bit ──cb_filter──▶ plugin ──▶ rewrite ──▶ chunk ──▶ source ──▶ ecs ──▶ output ──▶ Fluent Bit
//!              (C ABI)      (fence)    (one pass)  (events)  (a borrowed      (writes
//!                                                            Cloudflare       MessagePack
//!                                                            record)          once)
//! ```
//!
//! One direction, one pass, one buffer. How a record travels:
//!
//! 1. Fluent Bit calls `cb_filter` with a chunk: events one behind the other. `plugin` checks the
//!    pointers, puts a fence around what follows, so that no panic reaches C, and calls [`Mapper`].
//! 2. `rewrite` goes from event to event. `chunk` reads the header of one: the time, and where the
//!    record begins. Events that stay as they are will be copied in runs.
//! 3. `source` goes through the record once and notes where the value of each field lies. It copies
//!    nothing; with `key_name` it turns the JSON text into MessagePack on the way. The names of the
//!    fields tell the dataset, or that the record is not ours.
//! 4. `ecs` writes the new record. `rows` say which ECS field comes from which of Cloudflare's,
//!    `rules` read the values, and what no row takes goes to `cloudflare.<name>`. Records with the
//!    same fields share a template: the bytes between the values, which are copied.
//! 5. What was written goes to the [`Output`] in larger pieces: in Fluent Bit memory from `malloc`
//!    (`host`), which Fluent Bit then owns. A chunk in which nothing changes has no output.
//! 6. The [`Outcome`] of the chunk, its counts and the first value that could not be read, goes to
//!    Fluent Bit's metrics and log.
//!
//! Imports run the same way, and never back: `tests/architecture.rs` has the list. Only `plugin`,
//! `host` and `abi` know Fluent Bit and hold unsafe code; the example, the benchmarks and the
//! fuzzers call the same [`Mapper`].

#[cfg(panic = "abort")]
compile_error!("the fence around the plugin's callbacks needs panic = \"unwind\"");

mod abi;
mod chunk;
pub mod config;
mod dns_codes;
pub mod ecs;
mod host;
mod inject_panic;
mod long_way;
mod memory;
pub mod msgpack;
mod output;
mod plugin;
mod rewrite;
pub mod source;
pub mod timestamp;
pub mod wire;

pub use config::Config;
pub use memory::OutOfMemory;
pub use output::Output;
pub use rewrite::{Answer, Counts, Explanation, Mapper, Mismatch, Outcome, Tally};

/// The version and the commit, as the line at the start shows them: `0.1.0 (0123456789ab)`.
pub const VERSION: &str = env!("PLUGIN_VERSION");

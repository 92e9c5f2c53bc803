//! A Fluent Bit filter that rewrites Cloudflare DNS logs into the Elastic Common Schema (ECS).
//!
//! ```text
//! Fluent Bit ──cb_filter──▶ plugin ──▶ rewrite ──▶ chunk ──▶ source ──▶ ecs ──▶ output ──▶ Fluent Bit
//!              (C ABI)      (fence)    (one pass)  (events)  (a borrowed      (writes
//!                                                            Cloudflare       MessagePack
//!                                                            record)          once)
//! ```
//!
//! One direction, one pass, one buffer. Everything but `plugin`, `host` and `abi` is safe
//! Rust that knows no Fluent Bit; the example and the benchmarks call the same [`Mapper`].

#[cfg(panic = "abort")]
compile_error!("the fence around the plugin's callbacks needs panic = \"unwind\"");

mod abi;
mod chunk;
pub mod config;
mod dns_codes;
pub mod ecs;
mod host;
mod inject_panic;
mod memory;
pub mod msgpack;
mod plugin;
mod rewrite;
pub mod source;
pub mod timestamp;
pub mod wire;

pub use config::Config;
pub use memory::OutOfMemory;
pub use rewrite::{Answer, Counts, DatasetCounts, Mapper, Outcome, Output};

/// The version and the commit, as the line at the start shows them: `0.1.0 (0123456789ab)`.
pub const VERSION: &str = env!("PLUGIN_VERSION");

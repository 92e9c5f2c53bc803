//! The fuzz targets as functions: a fuzzer's input in, a panic where a promise is broken.
//!
//! Each target has a file: [`chunk`] takes any bytes as a chunk, [`records`] makes chunks of
//! records that look like Cloudflare's, [`json`] takes any bytes as JSON text under `key_name`,
//! [`times`] reads times beside other readings, [`configuration`] any values of the keys, [`wire`]
//! resource records in wire format beside the oracle's reading. The first three check everything in `promises`, with the tests' oracle. `fuzz_targets/` gives the
//! functions to libFuzzer; `tests/corpus.rs` calls them with the corpus on a stable toolchain.

mod bytes;
mod chunk;
mod configuration;
#[path = "../../tests/counting_allocator/mod.rs"]
mod counting_allocator;
mod json;
#[path = "../../tests/oracle/mod.rs"]
mod oracle;
mod promises;
mod records;
mod scan;
pub mod seeds;
mod setup;
mod times;
mod wire;

pub use chunk::chunk;
pub use configuration::configuration;
pub use json::json;
pub use records::records;
pub use times::times;
pub use wire::wire;

/// A fuzz target.
pub type Target = fn(&[u8]);

/// All targets by their names.
pub const TARGETS: [(&str, Target); 6] = [
    ("chunk", chunk),
    ("records", records),
    ("json", json),
    ("times", times),
    ("configuration", configuration),
    ("wire", wire),
];

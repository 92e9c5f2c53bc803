//! What the benchmarks share: records, chunks, the plugin behind its C ABI, and the peers.

pub mod cases;
pub mod chunk;
pub mod peers;
pub mod plugin;
pub mod records;
pub mod timing;
pub mod walk;

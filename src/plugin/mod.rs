//! The plugin: what Fluent Bit finds and calls.
//!
//! A callback checks its pointers, calls one safe function and translates the answer. No panic
//! leaves it: a chunk stays as it is, a start fails, an exit frees what it has. All state is in
//! the context of an instance, so that several instances, and the two configurations that are
//! alive during a hot reload, share only what is written once and never changes: the struct that is
//! exported, the addresses of the host's functions, and the hook that remembers panics.

mod callbacks;
mod context;
mod exported;
mod fence;
mod help;
mod metrics;
mod refusal;
mod registration;
mod version;
mod warnings;

//! The rules of the rows: from the encoded values of fields to one value of ECS.
//!
//! A rule writes its value and answers `true`. It answers `false` where the mapping has no value,
//! and where a field cannot be read; then it has refused that field (`Draft::refuse`).

pub(super) mod answers;
mod distinct;
pub(super) mod dns;
pub(super) mod event;
pub(super) mod name;
pub(super) mod network;
pub(super) mod related;
pub(super) mod text;
mod wire;

//! The three visitors of the rows: they write a record in full, write it by a template, or outline
//! the mapping.

pub(super) mod full;
pub(super) mod outline;
pub(super) mod template;
pub(super) mod templated;

//! Where the values of a record lie.

use super::fields::FIELD_COUNT;

/// Where one encoded value lies.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
}

/// A span for each field, and one for all that is foreign.
pub(super) type Spans = [Span; FIELD_COUNT + 1];

/// The place of the span for all that is foreign.
pub(super) const NOWHERE: usize = FIELD_COUNT;

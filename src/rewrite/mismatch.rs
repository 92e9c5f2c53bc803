//! Why a log event is not mapped.

/// Why a log event is not mapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mismatch {
    /// Its record was mapped before: it passes, whatever the settings.
    MappedBefore,
    /// It has no QueryName, or an empty one.
    NoQueryName,
    /// No field tells its dataset, and none is configured.
    NotTold,
    /// The field `key_name` is not there, or does not hold one JSON object.
    NotJson,
}

impl Mismatch {
    /// All of them, in the order of [`Mismatch::index`].
    pub const ALL: [Self; 4] =
        [Self::MappedBefore, Self::NoQueryName, Self::NotTold, Self::NotJson];

    /// A number from 0 on, for tables by reason.
    pub const fn index(self) -> usize {
        self as usize
    }
}

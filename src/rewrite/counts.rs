//! What is counted.

use crate::source::Dataset;

/// How many log events became what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    by_dataset: [DatasetCounts; Dataset::ALL.len()],
    /// Not ours, and passed byte for byte.
    pub passed: u64,
    /// Not ours, and removed.
    pub dropped: u64,
    /// Chunks that were not valid from some byte on, and passed from there as they were.
    pub malformed_chunks: u64,
}

/// How many log events of one dataset became what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DatasetCounts {
    /// Mapped to ECS.
    pub mapped: u64,
    /// Of those mapped, the ones with a field that could not be read.
    pub with_errors: u64,
}

impl Counts {
    /// The counts of one dataset.
    pub fn of(&self, dataset: Dataset) -> DatasetCounts {
        self.by_dataset.get(dataset.index()).copied().unwrap_or_default()
    }

    /// Log events mapped to ECS, of all datasets.
    pub fn mapped(&self) -> u64 {
        self.by_dataset.iter().map(|counts| counts.mapped).sum()
    }

    /// Of those mapped, the ones with a field that could not be read, of all datasets.
    pub fn with_errors(&self) -> u64 {
        self.by_dataset.iter().map(|counts| counts.with_errors).sum()
    }

    /// Adds what became of other events.
    pub fn add(&mut self, other: &Self) {
        for (counts, other) in self.by_dataset.iter_mut().zip(&other.by_dataset) {
            counts.mapped += other.mapped;
            counts.with_errors += other.with_errors;
        }
        self.passed += other.passed;
        self.dropped += other.dropped;
        self.malformed_chunks += other.malformed_chunks;
    }

    pub(super) fn add_mapped(&mut self, dataset: Dataset, with_error: bool) {
        if let Some(counts) = self.by_dataset.get_mut(dataset.index()) {
            counts.mapped += 1;
            counts.with_errors += u64::from(with_error);
        }
    }
}

//! What is counted.

use super::mismatch::Mismatch;
use crate::source::Dataset;

/// How many log events became what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    by_dataset: [DatasetCounts; Dataset::ALL.len()],
    /// By why they were not mapped: those that passed byte for byte, and those that were removed.
    passed: [u64; Mismatch::ALL.len()],
    dropped: [u64; Mismatch::ALL.len()],
    /// Of those mapped, the ones whose keys tell another dataset than the configured one.
    pub told_otherwise: u64,
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

    /// Log events that passed byte for byte, for that reason.
    pub fn passed_for(&self, why: Mismatch) -> u64 {
        self.passed.get(why.index()).copied().unwrap_or_default()
    }

    /// Log events that were removed, for that reason.
    pub fn dropped_for(&self, why: Mismatch) -> u64 {
        self.dropped.get(why.index()).copied().unwrap_or_default()
    }

    /// Log events that passed byte for byte.
    pub fn passed(&self) -> u64 {
        self.passed.iter().sum()
    }

    /// Log events that were removed.
    pub fn dropped(&self) -> u64 {
        self.dropped.iter().sum()
    }

    /// Adds what became of other events.
    pub fn add(&mut self, other: &Self) {
        for (counts, other) in self.by_dataset.iter_mut().zip(&other.by_dataset) {
            counts.mapped += other.mapped;
            counts.with_errors += other.with_errors;
        }
        add_each(&mut self.passed, &other.passed);
        add_each(&mut self.dropped, &other.dropped);
        self.told_otherwise += other.told_otherwise;
        self.malformed_chunks += other.malformed_chunks;
    }

    pub(super) fn add_passed(&mut self, why: Mismatch) {
        if let Some(count) = self.passed.get_mut(why.index()) {
            *count += 1;
        }
    }

    pub(super) fn add_dropped(&mut self, why: Mismatch) {
        if let Some(count) = self.dropped.get_mut(why.index()) {
            *count += 1;
        }
    }

    pub(super) fn add_mapped(&mut self, dataset: Dataset, with_error: bool) {
        if let Some(counts) = self.by_dataset.get_mut(dataset.index()) {
            counts.mapped += 1;
            counts.with_errors += u64::from(with_error);
        }
    }
}

fn add_each<const N: usize>(counts: &mut [u64; N], others: &[u64; N]) {
    counts.iter_mut().zip(others).for_each(|(count, other)| *count += other);
}

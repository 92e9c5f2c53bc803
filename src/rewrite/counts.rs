//! What is counted.

use super::mismatch::Mismatch;
use crate::source::Dataset;

/// What is counted by itself. A log event is mapped, passes or is dropped; the others come on top.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tally {
    /// Log events mapped to ECS.
    Mapped(Dataset),
    /// Of those mapped, the ones with a field that could not be read.
    WithErrors(Dataset),
    /// Log events that passed byte for byte.
    Passed(Mismatch),
    /// Log events that were removed.
    Dropped(Mismatch),
    /// Of those mapped, the ones whose keys tell another dataset than the configured one.
    ToldOtherwise,
    /// Chunks that were not valid from some byte on, and passed from there as they were.
    MalformedChunks,
}

const DATASETS: usize = Dataset::ALL.len();
const MISMATCHES: usize = Mismatch::ALL.len();

/// The number of tallies.
pub(crate) const TALLIES: usize = 2 * DATASETS + 2 * MISMATCHES + 2;

impl Tally {
    /// All of them, in the order of [`Tally::index`].
    #[expect(clippy::indexing_slicing, reason = "evaluated when compiling")]
    pub const ALL: [Self; TALLIES] = {
        let mut all = [Self::ToldOtherwise; TALLIES];
        let mut i = 0;
        while i < DATASETS {
            all[i] = Self::Mapped(Dataset::ALL[i]);
            all[DATASETS + i] = Self::WithErrors(Dataset::ALL[i]);
            i += 1;
        }
        let mut i = 0;
        while i < MISMATCHES {
            all[2 * DATASETS + i] = Self::Passed(Mismatch::ALL[i]);
            all[2 * DATASETS + MISMATCHES + i] = Self::Dropped(Mismatch::ALL[i]);
            i += 1;
        }
        all[TALLIES - 1] = Self::MalformedChunks;
        all
    };

    /// A number from 0 on, for tables by tally.
    #[inline(always)]
    pub const fn index(self) -> usize {
        match self {
            Self::Mapped(dataset) => dataset.index(),
            Self::WithErrors(dataset) => DATASETS + dataset.index(),
            Self::Passed(why) => 2 * DATASETS + why.index(),
            Self::Dropped(why) => 2 * DATASETS + MISMATCHES + why.index(),
            Self::ToldOtherwise => TALLIES - 2,
            Self::MalformedChunks => TALLIES - 1,
        }
    }
}

/// How many log events became what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    counts: [u64; TALLIES],
    /// A bit for each tally that is not 0: of a chunk mostly one, so nobody looks at the others.
    counted: u32,
}

impl Counts {
    /// One count.
    pub fn of(&self, tally: Tally) -> u64 {
        self.counts.get(tally.index()).copied().unwrap_or_default()
    }

    /// The counts that are not 0, each with its tally's index.
    #[inline(always)]
    pub fn each(&self) -> impl Iterator<Item = (usize, u64)> {
        let mut counted = self.counted;
        std::iter::from_fn(move || {
            let index = counted.trailing_zeros() as usize;
            counted &= counted.wrapping_sub(1);
            self.counts.get(index).map(|count| (index, *count))
        })
    }

    /// Log events mapped to ECS, of all datasets.
    pub fn mapped(&self) -> u64 {
        self.sum(Dataset::ALL.map(Tally::Mapped))
    }

    /// Of those mapped, the ones with a field that could not be read, of all datasets.
    pub fn with_errors(&self) -> u64 {
        self.sum(Dataset::ALL.map(Tally::WithErrors))
    }

    /// Log events that passed byte for byte.
    pub fn passed(&self) -> u64 {
        self.sum(Mismatch::ALL.map(Tally::Passed))
    }

    /// Log events that were removed.
    pub fn dropped(&self) -> u64 {
        self.sum(Mismatch::ALL.map(Tally::Dropped))
    }

    fn sum<const N: usize>(&self, tallies: [Tally; N]) -> u64 {
        tallies.into_iter().map(|tally| self.of(tally)).sum()
    }

    /// Adds what became of other events.
    pub fn add(&mut self, other: &Self) {
        for (index, count) in other.each() {
            if let Some(known) = self.counts.get_mut(index) {
                *known += count;
            }
        }
        self.counted |= other.counted;
    }

    #[inline(always)]
    pub(super) fn add_one(&mut self, tally: Tally) {
        if let Some(count) = self.counts.get_mut(tally.index()) {
            *count += 1;
        }
        self.counted |= 1 << tally.index();
    }

    /// Sets all to 0.
    #[inline(always)]
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::{Counts, TALLIES, Tally};

    #[test]
    fn each_tally_has_a_place_of_its_own() {
        let places: Vec<_> = Tally::ALL.into_iter().map(Tally::index).collect();
        assert_eq!(places, Vec::from_iter(0..TALLIES));
    }

    #[test]
    fn what_was_counted_is_told_and_nothing_else() {
        let mut counts = Counts::default();
        for (times, tally) in Tally::ALL.into_iter().enumerate() {
            (0..times).for_each(|_| counts.add_one(tally));
        }
        let mut sum = counts;
        sum.add(&counts);
        sum.add(&Counts::default());
        let expected: Vec<_> = (0..TALLIES).zip((0..).step_by(2)).skip(1).collect();
        assert_eq!(Vec::from_iter(sum.each()), expected);
        // Twice each index, three datasets and four reasons.
        let sums = [sum.mapped(), sum.with_errors(), sum.passed(), sum.dropped()];
        assert_eq!(
            sums,
            [2 * (1 + 2), 2 * (3 + 4 + 5), 2 * (6 + 7 + 8 + 9), 2 * (10 + 11 + 12 + 13)]
        );
        assert_eq!(sum.of(Tally::MalformedChunks), 2 * (TALLIES as u64 - 1));
        sum.clear();
        assert_eq!(sum, Counts::default());
        assert_eq!(Vec::from_iter(sum.each()), []);
    }
}

//! The way of what was written to the output.

use crate::ecs::Shortage;
use crate::long_way::long_way;
use crate::memory::{OutOfMemory, give_back, lengthen};
use crate::output::Output;

/// Bytes on their way to the output.
#[derive(Debug)]
pub(super) struct Staging {
    room: Vec<u8>,
    filled: usize,
    /// What went to the output so far.
    flushed: usize,
    chunk_len: usize,
}

impl Default for Staging {
    fn default() -> Self {
        Self { room: vec![0; Self::USUAL], filled: 0, flushed: 0, chunk_len: 0 }
    }
}

impl Staging {
    /// Enough for some hundred records, and small enough for a processor's first-level cache.
    const USUAL: usize = 16 * 1024;

    pub(super) fn clear(&mut self, chunk_len: usize) {
        self.filled = 0;
        self.flushed = 0;
        self.chunk_len = chunk_len;
        give_back(&mut self.room, Self::USUAL);
    }

    /// Calls `write` with room for one event, again with more where that is too little.
    #[inline]
    pub(super) fn write(
        &mut self,
        output: &mut impl Output,
        read: usize,
        mut write: impl FnMut(&mut [u8]) -> Result<usize, Shortage>,
    ) -> Result<(), OutOfMemory> {
        loop {
            let room = self.room.get_mut(self.filled..).unwrap_or_default();
            match write(room) {
                Ok(size) => {
                    self.filled += size;
                    return Ok(());
                }
                Err(Shortage::Room(needed)) => {
                    self.flush(output, read)?;
                    self.make_room(needed)?;
                }
                Err(Shortage::Memory) => return Err(OutOfMemory),
            }
        }
    }

    #[cold]
    fn make_room(&mut self, needed: usize) -> Result<(), OutOfMemory> {
        long_way!("room for a record made");
        if self.room.len() < needed {
            lengthen(&mut self.room, needed.saturating_mul(2).max(Self::USUAL))?;
        }
        Ok(())
    }

    /// Copies a run of events that stay as they are.
    pub(super) fn copy(
        &mut self,
        output: &mut impl Output,
        run: &[u8],
        read: usize,
    ) -> Result<(), OutOfMemory> {
        let end = self.filled.saturating_add(run.len());
        if let Some(place) = self.room.get_mut(self.filled..end) {
            place.copy_from_slice(run);
            self.filled = end;
            return Ok(());
        }
        self.flush(output, read)?;
        let more = self.likely_to_follow(run.len(), read);
        self.flushed += run.len();
        output.append(run, more)
    }

    /// Hands on what is there; `read` bytes of the chunk have been read for it.
    #[cold]
    pub(super) fn flush(
        &mut self,
        output: &mut impl Output,
        read: usize,
    ) -> Result<(), OutOfMemory> {
        let staged = self.room.get(..self.filled).unwrap_or_default();
        if staged.is_empty() {
            return Ok(());
        }
        long_way!("what was written handed on");
        let more = self.likely_to_follow(staged.len(), read);
        self.flushed += staged.len();
        self.filled = 0;
        output.append(staged, more)
    }

    /// What the rest of the chunk will come to if it grows as it has grown so far, and a little.
    fn likely_to_follow(&self, staged: usize, read: usize) -> usize {
        let left = self.chunk_len.saturating_sub(read);
        if left == 0 {
            return 0;
        }
        let written = (self.flushed + staged) as u128;
        let grown = written * left as u128 / (read.max(1) as u128);
        usize::try_from(grown + grown / 16).unwrap_or(left).saturating_add(256)
    }
}

#[cfg(test)]
#[allow(clippy::expect_used, reason = "a test")]
mod tests {
    use crate::memory::OutOfMemory;
    use crate::output::Output;
    use crate::rewrite::staging::Staging;

    /// At each hand-over, how long the output has become, and how long the whole would by what was told.
    #[derive(Default)]
    struct Foretold(Vec<(usize, usize)>);

    impl Foretold {
        /// Each foretells the whole, and of what is to come a sixteenth more and 256 bytes, so that
        /// what varies a little still fits.
        fn check(&self, whole: usize) {
            assert!(self.0.len() > 10, "{:?}", self.0);
            for &(appended, total) in &self.0 {
                let to_come = whole - appended;
                let slack = if to_come == 0 { 0 } else { to_come / 16 + 256 };
                assert_eq!(total, whole + slack, "{appended} of {whole}");
            }
        }
    }

    impl Output for Foretold {
        fn append(&mut self, bytes: &[u8], more: usize) -> Result<(), OutOfMemory> {
            let appended = self.0.last().map_or(0, |last| last.0) + bytes.len();
            self.0.push((appended, appended + more));
            Ok(())
        }
    }

    #[test]
    fn each_hand_over_foretells_the_whole_output() {
        let (events, read, written) = (1_000, 100, 300);
        let (mut staging, mut output) = (Staging::default(), Foretold::default());
        staging.clear(events * read);
        for event in 0..events {
            let write = |room: &mut [u8]| match room.get_mut(..written) {
                Some(place) => {
                    place.fill(1);
                    Ok(written)
                }
                None => Err(crate::ecs::Shortage::Room(written)),
            };
            staging.write(&mut output, event * read, write).expect("memory");
        }
        staging.flush(&mut output, events * read).expect("memory");
        output.check(events * written);
    }

    #[test]
    fn a_long_run_counts_as_what_was_written() {
        let run = vec![1; 20 * Staging::USUAL];
        let (mut staging, mut output) = (Staging::default(), Foretold::default());
        staging.clear(12 * run.len());
        for read in 1..=12 {
            staging.copy(&mut output, &run, read * run.len()).expect("memory");
        }
        output.check(12 * run.len());
    }

    #[test]
    fn room_is_made_where_there_is_too_little() {
        const USUAL: usize = Staging::USUAL;
        let mut staging = Staging::default();
        for (needed, room) in [(USUAL, USUAL), (USUAL + 1, 2 * USUAL + 2), (1, 2 * USUAL + 2)] {
            staging.make_room(needed).expect("memory");
            assert_eq!(staging.room.len(), room, "{needed}");
        }
    }
}

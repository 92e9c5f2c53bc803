//! Warnings about fields that cannot be read, about chunks that are not valid, and about records of
//! which none is mapped: one line of each kind a minute at the most, with an example and the number
//! since the line before.

use std::fmt;

use crate::config::OnMismatch;
use crate::ecs::Unreadable;
use crate::host::Log;
use crate::rewrite::{Counts, Explanation, Mismatch, Tally};

/// The time from one line to the next, in nanoseconds.
const BETWEEN: u64 = 60 * 1_000_000_000;

/// Whether less than that has passed. A clock that was set back makes a line come early.
fn is_soon(now: u64, since: u64) -> bool {
    now.wrapping_sub(since) < BETWEEN
}

/// The fields that could not be read, and were not warned about yet.
#[derive(Debug, Default)]
pub(super) struct Unread {
    last: Option<u64>,
    records: u64,
    first: Option<Unreadable>,
}

impl Unread {
    /// Warns about `records` records of a chunk, the first of which is `example`, now or with a
    /// later line.
    pub(super) fn add(&mut self, log: &Log, records: u64, example: &Unreadable, now: u64) {
        let first = *self.first.get_or_insert(*example);
        self.records += records;
        if self.last.is_some_and(|last| is_soon(now, last)) {
            return;
        }
        log.warn(format_args!(
            "{} with a field that cannot be read, kept as it came under 'cloudflare'; the first: {}",
            Records(self.records),
            first,
        ));
        *self = Self { last: Some(now), records: 0, first: None };
    }
}

/// The chunks that were not valid MessagePack, and were not warned about yet.
#[derive(Debug, Default)]
pub(super) struct Malformed {
    last: Option<u64>,
    chunks: u64,
}

impl Malformed {
    /// Warns about a chunk of so many bytes that is not valid from that byte on, now or with a later
    /// line.
    pub(super) fn add(&mut self, log: &Log, from: usize, size: usize, now: u64) {
        self.chunks += 1;
        if self.last.is_some_and(|last| is_soon(now, last)) {
            return;
        }
        log.warn(format_args!(
            "{} chunk{} not valid MessagePack; the last from byte {from} of {size} on: passing the \
             rest through unchanged",
            self.chunks,
            if self.chunks == 1 { " is" } else { "s are" },
        ));
        *self = Self { last: Some(now), chunks: 0 };
    }
}

/// The records of an instance that has mapped none so far.
#[derive(Debug, Default)]
pub(super) struct Unmapped {
    /// For good: one was mapped.
    is_silent: bool,
    last: Option<u64>,
    /// Since the line before: how many, and when the first came.
    records: u64,
    since: Option<u64>,
}

impl Unmapped {
    /// So many records are warned about at once; fewer when a minute has passed.
    const MANY: u64 = 100;

    /// Takes note of what became of a chunk. Gives the number of records to warn about, when a line is
    /// due.
    pub(super) fn add(&mut self, counts: &Counts, now: u64) -> Option<u64> {
        if self.is_silent {
            return None;
        }
        let told_otherwise = counts.of(Tally::ToldOtherwise);
        if counts.mapped() > told_otherwise {
            self.is_silent = true;
            return None;
        }
        // What was mapped before is as it should be, and shows nothing of the others.
        let not_mapped = counts.passed() + counts.dropped() + told_otherwise
            - counts.of(Tally::Passed(Mismatch::MappedBefore));
        if not_mapped == 0 {
            return None;
        }
        self.records += not_mapped;
        let since = *self.since.get_or_insert(now);
        let is_enough = self.records >= Self::MANY || !is_soon(now, since);
        if !is_enough || self.last.is_some_and(|last| is_soon(now, last)) {
            return None;
        }
        let records = self.records;
        *self = Self { last: Some(now), ..Self::default() };
        Some(records)
    }
}

/// Warns that none of so many records was mapped, and why, as one of them shows it.
pub(super) fn warn_of_unmapped(
    log: &Log,
    records: u64,
    on_mismatch: OnMismatch,
    why: &Explanation<'_>,
) {
    let became = match (why, on_mismatch) {
        (Explanation::ToldOtherwise { .. }, _) => " as its fields tell",
        (_, OnMismatch::Keep) => "; they pass unchanged",
        (_, OnMismatch::Drop) => "; they are dropped",
    };
    log.warn(format_args!("{} came, and none was mapped{became}: {why}", Records(records)));
}

/// A number of records in words.
struct Records(u64);

impl fmt::Display for Records {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} record{}", self.0, if self.0 == 1 { "" } else { "s" })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used, reason = "a test")]

    use super::Unmapped;
    use crate::config::Config;
    use crate::rewrite::{Counts, Mapper};
    use crate::source::Dataset;

    const HEADER: &[u8] = b"\x92\x92\xd7\0\x62\xc7\x61\x7e\0\0\0\0\x80";

    /// The counts of so many records `{"a": 1}`, and so many of ours.
    fn counts(foreign: usize, ours: usize) -> Counts {
        let foreign = [HEADER, b"\x81\xa1a\x01"].concat().repeat(foreign);
        let ours = [HEADER, b"\x82\xa9QueryName\xa1a\xa9QueryType\x01"].concat().repeat(ours);
        counts_of(&[foreign, ours].concat())
    }

    fn counts_of(chunk: &[u8]) -> Counts {
        let mut mapper = Mapper::new(&Config::default()).expect("the defaults");
        *mapper.rewrite(chunk, &mut Vec::new()).expect("memory").counts
    }

    /// What is due when chunks of so many foreign records come at these seconds.
    fn due(chunks: &[(u64, usize)]) -> Vec<Option<u64>> {
        let mut unmapped = Unmapped::default();
        let add = |&(second, records): &(u64, usize)| {
            unmapped.add(&counts(records, 0), (1_700_000_000 + second) * 1_000_000_000)
        };
        chunks.iter().map(add).collect()
    }

    #[test]
    fn a_line_is_due_for_many_records_or_after_a_minute() {
        assert_eq!(due(&[(0, 99), (1, 1)]), [None, Some(100)]);
        assert_eq!(due(&[(0, 5), (59, 5), (60, 1)]), [None, None, Some(11)]);
        // The minute begins with the first record.
        assert_eq!(due(&[(0, 0), (100, 1), (159, 1), (160, 0), (161, 1)]), {
            [None, None, None, None, Some(3)]
        });
    }

    #[test]
    fn lines_come_a_minute_apart() {
        let chunks = [(0, 500), (1, 500), (59, 500), (60, 1), (119, 200), (120, 1)];
        assert_eq!(due(&chunks), [Some(500), None, None, Some(1001), None, Some(201)]);
        // A few that come later wait for more, or for their own minute.
        assert_eq!(
            due(&[(0, 100), (300, 1), (359, 1), (360, 1)]),
            [Some(100), None, None, Some(3)]
        );
    }

    #[test]
    fn a_clock_that_was_set_back_silences_nothing() {
        assert_eq!(due(&[(100, 500), (0, 100), (30, 100)]), [Some(500), Some(100), None]);
        assert_eq!(due(&[(100, 1), (0, 1)]), [None, Some(2)]);
    }

    #[test]
    fn records_mapped_before_are_as_they_should_be() {
        let dataset = Dataset::DnsLogs.name();
        let head = [0xa0 | dataset.len() as u8];
        let before = [HEADER, b"\x81\xa5event\x81\xa7dataset", &head, dataset.as_bytes()].concat();
        let foreign = [HEADER, b"\x81\xa1a\x01"].concat();
        let mut unmapped = Unmapped::default();
        assert_eq!(unmapped.add(&counts_of(&before.repeat(200)), 0), None);
        let both = [before.repeat(7), foreign.repeat(99)].concat();
        assert_eq!(unmapped.add(&counts_of(&both), 0), None);
        assert_eq!(unmapped.add(&counts_of(&foreign), 0), Some(100));
    }

    #[test]
    fn one_record_mapped_silences_for_good() {
        let mut unmapped = Unmapped::default();
        assert_eq!(unmapped.add(&counts(200, 1), 0), None);
        assert_eq!(unmapped.add(&counts(200, 0), u64::MAX), None);
    }
}

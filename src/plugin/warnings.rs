//! Warnings about fields that cannot be read: one line a minute at the most, with the first
//! example since the line before and the number of records.

use std::time::{Duration, Instant};

use crate::ecs::Unreadable;
use crate::host::Log;

/// The time from one line to the next.
const BETWEEN: Duration = Duration::from_secs(60);

/// What was not warned about yet.
#[derive(Debug, Default)]
pub(super) struct Warnings {
    last: Option<Instant>,
    records: u64,
    first: Option<Unreadable>,
}

impl Warnings {
    /// Warns about `records` records of a chunk, the first of which is `example`, now or with a
    /// later line.
    pub(super) fn add(&mut self, log: &Log, records: u64, example: &Unreadable) {
        let first = *self.first.get_or_insert(*example);
        self.records += records;
        let now = Instant::now();
        if self.last.is_some_and(|last| now.duration_since(last) < BETWEEN) {
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

/// A number of records in words.
struct Records(u64);

impl std::fmt::Display for Records {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} record{}", self.0, if self.0 == 1 { "" } else { "s" })
    }
}

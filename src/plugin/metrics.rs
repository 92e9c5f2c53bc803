//! What becomes of the records, as counters in the host's own metrics.
//!
//! All of them appear at the start, at zero, so that a rate can be told from the first record on
//! and nothing is added to the host's lists while another thread reads them.

use std::ffi::{CStr, CString};

use super::version::version_and_commit;
use crate::config::Config;
use crate::host::{Counter, Internals, Series, now};
use crate::rewrite::{Counts, Mismatch, TALLIES, Tally};
use crate::source::Dataset;

/// The label `dataset` of records that are not mapped, and the label `reason` of those that are.
const NONE: &CStr = c"none";

/// The counters of one filter instance: one for each tally that can come.
pub(super) struct Metrics(Box<[Option<Series>]>);

impl Metrics {
    /// Makes the counters; `None` in a host without metrics.
    // Not inlined: the start has a small stack.
    #[inline(never)]
    pub(super) fn new(internals: Internals, name: &str, config: &Config) -> Option<Self> {
        // The label `name`, as the host's own counters have it.
        let name = CString::new(name).ok()?;
        let counters = Counters::new(internals)?;
        let info = Counter::new(
            internals,
            c"cloudflare_dns_info",
            c"1 for the version and the commit of the filter",
            [c"name", c"version", c"commit"],
        )?;
        let mut series: Box<[_]> = (0..TALLIES).map(|_| None).collect();
        for tally in tallies(config) {
            if let Some(series) = series.get_mut(tally.index()) {
                *series = counters.series(tally, &name);
            }
        }
        let (version, commit) = version_and_commit();
        let [version, commit] = [CString::new(version).ok()?, CString::new(commit).ok()?];
        info.series([&name, &version, &commit]).add(1, now());
        Some(Self(series))
    }

    /// Adds what became of a chunk.
    #[inline]
    pub(super) fn add(&mut self, counts: &Counts, now: u64) {
        for (tally, count) in counts.each() {
            if let Some(Some(series)) = self.0.get_mut(tally) {
                series.add(count, now);
            }
        }
    }
}

/// What can be counted, in the order in which the host shows it.
fn tallies(config: &Config) -> impl Iterator<Item = Tally> {
    let of_datasets = config.datasets().flat_map(|it| [Tally::Mapped(it), Tally::WithErrors(it)]);
    let others = Mismatch::ALL.into_iter().flat_map(|why| {
        let dropped = (why != Mismatch::MappedBefore).then_some(Tally::Dropped(why));
        [Tally::Passed(why)].into_iter().chain(dropped)
    });
    of_datasets.chain(others).chain([Tally::MalformedChunks])
}

/// The counters, each for some of the tallies.
struct Counters {
    records: Counter<4>,
    with_errors: Counter<2>,
    malformed_chunks: Counter<1>,
}

impl Counters {
    fn new(internals: Internals) -> Option<Self> {
        Some(Self {
            records: Counter::new(
                internals,
                c"cloudflare_dns_records_total",
                c"Records by what became of them",
                [c"name", c"dataset", c"result", c"reason"],
            )?,
            with_errors: Counter::new(
                internals,
                c"cloudflare_dns_records_with_errors_total",
                c"Mapped records with a field that cannot be read",
                [c"name", c"dataset"],
            )?,
            malformed_chunks: Counter::new(
                internals,
                c"cloudflare_dns_malformed_chunks_total",
                c"Chunks that are not valid MessagePack from some byte on",
                [c"name"],
            )?,
        })
    }

    fn series(&self, tally: Tally, name: &CStr) -> Option<Series> {
        Some(match tally {
            Tally::Mapped(dataset) => self.records.series([name, label(dataset), c"mapped", NONE]),
            Tally::Passed(why) => self.records.series([name, NONE, c"passed", reason(why)]),
            Tally::Dropped(why) => self.records.series([name, NONE, c"dropped", reason(why)]),
            Tally::WithErrors(dataset) => self.with_errors.series([name, label(dataset)]),
            Tally::MalformedChunks => self.malformed_chunks.series([name]),
            Tally::ToldOtherwise => return None,
        })
    }
}

fn label(dataset: Dataset) -> &'static CStr {
    match dataset {
        Dataset::DnsLogs => c"dns_logs",
        Dataset::DnsFirewallLogs => c"dns_firewall_logs",
        Dataset::GatewayDns => c"gateway_dns",
    }
}

fn reason(why: Mismatch) -> &'static CStr {
    match why {
        Mismatch::MappedBefore => c"mapped_before",
        Mismatch::NoQueryName => c"no_query_name",
        Mismatch::NotTold => c"not_told",
        Mismatch::NotJson => c"not_json",
    }
}

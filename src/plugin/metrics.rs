//! What becomes of the records, as counters in the host's own metrics.
//!
//! All of them appear at the start, at zero, so that a rate can be told from the first record on
//! and nothing is added to the host's lists while another thread reads them.

use std::ffi::{CStr, CString};

use super::version::version_and_commit;
use crate::config::Config;
use crate::host::{Counter, Internals};
use crate::rewrite::{Counts, Mismatch};
use crate::source::Dataset;

/// The label `dataset` of records that are not mapped, and the label `reason` of those that are.
const NONE: &CStr = c"none";

/// The counters of one filter instance.
pub(super) struct Metrics {
    /// The label `name`, as the host's own counters have it.
    name: CString,
    datasets: Vec<Dataset>,
    records: Counter<4>,
    with_errors: Counter<2>,
    malformed_chunks: Counter<1>,
}

impl Metrics {
    /// Makes the counters; `None` in a host without metrics.
    pub(super) fn new(internals: Internals, name: &str, config: &Config) -> Option<Self> {
        let metrics = Self {
            name: CString::new(name).ok()?,
            datasets: config.datasets().collect(),
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
        };
        metrics.add_all(&Counts::default(), |_| true);
        let info = Counter::new(
            internals,
            c"cloudflare_dns_info",
            c"1 for the version and the commit of the filter",
            [c"name", c"version", c"commit"],
        )?;
        let (version, commit) = version_and_commit();
        let [version, commit] = [CString::new(version).ok()?, CString::new(commit).ok()?];
        info.add(1, [&metrics.name, &version, &commit]);
        Some(metrics)
    }

    /// Adds what became of a chunk.
    pub(super) fn add(&self, counts: &Counts) {
        self.add_all(counts, |count| count > 0);
    }

    fn add_all(&self, counts: &Counts, counts_too: impl Fn(u64) -> bool) {
        let name = self.name.as_c_str();
        let record = |dataset, result, reason, count| {
            if counts_too(count) {
                self.records.add(count, [name, dataset, result, reason]);
            }
        };
        for &dataset in &self.datasets {
            let of_dataset = counts.of(dataset);
            record(label(dataset), c"mapped", NONE, of_dataset.mapped);
            if counts_too(of_dataset.with_errors) {
                self.with_errors.add(of_dataset.with_errors, [name, label(dataset)]);
            }
        }
        for why in Mismatch::ALL {
            record(NONE, c"passed", reason(why), counts.passed_for(why));
            if why != Mismatch::MappedBefore {
                record(NONE, c"dropped", reason(why), counts.dropped_for(why));
            }
        }
        if counts_too(counts.malformed_chunks) {
            self.malformed_chunks.add(counts.malformed_chunks, [name]);
        }
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

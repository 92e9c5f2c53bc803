//! Counters beside the host's own, in the metrics of a filter instance.
//!
//! The host shows them with its own at `/api/v2/metrics/prometheus`, as `fluentbit_filter_<name>`.
//! Adding by label values hashes and compares all of them each time, which is a fifth of what a call
//! for one record costs. The host has functions that add to the count under some labels itself
//! (`struct cmt_metric`); where that count is shown to be the right one, they are used.

use std::ffi::{CStr, CString, c_char, c_int};
use std::ptr::NonNull;

use super::clock;
use super::function::HostFunction;
use super::instance::Internals;
use crate::abi;

// SAFETY: `cmt_counter_create` has had this signature in all versions.
static CREATE: HostFunction<abi::cmt_counter_create_fn> =
    unsafe { HostFunction::new(c"cmt_counter_create") };
// SAFETY: `cmt_counter_add` has had this signature in all versions.
static ADD: HostFunction<abi::cmt_counter_add_fn> =
    unsafe { HostFunction::new(c"cmt_counter_add") };
// SAFETY: `cmt_map_metric_get` has had this signature in all versions.
static METRIC: HostFunction<abi::cmt_map_metric_get_fn> =
    unsafe { HostFunction::new(c"cmt_map_metric_get") };
// SAFETY: `cmt_metric_get_value` has had this signature in all versions.
static METRIC_VALUE: HostFunction<abi::cmt_metric_get_value_fn> =
    unsafe { HostFunction::new(c"cmt_metric_get_value") };
// SAFETY: `cmt_metric_add` has had this signature in all versions.
static METRIC_ADD: HostFunction<abi::cmt_metric_add_fn> =
    unsafe { HostFunction::new(c"cmt_metric_add") };

/// A counter with `N` labels. It belongs to the instance, and must not outlive the instance's
/// context.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counter<const N: usize>(NonNull<abi::cmt_counter>);

impl<const N: usize> Counter<N> {
    /// Makes a counter in the metrics of an instance; `None` in a host without metrics.
    pub(crate) fn new(
        internals: Internals,
        name: &CStr,
        help: &CStr,
        labels: [&CStr; N],
    ) -> Option<Self> {
        let (create, cmt) = (CREATE.get()?, internals.cmt?);
        let mut labels = labels.map(writable);
        let (namespace, subsystem) = (writable(c"fluentbit"), writable(c"filter"));
        let (count, labels) = (N as c_int, labels.as_mut_ptr());
        let (name, help) = (writable(name), writable(help));
        // SAFETY: the metrics are the instance's own (`Internals`); the texts are C strings, which
        // are copied, and there are as many labels as the count says.
        let counter =
            unsafe { create(cmt.as_ptr(), namespace, subsystem, name, help, count, labels) };
        NonNull::new(counter).map(Self)
    }

    /// The count under these label values, which appears with this.
    pub(crate) fn series(self, labels: [&CStr; N]) -> Series {
        let labels = labels.map(CStr::to_owned);
        let mut series = Series { counter: self.0, labels: labels.into(), kept: Kept::Nothing };
        series.add(0, clock::now());
        series.kept = series.find().map_or(Kept::Nothing, Kept::Candidate);
        series
    }
}

/// A counter under one set of label values.
#[derive(Debug)]
pub(crate) struct Series {
    counter: NonNull<abi::cmt_counter>,
    labels: Box<[CString]>,
    kept: Kept,
}

/// What is kept of the host's own count, which lives as long as its counter: no version drops
/// counts of a filter's.
#[derive(Debug, Clone, Copy)]
enum Kept {
    /// Nothing: the host adds by labels.
    Nothing,
    /// One that the host gave, and that nothing has shown yet to be the right one.
    Candidate(NonNull<abi::cmt_metric>),
    /// One in which the host's own adding by labels was read back.
    Proven(NonNull<abi::cmt_metric>),
}

/// More labels than any counter has.
const MOST_LABELS: usize = 8;

impl Series {
    /// Adds to the count; `now` are nanoseconds since 1970. Adding nothing proves nothing: it is done
    /// before there is a candidate, and then no more.
    #[inline]
    pub(crate) fn add(&mut self, count: u64, now: u64) {
        if let (Kept::Proven(metric), Some(add)) = (self.kept, METRIC_ADD.get()) {
            // SAFETY: the host's count of this series (`Kept`), alive as long as the context.
            return unsafe { add(metric.as_ptr(), now, count as f64) };
        }
        self.add_by_labels(count, now);
    }

    /// As [`Series::add`], and looks whether the candidate shows what was added.
    #[cold]
    fn add_by_labels(&mut self, count: u64, now: u64) {
        let candidate = match self.kept {
            Kept::Candidate(metric) => Some(metric),
            Kept::Nothing | Kept::Proven(_) => None,
        };
        let before = candidate.and_then(value);
        let Some(add) = ADD.get() else { return };
        let (mut labels, n) = self.label_values();
        // SAFETY: the counter is alive as long as the context (`Counter`); the texts are C
        // strings, which are copied, and there are as many as the count says.
        unsafe { add(self.counter.as_ptr(), now, count as f64, n, labels.as_mut_ptr()) };
        if let (Some(metric), Some(before)) = (candidate, before) {
            let shows_it = value(metric) == Some(before + count as f64);
            self.kept = if shows_it { Kept::Proven(metric) } else { Kept::Nothing };
        }
    }

    /// The host's count of this series; `None` in a host whose counters look otherwise.
    fn find(&self) -> Option<NonNull<abi::cmt_metric>> {
        let (get, _, _) = (METRIC.get()?, METRIC_VALUE.get()?, METRIC_ADD.get()?);
        let counter = self.counter.cast::<abi::cmt_counter_head>();
        // SAFETY: every version's counter has these words. None is followed that is not what it is
        // expected to be.
        let head = unsafe { counter.read() };
        let map = NonNull::new(head.map).filter(|map| map.is_aligned())?;
        // SAFETY: every pointer in a counter leads to two words at least: a list's, or a map's.
        let map_head = unsafe { map.cast::<abi::cmt_map_head>().read() };
        if map_head.type_ != abi::CMT_COUNTER || map_head.opts != self.counter.as_ptr().cast() {
            return None;
        }
        let (mut labels, n) = self.label_values();
        // SAFETY: the map leads back to this counter, with whose options it begins; the texts are C
        // strings, and as many as the count says. Nothing is made that is not there.
        let metric = unsafe { get(map_head.opts, map.as_ptr(), n, labels.as_mut_ptr(), 0) };
        NonNull::new(metric)
    }

    fn label_values(&self) -> ([*mut c_char; MOST_LABELS], c_int) {
        let mut values = [std::ptr::null_mut(); MOST_LABELS];
        values.iter_mut().zip(&self.labels).for_each(|(value, label)| *value = writable(label));
        (values, self.labels.len().min(MOST_LABELS) as c_int)
    }
}

/// What a count shows.
fn value(metric: NonNull<abi::cmt_metric>) -> Option<f64> {
    let value = METRIC_VALUE.get()?;
    // SAFETY: the host gave the count, which is alive as long as its counter.
    Some(unsafe { value(metric.as_ptr()) })
}

/// The host's signatures say `char *`, but it only reads.
fn writable(text: &CStr) -> *mut c_char {
    text.as_ptr().cast_mut()
}

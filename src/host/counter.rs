//! Counters beside the host's own, in the metrics of a filter instance.
//!
//! The host shows them with its own at `/api/v2/metrics/prometheus`, as
//! `fluentbit_filter_<name>`.

use std::ffi::{CStr, c_char, c_int};
use std::ptr::NonNull;
use std::time::SystemTime;

use super::function::HostFunction;
use super::instance::Internals;
use crate::abi;

// SAFETY: `cmt_counter_create` has had this signature in all versions.
static CREATE: HostFunction<abi::cmt_counter_create_fn> =
    unsafe { HostFunction::new(c"cmt_counter_create") };
// SAFETY: `cmt_counter_add` has had this signature in all versions.
static ADD: HostFunction<abi::cmt_counter_add_fn> =
    unsafe { HostFunction::new(c"cmt_counter_add") };

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

    /// Adds to the count under these label values; 0 makes it appear.
    pub(crate) fn add(self, count: u64, labels: [&CStr; N]) {
        let Some(add) = ADD.get() else { return };
        let now = SystemTime::UNIX_EPOCH.elapsed().map_or(0, |now| now.as_nanos() as u64);
        let mut labels = labels.map(writable);
        // SAFETY: the counter is alive as long as the context (`Counter`); the texts are C
        // strings, which are copied, and there are as many as the count says.
        unsafe { add(self.0.as_ptr(), now, count as f64, N as c_int, labels.as_mut_ptr()) };
    }
}

/// The host's signatures say `char *`, but it only reads.
fn writable(text: &CStr) -> *mut c_char {
    text.as_ptr().cast_mut()
}

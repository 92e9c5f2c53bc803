//! What Fluent Bit calls where it must not start us.

use std::ffi::{c_int, c_void};

use super::version::version;
use crate::abi;
use crate::host::{self, Log};

/// Stands in every word of the exported struct that is not known to be another function's; as
/// `cb_filter` it leaves the chunk alone. It takes no notice of what it is called with.
pub(super) unsafe extern "C" fn cb_refuse(
    _instance: *mut abi::flb_filter_instance,
    _config: *mut abi::flb_config,
    _data: *mut c_void,
) -> c_int {
    let log = Log::new("cloudflare_dns.0", None);
    match host::layout() {
        Err(refusal) => log.error(format_args!("{} cannot run here: {refusal}", version())),
        // A word behind the struct that we know.
        Ok(_) => log.error(format_args!(
            "{} cannot run here: this Fluent Bit calls a function that none up to 5.1 has",
            version(),
        )),
    }
    -1
}

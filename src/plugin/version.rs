//! Which build this is.

/// `version 0.1.0 (0123456789ab)`, as lines of the log show it. Between NULs, so that
/// `strings flb-filter_cloudflare_dns.so | grep '^version '` tells what a file is.
static VERSION: &str = concat!("\0version ", env!("PLUGIN_VERSION"), "\0");

/// `version 0.1.0 (0123456789ab)`.
pub(super) fn version() -> &'static str {
    VERSION.trim_matches('\0')
}

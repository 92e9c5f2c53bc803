//! Which build this is.

/// `version 0.1.0 (0123456789ab)`, as lines of the log show it. Between NULs, so that
/// `strings flb-filter_cloudflare_dns.so | grep '^version '` tells what a file is.
static VERSION: &str = concat!("\0version ", env!("PLUGIN_VERSION"), "\0");

/// `0.1.0`, and `0123456789ab`.
pub(super) fn version_and_commit() -> (&'static str, &'static str) {
    const BOTH: &str = env!("PLUGIN_VERSION");
    let (version, commit) = BOTH.split_once(" (").unwrap_or((BOTH, ""));
    (version, commit.trim_end_matches(')'))
}

/// `version 0.1.0 (0123456789ab)`.
pub(super) fn version() -> &'static str {
    VERSION.trim_matches('\0')
}

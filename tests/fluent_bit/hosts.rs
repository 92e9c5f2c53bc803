//! The Fluent Bit executables that the tests run, and what their versions can do.
//!
//! `FLUENT_BIT` names them, separated by `:`; without it the one on `PATH` serves. What was used,
//! or that there was none, is the last thing on standard error, past the capture of the tests'
//! output.

use std::collections::BTreeSet;
use std::fmt;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version(pub(crate) u32, pub(crate) u32, pub(crate) u32);

/// The filter refuses what is older.
pub(crate) const OLDEST: Version = Version(1, 9, 3);
/// in_http unpacks `Content-Encoding: gzip` from here on.
pub(crate) const GZIP_BODIES: Version = Version(2, 2, 0);
/// in_http reads all objects of a body from here on, and before only the first, or one array.
pub(crate) const NDJSON_BODIES: Version = Version(2, 0, 0);
/// YAML has come of age.
pub(crate) const YAML: Version = Version(2, 0, 0);
/// The HTTP server shows the metrics of all instances at `/api/v2/metrics`.
pub(crate) const METRICS: Version = Version(2, 0, 0);
/// Filters run as processors of an input, and SIGHUP reloads the configuration.
pub(crate) const PROCESSORS: Version = Version(2, 1, 0);
/// Filters are asked to check their settings before they start, and before a reload.
pub(crate) const CHECKS: Version = Version(2, 2, 0);
/// So they are in a dry run.
pub(crate) const DRY_RUN_CHECKS: Version = Version(5, 0, 0);
/// in_tail reads `.gz` files.
pub(crate) const TAILS_GZIP: Version = Version(3, 0, 0);
/// OpenTelemetry's resources and scopes are group markers in a chunk.
pub(crate) const GROUPS: Version = Version(3, 1, 0);
/// YAML has a list of plugins to load.
pub(crate) const YAML_PLUGINS: Version = Version(3, 2, 0);
/// A filter that runs as a processor may have a condition.
pub(crate) const CONDITIONS: Version = Version(5, 0, 0);

/// One executable.
#[derive(Debug, Clone)]
pub(crate) struct Host {
    pub(crate) path: PathBuf,
    pub(crate) version: Version,
}

impl Host {
    fn new(path: PathBuf) -> Self {
        let output = Command::new(&path).arg("--version").output();
        let output = output.unwrap_or_else(|e| panic!("FLUENT_BIT: {}: {e}", path.display()));
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let version = version(&text);
        let version = version.unwrap_or_else(|| panic!("{} is {text:?}", path.display()));
        Self { path, version }
    }

    pub(crate) fn has(&self, since: Version) -> bool {
        self.version >= since
    }
}

/// Reads `Fluent Bit v5.1.1`.
fn version(text: &str) -> Option<Version> {
    let text = text.lines().next()?.strip_prefix("Fluent Bit v")?;
    let mut numbers = text.split(|c: char| !c.is_ascii_digit()).map(str::parse);
    let mut next = || numbers.next()?.ok();
    Some(Version(next()?, next()?, next()?))
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

/// All executables, each started once for its version.
fn hosts() -> &'static [Host] {
    static HOSTS: OnceLock<Vec<Host>> = OnceLock::new();
    HOSTS.get_or_init(|| {
        let named = std::env::var_os("FLUENT_BIT").filter(|value| !value.is_empty());
        let hosts = match named {
            Some(paths) => std::env::split_paths(&paths).map(Host::new).collect(),
            None => on_path().map(Host::new).into_iter().collect(),
        };
        // SAFETY: the function is one that `atexit` takes, and does not unwind.
        unsafe { libc::atexit(report) };
        hosts
    })
}

fn on_path() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|dir| dir.join("fluent-bit")).find(|file| file.is_file())
}

/// The versions that some test has run in.
static USED: Mutex<BTreeSet<Version>> = Mutex::new(BTreeSet::new());

extern "C" fn report() {
    let used = USED.lock().unwrap_or_else(PoisonError::into_inner);
    let text = if used.is_empty() {
        "\n\
         *******************************************************************************\n\
         ** NO FLUENT BIT: its tests passed WITHOUT TESTING ANYTHING.                 **\n\
         ** Set FLUENT_BIT to an executable, or to several separated by colons.       **\n\
         *******************************************************************************\n\n"
            .to_owned()
    } else {
        let versions: Vec<_> = used.iter().map(ToString::to_string).collect();
        format!("\ntested in Fluent Bit {}\n\n", versions.join(", "))
    };
    // The handle itself: what `eprint!` writes is captured.
    drop(std::io::stderr().write_all(text.as_bytes()));
}

/// The newest of the executables.
#[allow(dead_code, reason = "the recipes pair it with others")]
pub(crate) fn newest() -> Option<&'static Host> {
    hosts().iter().max_by_key(|host| host.version)
}

/// Runs a test in every executable that is supported.
pub(crate) fn each(test: impl Fn(&Host) + Sync) {
    each_since(OLDEST, test);
}

/// Runs a test in every executable of that version or newer.
pub(crate) fn each_since(since: Version, test: impl Fn(&Host) + Sync) {
    each_that(|host| host.has(since), test);
}

/// Runs a test in those executables, in all at once; then tells of all that failed.
pub(crate) fn each_that(takes: impl Fn(&Host) -> bool, test: impl Fn(&Host) + Sync) {
    let hosts: Vec<_> = hosts().iter().filter(|host| takes(host)).collect();
    USED.lock().unwrap_or_else(PoisonError::into_inner).extend(hosts.iter().map(|h| h.version));
    let fails = |host| catch_unwind(AssertUnwindSafe(|| test(host))).is_err();
    let failed: Vec<_> = thread::scope(|scope| {
        let fails = &fails;
        let threads: Vec<_> =
            hosts.iter().map(|&host| (host, scope.spawn(move || fails(host)))).collect();
        let failed = threads.into_iter().filter_map(|(host, thread)| {
            let failed = thread.join().unwrap_or(true);
            failed.then(|| host.version.to_string())
        });
        failed.collect()
    });
    assert!(failed.is_empty(), "failed in Fluent Bit {}", failed.join(", "));
}

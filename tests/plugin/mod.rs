//! The plugin under the name that a host asks for.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// A host derives the symbol to look for from the file's name.
const NAME: &str = "flb-filter_cloudflare_dns.so";

/// `FLB_PLUGIN`, or the library that Cargo has built with this test.
pub(crate) fn plugin() -> &'static Path {
    static PLUGIN: OnceLock<PathBuf> = OnceLock::new();
    PLUGIN.get_or_init(|| {
        given("FLB_PLUGIN").unwrap_or_else(|| {
            // It lies beside the test that was built with it; an older one may lie one level up.
            let test = std::env::current_exe().expect("the path of this test");
            install(&test.with_file_name("libflb_filter_cloudflare_dns.so"), "plugin")
        })
    })
}

/// The file that a variable names, such as a packaged library.
pub(crate) fn given(variable: &str) -> Option<PathBuf> {
    let path = std::env::var_os(variable)?;
    Some(fs::canonicalize(path).unwrap_or_else(|e| panic!("{variable}: {e}")))
}

/// Copies a library to the name that hosts ask for, in a directory called `name`; a rename keeps
/// the copy whole at any moment.
pub(crate) fn install(library: &Path, name: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let plugin = dir.join(NAME);
    let fresh = dir.join(format!("{}.tmp", std::process::id()));
    fs::create_dir_all(&dir).expect("a directory for the plugin");
    fs::copy(library, &fresh).unwrap_or_else(|e| panic!("{}: {e}", library.display()));
    fs::rename(&fresh, &plugin).expect("the plugin under its own name");
    plugin
}

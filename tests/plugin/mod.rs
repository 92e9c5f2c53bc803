//! The plugin under the name that Fluent Bit asks for.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Fluent Bit derives the symbol to look for from the file's name.
const NAME: &str = "flb-filter_cloudflare_dns.so";

/// `FLB_PLUGIN`, or the library that Cargo has built with this test.
pub(crate) fn plugin() -> &'static Path {
    static PLUGIN: OnceLock<PathBuf> = OnceLock::new();
    PLUGIN.get_or_init(|| match std::env::var_os("FLB_PLUGIN") {
        Some(path) => fs::canonicalize(path).expect("FLB_PLUGIN is no file"),
        None => install(),
    })
}

/// Copies Cargo's library, which lies in `target/<profile>/deps` like this test; a rename keeps
/// the copy whole at any moment.
fn install() -> PathBuf {
    let test = std::env::current_exe().expect("the path of this test");
    let library = test.with_file_name("libflb_filter_cloudflare_dns.so");
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fluent-bit-plugin");
    let fresh = dir.join(format!("{}.tmp", std::process::id()));
    let plugin = dir.join(NAME);
    fs::create_dir_all(&dir).expect("a directory for the plugin");
    fs::copy(&library, &fresh).unwrap_or_else(|e| panic!("{}: {e}", library.display()));
    fs::rename(&fresh, &plugin).expect("the plugin under its own name");
    plugin
}

//! What a run needs that has to be built: the C hosts, and the plugin under its file name.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

/// The project under its file name: a host derives the symbol to look for from it.
const PLUGIN: &str = "flb-filter_cloudflare_dns.so";

/// The profile's directory, `target/debug` or the like: this test lives in its `deps`.
fn profile_dir() -> PathBuf {
    let exe = std::env::current_exe().expect("the path of this test");
    exe.ancestors().nth(2).expect("target/<profile>/deps/<test>").to_owned()
}

/// The directory of the hosts, which are made anew when their sources have changed.
pub(crate) fn hosts() -> &'static Path {
    static HOSTS: OnceLock<PathBuf> = OnceLock::new();
    HOSTS.get_or_init(|| {
        let hosts = profile_dir().parent().expect("target/<profile>").join("harness");
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/harness");
        let mut make = Command::new("make");
        make.arg("-C").arg(sources).arg(format!("OUT={}", hosts.display()));
        let output = make.output().expect("make is needed to build the C hosts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        hosts
    })
}

/// `FLB_PLUGIN`, or the library that Cargo has built with this test.
pub(crate) fn plugin() -> &'static Path {
    static PLUGIN: OnceLock<PathBuf> = OnceLock::new();
    PLUGIN.get_or_init(|| match std::env::var_os("FLB_PLUGIN") {
        Some(path) => fs::canonicalize(path).expect("FLB_PLUGIN is no file"),
        None => {
            // It lies beside the test that was built with it; an older one may lie one level up.
            let profile = profile_dir();
            let library = profile.join("deps/libflb_filter_cloudflare_dns.so");
            install(&library, profile.file_name().expect("a profile's name").as_ref())
        }
    })
}

/// `FLB_PLUGIN_INJECT_PANIC`, or a library with the feature `inject-panic`. A packaged library has
/// an unwinder of its own, so what is tested beside it has to be linked as it was.
pub(crate) fn plugin_that_panics() -> &'static Path {
    static PLUGIN: OnceLock<PathBuf> = OnceLock::new();
    PLUGIN.get_or_init(|| match std::env::var_os("FLB_PLUGIN_INJECT_PANIC") {
        Some(path) => fs::canonicalize(path).expect("FLB_PLUGIN_INJECT_PANIC is no file"),
        None => build_one_that_panics(),
    })
}

/// In a target directory of its own: beside the other library, each would overwrite the other.
fn build_one_that_panics() -> PathBuf {
    let target = hosts().with_file_name("inject-panic");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--locked", "--lib", "--features", "inject-panic", "--target-dir"]);
    cargo.arg(target).arg("--message-format=json-render-diagnostics");
    cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
    // Lines in its backtraces are worth no time.
    cargo.env("CARGO_PROFILE_DEV_DEBUG", "0").stderr(Stdio::piped());
    let output = cargo.output().expect("Cargo, which runs this test");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let messages = String::from_utf8(output.stdout).expect("JSON");
    install(&library_of(&messages), "inject-panic".as_ref())
}

/// The shared library among the files that Cargo tells of.
fn library_of(messages: &str) -> PathBuf {
    let files = messages.lines().flat_map(|line| {
        let message: Value = serde_json::from_str(line).expect("Cargo's JSON");
        message["filenames"].as_array().cloned().unwrap_or_default()
    });
    let mut libraries = files.filter_map(|file| {
        let file = file.as_str()?;
        file.ends_with("libflb_filter_cloudflare_dns.so").then(|| PathBuf::from(file))
    });
    libraries.next().unwrap_or_else(|| panic!("no library in {messages}"))
}

/// Copies a library to the name that hosts ask for, in a directory `name` beside the hosts; a
/// rename keeps it whole at any moment.
fn install(library: &Path, name: &Path) -> PathBuf {
    let dir = hosts().join(name);
    let plugin = dir.join(PLUGIN);
    let fresh = dir.join(format!("{}.tmp", std::process::id()));
    fs::create_dir_all(&dir).expect("a directory for the plugin");
    fs::copy(library, &fresh).unwrap_or_else(|e| panic!("{}: {e}", library.display()));
    fs::rename(&fresh, &plugin).expect("the plugin under its own name");
    plugin
}

//! What a run needs that has to be built: the C hosts, and a plugin that panics.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

use crate::plugin::{given, install};

/// The directory of the hosts, which are made anew when their sources have changed.
pub(crate) fn hosts() -> &'static Path {
    static HOSTS: OnceLock<PathBuf> = OnceLock::new();
    HOSTS.get_or_init(|| {
        // This test is `target/<profile>/deps/<test>`.
        let test = std::env::current_exe().expect("the path of this test");
        let hosts = test.ancestors().nth(3).expect("the target directory").join("harness");
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/harness");
        let mut make = Command::new("make");
        make.arg("-C").arg(sources).arg(format!("OUT={}", hosts.display()));
        let output = make.output().expect("make is needed to build the C hosts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        hosts
    })
}

/// `FLB_PLUGIN_INJECT_PANIC`, or a library with the feature `inject-panic`. A packaged library has
/// an unwinder of its own, so what is tested beside it has to be linked as it was.
pub(crate) fn plugin_that_panics() -> &'static Path {
    static PLUGIN: OnceLock<PathBuf> = OnceLock::new();
    PLUGIN.get_or_init(|| given("FLB_PLUGIN_INJECT_PANIC").unwrap_or_else(build_one_that_panics))
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
    install(&library_of(&messages), "plugin-that-panics")
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

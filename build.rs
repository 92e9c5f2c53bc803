//! Makes the Rust declarations of `include/fluent_bit_abi.h` with bindgen, and finds the commit
//! that the log line at the start tells.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn main() -> Result<(), Box<dyn Error>> {
    tell_the_version();
    // The constructor fills this file's own struct: with another copy in the process (LD_PRELOAD
    // beside -e), the loader would otherwise take both of them to the first one's.
    println!("cargo::rustc-cdylib-link-arg=-Wl,-Bsymbolic");
    if clang_sys::load().is_err() {
        // One line, where bindgen panics.
        println!(
            "cargo::error=libclang is needed to build this: on Debian or Ubuntu, apt-get install \
             libclang-dev, or make demo, which installs all that is missing"
        );
        return Ok(());
    }
    bind()
}

/// Sets `PLUGIN_VERSION` for the code, the version and the commit: the variable `PLUGIN_COMMIT`,
/// where sources are built outside their repository; otherwise what git says; otherwise `unknown`,
/// which stops nothing.
fn tell_the_version() {
    println!("cargo::rerun-if-env-changed=PLUGIN_COMMIT");
    let given = std::env::var("PLUGIN_COMMIT").ok().filter(|commit| !commit.is_empty());
    let commit = given.or_else(commit).unwrap_or_else(|| "unknown".to_owned());
    println!("cargo::rustc-env=PLUGIN_VERSION={} ({commit})", env!("CARGO_PKG_VERSION"));
}

/// The commit that is checked out, in twelve digits: git's own short form grows with the repository.
fn commit() -> Option<String> {
    // Sources unpacked inside somebody else's repository are not of that repository's commit.
    let top = fs::canonicalize(git(&["rev-parse", "--show-toplevel"])?).ok()?;
    if top != fs::canonicalize(std::env::var_os("CARGO_MANIFEST_DIR")?).ok()? {
        return None;
    }
    let branch = git(&["symbolic-ref", "--quiet", "HEAD"]);
    for name in ["HEAD", "logs/HEAD"].into_iter().chain(branch.as_deref()) {
        // A path that is not there would make Cargo build anew every time.
        let path = git(&["rev-parse", "--git-path", name]);
        if let Some(path) = path.filter(|path| Path::new(path).exists()) {
            println!("cargo::rerun-if-changed={path}");
        }
    }
    git(&["rev-parse", "HEAD"])?.get(..12).map(str::to_owned)
}

/// What git prints, or nothing when it is not there or refuses.
fn git(args: &[&str]) -> Option<String> {
    let output = Command::new("git").args(args).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

/// Writes `abi.rs`, which `src/abi.rs` includes.
fn bind() -> Result<(), Box<dyn Error>> {
    const HEADER: &str = "include/fluent_bit_abi.h";
    println!("cargo::rerun-if-changed={HEADER}");
    let out = PathBuf::from(std::env::var("OUT_DIR")?).join("abi.rs");
    bindgen::Builder::default()
        .header(HEADER)
        // What the plugin uses; not what the system's headers bring along.
        .allowlist_type("flb_.*|cmt_.*|mk_list")
        .allowlist_var("(FLB|CMT)_.*")
        // Sizes and offsets are asserted when compiling: a wrong one is a crash in the host.
        .layout_tests(true)
        // Callbacks take their pointers as they are; a null function pointer is `None`.
        .derive_copy(true)
        .derive_debug(false)
        // Constants have the type of the arguments they are passed as.
        .default_macro_constant_type(bindgen::MacroTypeVariation::Signed)
        // The output needs no std.
        .use_core()
        .generate()?
        .write_to_file(out)?;
    Ok(())
}

//! Makes the Rust declarations of `include/fluent_bit_abi.h` with bindgen.

use std::error::Error;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    const HEADER: &str = "include/fluent_bit_abi.h";
    println!("cargo::rerun-if-changed={HEADER}");
    let out = PathBuf::from(std::env::var("OUT_DIR")?).join("abi.rs");
    bindgen::Builder::default()
        .header(HEADER)
        // What the plugin uses; not what the system's headers bring along.
        .allowlist_type("flb_.*|cmt_.*|mk_list")
        .allowlist_var("FLB_.*")
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

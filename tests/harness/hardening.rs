//! What the built file is: what it exports, what it asks for, and how the loader protects it.
//!
//! readelf tells, which comes with every C compiler. `FLB_PLUGIN=<file>` looks at a packaged file.

use std::collections::BTreeSet;
use std::process::Command;

use crate::plugin::plugin;

/// The libraries that it may ask for: glibc's, in more pieces for an old one, as packages are built;
/// the unwinder; the loader, under the name of the architecture.
const ALLOWED: [&str; 6] =
    ["libc.so.6", "libm.so.6", "libpthread.so.0", "libdl.so.2", "libgcc_s.so.1", "ld-linux-"];

fn readelf(what: &[&str]) -> Vec<String> {
    let mut readelf = Command::new("readelf");
    let output = readelf.arg("--wide").args(what).arg(plugin()).env("LC_ALL", "C").output();
    let output = output.expect("readelf (binutils) is needed to look at the plugin");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("text");
    text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

/// The entries of the dynamic section: tag and value.
fn dynamic() -> Vec<(String, String)> {
    let lines = readelf(&["--dynamic"]).into_iter();
    let entries: Vec<_> = lines
        .filter_map(|line| {
            let (tag, value) = line.strip_prefix("0x")?.split_once(" (")?.1.split_once(") ")?;
            Some((tag.to_owned(), value.to_owned()))
        })
        .collect();
    assert!(entries.iter().any(|(tag, _)| tag == "SYMTAB"), "{entries:#?}");
    entries
}

fn values<'a>(entries: &'a [(String, String)], tag: &str) -> Vec<&'a str> {
    entries.iter().filter(|(name, _)| name == tag).map(|(_, value)| value.as_str()).collect()
}

/// The type and flags of each segment.
fn segments() -> Vec<(String, String)> {
    let lines = readelf(&["--program-headers"]).into_iter();
    let segments: Vec<_> = lines
        .filter_map(|line| {
            let words: Vec<_> = line.split(' ').collect();
            let [name, offset, _, _, _, _, flags @ .., _align] = words.as_slice() else {
                return None;
            };
            let is_segment = offset.starts_with("0x");
            is_segment.then(|| ((*name).to_owned(), flags.concat()))
        })
        .collect();
    assert!(segments.iter().any(|(name, _)| name == "LOAD"), "{segments:#?}");
    segments
}

#[test]
fn one_symbol_is_exported() {
    let symbols = readelf(&["--dyn-syms"]);
    let defined = symbols.iter().filter_map(|line| {
        let words: Vec<_> = line.split(' ').collect();
        let [number, _, size, kind, bind, _, section, name, ..] = words.as_slice() else {
            return None;
        };
        let is_symbol = number.trim_end_matches(':').parse::<u32>().is_ok();
        // Sections are local ones, which the linker for arm64 leaves there.
        let is_seen = is_symbol && *section != "UND" && *bind != "LOCAL";
        is_seen.then_some((*kind, *size, *name))
    });
    let defined: Vec<_> = defined.collect();
    assert_eq!(defined, [("OBJECT", "256", "filter_cloudflare_dns_plugin")]);
}

#[test]
fn nothing_but_the_system_s_own_libraries_is_needed() {
    let entries = dynamic();
    let needed: BTreeSet<_> = values(&entries, "NEEDED")
        .into_iter()
        .map(|value| value.trim_start_matches("Shared library: [").trim_end_matches(']'))
        .collect();
    assert!(needed.contains("libc.so.6"), "{needed:?}");
    let is_allowed = |library: &str| ALLOWED.iter().any(|allowed| library.starts_with(allowed));
    assert!(needed.iter().all(|library| is_allowed(library)), "{needed:?}");
    // Nobody else's directory can slip another library in.
    let paths = [values(&entries, "RPATH"), values(&entries, "RUNPATH")].concat();
    assert!(paths.is_empty(), "{paths:?}");
}

#[test]
fn addresses_are_read_only_once_the_file_is_loaded() {
    let entries = dynamic();
    let relro = segments().iter().any(|(name, _)| name == "GNU_RELRO");
    let now = values(&entries, "FLAGS").iter().any(|flags| flags.contains("BIND_NOW"))
        || values(&entries, "FLAGS_1").iter().any(|flags| flags.contains("NOW"));
    assert!(relro && now, "not full RELRO: {relro} {now} {entries:#?}");
}

#[test]
fn no_memory_is_both_writable_and_executable() {
    let segments = segments();
    let stack = segments.iter().find(|(name, _)| name == "GNU_STACK");
    assert_eq!(stack.map(|(_, flags)| flags.as_str()), Some("RW"), "{segments:#?}");
    let both = |flags: &str| flags.contains('W') && flags.contains('E');
    assert!(!segments.iter().any(|(_, flags)| both(flags)), "{segments:#?}");
    let entries = dynamic();
    let flags = values(&entries, "FLAGS").concat();
    assert!(values(&entries, "TEXTREL").is_empty() && !flags.contains("TEXTREL"), "{entries:#?}");
}

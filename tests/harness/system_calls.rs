//! What the plugin asks of the kernel, as strace sees it: memory, and nothing else.
//!
//! The host calls access(2) with the name of whose code runs next (`--marks`), so that the calls
//! of the plugin stand apart from the host's: no file, no socket, no thread, no child, no signal.

use crate::driver::{Outcome, Run};
use crate::memory::workloads;
use crate::samples::{FOREIGN, SEEDS};

/// What malloc does.
const MEMORY: [&str; 5] = ["brk", "mmap", "munmap", "mremap", "madvise"];

/// What the loader does with a library, beside what malloc does.
const LOADING: [&str; 8] =
    ["openat", "read", "pread64", "newfstatat", "fstat", "getcwd", "mprotect", "close"];

/// The libraries that the loader opens for the plugin, and where it looks them up. A packaged
/// plugin asks for the pieces of an old glibc.
const LIBRARIES: [&str; 6] = [
    "flb-filter_cloudflare_dns.so",
    "ld.so.cache",
    "libdl.so.2",
    "libgcc_s.so.1",
    "libm.so.6",
    "libpthread.so.0",
];

/// The name of a call: `brk(NULL) = 0x…` is `brk`.
fn name(call: &str) -> &str {
    call.split('(').next().expect("a first part")
}

/// The calls between marks, each with whose it is; what lies before the first mark is not told.
fn marked(run: &Outcome) -> Vec<(String, String)> {
    let mut whose = None;
    let mut calls = Vec::new();
    for call in run.system_calls() {
        if let Some(mark) = call.strip_prefix("access(\"mark:") {
            whose = mark.split('"').next().map(str::to_owned);
        } else if let Some(whose) = &whose {
            calls.push((whose.clone(), call));
        }
    }
    calls
}

/// Whether a call only takes memory, gives it back, or resizes it.
fn is_memory(call: &str) -> bool {
    let is_plain = name(call) != "mmap"
        || (call.contains("MAP_ANONYMOUS") && call.contains("PROT_READ|PROT_WRITE,"))
        // an arena of malloc's, before it is used
        || (call.contains("MAP_ANONYMOUS") && call.contains("PROT_NONE"));
    MEMORY.contains(&name(call)) && is_plain
}

/// Whether a call belongs to the loading of a library: files are opened for reading only, and are
/// none but the plugin's own and the system's libraries.
fn is_loading(call: &str) -> bool {
    let file = || call.split('"').nth(1).and_then(|path| path.rsplit('/').next());
    let is_library = || file().is_some_and(|file| LIBRARIES.contains(&file));
    match name(call) {
        "openat" => is_library() && call.contains("O_RDONLY|O_CLOEXEC"),
        "mmap" => true,
        other => LOADING.contains(&other) || MEMORY.contains(&other),
    }
}

/// Checks every call outside the host's own code.
fn check(run: &Outcome) {
    for (whose, call) in marked(run) {
        let is_fine = match whose.as_str() {
            "host" => true,
            "dlopen" | "dlclose" => is_loading(&call),
            _ => is_memory(&call),
        };
        assert!(is_fine, "{whose}: {call}\n{run}");
    }
}

/// All that the marks name.
fn seen(run: &Outcome) -> Vec<String> {
    let calls = run.system_calls().into_iter();
    let marks = calls.filter_map(|call| {
        call.strip_prefix("access(\"mark:")?.split('"').next().map(str::to_owned)
    });
    let mut seen: Vec<_> = marks.collect();
    seen.sort();
    seen.dedup();
    seen
}

#[test]
fn the_plugin_opens_nothing_and_starts_nothing_in_all_its_life() {
    for (properties, lines) in workloads() {
        let run = Run::new("gen4raw").with(&properties).args(["--marks", "--split", "300"]);
        let lines = lines.repeat(300) + FOREIGN;
        let run = run.ndjson(&lines).under_strace().well();
        let callbacks = ["cb_exit", "cb_filter", "cb_init", "cb_pre_run"];
        let all = [&callbacks[..], &["dlclose", "dlopen", "host", "plugin"]].concat();
        assert_eq!(seen(&run), all, "{run}");
        check(&run);
    }
}

#[test]
fn a_start_that_fails_opens_nothing_either() {
    let run = Run::new("gen4raw").with(&["dataset=dns"]).args(["--marks"]).ndjson(SEEDS);
    let run = run.under_strace().refused();
    assert_eq!(seen(&run), ["cb_pre_run", "dlclose", "dlopen", "host", "plugin"], "{run}");
    check(&run);
    let run = Run::new("gen2").with(&["dataset=dns"]).args(["--marks"]).ndjson(SEEDS);
    let run = run.under_strace().refused();
    assert_eq!(seen(&run), ["cb_init", "dlclose", "dlopen", "host", "plugin"], "{run}");
    check(&run);
    let run = Run::new("unknown4").args(["--marks"]).ndjson(SEEDS).under_strace().refused();
    assert_eq!(seen(&run), ["cb_pre_run", "dlclose", "dlopen", "host", "plugin"], "{run}");
    check(&run);
}

#[test]
fn the_marks_tell_a_file_a_socket_and_a_thread_apart_from_memory() {
    let memory = "mmap(NULL, 135168, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7";
    let library = "openat(AT_FDCWD, \"/lib/libgcc_s.so.1\", O_RDONLY|O_CLOEXEC) = 3";
    assert!(is_memory("brk(NULL) = 0x5") && is_memory(memory) && is_loading(library));
    for call in [
        "openat(AT_FDCWD, \"/etc/passwd\", O_RDONLY|O_CLOEXEC) = 3",
        "openat(AT_FDCWD, \"/tmp/libgcc_s.so.1\", O_RDWR|O_CREAT, 0666) = 3",
        "mmap(NULL, 4096, PROT_READ|PROT_WRITE|PROT_EXEC, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0",
        "mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 3, 0) = 0x7",
        "socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 3",
        "clone3({flags=CLONE_VM, exit_signal=0}, 88) = 7",
        "write(2, \"x\", 1) = 1",
    ] {
        let is_mapping = name(call) == "mmap";
        assert!(!is_memory(call) && (is_mapping || !is_loading(call)), "{call}");
    }
}

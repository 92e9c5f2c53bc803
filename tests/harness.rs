//! The shared library itself, driven through the C ABI by hosts of every generation.
//!
//! The hosts are small C programs (`tests/harness/`) that load, start, call and stop the plugin as
//! Fluent Bit does, each with the struct layouts and the exported names of its version. What a
//! record maps to is tested elsewhere; here it is what reaches the host and what comes back: whole
//! events, whole log lines, exact bytes. `FLB_PLUGIN=<file>` tests a packaged library instead of
//! the one Cargo has just built; `MEMCHECK=1` runs every host under valgrind's memcheck;
//! `HARNESS_RUNNER=qemu-aarch64` runs hosts that are built for another processor.

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod plugin;

#[path = "harness/built.rs"]
mod built;
#[path = "harness/driver.rs"]
mod driver;
#[path = "harness/samples.rs"]
mod samples;

#[path = "harness/fence.rs"]
mod fence;
#[path = "harness/foreign.rs"]
mod foreign;
#[path = "harness/hardening.rs"]
mod hardening;
#[path = "harness/instructions.rs"]
mod instructions;
#[path = "harness/layouts.rs"]
mod layouts;
#[path = "harness/lifecycle.rs"]
mod lifecycle;
#[path = "harness/malformed.rs"]
mod malformed;
#[path = "harness/memory.rs"]
mod memory;
#[path = "harness/metrics.rs"]
mod metrics;
#[path = "harness/settings.rs"]
mod settings;
#[path = "harness/stack.rs"]
mod stack;
#[path = "harness/system_calls.rs"]
mod system_calls;
#[path = "harness/through.rs"]
mod through;
#[path = "harness/unmapped.rs"]
mod unmapped;

/// Every layout and stride; known by its own filters, or without any by names.
const HOSTS: [&str; 9] =
    ["gen1", "gen2", "gen2old", "gen3", "gen3proxy", "gen4", "gen4raw", "gen4rawnames", "gen4wide"];

/// What the host says last when a filter does not start.
const FAILED: &str = "[error] [engine] filter initialization failed";

/// What a host says of a filter whose settings are wrong: from 2.2 on they are checked in a callback
/// ahead of the start.
fn start_failed(host: &str) -> String {
    let checks = !host.starts_with("gen1") && !host.starts_with("gen2");
    let failed =
        if checks { "Failed pre_run callback on filter" } else { "Failed initialize filter" };
    format!("[error] {failed} cloudflare_dns.0")
}

/// Every way in which an event's header has been seen to be written, and then some.
fn event_forms() -> Vec<String> {
    let mut forms = Vec::new();
    for time in ["ext", "ext8", "int", "float"] {
        for array in ["fixarray", "array16", "array32", "mixed"] {
            forms.push(format!("old,{array},{time}"));
            forms.push(format!("new,{array},{time},nometa"));
            forms.push(format!("new,{array},{time},meta"));
        }
    }
    // Under valgrind a run takes a second: a few of them have every part.
    if std::env::var_os("MEMCHECK").is_some() {
        return forms.into_iter().step_by(7).collect();
    }
    forms
}

/// The metadata member that the harness prints for a form.
fn metadata_of(form: &str) -> &'static str {
    match (form.starts_with("old"), form.ends_with(",meta")) {
        (true, _) => "",
        (false, false) => r#""metadata":{},"#,
        (false, true) => r#""metadata":{"stream":"http","n":[1,{}]},"#,
    }
}

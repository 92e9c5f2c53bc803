//! The stack that callbacks take: a host may call them on a small one. Its coroutines have 24 KB.

use crate::driver::{Run, assert_bytes, encode};
use crate::memory::workloads;
use crate::plugin::given;

/// What each callback gets. Frames of code that is not optimized are some six times as large.
fn limit() -> &'static str {
    let optimized = given("FLB_PLUGIN").is_some() || !cfg!(debug_assertions);
    if optimized { "16384" } else { "98304" }
}

/// Hex digits of a value with so many levels of one container around it.
fn nested(levels: usize, container: &str) -> String {
    format!("{}c0", container.repeat(levels))
}

const ARRAY: &str = "91";
const MAP: &str = "81a16b";
const ARRAY_IN_MAP: &str = "81a16b91";

/// Records whose values, foreign ones too, and keys are as deep as can be, or deeper.
fn deep() -> String {
    let mut lines = String::new();
    for container in [ARRAY, MAP, ARRAY_IN_MAP] {
        for levels in [1, 13, 14, 15, 16, 25, 26, 27, 28, 29, 30, 31, 32, 33, 1000] {
            let raw = format!("{{\"$raw\":\"{}\"}}", nested(levels, container));
            let key = nested(levels / 2, ARRAY);
            let keys = format!("{{\"$raw\":\"{}81{key}{}\"}}", MAP.repeat(levels / 2), "01");
            lines += &format!(
                "{{\"QueryName\":\"a.example.com\",\"QueryType\":1,\"ResponseCode\":{raw},\
                 \"SourceIP\":{raw},\"other\":{raw},\"host\":{keys}}}\n\
                 {{\"QueryName\":\"b.example.com\",\"RCode\":{raw},\"ResolvedIPs\":{raw},\
                 \"CNAMEs\":{keys},\"ResourceRecordsJSON\":{}}}\n",
                serde_json::Value::from(text(levels.min(100))),
            );
        }
    }
    lines
}

/// The JSON text of a record with so many levels in it.
fn text(levels: usize) -> String {
    let (open, close) = ("[{\"k\":".repeat(levels), "}]".repeat(levels));
    format!("{{\"QueryName\":\"c.example.com\",\"RCode\":0,\"Answers\":{open}null{close}}}")
}

/// Lines for `key_name=log`.
fn deep_texts() -> String {
    let levels = (1..=40).chain([1000]);
    levels.map(|levels| serde_json::json!({"log": text(levels)}).to_string() + "\n").collect()
}

const DEEP: &[&str] =
    &["convention=ecs", "enrich=all", "keep_codes=on", "preserve_original=on", "reserve_data=on"];

/// Runs a chunk in each way with and without a limit: the answers have to be the same bytes.
fn goes_well(properties: &[&str], chunk: &[u8]) {
    let run = || Run::new("gen4raw").with(properties).frames([chunk]);
    let limited = run().args(["--stack", limit()]).well();
    let free = run().well();
    assert!(free.frames()[0].modified, "{free}");
    assert_bytes(&limited.frames()[0].bytes, &free.frames()[0].bytes, &limited);
}

#[test]
fn a_deep_chunk_does_with_a_small_stack() {
    let chunk = encode(&deep(), "new,fixarray,ext", &[]);
    goes_well(&[], &chunk);
    goes_well(DEEP, &chunk);
    goes_well(&["dataset=gateway_dns", "preserve_original=on"], &chunk);
    let texts = encode(&deep_texts(), "new,fixarray,ext", &[]);
    goes_well(&["key_name=log"], &texts);
    goes_well(&[&["key_name=log", "preserve_key=on"], DEEP].concat(), &texts);
}

#[test]
fn every_part_of_the_mapper_does_with_a_small_stack() {
    for (properties, lines) in workloads() {
        goes_well(&properties, &encode(&lines, "new,fixarray,ext", &[]));
    }
}

#[test]
fn a_start_that_fails_does_with_a_small_stack() {
    let wrong = "x".repeat(10_000);
    for (host, property) in [
        ("gen1", "dataset=dns"),
        ("gen4raw", "dataset=dns"),
        ("gen4raw", "timestamp_key=event"),
        ("gen4raw", &*format!("enrich={wrong}")),
        ("unknown4", "dataset=auto"),
    ] {
        Run::new(host).with(&[property]).args(["--stack", limit()]).refused();
    }
}

//! Start and end, and calls that no host makes.

use flb_filter_cloudflare_dns::VERSION;
use serde_json::json;

use crate::driver::{Run, json_lines};
use crate::samples::{SEEDS, VARIED};
use crate::{HOSTS, start_failed};

pub(crate) fn started(name: &str) -> String {
    format!(
        "[info] [filter:cloudflare_dns:{name}] version {VERSION}, convention=sekoia dataset=auto \
         enrich=none keep_codes=false key_name= name_case=keep on_mismatch=keep \
         preserve_key=false preserve_original=false reserve_data=true set_time=true timestamp_key=@timestamp"
    )
}

/// What is said of the one record of `VARIED` with a field that cannot be read.
pub(crate) fn warned(name: &str) -> String {
    format!(
        "[warn] [filter:cloudflare_dns:{name}] 1 record with a field that cannot be read, kept as \
         it came under 'cloudflare'; the first: Timestamp: not a time between the years 0001 and \
         9999: \"yesterday\""
    )
}

/// What is said of `VARIED` in the end.
fn ended(name: &str) -> String {
    format!(
        "[info] [filter:cloudflare_dns:{name}] records: 5 mapped, 1 passed, 0 dropped; \
         1 with errors; 0 malformed chunks"
    )
}

fn logged(name: &str) -> [String; 3] {
    [started(name), warned(name), ended(name)]
}

// ---- log lines ----

#[test]
fn start_and_end_are_logged_with_the_settings_and_the_counts() {
    for host in HOSTS {
        let run = Run::new(host).ndjson(VARIED).well();
        assert_eq!(run.log(), logged("cloudflare_dns.0"), "{run}");
    }
}

#[test]
fn log_lines_carry_the_alias() {
    let run = Run::new("gen4raw").with(&["alias=dns%s"]).ndjson(VARIED).well();
    assert_eq!(run.log(), logged("dns%s"), "{run}");
}

// ---- calls that no host makes ----

#[test]
fn missing_arguments_are_answered_with_not_touched() {
    let table = [
        ("null data, no bytes", "notouch"),
        ("null data, some bytes", "notouch"),
        ("data, no bytes", "notouch"),
        ("null context", "notouch"),
        ("null out_buf", "notouch"),
        ("null out_size", "notouch"),
        ("null tag", "modified"),
        ("null instance", "modified"),
        ("null config", "modified"),
        ("more bytes than memory has", "notouch"),
        ("bytes beyond the last address", "notouch"),
        ("odd out_buf", "notouch"),
        ("odd out_size", "notouch"),
        ("nothing missing", "modified"),
    ];
    for host in HOSTS {
        let run = Run::new(host).args(["--null-checks"]).ndjson(SEEDS).well();
        let expected: Vec<_> = table
            .iter()
            .map(|&(case, answer)| {
                let out = if answer == "modified" { "written" } else { "unwritten" };
                json!({"case": case, "answer": answer, "out": out})
            })
            .chain(
                start_failed(host)
                    .contains("pre_run")
                    .then(|| json!({"case": "pre_run without instance", "answer": -1})),
            )
            .chain([
                json!({"case": "exit without context", "answer": 0}),
                json!({"case": "init without instance", "answer": -1}),
            ])
            .collect();
        assert_eq!(json_lines(&run.stdout), expected, "{run}");
    }
}

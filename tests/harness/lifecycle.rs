//! Start, end, the hosts that are refused, and calls that no host makes.

use flb_filter_cloudflare_dns::VERSION;
use serde_json::json;

use crate::driver::{Run, json_lines};
use crate::samples::{SEEDS, VARIED};
use crate::{FAILED, HOSTS};

fn unsupported() -> String {
    format!(
        "version {VERSION} cannot run here: this is not a Fluent Bit from 1.9.3 to 5.x, \
         or not one that exports its functions"
    )
}

pub(crate) fn started(name: &str) -> String {
    format!(
        "[info] [filter:cloudflare_dns:{name}] version {VERSION}, convention=sekoia dataset=auto \
         enrich=none keep_codes=false key_name= on_mismatch=keep preserve_key=false \
         preserve_original=false reserve_data=true set_time=true timestamp_key=@timestamp"
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

#[test]
fn an_unsupported_host_is_refused_with_one_line_and_no_crash() {
    let table = [
        ("gen0", "Failed initialize filter"),
        ("unknown1", "Failed initialize filter"),
        ("unknown3", "Failed pre_run callback on filter"),
        ("unknown4", "Failed pre_run callback on filter"),
    ];
    for (host, failed) in table {
        for properties in [&[][..], &["dataset=auto"], &["colour=blue"]] {
            let run = Run::new(host).with(properties).ndjson(SEEDS).refused();
            let failed = format!("[error] {failed} cloudflare_dns.0");
            let refusal =
                format!("[error] [filter:cloudflare_dns:cloudflare_dns.0] {}", unsupported());
            assert_eq!(run.log(), [&refusal, &failed, FAILED], "{run}");
        }
    }
}

#[test]
fn a_host_that_offers_nothing_at_all_is_refused_without_a_crash() {
    let run = Run::new("alien").ndjson(SEEDS).go();
    assert_eq!(run.status, Some(1), "{run}");
    assert_eq!(run.stderr, format!("[filter:cloudflare_dns] {}\n", unsupported()), "{run}");
    let failed = "[error] Failed pre_run callback on filter cloudflare_dns.0";
    assert_eq!(run.log(), [failed, FAILED], "{run}");
}

#[test]
fn an_unsupported_host_sees_no_config_map() {
    for host in ["gen0", "unknown1", "unknown3", "unknown4", "alien"] {
        let run = Run::new(host).args(["--list-keys"]).well();
        assert_eq!(run.stdout, "", "{run}");
    }
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
            .chain([
                json!({"case": "exit without context", "answer": 0}),
                json!({"case": "init without instance", "answer": -1}),
            ])
            .collect();
        assert_eq!(json_lines(&run.stdout), expected, "{run}");
    }
}

//! What an instance shows when its layout can be proven: its metrics, and its `log_level`.

use serde_json::{Value, json};

use crate::driver::{Run, encode};
use flb_filter_cloudflare_dns::VERSION;

/// Builds whose instances look as known ones do, in each layout.
const PROVEN: [&str; 13] = [
    "gen1old",
    "gen1",
    "gen1bare",
    "gen1noregex",
    "gen2old",
    "gen2oldbare",
    "gen2",
    "gen2noregex",
    "gen3",
    "gen3nometrics",
    "gen4",
    "gen4bare",
    "gen4rawnames",
];

/// Builds whose instances look otherwise: like garbage, or longer than any.
const UNPROVEN: [&str; 2] = ["gen3unlike", "gen4future"];

const NAME: &str = "cloudflare_dns.0";

/// Two records of `dns_logs`, one of them with two fields that cannot be read; one each of the
/// other datasets; one that was mapped before, one that tells no dataset, and three that are not
/// Cloudflare's.
const MIXED: &str = r#"{"QueryName":"a.example.com","QueryType":1}
{"QueryName":"b.example.com","QueryType":1,"SourceIP":"no\naddress","ResponseCode":[3]}
{"QueryName":"c.example.com","ClientResponseCode":0}
{"QueryName":"d.example.com","RCode":0,"SrcPort":70000}
{"content":"tests"}
{"message":"a"}
{"message":"b"}
{"event":{"dataset":"dns_logs"}}
{"QueryName":"e.example.com"}
"#;

fn record(dataset: &str, result: &str, reason: &str, value: u64) -> Value {
    json!({"counter": "fluentbit_filter_cloudflare_dns_records_total", "name": NAME,
           "dataset": dataset, "result": result, "reason": reason, "value": value})
}

fn mapped(dataset: &str, value: u64) -> Value {
    record(dataset, "mapped", "none", value)
}

/// The counters of records that are not mapped: how many passed that were mapped before, and for
/// each other reason how many passed and were dropped.
fn not_mapped(mapped_before: u64, others: [[u64; 2]; 3]) -> Vec<Value> {
    let reasons = ["no_query_name", "not_told", "not_json"];
    let others = reasons.into_iter().zip(others).flat_map(|(reason, [passed, dropped])| {
        [record("none", "passed", reason, passed), record("none", "dropped", reason, dropped)]
    });
    [record("none", "passed", "mapped_before", mapped_before)].into_iter().chain(others).collect()
}

/// The counter that names the build.
fn info() -> Value {
    let (version, commit) = VERSION.trim_end_matches(')').split_once(" (").expect("a commit");
    json!({"counter": "fluentbit_filter_cloudflare_dns_info", "name": NAME,
           "version": version, "commit": commit, "value": 1})
}

fn with_errors(dataset: &str, value: u64) -> Value {
    json!({"counter": "fluentbit_filter_cloudflare_dns_records_with_errors_total", "name": NAME,
           "dataset": dataset, "value": value})
}

fn malformed_chunks(value: u64) -> Value {
    json!({"counter": "fluentbit_filter_cloudflare_dns_malformed_chunks_total", "name": NAME,
           "value": value})
}

#[test]
fn counters_tell_what_became_of_the_records_of_each_dataset() {
    let records = [mapped("dns_logs", 2), mapped("dns_firewall_logs", 1), mapped("gateway_dns", 1)];
    let expected = [
        &records[..],
        &not_mapped(1, [[3, 0], [1, 0], [0, 0]]),
        &[
            with_errors("dns_logs", 1),
            with_errors("dns_firewall_logs", 0),
            with_errors("gateway_dns", 1),
            malformed_chunks(0),
            info(),
        ],
    ]
    .concat();
    for host in PROVEN {
        let run = Run::new(host).args(["--split", "2"]).ndjson(MIXED).well();
        assert_eq!(run.metrics(), expected, "{run}");
    }
}

#[test]
fn counters_have_the_datasets_that_can_come_and_count_what_was_dropped_or_malformed() {
    let good = encode(MIXED, "new,fixarray,ext", &[]);
    let cut = &good[..good.len() - 1];
    let expected = [
        // The last of five is cut short in one of the chunks.
        &[mapped("dns_logs", 9)][..],
        &not_mapped(2, [[0, 6], [0, 0], [0, 0]]),
        &[with_errors("dns_logs", 2), malformed_chunks(1), info()],
    ]
    .concat();
    let properties = ["dataset=dns_logs", "on_mismatch=drop"];
    let run = Run::new("gen4raw").with(&properties).frames([&good, cut]).well();
    assert_eq!(run.metrics(), expected, "{run}");
}

#[test]
fn what_is_no_json_text_has_a_counter_of_its_own() {
    for (on_mismatch, counts) in [("keep", [8, 0]), ("drop", [0, 8])] {
        let property = format!("on_mismatch={on_mismatch}");
        let properties = ["key_name=log", "dataset=dns_logs", &property];
        let run = Run::new("gen4raw").with(&properties).ndjson(MIXED).well();
        let expected = not_mapped(1, [[0, 0], [0, 0], counts]);
        assert_eq!(run.metrics()[1..8], expected, "{run}");
    }
}

/// The labels of a counter are looked up until one of its counts was read back, and from then on the
/// host is handed that count.
#[test]
fn labels_are_looked_up_until_a_count_was_read_back() {
    let run = |host, args: &[&str], repeat: &str| {
        let run = Run::new(host).args(["--split", "1", "--repeat", repeat]).args(args);
        run.ndjson(MIXED).well()
    };
    for host in PROVEN {
        let [few, many] = ["1", "50"].map(|repeat| run(host, &[], repeat).look_ups());
        assert_eq!(many, few, "{host}");
    }
    for (host, args) in [
        ("gen4fewer", &[][..]),
        ("gen4raw", &["--counters", "elsewhere"]),
        ("gen4raw", &["--counters", "untyped"]),
        ("gen4raw", &["--counters", "another's"]),
        // The first of all is asked for, too, and is what was asked for.
        ("gen4raw", &["--counters", "astray"]),
    ] {
        let [few, many] = ["1", "50"].map(|repeat| run(host, args, repeat));
        assert!(many.look_ups() > few.look_ups() + 49 * 7, "{host} {args:?}\n{many}");
        let proven = run("gen4raw", &[], "50");
        assert_eq!(many.metrics(), proven.metrics(), "{host} {args:?}\n{many}");
    }
}

#[test]
fn a_build_whose_instances_look_otherwise_has_no_counters_and_maps_all_the_same() {
    let expected = Run::new("gen4raw").ndjson(MIXED).well().raw();
    for host in UNPROVEN {
        let form = "new,fixarray,ext";
        let run = Run::new(host).form(form).ndjson(MIXED).well();
        assert_eq!(run.metrics(), [] as [Value; 0], "{run}");
        assert_eq!(run.raw(), expected, "{run}");
    }
}

#[test]
fn lines_obey_the_instance_s_log_level_where_it_can_be_seen() {
    for (level, lines) in [("off", 0), ("error", 0), ("warn", 1), ("info", 3), ("debug", 4)] {
        let level = format!("log_level={level}");
        for host in PROVEN {
            let run = Run::new(host).with(&[&level]).ndjson(MIXED).well();
            assert_eq!(run.log().len(), lines, "{level}\n{run}");
        }
        for host in UNPROVEN {
            let run = Run::new(host).with(&[&level]).ndjson(MIXED).well();
            assert_eq!(run.log().len(), 3, "{level}\n{run}");
        }
    }
}

#[test]
fn the_first_field_that_cannot_be_read_is_shown_once_for_all_that_follow_at_once() {
    let run = Run::new("gen4raw").args(["--split", "1", "--repeat", "50"]).ndjson(MIXED).well();
    let warnings: Vec<_> =
        run.log().into_iter().filter(|line| line.starts_with("[warn]")).collect();
    let expected = format!(
        "[warn] [filter:cloudflare_dns:{NAME}] 1 record with a field that cannot be read, kept as \
         it came under 'cloudflare'; the first: ResponseCode: not a response code from 0 to \
         65535: an array"
    );
    assert_eq!(warnings, [expected], "{run}");
}

#[test]
fn the_value_shown_stays_on_one_line_and_is_cut() {
    let long = format!("{}é\\u0000\\n\\\"{}", "x".repeat(58), "y".repeat(100_000));
    for (value, shown) in [
        (json!("no\naddress\u{1b}[31m").to_string(), r#""no\naddress\u{1b}[31m""#),
        (format!("\"{long}\""), &*format!("\"{}é\\0\\n\\\"y\"...", "x".repeat(58))),
        ("-1".to_owned(), "-1"),
        ("true".to_owned(), "true"),
        ("2.5".to_owned(), "2.5"),
        ("{\"a\":1}".to_owned(), "an object"),
    ] {
        let line = format!("{{\"QueryName\":\"a\",\"QueryType\":1,\"SourceIP\":{value}}}\n");
        let run = Run::new("gen4raw").ndjson(&line).well();
        let expected = format!(
            "[warn] [filter:cloudflare_dns:{NAME}] 1 record with a field that cannot be read, \
             kept as it came under 'cloudflare'; the first: SourceIP: not an IP address: {shown}"
        );
        assert_eq!(run.log()[1], expected, "{run}");
    }
}

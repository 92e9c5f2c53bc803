//! What an instance shows when its layout can be proven: its metrics, and its `log_level`.

use serde_json::{Value, json};

use crate::driver::{Run, encode};

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
/// other datasets; and three that are not Cloudflare's.
const MIXED: &str = r#"{"QueryName":"a.example.com","QueryType":1}
{"QueryName":"b.example.com","QueryType":1,"SourceIP":"no\naddress","ResponseCode":[3]}
{"QueryName":"c.example.com","ClientResponseCode":0}
{"QueryName":"d.example.com","RCode":0,"SrcPort":70000}
{"content":"tests"}
{"message":"a"}
{"message":"b"}
"#;

fn record(dataset: &str, result: &str, value: u64) -> Value {
    json!({"counter": "fluentbit_filter_cloudflare_dns_records_total", "name": NAME,
           "dataset": dataset, "result": result, "value": value})
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
    let expected = [
        record("dns_logs", "mapped", 2),
        record("dns_firewall_logs", "mapped", 1),
        record("gateway_dns", "mapped", 1),
        record("none", "passed", 3),
        record("none", "dropped", 0),
        with_errors("dns_logs", 1),
        with_errors("dns_firewall_logs", 0),
        with_errors("gateway_dns", 1),
        malformed_chunks(0),
    ];
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
        record("dns_logs", "mapped", 8),
        record("none", "passed", 0),
        // The last of six is cut short in one of the chunks.
        record("none", "dropped", 5),
        with_errors("dns_logs", 2),
        malformed_chunks(1),
    ];
    let properties = ["dataset=dns_logs", "on_mismatch=drop"];
    let run = Run::new("gen4raw").with(&properties).frames([&good, cut]).well();
    assert_eq!(run.metrics(), expected, "{run}");
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

//! The warning that no record is mapped: when it comes, and what it says.

use crate::HOSTS;
use crate::driver::Run;
use crate::samples::{MAPPED_BEFORE, SEEDS};

const PREFIX: &str = "[warn] [filter:cloudflare_dns:cloudflare_dns.0]";

/// The warnings of a run with these properties and lines, as they stand behind the instance's name.
fn warnings(host: &'static str, properties: &[&str], lines: &str) -> Vec<String> {
    let run = Run::new(host).with(properties).args(["--split", "10"]).ndjson(lines).well();
    let log = run.log();
    let warnings = log.iter().filter_map(|line| line.strip_prefix(PREFIX));
    warnings.map(|line| line.trim_start().to_owned()).collect()
}

/// As [`warnings`], in a host of today.
fn of(properties: &[&str], lines: &str) -> Vec<String> {
    warnings("gen4raw", properties, lines)
}

/// A batch as `in_tail` reads it without a parser.
fn as_text(lines: &str) -> String {
    let field = |line: &str| format!("{}\n", serde_json::json!({ "log": line }));
    lines.lines().map(field).collect()
}

const BEHIND_TAIL: &str = "100 records came, and none was mapped; they pass unchanged: no QueryName; \
                           its field 'log' holds JSON text: set key_name log";

#[test]
fn a_hundred_records_of_which_none_is_mapped_make_one_line() {
    let lines = as_text(&SEEDS.repeat(25));
    for host in HOSTS {
        assert_eq!(warnings(host, &[], &lines), [BEHIND_TAIL], "{host}");
    }
    // One a minute, however many come.
    assert_eq!(of(&[], &lines.repeat(20)), [BEHIND_TAIL]);
    let dropped = BEHIND_TAIL.replace("they pass unchanged", "they are dropped");
    assert_eq!(of(&["on_mismatch=drop"], &lines), [dropped]);
}

#[test]
fn fewer_records_are_none_to_warn_of_yet() {
    let lines = as_text(&SEEDS.repeat(25));
    let without_last: String = lines.lines().skip(1).map(|line| format!("{line}\n")).collect();
    assert_eq!(of(&[], &without_last), [] as [String; 0]);
}

#[test]
fn with_one_record_mapped_it_is_silent_for_good() {
    let lines = as_text(&SEEDS.repeat(25));
    let one = SEEDS.lines().next().expect("a seed");
    for mapped in [format!("{one}\n{}", lines.repeat(3)), format!("{lines}{one}\n{lines}")] {
        let expected = if mapped.starts_with(one) { &[][..] } else { &[BEHIND_TAIL.to_owned()] };
        assert_eq!(of(&[], &mapped), expected);
    }
}

#[test]
fn what_was_mapped_before_neither_counts_nor_silences() {
    assert_eq!(of(&["on_mismatch=drop"], &MAPPED_BEFORE.repeat(100)), [] as [String; 0]);
    let both = MAPPED_BEFORE.repeat(5) + &as_text(&SEEDS.repeat(25)) + &MAPPED_BEFORE.repeat(5);
    let lines = of(&[], &both);
    assert_eq!(lines.len(), 1, "{lines:?}");
}

#[test]
fn the_line_says_why_as_one_record_shows_it() {
    let untold = "{\"QueryName\":\"example.com\",\"Email\":\"a@example.com\"}\n".repeat(100);
    let cut = "{\"log\":\"{\\\"QueryName\\\":\\\"example.com\\\",\"}\n".repeat(100);
    let passed = "100 records came, and none was mapped; they pass unchanged";
    let otherwise = "100 records came, and none was mapped as its fields tell: mapped as gateway_dns by \
                     `dataset`, but its fields are those of dns_logs";
    let table: [(&[&str], &str, String); 4] = [
        (&[], &untold, format!("{passed}: no field that tells the dataset")),
        (&["key_name=log"], &cut, format!("{passed}: the JSON text is cut")),
        (&["dataset=gateway_dns"], &SEEDS.repeat(25), otherwise.to_owned()),
        (
            &["key_name=log"],
            &SEEDS.repeat(25),
            format!(
                "{passed}: no field of the name in key_name, but a QueryName: leave key_name out"
            ),
        ),
    ];
    for (properties, lines, line) in table {
        assert_eq!(of(properties, lines), [line]);
    }
}

#[test]
fn each_instance_warns_for_itself() {
    let lines = as_text(&SEEDS.repeat(25));
    let run = Run::new("gen4raw").args(["--instances", "2"]).ndjson(&lines).well();
    let log = run.log();
    let warned = log.iter().filter(|line| line.starts_with("[warn]")).count();
    assert_eq!(warned, 2, "{log:#?}");
}

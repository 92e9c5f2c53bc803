//! The event's own time, as Fluent Bit hands it to its outputs.

use std::time::SystemTime;

use serde_json::{Value, json};

use crate::events::json_lines;
use crate::golden::assert_events;
use crate::hosts::{Host, each};
use crate::pipeline::{Pipeline, Properties};
use crate::run::Site;

/// A Timestamp, the event's time that it makes, and the text for `@timestamp`.
const TIMES: [(&str, Option<&str>, &str); 8] = [
    ("1657233726004000001", Some("1657233726.004000001"), "2022-07-07T22:42:06.004000001Z"),
    ("1657233726", Some("1657233726.000000000"), "2022-07-07T22:42:06.000000Z"),
    ("\"2022-07-07T22:42:06.25Z\"", Some("1657233726.250000000"), "2022-07-07T22:42:06.250000Z"),
    ("0", Some("0.000000000"), "1970-01-01T00:00:00.000000Z"),
    ("2147483647", Some("2147483647.000000000"), "2038-01-19T03:14:07.000000Z"),
    // From here on the event keeps its own time: versions 3.1 to 5.0 drop what lies beyond 2038.
    ("2147483648", None, "2038-01-19T03:14:08.000000Z"),
    ("\"9999-12-31T23:59:59Z\"", None, "9999-12-31T23:59:59.000000Z"),
    ("-1", None, "1969-12-31T23:59:59.000000Z"),
];

fn name(place: usize) -> String {
    format!("{place}.example.com")
}

fn lines() -> String {
    let lines = TIMES.iter().enumerate().map(|(place, (timestamp, ..))| {
        let name = name(place);
        format!("{{\"QueryName\":\"{name}\",\"QueryType\":1,\"Timestamp\":{timestamp}}}\n")
    });
    lines.collect()
}

fn record(place: usize, timestamp: &str) -> Value {
    json!({
        "@timestamp": timestamp,
        "dns": {"question": {"name": name(place), "type": "A"}},
        "event": {"kind": "event", "category": ["network"], "type": ["info"],
                  "dataset": "dns_logs"},
    })
}

fn expected(set_time: bool) -> Vec<(Option<String>, Value)> {
    let events = TIMES.iter().enumerate().map(|(place, (_, time, timestamp))| {
        let time = time.filter(|_| set_time).map(str::to_owned);
        (time, record(place, timestamp))
    });
    events.collect()
}

fn run(host: &Host, pipeline: Pipeline, filter: Properties, output: &str) -> Site {
    let site = Site::new(host);
    site.write("batch.log", lines());
    let input = [("path", "batch.log"), ("tag", "t"), ("read_from_head", "on"), ("parser", "json")];
    let mut run = site.classic(&pipeline.input("tail", &input).filter(filter));
    run.until_lines(output, TIMES.len());
    run.stop();
    site
}

#[test]
fn events_take_the_time_of_their_record_and_none_is_lost_beyond_2038() {
    each(|host| {
        let start = SystemTime::now();
        let site = run(host, Pipeline::new(), &[], "out");
        assert_events(&site.events("out"), "t", &expected(true), start);
    });
}

#[test]
fn events_keep_their_own_time_without_set_time() {
    each(|host| {
        let start = SystemTime::now();
        let site = run(host, Pipeline::new(), &[("set_time", "false")], "out");
        assert_events(&site.events("out"), "t", &expected(false), start);
    });
}

#[test]
fn outputs_show_the_record_s_time_in_their_own_date() {
    each(|host| {
        let format = [("format", "json_lines"), ("json_date_format", "iso8601")];
        let pipeline = Pipeline::bare().service(&[("flush", "0.2")]).output("stdout", &format);
        let site = run(host, pipeline, &[], "stdout");
        let text = site.text("stdout");
        let lines: String =
            text.lines().filter(|line| line.starts_with('{')).flat_map(|l| [l, "\n"]).collect();
        let found = json_lines(&lines);
        assert_eq!(found.len(), TIMES.len());
        for (place, (found, (_, time, timestamp))) in found.iter().zip(TIMES).enumerate() {
            let mut expected = record(place, timestamp);
            // The output's format has microseconds.
            let date = format!("{}Z", timestamp.get(..26).unwrap_or_default());
            expected["date"] = if time.is_some() { json!(date) } else { found["date"].clone() };
            assert_eq!(*found, expected);
        }
    });
}

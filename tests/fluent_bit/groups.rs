//! OpenTelemetry logs: from 3.1 on their resource and scope stand in a chunk as group markers.

use serde_json::{Value, json};

use crate::events::Event;
use crate::hosts::{GROUPS, Host, Version, each_since};
use crate::http::{Post, free_port};
use crate::pipeline::Pipeline;
use crate::run::{Site, with_whole_log};

/// in_opentelemetry reads JSON into whole records from here on.
const SINCE: Version = Version(2, 1, 0);

fn attribute(key: &str, value: Value) -> Value {
    json!({"key": key, "value": value})
}

fn log_record(seconds: u64, fields: Vec<Value>) -> Value {
    json!({
        "timeUnixNano": format!("{seconds}000000000"),
        "attributes": [attribute("stream", json!({"stringValue": "dns"}))],
        "body": {"kvlistValue": {"values": fields}},
    })
}

fn query(name: &str) -> Value {
    log_record(
        1_700_000_000,
        vec![
            attribute("QueryName", json!({"stringValue": name})),
            attribute("QueryType", json!({"intValue": "28"})),
            attribute("ResponseCode", json!({"intValue": "3"})),
            attribute("Timestamp", json!({"intValue": "1657233726004000000"})),
        ],
    )
}

fn foreign(text: &str) -> Value {
    log_record(1_700_000_001, vec![attribute("message", json!({"stringValue": text}))])
}

fn scope(name: &str, records: &[Value]) -> Value {
    json!({"scope": {"name": name}, "logRecords": records})
}

/// Two groups with records of both kinds, one with foreign ones alone.
fn body() -> String {
    upload(&[
        scope("one", &[query("a.example.com"), foreign("a")]),
        scope("two", &[foreign("b"), foreign("c")]),
        scope("three", &[foreign("d"), query("b.example.com")]),
    ])
}

fn upload(scopes: &[Value]) -> String {
    let attributes = [attribute("service.name", json!({"stringValue": "logpush"}))];
    let logs = json!({"resource": {"attributes": attributes}, "scopeLogs": scopes});
    json!({ "resourceLogs": [logs] }).to_string()
}

/// What a query becomes.
fn mapped(name: &str) -> (String, Value) {
    let record = json!({
        "@timestamp": "2022-07-07T22:42:06.004000Z",
        "dns": {"question": {"name": name, "type": "AAAA"}, "response_code": "NXDomain"},
        "event": {"kind": "event", "category": ["network"], "type": ["info"],
                  "dataset": "dns_logs"},
    });
    ("1657233726.004000000".to_owned(), record)
}

/// Runs until the query for `b.example.com`, the last record, is out. The raw chunk is written
/// too: out_file's text shows no group markers.
fn receive(host: &Host, filters: &[&[(&str, &str)]], bodies: &[String]) -> Site {
    let site = Site::new(host);
    let port = free_port();
    let input = [("port", &*port.to_string()), ("tag", "t")];
    let raw = [("file", "raw"), ("format", "msgpack")];
    let pipeline = Pipeline::new().input("opentelemetry", &input).output("file", &raw);
    let pipeline = filters.iter().fold(pipeline, |pipeline, filter| pipeline.filter(filter));
    let mut run = site.classic(&pipeline);
    for body in bodies {
        run.post(port, &Post { path: "/v1/logs", gzip: false, body: body.as_bytes() });
    }
    run.until("the last record", |site| site.text("out").contains("b.example.com").then_some(()));
    run.stop();
    site
}

fn told(site: &Site) -> Vec<(String, Value)> {
    let told = |Event { time, record, .. }| (time, record);
    site.events("out").into_iter().map(told).collect()
}

/// The opening and closing markers' times: seconds 2^32-1 and 2^32-2, no nanoseconds.
fn markers(site: &Site) -> Vec<&'static str> {
    let marker = |at: &[u8]| match at {
        b"\xd7\x00\xff\xff\xff\xff\x00\x00\x00\x00" => Some("open"),
        b"\xd7\x00\xff\xff\xff\xfe\x00\x00\x00\x00" => Some("close"),
        _ => None,
    };
    site.read("raw").windows(10).filter_map(marker).collect()
}

/// What comes out without the filter is the measure: in_opentelemetry garbles nanoseconds in 2.1
/// to 4.2, and its second and later group markers swallow the record behind them in 3.2.
#[test]
fn opentelemetry_records_become_ecs_where_they_stand() {
    each_since(SINCE, |host| {
        let plain = receive(host, &[], &[body()]);
        let mut expected = told(&plain);
        for event in &mut expected {
            if let Some(name) = event.1["QueryName"].as_str() {
                *event = mapped(name);
            }
        }
        let site = with_whole_log(|| receive(host, &[&[]], &[body()]));
        assert_eq!(told(&site), expected);
        let groups = if host.has(GROUPS) { 3 } else { 0 };
        assert_eq!(markers(&plain), ["open", "close"].repeat(groups));
        assert_eq!(markers(&site), markers(&plain));
        let expected = format!(
            "[ info] [filter:cloudflare_dns:cloudflare_dns.0] records: 2 mapped, {} passed, \
             0 dropped; 0 with errors; 0 malformed chunks",
            expected.len() - 2,
        );
        assert_eq!(site.plugin_log().last(), Some(&expected));
    });
}

#[test]
fn opentelemetry_groups_keep_their_markers_around_what_is_left() {
    each_since(SINCE, |host| {
        let site = receive(host, &[&[("on_mismatch", "drop")]], &[body()]);
        assert_eq!(told(&site), [mapped("a.example.com"), mapped("b.example.com")]);
        let groups = if host.has(GROUPS) { 3 } else { 0 };
        assert_eq!(markers(&site), ["open", "close"].repeat(groups));
    });
}

/// Markers alone would be a chunk without a record: nothing at all is left of such an upload.
#[test]
fn opentelemetry_groups_of_which_everything_is_dropped_vanish() {
    let dropped = upload(&[scope("one", &[foreign("a"), foreign("b")])]);
    let kept = upload(&[scope("two", &[query("b.example.com")])]);
    let bodies = [dropped.clone(), dropped, kept];
    each_since(SINCE, |host| {
        let site = with_whole_log(|| receive(host, &[&[("on_mismatch", "drop")]], &bodies));
        assert_eq!(told(&site), [mapped("b.example.com")]);
        let groups = if host.has(GROUPS) { 1 } else { 0 };
        assert_eq!(markers(&site), ["open", "close"].repeat(groups));
        let counts = "1 mapped, 0 passed, 4 dropped; 0 with errors; 0 malformed chunks";
        let expected =
            format!("[ info] [filter:cloudflare_dns:cloudflare_dns.0] records: {counts}");
        assert_eq!(site.plugin_log().last(), Some(&expected));
    });
}

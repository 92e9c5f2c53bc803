//! What the mapper takes from the allocator: the output of a chunk, and nothing for a record.
//!
//! The output grows as the plugin's does, so that its growths are those that a host sees.

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod counting_allocator;

use counting_allocator::{allocations, live};
use flb_filter_cloudflare_dns::{Answer, Config, Mapper, OutOfMemory, Output};
use serde_json::{Value, json};

/// An output that grows as the plugin's does: by what is asked for, and at least by a half.
#[derive(Default)]
struct HostLike {
    bytes: Vec<u8>,
    growths: usize,
}

impl Output for HostLike {
    fn append(&mut self, bytes: &[u8], more: usize) -> Result<(), OutOfMemory> {
        let end = self.bytes.len() + bytes.len();
        if end > self.bytes.capacity() {
            self.growths += 1;
            let least = self.bytes.capacity() + self.bytes.capacity() / 2;
            let wanted = (end + more).max(least) - self.bytes.len();
            self.bytes.try_reserve_exact(wanted).map_err(|_| OutOfMemory)?;
        }
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }
}

type Settings = &'static [(&'static str, &'static str)];

fn mapper(settings: Settings) -> Mapper {
    let setting = |name: &std::ffi::CStr| {
        let found = settings.iter().find(|(key, _)| key.as_bytes() == name.to_bytes());
        found.map(|(_, value)| *value)
    };
    Mapper::new(&Config::read(setting).expect("valid settings")).expect("valid settings")
}

/// What rewriting a chunk asked of the allocator.
#[derive(Debug, PartialEq)]
struct Asked {
    /// For the output: once, and once more for each time that it grew.
    output: usize,
    /// For anything else.
    other: usize,
}

fn rewrite(mapper: &mut Mapper, chunk: &[u8]) -> (Answer, Asked) {
    let mut output = HostLike::default();
    let (all, outcome) = allocations(|| mapper.rewrite(chunk, &mut output));
    let answer = outcome.expect("enough memory").answer;
    (answer, Asked { output: output.growths, other: all - output.growths })
}

/// The output is allocated once and grown twice at the most; nothing else is allocated.
fn assert_output_alone((answer, asked): (Answer, Asked), what: &str) {
    assert_eq!(answer, Answer::Rewritten, "{what}");
    assert_eq!(asked.other, 0, "{what}");
    assert!((1..=3).contains(&asked.output), "{what}: {asked:?}");
}

fn chunk(records: usize, make: fn(usize) -> Value) -> Vec<u8> {
    let mut chunk = Vec::new();
    for i in 0..records {
        chunk.extend([0x92, 0x92, 0xd7, 0, 0x68, 0xe7, 0x01, 0x80, 0, 0, 0, 1, 0x80]);
        encode(&make(i), &mut chunk);
    }
    chunk
}

/// Encodes a value as MessagePack, numbers and sizes in the forms that fit them all.
fn encode(value: &Value, to: &mut Vec<u8>) {
    match value {
        Value::Null => to.push(0xc0),
        Value::Bool(truth) => to.push(if *truth { 0xc3 } else { 0xc2 }),
        Value::Number(number) => {
            to.push(0xcf);
            to.extend(number.as_u64().expect("no other number here").to_be_bytes());
        }
        Value::String(text) => {
            to.push(0xda);
            to.extend((text.len() as u16).to_be_bytes());
            to.extend(text.as_bytes());
        }
        Value::Array(items) => {
            to.push(0xdc);
            to.extend((items.len() as u16).to_be_bytes());
            items.iter().for_each(|item| encode(item, to));
        }
        Value::Object(members) => {
            to.push(0xde);
            to.extend((members.len() as u16).to_be_bytes());
            for (key, value) in members {
                // Keys as hosts write them: short ones in one byte and their text.
                to.push(0xa0 | key.len() as u8);
                to.extend(key.as_bytes());
                encode(value, to);
            }
        }
    }
}

fn time(i: usize) -> u64 {
    1_759_968_000_000_000_000 + i as u64 * 3_000_000
}

fn dns_logs(i: usize) -> Value {
    json!({
        "ColoCode": "FRA",
        "EDNSSubnet": if i % 3 == 0 { "192.0.2.0" } else { "" },
        "EDNSSubnetLength": if i % 3 == 0 { 24 } else { 0 },
        "QueryName": format!("host-{i:06}.Example{}.co.uk.", i % 7),
        "QueryType": ([1, 28, 65, 65353][i % 4]),
        "ResponseCached": i % 2 == 0,
        "ResponseCode": ([0, 3, 2, 99][i % 4]),
        "SourceIP": if i % 5 == 0 {
            format!("2001:db8::{:04x}", i % 0xffff)
        } else {
            format!("198.51.{}.{}", i / 250 % 250, i % 250)
        },
        "Timestamp": time(i),
    })
}

fn dns_firewall_logs(i: usize) -> Value {
    json!({
        "ClientResponseCode": i % 4,
        "ClusterID": "9f2a7c1e0b3d4f5a8c6e7d9b0a1f2e3c",
        "ColoCode": "AMS",
        "EDNSSubnet": "",
        "EDNSSubnetLength": 0,
        "QueryDO": i % 2 == 0,
        "QueryName": format!("{i:06}.example.com"),
        "QueryRD": i % 3 == 0,
        "QuerySize": 40 + i % 50,
        "QueryTCP": i % 10 == 0,
        "QueryType": 1,
        "ResponseCached": false,
        "ResponseCachedStale": false,
        "ResponseReason": "upstream",
        "SourceIP": "203.0.113.9",
        "Timestamp": time(i),
        "UpstreamIP": "192.0.2.53",
        "UpstreamResponseCode": i % 4,
        "UpstreamResponseTimeMs": i % 300,
    })
}

fn gateway_dns(i: usize) -> Value {
    let answers = json!([
        {"name": format!("{i:06}.example.org."), "type": "A", "class": "IN", "ttl": 300,
         "rdata": format!("192.0.2.{}", i % 250)},
        {"name": "www.example.org.", "type": 28, "class": 1, "ttl": 60, "rdata": "2001:db8::1"},
    ]);
    json!({
        "AccountID": "6f1d0c2b9a8e7f6d5c4b3a2918070605",
        "CNAMEs": [],
        "ColoID": 12,
        "Datetime": time(i),
        "DeviceID": "3f1b7a52-91c4-4d3e-8a6b-0c2d4e6f8a10",
        "DeviceName": format!("laptop-{}", i % 100),
        "DstIP": "172.64.36.1",
        "DstPort": 443,
        "Email": format!("user{}@example.com", i % 100),
        "Protocol": (["https", "udp"][i % 2]),
        "QueryCategoryIDs": [32, 90],
        "QueryCategoryNames": ["Technology", "Business"],
        "QueryName": format!("{i:06}.example.org"),
        "QueryNameReversed": format!("org.example.{i:06}"),
        "QueryType": 1,
        "QueryTypeName": "A",
        "RCode": i % 4,
        "ResolvedIPs": [format!("192.0.2.{}", i % 250), "2001:db8::1"],
        "ResolverDecision": "allowedOnNoPolicyMatch",
        "ResourceRecords": [{"type": "1", "data": "A3d3dwdleGFtcGxlAAABAAEAAAEsAARduNgi"}],
        "ResourceRecordsJSON": answers.to_string(),
        "SrcIP": "203.0.113.9",
        "SrcPort": 1024 + i % 60_000,
        "UserID": "0b1c2d3e-4f50-4162-8374-95a6b7c8d9ea",
    })
}

/// Answers in wire format of each type, a name that changes, and a decision by number.
fn with_wire_answers(i: usize) -> Value {
    let item = |line: &str| json!({"type": "1", "data": line.split('\t').next()});
    let records = include_str!("data/wire-records.tsv").lines();
    let mut record = gateway_dns(i);
    record["ResourceRecordsJSON"] = Value::Null;
    record["ResolvedIPs"] = Value::Null;
    record["ResourceRecords"] = records.cycle().skip(i % 50).take(8).map(item).collect();
    record["QueryName"] = json!(format!("{i:06}.EXAMPLE\t.org"));
    record["ResolverDecision"] = json!(i % 11);
    record["CNAMEs"] = json!(["Edge.example.net."]);
    record
}

fn unreadable(i: usize) -> Value {
    let mut record = dns_logs(i);
    record["SourceIP"] = json!("not an address");
    record["Timestamp"] = json!("yesterday");
    record["ResponseCode"] = json!("abc");
    record
}

fn with_foreign_fields(i: usize) -> Value {
    let mut record = dns_logs(i);
    record["cluster"] = json!("edge-1");
    record["event"] = json!({"note": "a name that is taken"});
    record
}

fn access_log(i: usize) -> Value {
    json!({"remote": "203.0.113.9", "method": "GET", "path": format!("/{i}"), "code": "200"})
}

/// Of a chunk of a thousand; longer ones change many times.
fn foreign_at_first(i: usize) -> Value {
    if i % 1_000 < 700 { access_log(i) } else { dns_logs(i) }
}

fn ours_at_first(i: usize) -> Value {
    if i % 1_000 < 300 { dns_logs(i) } else { access_log(i) }
}

/// A record as the JSON text of one field.
fn in_text(record: &Value) -> Value {
    json!({"log": record.to_string()})
}

/// Neither short chunks nor long ones allocate for a record.
fn assert_one_allocation_a_chunk(name: &str, settings: Settings, make: fn(usize) -> Value) {
    assert_one_allocation_up_to(10_000, name, settings, make);
}

fn assert_one_allocation_up_to(
    most: usize,
    name: &str,
    settings: Settings,
    make: fn(usize) -> Value,
) {
    let mut mapper = mapper(settings);
    let thousand = chunk(1_000, make);
    // The first chunk makes the memory that later ones use again.
    rewrite(&mut mapper, &thousand);
    for chunk in [chunk(1, make), chunk(10, make), thousand.repeat(most / 1_000), thousand] {
        let what = format!("{name}, {settings:?}, {} bytes", chunk.len());
        assert_output_alone(rewrite(&mut mapper, &chunk), &what);
    }
}

const CONVENTIONS: [Settings; 4] = [
    &[],
    &[("enrich", "all")],
    &[("convention", "ecs")],
    &[("convention", "ecs"), ("enrich", "all")],
];

#[test]
fn dns_logs_allocate_the_output_alone() {
    for settings in CONVENTIONS {
        assert_one_allocation_up_to(100_000, "dns_logs", settings, dns_logs);
    }
}

#[test]
fn dns_firewall_logs_allocate_the_output_alone() {
    for settings in CONVENTIONS {
        assert_one_allocation_a_chunk("dns_firewall_logs", settings, dns_firewall_logs);
    }
}

#[test]
fn gateway_dns_allocates_the_output_alone() {
    for settings in CONVENTIONS {
        assert_one_allocation_a_chunk("gateway_dns", settings, gateway_dns);
    }
}

#[test]
fn answers_in_wire_format_allocate_the_output_alone() {
    const LOWER: Settings =
        &[("convention", "ecs"), ("enrich", "all"), ("name_case", "lower"), ("keep_codes", "on")];
    for settings in [&[("convention", "ecs")], LOWER] {
        assert_one_allocation_a_chunk("wire answers", settings, with_wire_answers);
    }
}

#[test]
fn json_text_without_escapes_allocates_the_output_alone() {
    const TEXT: [Settings; 4] = [
        &[("key_name", "log")],
        &[("key_name", "log"), ("enrich", "all")],
        &[("key_name", "log"), ("convention", "ecs"), ("enrich", "all")],
        &[("key_name", "log"), ("preserve_key", "true"), ("preserve_original", "true")],
    ];
    for settings in TEXT {
        let name = "JSON text";
        assert_one_allocation_a_chunk(name, settings, |i| in_text(&dns_logs(i)));
        assert_one_allocation_a_chunk(name, settings, |i| in_text(&dns_firewall_logs(i)));
        assert_one_allocation_a_chunk(name, settings, |i| in_text(&with_foreign_fields(i)));
    }
}

#[test]
fn json_text_with_escapes_allocates_the_output_alone() {
    for settings in [&[("key_name", "log")][..], &[("key_name", "log"), ("enrich", "all")]] {
        // The text of gateway_dns has the text of its resource records in it.
        assert_one_allocation_a_chunk("JSON text", settings, |i| in_text(&gateway_dns(i)));
        assert_one_allocation_a_chunk("JSON text", settings, |i| {
            let mut record = dns_logs(i);
            record["EDNSSubnet"] = json!("a \"quoted\" text\t\u{1} and a \\ in it");
            in_text(&record)
        });
    }
}

#[test]
fn errors_and_foreign_fields_allocate_nothing_more() {
    for settings in CONVENTIONS {
        assert_one_allocation_a_chunk("unreadable values", settings, unreadable);
        assert_one_allocation_a_chunk("foreign fields", settings, with_foreign_fields);
    }
    assert_one_allocation_a_chunk("codes", &[("keep_codes", "true")], dns_logs);
    assert_one_allocation_a_chunk("original", &[("preserve_original", "true")], dns_logs);
}

#[test]
fn a_chunk_that_changes_its_kind_midway_grows_the_output_twice_at_the_most() {
    for make in [foreign_at_first, ours_at_first] {
        let mut mapper = mapper(&[]);
        let thousand = chunk(1_000, make);
        rewrite(&mut mapper, &thousand);
        for chunk in [thousand.repeat(10), thousand] {
            let what = format!("{} bytes", chunk.len());
            assert_output_alone(rewrite(&mut mapper, &chunk), &what);
        }
    }
}

#[test]
fn a_chunk_with_nothing_of_ours_allocates_nothing() {
    const NOTHING: Asked = Asked { output: 0, other: 0 };
    let settings: [Settings; 4] = [
        &[],
        &[("enrich", "all"), ("dataset", "dns_logs")],
        &[("key_name", "log")],
        &[("key_name", "path")],
    ];
    for settings in settings {
        let mut mapper = mapper(settings);
        for records in [1, 1_000] {
            let asked = rewrite(&mut mapper, &chunk(records, access_log));
            assert_eq!(asked, (Answer::Untouched, NOTHING), "{settings:?}");
        }
    }
    let mut dropping = mapper(&[("on_mismatch", "drop")]);
    assert_eq!(rewrite(&mut dropping, &chunk(1_000, access_log)), (Answer::Emptied, NOTHING));
}

// ---- what is kept ----

/// A record as large as they come, and one as usual.
#[test]
fn memory_for_a_large_record_is_given_back_at_the_next_chunk() {
    const SETTINGS: [Settings; 3] = [
        &[],
        &[("preserve_original", "true"), ("name_case", "lower")],
        &[("key_name", "log"), ("preserve_original", "true")],
    ];
    for settings in SETTINGS {
        let mut mapper = mapper(settings);
        let is_text = settings.iter().any(|(key, _)| *key == "key_name");
        let make = |record: Value| if is_text { in_text(&record) } else { record };
        let usual = encoded(&make(dns_logs(0)));
        // Twice: memory that is as large as is kept is kept.
        for size in [900_000, 10_000_000] {
            rewrite(&mut mapper, &usual);
            let before = live();
            let large = encoded(&make(json!({"QueryName": "x".repeat(size), "ColoCode": "FRA"})));
            assert_eq!(rewrite(&mut mapper, &large).0, Answer::Rewritten);
            drop(large);
            rewrite(&mut mapper, &usual);
            let kept = live() - before;
            let most = if size < 1_000_000 { 3_000_000 } else { 1_000_000 };
            assert!(kept < most, "{settings:?}: {kept} bytes more after {size}");
        }
    }
}

/// An event whose strings may be of any length.
fn encoded(record: &Value) -> Vec<u8> {
    let mut bytes = vec![0x92, 0x92, 0xd7, 0, 0x68, 0xe7, 0x01, 0x80, 0, 0, 0, 1, 0x80];
    let members = record.as_object().expect("a record");
    bytes.push(0x80 | members.len() as u8);
    for (key, value) in members {
        bytes.push(0xa0 | key.len() as u8);
        bytes.extend(key.as_bytes());
        match value {
            Value::String(text) => {
                bytes.push(0xdb);
                bytes.extend((text.len() as u32).to_be_bytes());
                bytes.extend(text.as_bytes());
            }
            other => encode(other, &mut bytes),
        }
    }
    bytes
}

/// JSON has no room for all of it: that is found before anything is written.
#[test]
fn an_original_that_is_nested_too_deeply_allocates_nothing() {
    let mut mapper = mapper(&[("preserve_original", "true")]);
    let wrap: [fn(Value) -> Value; 2] = [|inner| json!([inner]), |inner| json!({"k": inner})];
    for wrap in wrap {
        let nested = |levels: usize| {
            let mut record = dns_logs(0);
            record["zone"] = (0..levels).fold(Value::Null, |inner, _| wrap(inner));
            encoded(&record)
        };
        rewrite(&mut mapper, &nested(31));
        for levels in [31, 32, 33, 40] {
            assert_output_alone(rewrite(&mut mapper, &nested(levels)), &format!("{levels} levels"));
        }
    }
}

/// Escapes make a name four times as long.
#[test]
fn a_name_that_grows_takes_its_memory_at_once() {
    let chunk = chunk(1, |_| json!({"QueryName": "\u{1}".repeat(250), "QueryType": 1}));
    let mut mapper = mapper(&[("convention", "ecs")]);
    let others = [(); 2].map(|()| rewrite(&mut mapper, &chunk).1.other);
    assert_eq!(others, [1, 0]);
}

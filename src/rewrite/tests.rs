//! Usual records take no long way: a mapper that has seen one maps the next ones by short cuts.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test")]

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Answer, Mapper};
use crate::config::Config;
use crate::long_way::counted::while_it;
use crate::msgpack::Writer;

type Settings = &'static [(&'static str, &'static str)];

const PLAIN: Settings = &[];
const ALL: Settings = &[("enrich", "all")];
const ECS: Settings = &[("convention", "ecs")];
const ECS_ALL: Settings = &[("convention", "ecs"), ("enrich", "all")];
const ECS_ALL_LOWER: Settings = &[("convention", "ecs"), ("enrich", "all"), ("name_case", "lower")];
const TEXT: Settings = &[("key_name", "log")];
const TEXT_ALL: Settings = &[("key_name", "log"), ("enrich", "all")];

fn mapper(settings: Settings) -> Mapper {
    let setting = |name: &std::ffi::CStr| {
        let found = settings.iter().find(|(key, _)| key.as_bytes() == name.to_bytes());
        found.map(|(_, value)| *value)
    };
    Mapper::new(&Config::read(setting).expect("valid settings")).expect("valid settings")
}

/// Writes a value as hosts do: in the shortest form.
fn put(value: &Value, to: &mut Writer<'_>) {
    match value {
        Value::Null => to.nil(),
        Value::Bool(truth) => to.bool(*truth),
        Value::Number(number) => match (number.as_u64(), number.as_i64()) {
            (Some(number), _) => to.uint(number),
            (_, Some(number)) => to.int(number),
            _ => to.float(number.as_f64().expect("a number")),
        },
        Value::String(text) => to.str(text.as_bytes()),
        Value::Array(items) => {
            let opened = to.open_root_array(items.len());
            to.add_members(items.len() as u32);
            items.iter().for_each(|item| put(item, to));
            to.close_root(opened);
        }
        Value::Object(members) => {
            let opened = to.open_root_map(members.len());
            to.add_members(members.len() as u32);
            for (key, value) in members {
                to.str(key.as_bytes());
                put(value, to);
            }
            to.close_root(opened);
        }
    }
}

/// A chunk of these records as Fluent Bit writes it, and one event of another kind at its end, so
/// that none of them is near to it. Its number of keys makes it no rival of theirs.
fn chunk(head: &[u8], records: &[Value]) -> Vec<u8> {
    let other = json!({"a": 1, "b": 2, "c": 3, "log": "x".repeat(100)});
    let mut chunk = vec![0; 100_000];
    let mut to = Writer::new(&mut chunk);
    for record in records.iter().chain([&other]) {
        to.copy(head);
        to.copy(&[0xd7, 0, 0x68, 0xe7, 0x01, 0x80, 0, 0, 0, 1, 0x80]);
        put(record, &mut to);
    }
    let size = to.finish().expect("small records");
    chunk.truncate(size);
    chunk
}

/// As what the short cuts are for: 1,000 records within a second, made by `record`.
fn dns_logs(i: usize) -> Value {
    json!({
        "ColoCode": "FRA",
        "EDNSSubnet": "192.0.2.0",
        "EDNSSubnetLength": 24,
        "QueryName": format!("host-{i}.example.co.uk"),
        "QueryType": 28,
        "ResponseCached": i % 2 == 0,
        "ResponseCode": i % 4,
        "SourceIP": if i % 2 == 0 { format!("2001:db8::{i:x}") } else { format!("198.51.100.{i}") },
        "Timestamp": 1_759_968_000_000_000_000 + i as u64 * 3_000_000,
    })
}

fn dns_firewall_logs(i: usize) -> Value {
    json!({
        "ClientResponseCode": i % 4,
        "ClusterID": "9f2a7c1e0b3d4f5a8c6e7d9b0a1f2e",
        "ColoCode": "AMS",
        "EDNSSubnet": "",
        "EDNSSubnetLength": 0,
        "QueryDO": true,
        "QueryName": format!("www{i}.example.com"),
        "QueryRD": true,
        "QuerySize": 40 + i,
        "QueryTCP": i % 2 == 0,
        "QueryType": 1,
        "ResponseCached": false,
        "ResponseCachedStale": false,
        "ResponseReason": "upstream",
        "SourceIP": format!("198.51.100.{i}"),
        "Timestamp": 1_759_968_000_000_000_000 + i as u64 * 3_000_000,
        // The longest that there is.
        "UpstreamIP": format!("203.110.113.{}", 100 + i),
        "UpstreamResponseCode": i % 4,
        "UpstreamResponseTimeMs": i,
    })
}

fn gateway_dns(i: usize) -> Value {
    json!({
        "AccountID": "6f1d0c2b9a8e7f6d5c4b3a29180706",
        "ColoID": 12,
        "Datetime": 1_759_968_000_000_000_000 + i as u64 * 3_000_000,
        "DeviceID": "3f1b7a52-91c4-4d3e-8a6b-0c2d4e",
        "DeviceName": format!("laptop-{i}"),
        "DstIP": "172.64.36.1",
        "DstPort": 53,
        "Email": format!("user{i}@example.com"),
        "Protocol": "udp",
        "QueryName": format!("www{i}.example.org"),
        "QueryType": 1,
        "QueryTypeName": "A",
        "RCode": i % 4,
        "ResolvedIPs": [format!("192.0.2.{i}"), "2001:db8::1"],
        "ResolverDecision": "allowedOnNoPolicyMatch",
        "SrcIP": "203.0.113.9",
        "SrcPort": 1024 + i,
        "UserID": "0b1c2d3e-4f50-4162-8374-95a6b7",
    })
}

fn in_text(record: &Value) -> Value {
    json!({"log": record.to_string()})
}

/// The long ways that four records take, mapped by a mapper that has seen others like them.
fn long_ways(
    head: &[u8],
    settings: Settings,
    record: impl Fn(usize) -> Value,
) -> BTreeMap<&'static str, usize> {
    let records: Vec<_> = (0..8).map(record).collect();
    let (before, measured) = records.split_at(4);
    let mut mapper = mapper(settings);
    let mut output = Vec::with_capacity(100_000);
    let mut answer = |chunk: &[u8]| {
        output.clear();
        mapper.rewrite(chunk, &mut output).expect("memory").answer
    };
    // What one pass has learned, the next finds.
    for _ in 0..2 {
        assert_eq!(answer(&chunk(head, before)), Answer::Rewritten);
    }
    let chunk = chunk(head, measured);
    while_it(|| assert_eq!(answer(&chunk), Answer::Rewritten))
}

/// How the events of inputs begin, and those of filters that decode and encode them.
const HEADS: [&[u8]; 2] = [&[0x92, 0x92], &[0xdd, 0, 0, 0, 2, 0xdd, 0, 0, 0, 2]];

type Ways = &'static [(&'static str, usize)];

/// What four records take: nothing but what is listed, and one copy to the output.
fn check(record: fn(usize) -> Value, settings: &[Settings], expected: Ways) {
    for settings in settings {
        let is_text = settings.iter().any(|(key, _)| *key == "key_name");
        let record = |i: usize| if is_text { in_text(&record(i)) } else { record(i) };
        let copied = [("what was written handed on", 1)];
        let expected: BTreeMap<_, _> = expected.iter().chain(&copied).copied().collect();
        for head in HEADS {
            assert_eq!(long_ways(head, settings, record), expected, "{head:x?}, {settings:?}");
        }
    }
}

/// Two of the addresses are of IPv6: nothing but IPv4 is told at first sight.
const TWO_V6: (&str, usize) = ("IPv4 address byte by byte", 2);
/// More than 15 keys.
const MAP16: (&str, usize) = ("map of another form", 4);
const LONG: &str = "string of a text that is long";
const NESTED: (&str, usize) = ("value passed over that is long or nested", 4);

#[test]
fn records_of_dns_logs() {
    check(dns_logs, &[PLAIN, ALL, ECS, ECS_ALL], &[TWO_V6]);
    check(dns_logs, &[TEXT, TEXT_ALL], &[TWO_V6, (LONG, 4)]);
}

#[test]
fn records_of_dns_firewall_logs() {
    check(dns_firewall_logs, &[PLAIN, ALL, ECS, ECS_ALL], &[MAP16]);
    let text: Ways = &[("key near to the end", 4), (LONG, 4)];
    check(dns_firewall_logs, &[TEXT, TEXT_ALL], text);
}

#[test]
fn records_of_gateway_dns() {
    /// Ports above 127; with `convention ecs` decisions, too, which may be numbers.
    const PORTS: &str = "integer that is not small";
    const V4: &str = "IPv4 address byte by byte";
    // QueryType, as Sekoia's parser has it.
    const AS_TEXT: (&str, usize) = ("value under cloudflare of another form", 4);
    check(gateway_dns, &[PLAIN], &[MAP16, NESTED, AS_TEXT, (PORTS, 4), (V4, 8)]);
    check(gateway_dns, &[ALL], &[MAP16, NESTED, AS_TEXT, (PORTS, 4), (V4, 16)]);
    check(gateway_dns, &[ECS], &[MAP16, NESTED, (PORTS, 8), (V4, 8)]);
    check(gateway_dns, &[ECS_ALL], &[MAP16, NESTED, (PORTS, 8), (V4, 16)]);
    let lists = ("value of a text that is an array, an object or null", 12);
    let text = [AS_TEXT, (PORTS, 4), (LONG, 20), lists];
    for (settings, v4) in [(TEXT, 8), (TEXT_ALL, 16)] {
        let with_v4 = [&text[..], &[(V4, v4)]].concat();
        check(gateway_dns, &[settings], with_v4.leak());
    }
}

/// Records of several kinds that take turns have each its order of keys and its template.
#[test]
fn records_that_take_turns() {
    let record = |i: usize| match i % 4 {
        0 => dns_logs(i),
        1 => dns_firewall_logs(i),
        2 => gateway_dns(i),
        _ => {
            let mut record = dns_logs(i);
            record["EDNSSubnet"] = json!("");
            record["QueryName"] = json!("example.com.");
            record
        }
    };
    let expected = [
        ("IPv4 address byte by byte", 5),
        ("integer that is not small", 1),
        ("map of another form", 2),
        // The dot at its end is left out.
        ("part of a string, or a long one", 1),
        ("value passed over that is long or nested", 1),
        ("value under cloudflare of another form", 1),
        ("what was written handed on", 1),
    ];
    assert_eq!(long_ways(HEADS[0], ALL, record), expected.into());
}

/// A record without any flag of the query has the same fields as one with flags, and a template of
/// its own: it is found after the other one did not fit.
#[test]
fn records_with_and_without_flags_take_turns() {
    let record = |i: usize| {
        let mut record = dns_firewall_logs(i);
        for flag in ["QueryDO", "QueryRD"] {
            record[flag] = json!(i % 2 == 0);
        }
        record
    };
    let expected = [MAP16, ("template that does not fit", 2), ("what was written handed on", 1)];
    assert_eq!(long_ways(HEADS[0], PLAIN, record), expected.into());
}

/// A record with a field that cannot be read is written in full twice: without the error, which only
/// then is known, and with it. No more templates are tried for it, nor is one made.
#[test]
fn records_with_and_without_errors_take_turns() {
    let record = |i: usize| {
        let mut record = dns_firewall_logs(i);
        record["QueryTCP"] = json!([json!(true), json!("maybe")][i % 2]);
        record
    };
    let expected = [
        MAP16,
        ("truth value of another form", 6),
        ("template that does not fit", 2),
        ("record in full", 4),
        ("what was written handed on", 1),
    ];
    assert_eq!(long_ways(HEADS[0], PLAIN, record), expected.into());
    // There is nothing beside the text.
    let expected: BTreeMap<_, _> = expected.into_iter().filter(|way| *way != MAP16).collect();
    let ways = long_ways(HEADS[0], TEXT, |i| in_text(&record(i)));
    let in_both: BTreeMap<_, _> =
        ways.into_iter().filter(|(way, _)| !way.contains("text") && !way.contains("key")).collect();
    assert_eq!(in_both, expected);
}

/// A name that is written small is split once.
#[test]
fn names_that_change() {
    let record = |_| json!({"QueryName": "1WWW.example.com", "QueryType": 1, "ColoCode": "FRA"});
    let ways = long_ways(HEADS[0], ECS_ALL_LOWER, record);
    for way in ["name that changes", "name that may be an address"] {
        assert_eq!(ways.get(way), Some(&4), "{ways:?}");
    }
}

/// Answers in wire format find room at once, the first that come, too.
#[test]
fn records_with_answers_in_wire_format() {
    // The root's address 255.255.255.255: of few bytes in wire format, the most text.
    let answers = [(); 5].map(|()| json!({"type": "1", "data": "AAABAAEAAAAAAAT/////"}));
    let mut record = gateway_dns(0);
    record["RData"] = json!(answers);
    let (mut mapper, chunk) = (mapper(ECS), chunk(HEADS[0], &[record]));
    let mut output = Vec::new();
    let ways = while_it(|| {
        let answer = mapper.rewrite(&chunk, &mut output).expect("memory").answer;
        assert_eq!(answer, Answer::Rewritten);
    });
    let text = "255.255.255.255";
    assert_eq!(output.windows(text.len()).filter(|part| *part == text.as_bytes()).count(), 5);
    assert_eq!(ways.get("records in wire format read again"), None, "{ways:?}");
}

/// A foreign field whose name the mapping does not write stays in its place without a look at it.
#[test]
fn records_with_a_foreign_field() {
    const FULL: (&str, usize) = ("record in full", 4);
    const COPIED: (&str, usize) = ("what was written handed on", 1);
    const LOOKED_FOR: [(&str, usize); 2] =
        [("name compared", 8), ("places for foreign fields looked for", 4)];
    let with = |name: &'static str| {
        move |i: usize| {
            let mut record = dns_logs(i);
            record[name] = json!("a");
            record
        }
    };
    assert_eq!(long_ways(HEADS[0], PLAIN, with("zone")), [TWO_V6, FULL, COPIED].into());
    let taken = [[TWO_V6, FULL], LOOKED_FOR].concat().into_iter().chain([COPIED]).collect();
    assert_eq!(long_ways(HEADS[0], PLAIN, with("dns")), taken);
}

/// Numbers from 200 to 255 in all forms.
#[test]
fn addresses_are_told_at_first_sight() {
    for address in ["10.206.216.226", "192.168.239.249", "172.16.250.255", "10.209.200.206"] {
        let record = |i: usize| {
            let mut record = dns_logs(i);
            record["SourceIP"] = json!(address);
            record
        };
        let expected = [("what was written handed on", 1)].into();
        assert_eq!(long_ways(HEADS[0], ALL, record), expected, "{address}");
    }
}

/// What decides whether a value is written is told before the template is looked for.
#[test]
fn records_whose_values_are_of_two_kinds_take_turns() {
    let taken = |settings, record: fn(usize) -> Value| {
        let ways = long_ways(HEADS[0], settings, record);
        assert_eq!(ways.get("template that does not fit"), None, "{settings:?}");
        assert_eq!(ways.get("record in full"), None, "{settings:?}");
    };
    taken(ALL, |i| {
        let names = ["example.com", "www.example.com", "com"];
        let mut record = dns_logs(i);
        record["QueryName"] = json!(names[i % 3]);
        record
    });
    taken(ECS, |i| {
        let mut record = gateway_dns(i);
        record["Protocol"] = json!(["udp", "doh"][i % 2]);
        record
    });
}

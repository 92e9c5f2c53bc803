//! `dns_logs`, row by row.

use crate::oracle::through::header_time;
use crate::support::{Case, check, mapped, mapper, output, parse};

const SAMPLES: &str = include_str!("../data/seed-samples.ndjson");
const EXPECTED: &str = include_str!("../data/seed-expected.ndjson");

#[test]
fn the_published_samples_map_to_the_letter() {
    assert_eq!(SAMPLES.lines().count(), EXPECTED.lines().count());
    for (sample, expected) in SAMPLES.lines().zip(EXPECTED.lines()) {
        let (record, time) = mapped(&mut mapper(""), &parse(sample)).expect(sample);
        assert_eq!(record, crate::oracle::through::canonical(&parse(expected)));
        // 1657233726.004000000 seconds.
        let payload = [1_657_233_726u32.to_be_bytes(), 4_000_000u32.to_be_bytes()].concat();
        assert_eq!(time, crate::oracle::value::Val::Ext(0, payload));
    }
}

#[test]
fn each_row() {
    const CASES: &[Case] = &[
        ("a name alone makes no other field", "", r#"{}"#),
        ("trailing dot", r#""QueryName":"a.b.""#, r#"{"dns":{"question":{"name":"a.b"}}}"#),
        ("no dot", r#""QueryName":"a.b""#, r#"{"dns":{"question":{"name":"a.b"}}}"#),
        ("one label", r#""QueryName":"a""#, r#"{"dns":{"question":{"name":"a"}}}"#),
        ("leading dot", r#""QueryName":".a.b""#, r#"{"dns":{"question":{"name":"a.b"}}}"#),
        ("many dots", r#""QueryName":"....a.b...""#, r#"{"dns":{"question":{"name":"a.b"}}}"#),
        ("dots inside", r#""QueryName":".a...b.""#, r#"{"dns":{"question":{"name":"a...b"}}}"#),
        ("mixed case", r#""QueryName":"aA.Bb.""#, r#"{"dns":{"question":{"name":"aA.Bb"}}}"#),
        ("the root stays", r#""QueryName":".""#, r#"{"dns":{"question":{"name":"."}}}"#),
        ("dots alone are the root", r#""QueryName":"...""#, r#"{"dns":{"question":{"name":"."}}}"#),
        (
            "an escaped dot",
            r#""QueryName":"a.foo\\..""#,
            r#"{"dns":{"question":{"name":"a.foo\\."}}}"#,
        ),
        (
            "an escaped backslash",
            r#""QueryName":"a.foo\\\\..""#,
            r#"{"dns":{"question":{"name":"a.foo\\\\"}}}"#,
        ),
        (
            "three backslashes",
            r#""QueryName":"a\\\\\\.""#,
            r#"{"dns":{"question":{"name":"a\\\\\\."}}}"#,
        ),
        (
            "an escaped dot alone",
            r#""QueryName":".\\..""#,
            r#"{"dns":{"question":{"name":"\\."}}}"#,
        ),
        ("white space is no dot", r#""QueryName":" .""#, r#"{"dns":{"question":{"name":" "}}}"#),
        ("U-labels", r#""QueryName":"bücher.de.""#, r#"{"dns":{"question":{"name":"bücher.de"}}}"#),
        ("type", r#""QueryType":1"#, r#"{"dns":{"question":{"type":"A"}}}"#),
        ("response code", r#""ResponseCode":3"#, r#"{"dns":{"response_code":"NXDomain"}}"#),
        ("source", r#""SourceIP":"192.0.2.1""#, r#"{"source":{"ip":"192.0.2.1"}}"#),
        ("colo", r#""ColoCode":"SJC""#, r#"{"cloudflare":{"ColoCode":"SJC"}}"#),
        ("subnet", r#""EDNSSubnet":"1.2.3.0""#, r#"{"cloudflare":{"EDNSSubnet":"1.2.3.0"}}"#),
        ("a subnet is a string", r#""EDNSSubnet":"x""#, r#"{"cloudflare":{"EDNSSubnet":"x"}}"#),
        ("length", r#""EDNSSubnetLength":24"#, r#"{"cloudflare":{"EDNSSubnetLength":24}}"#),
        ("length 0", r#""EDNSSubnetLength":0"#, r#"{"cloudflare":{"EDNSSubnetLength":0}}"#),
        (
            "length digits",
            r#""EDNSSubnetLength":"24""#,
            r#"{"cloudflare":{"EDNSSubnetLength":24}}"#,
        ),
        ("cached", r#""ResponseCached":true"#, r#"{"cloudflare":{"ResponseCached":true}}"#),
        ("not cached", r#""ResponseCached":false"#, r#"{"cloudflare":{"ResponseCached":false}}"#),
        ("cached text", r#""ResponseCached":"true""#, r#"{"cloudflare":{"ResponseCached":true}}"#),
        ("cached number", r#""ResponseCached":1"#, r#"{"cloudflare":{"ResponseCached":true}}"#),
        (
            "not cached number",
            r#""ResponseCached":0"#,
            r#"{"cloudflare":{"ResponseCached":false}}"#,
        ),
        (
            "not cached text",
            r#""ResponseCached":"false""#,
            r#"{"cloudflare":{"ResponseCached":false}}"#,
        ),
    ];
    check("", "dns_logs", CASES);
}

#[test]
fn absent_fields_write_nothing() {
    let fields = ["QueryType", "ResponseCode", "Timestamp", "SourceIP", "EDNSSubnet"];
    let more = ["EDNSSubnetLength", "ResponseCached", "ColoCode"];
    for field in fields.into_iter().chain(more) {
        for value in ["null", r#""""#, "[]", "{}"] {
            let text = format!(r#"{{"QueryName":"example.com","ColoCode":"","{field}":{value}}}"#);
            let got = mapped(&mut mapper(""), &parse(&text));
            assert_eq!(got, Some((output("", "dns_logs", "{}"), header_time())), "{text}");
        }
    }
}

#[test]
fn all_fields_come_in_the_order_of_the_output() {
    const CASES: &[Case] = &[(
        "everything at once",
        r#""zz":1,"ResponseCached":false,"SourceIP":"::1","error":2,"QueryType":28,"aa":[],
        "EDNSSubnetLength":"56","EDNSSubnet":"2001:db8::","ColoCode":"AMS","ResponseCode":"x""#,
        r#"{"dns":{"question":{"type":"AAAA"}},"source":{"ip":"::1"},"cloudflare":{
        "ColoCode":"AMS","EDNSSubnet":"2001:db8::","EDNSSubnetLength":56,"ResponseCached":false,
        "ResponseCode":"x","unmapped":{"error":2}},
        "error":{"message":"ResponseCode: not a response code from 0 to 65535"},"zz":1,"aa":[]}"#,
    )];
    check("", "dns_logs", CASES);
}

//! What is written is as short as MessagePack has it: values and containers, to the byte.

use flb_filter_cloudflare_dns::Mapper;

use crate::oracle::json;
use crate::oracle::msgpack::{Forms, decode, encode};
use crate::oracle::through::{HEADER, rewrite};
use crate::oracle::value::Val;
use crate::support::{in_text, mapper, parse};

/// The published samples, and records with values of every kind.
fn records() -> Vec<String> {
    let seeds = include_str!("../data/seed-samples.ndjson").lines();
    let gateway = include_str!("../data/sekoia-gateway-samples.ndjson").lines();
    let others = [
        r#"{"QueryName":".","ColoCode":"FRA"}"#,
        r#"{"QueryName":"a.example.co.uk","QueryType":65353,"ResponseCode":4095,"SourceIP":"::1",
        "EDNSSubnetLength":200,"ColoCode":"0123456789012345678901234567890123456789"}"#,
        r#"{"QueryName":"a","ResponseCode":"x","SourceIP":"y","Timestamp":"z"}"#,
        r#"{"QueryName":"a","QueryRD":true,"QueryDO":true,"QueryTCP":false,"UpstreamIP":"1.1.1.1",
        "UpstreamResponseTimeMs":-1,"ClusterID":"c"}"#,
        r#"{"QueryName":"a","ResolverDecision":9,"ResolvedIPs":["1.1.1.1","::1"],"SrcPort":65535,
        "QueryCategoryIDs":[1,-1,-128,70000],"CNAMEs":["b."],"ResponseTimeMs":3,
        "QueryNameReversed":"a"}"#,
    ];
    seeds.chain(gateway).chain(others).map(str::to_owned).collect()
}

fn shortest(mapper: &mut Mapper, record: &Val, what: &str) {
    let chunk = [&HEADER[..], &encode(record, &mut Forms::smallest())].concat();
    // By all its keys at first, and by a template then.
    for _ in 0..2 {
        let output = rewrite(mapper, &chunk).unwrap_or_else(|| panic!("not mapped: {what}"));
        let (event, rest) = decode(&output);
        assert!(rest.is_empty(), "{what}");
        assert_eq!(output, encode(&event, &mut Forms::smallest()), "{what}");
    }
}

#[test]
fn a_mapped_record_is_written_in_the_shortest_forms() {
    let configs = ["", "convention=ecs", "enrich=all", "keep_codes=on convention=ecs enrich=all"];
    for text in records() {
        for config in configs {
            shortest(&mut mapper(config), &json::parse(&text).expect("JSON").plain(), &text);
            // How many items an array in text has is not known before: its header is the longest.
            if !text.contains('[') {
                let config = format!("{config} key_name=log");
                shortest(&mut mapper(&config), &in_text(&text), &format!("{config}: {text}"));
            }
        }
    }
}

/// Where any field stays that is foreign, all may be: the header has room for their number.
#[test]
fn foreign_fields_make_the_record_s_header_longer_only_where_they_may_be_too_many() {
    let record = |config: &str, record: &Val| {
        let chunk = [&HEADER[..], &encode(record, &mut Forms::smallest())].concat();
        rewrite(&mut mapper(config), &chunk).expect("mapped")[HEADER.len()]
    };
    let text = r#"{"QueryName":"a","ColoCode":"FRA"}"#;
    let (fixed, sized16) = (0x80..=0x8f, 0xde);
    let with = |text: &str| parse(&text.replace('}', r#","x":1}"#));
    for (config, value, is_fixed) in [
        ("", parse(text), true),
        ("", with(text), false),
        ("reserve_data=off", with(text), true),
        ("key_name=log", in_text(text), true),
        ("key_name=log preserve_key=on", in_text(text), false),
        ("key_name=log reserve_data=off preserve_key=on", in_text(text), false),
        ("key_name=log", in_text(&text.replace('}', r#","x":1}"#)), false),
        ("key_name=log reserve_data=off", in_text(&text.replace('}', r#","x":1}"#)), true),
        ("key_name=log", beside(text), false),
        ("key_name=log reserve_data=off", beside(text), true),
    ] {
        let first = record(config, &value);
        let is_one = if is_fixed { fixed.contains(&first) } else { first == sized16 };
        assert!(is_one, "{config}, {value:?}: {first:#x}");
    }
}

/// An event's record with a field beside the text.
fn beside(text: &str) -> Val {
    Val::Map([in_text(text).pairs(), parse(r#"{"stream":"stdout"}"#).pairs()].concat())
}

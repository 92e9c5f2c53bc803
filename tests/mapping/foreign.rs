//! Foreign fields: behind the ECS ones, and elsewhere when their names are taken.

use crate::oracle::msgpack::{Forms, decode, encode};
use crate::oracle::tables::TOP_LEVEL;
use crate::oracle::through::{HEADER, canonical, header_time, rewrite};
use crate::oracle::value::Val;
use crate::support::{Case, both_ways, check, input, mapped, mapper, output, parse};

/// For each dataset and configuration, the names that the mapping may write.
const TAKEN: &[(&str, &str, &[&str])] = &[
    ("", "dns_logs", &["@timestamp", "dns", "event", "source", "cloudflare", "error"]),
    (
        "",
        "dns_firewall_logs",
        &["@timestamp", "dns", "event", "source", "destination", "network", "cloudflare", "error"],
    ),
    (
        "",
        "gateway_dns",
        &[
            "@timestamp",
            "dns",
            "event",
            "source",
            "destination",
            "network",
            "host",
            "device",
            "user",
            "cloudflare",
            "error",
        ],
    ),
    // A time is moved whatever key has the record's.
    (
        "timestamp_key=off",
        "dns_logs",
        &["@timestamp", "dns", "event", "source", "cloudflare", "error"],
    ),
    (
        "timestamp_key=time",
        "dns_logs",
        &["@timestamp", "dns", "event", "source", "cloudflare", "error"],
    ),
    (
        ENRICHED,
        "dns_logs",
        &[
            "@timestamp",
            "dns",
            "event",
            "source",
            "network",
            "observer",
            "related",
            "ecs",
            "cloudflare",
            "error",
        ],
    ),
    (
        "convention=ecs",
        "dns_logs",
        &["@timestamp", "dns", "event", "source", "network", "ecs", "cloudflare", "error"],
    ),
    (
        "convention=ecs",
        "gateway_dns",
        &[
            "@timestamp",
            "dns",
            "event",
            "source",
            "destination",
            "network",
            "host",
            "device",
            "user",
            "rule",
            "ecs",
            "cloudflare",
            "error",
        ],
    ),
];

const ENRICHED: &str = "enrich=observer,related,network,version";

/// The output of a record without more fields, with these members.
fn usual(config: &str, dataset: &str, added: &str) -> Val {
    const MEMBERS: [&str; 4] = [
        r#""network":{"protocol":"dns"}"#,
        r#""observer":{"vendor":"Cloudflare","type":"dns"}"#,
        r#""related":{"hosts":["example.com"]}"#,
        r#""ecs":{"version":"9.4.0"}"#,
    ];
    let enriched = if config == ENRICHED { &MEMBERS[..] } else { &[] };
    let members = enriched.iter().copied().chain([added]).filter(|member| !member.is_empty());
    let members: Vec<_> = members.collect();
    output(config, dataset, &format!("{{{}}}", members.join(",")))
}

/// Names that are objects in records of some dataset or convention.
const SHARED: [&str; 9] =
    ["host", "user", "device", "destination", "rule", "observer", "related", "network", "ecs"];

#[test]
fn a_name_that_the_mapping_may_write_moves_whole_and_text_where_others_have_objects() {
    for (config, dataset, taken) in TAKEN {
        for name in ["@timestamp"].into_iter().chain(TOP_LEVEL) {
            for value in [r#"{"a":[1,{"b":""}],"c":{}}"#, "{}", r#""x""#, "[]", r#"[{"a":1}]"#, "0"]
            {
                let field = format!(r#""{name}":{value}"#);
                let text = input(dataset, &field);
                let moves =
                    taken.contains(&name) || (SHARED.contains(&name) && !value.starts_with('{'));
                let expected = match moves {
                    true => {
                        let moved = format!(r#""cloudflare":{{"unmapped":{{{field}}}}}"#);
                        usual(config, dataset, &moved)
                    }
                    false => with_foreign(usual(config, dataset, ""), &field),
                };
                let expected = Some((expected, header_time()));
                for (way, got) in both_ways(config, &text) {
                    assert_eq!(got, expected, "{way}, {config}: {text}");
                }
            }
        }
    }
}

#[test]
fn a_null_in_the_place_of_an_object_that_others_have_is_left_out() {
    for (config, dataset, taken) in TAKEN {
        for name in SHARED.iter().filter(|name| !taken.contains(name)) {
            let text = input(dataset, &format!(r#""a":null,"{name}":null,"b":1"#));
            let expected = with_foreign(usual(config, dataset, ""), r#""a":null,"b":1"#);
            for (way, got) in both_ways(config, &text) {
                assert_eq!(got, Some((expected.clone(), header_time())), "{way}, {config}: {text}");
            }
        }
    }
}

#[test]
fn they_move_beside_json_text_too() {
    let text = input("dns_logs", r#""host":"in","user":null"#);
    let field = |name: &str, value: &str| (Val::from(name), parse(value));
    let record = Val::Map(vec![
        field("host", r#""web1""#),
        field("device", "null"),
        ("log".into(), text.as_str().into()),
        field("user", r#"{"name":"root"}"#),
        field("@timestamp", "5"),
    ]);
    let mut expected = output("", "dns_logs", r#"{"cloudflare":{"unmapped":{"host":0}}}"#);
    let Val::Map(pairs) = &mut expected else { panic!("a map") };
    let cloudflare = pairs.iter_mut().find(|(key, _)| key.text() == Some("cloudflare"));
    cloudflare.expect("there").1 =
        parse(r#"{"unmapped":{"@timestamp":5,"host":"in","host":"web1"}}"#);
    let expected = with_foreign(expected, r#""user":{"name":"root"}"#);
    for config in ["key_name=log", "key_name=log timestamp_key=off"] {
        let mut expected = expected.clone();
        let Val::Map(pairs) = &mut expected else { panic!("a map") };
        pairs.retain(|(key, _)| !config.ends_with("off") || key.text() != Some("@timestamp"));
        let got = mapped(&mut mapper(config), &record);
        assert_eq!(got, Some((expected, header_time())), "{config}");
    }
    let got = mapped(&mut mapper("key_name=log reserve_data=off"), &record);
    assert_eq!(got, Some((output("", "dns_logs", "{}"), header_time())));
}

/// The record with foreign fields behind it.
fn with_foreign(record: Val, fields: &str) -> Val {
    let foreign = parse(&format!("{{{fields}}}"));
    canonical(&Val::Map([record.pairs(), foreign.pairs()].concat()))
}

#[test]
fn foreign_fields_come_last_in_their_own_order() {
    const CASES: &[Case] = &[
        (
            "order",
            r#""z":1,"QueryType":1,"a":2"#,
            r#"{"dns":{"question":{"type":"A"}},"z":1,"a":2}"#,
        ),
        ("empty values", r#""a":null,"b":"","c":[],"d":{}"#, r#"{"a":null,"b":"","c":[],"d":{}}"#),
        (
            "fields of other datasets",
            r#""RData":[1],"QueryTCP":true,"SourceIP":null,"ResponseCode":null"#,
            r#"{"RData":[1],"QueryTCP":true}"#,
        ),
        (
            "nested as it came",
            r#""k":{"z":{"b":1,"a":2},"a":[]}"#,
            r#"{"k":{"z":{"b":1,"a":2},"a":[]}}"#,
        ),
    ];
    check("", "dns_logs", CASES);
}

#[test]
fn foreign_duplicates_are_all_kept() {
    let text = input("dns_logs", r#""a":1,"event":{"b":1},"a":2,"a":1,"event":3"#);
    let mut expected = output("", "dns_logs", r#"{"cloudflare":{"unmapped":{"event":{"b":1}}}}"#);
    let Val::Map(pairs) = &mut expected else { panic!("a map") };
    let cloudflare = pairs.iter_mut().find(|(key, _)| key.text() == Some("cloudflare"));
    cloudflare.expect("there").1 = parse(r#"{"unmapped":{"event":{"b":1},"event":3}}"#);
    let expected = with_foreign(expected, r#""a":1,"a":2,"a":1"#);
    for (way, got) in both_ways("", &text) {
        assert_eq!(got, Some((expected.clone(), header_time())), "{way}");
    }
}

#[test]
fn without_reserve_data_they_go() {
    const CASES: &[Case] = &[
        (
            "all",
            r#""a":1,"event":{"b":1},"QueryTCP":true,"ResponseCode":null,"host":"h","@timestamp":1"#,
            "{}",
        ),
        (
            "but none of Cloudflare's",
            r#""a":1,"ColoCode":"X""#,
            r#"{"cloudflare":{"ColoCode":"X"}}"#,
        ),
    ];
    check("reserve_data=false", "dns_logs", CASES);
    check("reserve_data=off", "dns_logs", CASES);
}

#[test]
fn a_map_of_many_keys_loses_none() {
    for count in [12, 13, 14, 15, 16, 17, 20, 100, 70_000] {
        let fields: Vec<_> = (0..count).map(|key| format!(r#""k{key}":{key}"#)).collect();
        let fields = fields.join(",");
        let text = input("dns_logs", &fields);
        let record = with_foreign(output("", "dns_logs", "{}"), &fields);
        let expected = Some((record, header_time()));
        for (way, got) in both_ways("", &text) {
            assert!(got == expected, "{way}: {count} keys");
        }
    }
}

/// Pairs of key and value as no writer of ours would write them.
const ODD_PAIRS: &[&[u8]] = &[
    &[0xd9, 1, b'a', 0xca, 0x3f, 0x80, 0, 0],
    &[0xda, 0, 1, b'b', 0xcf, 0, 0, 0, 0, 0, 0, 0, 1],
    &[0xdb, 0, 0, 0, 1, b'c', 0xdf, 0, 0, 0, 1, 0xa0, 0xd3, 0, 0, 0, 0, 0, 0, 0, 0],
    &[0xc4, 1, b'd', 0xc5, 0, 1, 0xff],
    &[0xa1, 0xff, 0xa2, 0xc3, b'('],
    &[0x05, 0xc7, 1, 9, 0],
    &[0xc0, 0xc3],
    &[0x92, 1, 2, 0xdd, 0, 0, 0, 0],
    &[0x81, 1, 2, 0xd6, 1, 0, 0, 0, 0],
    &[0xcb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 1, 0xcb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 2],
];

#[test]
fn they_are_kept_byte_for_byte() {
    for pair in ODD_PAIRS {
        let name = encode(&"QueryName".into(), &mut Forms::smallest());
        let value = encode(&"example.com".into(), &mut Forms::smallest());
        let telltale = encode(&"QueryType".into(), &mut Forms::smallest());
        let chunk = [&HEADER[..], &[0x83], &name, &value, pair, &telltale, &[0]].concat();
        let got = rewrite(&mut mapper(""), &chunk).expect("mapped");
        let rest = got.strip_suffix(*pair).unwrap_or_else(|| panic!("{pair:02x?}: {got:02x?}"));
        // Without the pair, and with one member less in the header, the usual is left.
        let record = &rest[HEADER.len()..];
        let (first, members) = record.split_first().expect("a header");
        let plain = match first {
            0x80..=0x8f => decode(&[&[first - 1], members].concat()).0,
            0xde => {
                let count = u16::from_be_bytes([members[0], members[1]]) - 1;
                decode(&[&[0xde], &count.to_be_bytes()[..], &members[2..]].concat()).0
            }
            other => panic!("{other:02x}"),
        };
        assert_eq!(canonical(&plain), output("", "dns_logs", "{}"), "{pair:02x?}");
    }
}

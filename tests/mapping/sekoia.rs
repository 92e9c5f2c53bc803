//! Sekoia's layout of Gateway's records, and its two published samples.
//!
//! Source: github.com/SEKOIA-IO/intake-formats, `Cloudflare/gateway_dns/tests`: the messages, and
//! what Sekoia's parser and platform make of them, the message itself left out.

use crate::oracle::value::Val;
use crate::support::{Case, check, mapped, mapper, parse};

const SAMPLES: &str = include_str!("../data/sekoia-gateway-samples.ndjson");
const EXPECTED: &str = include_str!("../data/sekoia-gateway-expected.ndjson");

#[test]
fn addresses_stand_beside_ips_and_the_number_of_the_type_beside_its_name() {
    const CASES: &[Case] = &[
        (
            "both sides",
            r#""SrcIP":"2001:DB8::1","SrcPort":53,"DstIP":"192.0.2.1""#,
            r#"{"source":{"address":"2001:DB8::1","ip":"2001:DB8::1","port":53},
            "destination":{"address":"192.0.2.1","ip":"192.0.2.1"}}"#,
        ),
        (
            "no address",
            r#""SrcIP":"host","SrcPort":53"#,
            r#"{"source":{"port":53},"cloudflare":{"SrcIP":"host"},
            "error":{"message":"SrcIP: not an IP address"}}"#,
        ),
        (
            "a number",
            r#""QueryType":65353,"QueryTypeName":"A""#,
            r#"{"dns":{"question":{"type":"A"}},"cloudflare":{"QueryType":"65353"}}"#,
        ),
        (
            "0",
            r#""QueryType":0,"QueryTypeName":"A""#,
            r#"{"dns":{"question":{"type":"A"}},"cloudflare":{"QueryType":"0"}}"#,
        ),
        (
            "digits, a decimal",
            r#""QueryType":"028","QueryTypeName":"A""#,
            r#"{"dns":{"question":{"type":"A"}},"cloudflare":{"QueryType":"28"}}"#,
        ),
        (
            "a mnemonic",
            r#""QueryType":"AAAA","QueryTypeName":"A""#,
            r#"{"dns":{"question":{"type":"A"}},"cloudflare":{"QueryType":"AAAA"}}"#,
        ),
        (
            "neither",
            r#""QueryType":"a b","QueryTypeName":"A""#,
            r#"{"dns":{"question":{"type":"A"}},"cloudflare":{"QueryType":"a b"},"error":{"message":
            "QueryType: not a record type: a number from 0 to 65535 or a mnemonic"}}"#,
        ),
        ("no name", r#""QueryType":1"#, r#"{"dns":{"question":{"type":"A"}}}"#),
        (
            "no readable name",
            r#""QueryType":1,"QueryTypeName":5"#,
            r#"{"dns":{"question":{"type":"A"}},"cloudflare":{"QueryTypeName":5},
            "error":{"message":"QueryTypeName: not a string"}}"#,
        ),
    ];
    check("convention=sekoia", "gateway_dns", CASES);
    const ECS: &[Case] = &[(
        "not in the other convention",
        r#""SrcIP":"::1","DstIP":"::2","QueryType":1,"QueryTypeName":"A""#,
        r#"{"source":{"ip":"::1"},"destination":{"ip":"::2"},"dns":{"question":{"type":"A"}}}"#,
    )];
    check("convention=ecs", "gateway_dns", ECS);
    const DNS: &[Case] = &[("nor elsewhere", r#""SourceIP":"::1""#, r#"{"source":{"ip":"::1"}}"#)];
    check("convention=sekoia", "dns_logs", DNS);
}

/// A path, what Sekoia has there, and what we have; in both, lists without their order.
type Difference = (String, Option<Val>, Option<Val>);

fn differences(path: &str, theirs: &Val, ours: &Val, found: &mut Vec<Difference>) {
    let names = |of: &Val| of.pairs().iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    let mut all = [names(theirs), names(ours)].concat();
    all.sort_by_key(|name| format!("{name:?}"));
    all.dedup();
    for name in all {
        let name = name.text().expect("a name");
        let path = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        let [theirs, ours] = [theirs, ours].map(|of| of.members(name).next().map(without_order));
        match (theirs, ours) {
            (Some(theirs @ Val::Map(_)), Some(ours @ Val::Map(_))) => {
                differences(&path, &theirs, &ours, found);
            }
            (theirs, ours) if theirs != ours => found.push((path, theirs, ours)),
            _ => {}
        }
    }
}

fn without_order(value: &Val) -> Val {
    let Val::Array(items) = value.sorted() else { return value.clone() };
    let mut items = items.clone();
    items.sort_by_key(|item| format!("{item:?}"));
    Val::Array(items)
}

#[test]
fn the_published_samples_differ_in_this_alone() {
    // Theirs and ours: what is absent by contract (a port 0, an empty list), a time's digits, fields
    // that Sekoia has not, and a name of which the Public Suffix List knows no suffix.
    const DIFFERENCES: [&[(&str, &str, &str)]; 2] = [
        &[
            ("@timestamp", r#""2023-02-24T12:12:07Z""#, r#""2023-02-24T12:12:07.000000Z""#),
            ("dns.question.registered_domain", "", r#""compute.internal""#),
            (
                "dns.question.subdomain",
                r#""ip-111-30-40-252.eu-west-3.compute""#,
                r#""ip-111-30-40-252.eu-west-3""#,
            ),
            ("dns.question.top_level_domain", "", r#""internal""#),
            ("event.kind", "", r#""event""#),
        ],
        &[
            ("@timestamp", r#""2023-05-02T16:24:19Z""#, r#""2023-05-02T16:24:19.000000Z""#),
            ("dns.resolved_ip", "[]", ""),
            ("event.kind", "", r#""event""#),
            ("related.user", "", r#"["2c46cdd9-92e3-5e5f-b3cf-67965d7c33e3","john.doe@test.com"]"#),
            ("source.port", "0", ""),
        ],
    ];
    let mut mapper = mapper("convention=sekoia enrich=domain,observer,related");
    let samples = SAMPLES.lines().zip(EXPECTED.lines());
    assert_eq!(samples.clone().count(), DIFFERENCES.len());
    for ((sample, expected), differ) in samples.zip(DIFFERENCES) {
        let (ours, _) = mapped(&mut mapper, &parse(sample)).expect("mapped");
        let mut found = Vec::new();
        differences("", &parse(expected), &ours, &mut found);
        let value = |text: &str| (!text.is_empty()).then(|| parse(text));
        let differ = differ.iter().map(|(path, a, b)| ((*path).to_owned(), value(a), value(b)));
        assert_eq!(found, differ.collect::<Vec<_>>(), "{sample}");
    }
}

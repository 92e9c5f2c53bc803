//! Which records are ours, and of which dataset.

use crate::oracle::through::header_time;
use crate::support::{Case, both_ways, check, check_untouched, mapped, mapper, output, parse};

/// The dataset that a record is mapped by; `None` when it is not ours.
fn dataset(config: &str, text: &str) -> Option<String> {
    let datasets = both_ways(config, text).map(|(_, got)| {
        let (record, _) = got?;
        let dataset = record.members("event").flat_map(|event| event.members("dataset")).next();
        dataset.and_then(|dataset| dataset.text()).map(str::to_owned)
    });
    assert_eq!(datasets[0], datasets[1], "{text}");
    datasets.into_iter().next().flatten()
}

const TELLTALES: [(&str, &[&str]); 3] = [
    ("gateway_dns", &["Datetime", "RCode", "ResolverDecision", "QueryNameReversed"]),
    (
        "dns_firewall_logs",
        &["ClientResponseCode", "ClusterID", "UpstreamIP", "UpstreamResponseCode"],
    ),
    ("dns_logs", &["QueryType", "ResponseCode", "Timestamp", "SourceIP", "ColoCode"]),
];

#[test]
fn a_name_and_one_telltale_are_enough() {
    for (expected, keys) in TELLTALES {
        for key in keys {
            for value in ["null", r#""""#, "[]", "{}", "0", r#""x""#] {
                let text = format!(r#"{{"QueryName":"a","{key}":{value}}}"#);
                assert_eq!(dataset("", &text).as_deref(), Some(expected), "{text}");
                let text = format!(r#"{{"{key}":{value},"QueryName":"a"}}"#);
                assert_eq!(dataset("", &text).as_deref(), Some(expected), "{text}");
            }
        }
    }
}

#[test]
fn gateway_is_told_before_firewall_and_firewall_before_dns() {
    for (place, (expected, keys)) in TELLTALES.iter().enumerate() {
        for later in TELLTALES.iter().skip(place).flat_map(|(_, keys)| *keys) {
            for key in *keys {
                let text = format!(r#"{{"{later}":1,"QueryName":"a","{key}":null}}"#);
                assert_eq!(dataset("", &text).as_deref(), Some(*expected), "{text}");
            }
        }
    }
}

#[test]
fn a_name_alone_is_ours_only_where_the_dataset_is_told() {
    let alone = r#"{"QueryName":"example.com"}"#;
    check_untouched("", &[("a name alone", alone)]);
    check_untouched("dataset=auto", &[("a name alone", alone)]);
    for (name, _) in TELLTALES {
        let config = format!("dataset={name}");
        for (_, got) in both_ways(&config, alone) {
            assert_eq!(got, Some((output(&config, name, "{}"), header_time())));
        }
    }
}

#[test]
fn a_told_dataset_holds_against_every_telltale() {
    for (told, _) in TELLTALES {
        for key in TELLTALES.iter().flat_map(|(_, keys)| *keys) {
            let text = format!(r#"{{"QueryName":"a","{key}":"x"}}"#);
            assert_eq!(dataset(&format!("dataset={told}"), &text).as_deref(), Some(told), "{text}");
        }
    }
}

const NOT_OURS: &[(&str, &str)] = &[
    ("Logpush's test", r#"{"content":"tests"}"#),
    ("nothing", "{}"),
    ("no name", r#"{"QueryType":1,"ResponseCode":0}"#),
    ("null name", r#"{"QueryName":null,"QueryType":1}"#),
    ("empty name", r#"{"QueryName":"","QueryType":1}"#),
    ("empty list", r#"{"QueryName":[],"QueryType":1}"#),
    ("empty object", r#"{"QueryName":{},"QueryType":1}"#),
    ("other case", r#"{"queryname":"a","QueryType":1}"#),
    ("longer key", r#"{"QueryNames":"a","QueryType":1}"#),
    ("nested", r#"{"log":{"QueryName":"a","QueryType":1}}"#),
    ("last name absent", r#"{"QueryName":"a","QueryType":1,"QueryName":""}"#),
    ("ECS already", r#"{"QueryName":"a","QueryType":1,"event":{"dataset":"dns_logs"}}"#),
    ("ECS of another", r#"{"QueryName":"a","QueryType":1,"event":{"dataset":"gateway_dns"}}"#),
    (
        "ECS first",
        r#"{"event":{"x":1,"dataset":"dns_firewall_logs"},"QueryName":"a","QueryType":1}"#,
    ),
];

#[test]
fn everything_else_passes_byte_for_byte() {
    check_untouched("", NOT_OURS);
    for dataset in ["dns_logs", "dns_firewall_logs", "gateway_dns"] {
        check_untouched(&format!("dataset={dataset}"), NOT_OURS);
    }
}

#[test]
fn an_event_of_another_dataset_is_only_a_clash() {
    const CASES: &[Case] = &[
        (
            "another dataset",
            r#""event":{"dataset":"dns"}"#,
            r#"{"cloudflare":{"unmapped":{"event":{"dataset":"dns"}}}}"#,
        ),
        (
            "other case",
            r#""event":{"dataset":"DNS_LOGS"}"#,
            r#"{"cloudflare":{"unmapped":{"event":{"dataset":"DNS_LOGS"}}}}"#,
        ),
        ("no map", r#""event":"dns_logs""#, r#"{"cloudflare":{"unmapped":{"event":"dns_logs"}}}"#),
        ("a flat key", r#""event.dataset":"dns_logs""#, r#"{"event.dataset":"dns_logs"}"#),
    ];
    check("", "dns_logs", CASES);
}

#[test]
fn of_a_field_that_comes_twice_the_last_counts() {
    const CASES: &[Case] = &[
        ("value", r#""QueryType":1,"QueryType":28"#, r#"{"dns":{"question":{"type":"AAAA"}}}"#),
        ("absence", r#""SourceIP":"::1","SourceIP":"""#, r#"{}"#),
        ("presence", r#""SourceIP":null,"SourceIP":"::1""#, r#"{"source":{"ip":"::1"}}"#),
        ("a bad one first", r#""SourceIP":"x","SourceIP":"::1""#, r#"{"source":{"ip":"::1"}}"#),
        (
            "a bad one last",
            r#""ResponseCode":0,"ResponseCode":"x""#,
            r#"{"cloudflare":{"ResponseCode":"x"},
            "error":{"message":"ResponseCode: not a response code from 0 to 65535"}}"#,
        ),
        ("name", r#""QueryName":"a.b""#, r#"{"dns":{"question":{"name":"a.b"}}}"#),
        (
            "under cloudflare",
            r#""ColoCode":"A","ColoCode":"B""#,
            r#"{"cloudflare":{"ColoCode":"B"}}"#,
        ),
    ];
    check("", "dns_logs", CASES);
}

#[test]
fn on_mismatch_drop_removes_what_is_not_ours() {
    use crate::oracle::through::{Became, event};
    let config = "on_mismatch=drop";
    for (claim, text) in NOT_OURS {
        assert_eq!(event(&mut mapper(config), &parse(text)), Became::Dropped, "{claim}");
        let with_key = "on_mismatch=drop key_name=log";
        let record = crate::support::in_text(text);
        assert_eq!(event(&mut mapper(with_key), &record), Became::Dropped, "{claim}");
    }
    let ours = mapped(&mut mapper(config), &parse(r#"{"QueryName":"example.com","QueryType":0}"#));
    assert_eq!(ours, Some((output(config, "dns_logs", "{}"), header_time())));
}

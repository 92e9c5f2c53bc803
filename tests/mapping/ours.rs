//! Which records are ours, and of which dataset.

use std::collections::BTreeSet;

use crate::oracle::tables::{DATASETS, FIELDS, fields};
use crate::oracle::through::{Became, event, header_time};
use crate::oracle::value::Val;
use crate::support::{
    Case, both_ways, check, check_untouched, in_text, input, mapped, mapper, output, parse,
};

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

/// The dataset of a name with this field alone: the first that has it.
fn first_dataset(name: &str) -> &'static str {
    let has = |dataset: &&str| fields(dataset).any(|field| field.name == name);
    DATASETS.into_iter().find(has).expect("a dataset")
}

/// Every field that tells that a record is one of Cloudflare's DNS records.
fn telling() -> impl Iterator<Item = &'static str> {
    FIELDS.iter().map(|field| field.name).filter(|name| !GENERAL.contains(name))
}

const GENERAL: [&str; 19] = [
    "QueryName",
    "AccountID",
    "ApplicationID",
    "ApplicationName",
    "DeviceID",
    "DeviceName",
    "Email",
    "Location",
    "LocationID",
    "Policy",
    "PolicyID",
    "PolicyName",
    "Protocol",
    "QueryID",
    "QuerySize",
    "RegistrationID",
    "TenantID",
    "TimeZone",
    "UserID",
];

#[test]
fn a_name_and_one_telling_field_are_enough_even_an_empty_one() {
    assert_eq!(telling().collect::<BTreeSet<_>>().len(), 98 - GENERAL.len());
    for key in telling() {
        for value in ["null", r#""""#, "[]", "{}", "0", r#""x""#] {
            let text = format!(r#"{{"QueryName":"a","{key}":{value}}}"#);
            assert_eq!(dataset("", &text).as_deref(), Some(first_dataset(key)), "{text}");
            let text = format!(r#"{{"{key}":{value},"QueryName":"a"}}"#);
            assert_eq!(dataset("", &text).as_deref(), Some(first_dataset(key)), "{text}");
        }
    }
}

#[test]
fn general_words_tell_nothing() {
    let all: String = GENERAL[1..].iter().map(|name| format!(r#","{name}":"x""#)).collect();
    let words = GENERAL[1..].iter().map(|name| format!(r#","{name}":"x""#)).chain([all]);
    for words in words {
        let text = format!(r#"{{"QueryName":"a"{words}}}"#);
        check_untouched("", &[("general words", &text)]);
        // With a dataset told, and beside a telling field, they are fields like others.
        assert_eq!(dataset("dataset=dns_logs", &text).as_deref(), Some("dns_logs"), "{text}");
        let text = format!(r#"{{"QueryName":"a","ColoCode":""{words}}}"#);
        let expected = match words.as_str() {
            r#","QuerySize":"x""# => "dns_firewall_logs",
            _ => "gateway_dns",
        };
        assert_eq!(dataset("", &text).as_deref(), Some(expected), "{text}");
    }
}

/// Keys beside a QueryName, and the dataset that has the most of them.
#[rustfmt::skip]
const MOST: &[(&str, &[&str])] = &[
    ("dns_logs", &["QueryType"]),
    ("dns_logs", &["QueryType", "ResponseCode", "SourceIP", "Timestamp", "ColoCode"]),
    ("dns_logs", &["QueryType", "QueryTypeName", "ResponseCode", "SourceIP", "Timestamp"]),
    // A tie of all, and of two.
    ("dns_logs", &["ColoCode"]),
    ("dns_logs", &["SourceIP", "SrcIP"]),
    ("dns_logs", &["SourceIP", "QueryRD", "ResponseCode"]),
    ("dns_firewall_logs", &["QuerySize", "QueryType"]),
    ("dns_firewall_logs", &["SourceIP", "QueryTCP", "SrcIP"]),
    ("dns_firewall_logs", &["QueryRD", "QueryTypeName"]),
    // Most of a job's fields without those that only this dataset has.
    ("dns_firewall_logs", &["QueryType", "QueryTCP"]),
    ("dns_firewall_logs", &["Timestamp", "QueryType", "SourceIP", "ResponseCached", "QuerySize"]),
    ("gateway_dns", &["SrcIP"]),
    ("gateway_dns", &["SrcIP", "DstIP", "Protocol", "SourceIP"]),
    ("gateway_dns", &["ColoCode", "QueryType", "Email"]),
    ("gateway_dns", &["ResponseCode", "SrcIP", "UserID"]),
    // A key that comes twice is one.
    ("dns_logs", &["SrcIP", "SrcIP", "SourceIP"]),
];

#[test]
fn the_dataset_with_the_most_of_the_keys_is_the_records() {
    for (expected, keys) in MOST {
        for value in ["null", "0", r#""x""#] {
            let fields: Vec<_> = keys.iter().map(|key| format!(r#""{key}":{value}"#)).collect();
            for fields in [fields.clone(), fields.into_iter().rev().collect()] {
                let text = format!(r#"{{"QueryName":"a",{}}}"#, fields.join(","));
                assert_eq!(dataset("", &text).as_deref(), Some(*expected), "{text}");
            }
        }
    }
}

#[test]
fn records_of_all_datasets_in_turn_are_told_apart() {
    let mut mapper = mapper("");
    let mut text = crate::support::mapper("key_name=log");
    let records = MOST.iter().filter(|(_, keys)| keys.len() < 4);
    for (expected, keys) in records.clone().chain(records.clone().rev()).chain(records) {
        let fields: Vec<_> = keys.iter().map(|key| format!(r#""{key}":1"#)).collect();
        let record = format!(r#"{{"QueryName":"a",{}}}"#, fields.join(","));
        for got in [mapped(&mut mapper, &parse(&record)), mapped(&mut text, &in_text(&record))] {
            let got = got.expect("ours").0;
            let told = got.members("event").flat_map(|event| event.members("dataset")).next();
            assert_eq!(told, Some(&(*expected).into()), "{record}");
        }
    }
}

#[test]
fn a_name_alone_is_ours_only_where_the_dataset_is_told() {
    let alone = r#"{"QueryName":"example.com"}"#;
    check_untouched("", &[("a name alone", alone)]);
    check_untouched("dataset=auto", &[("a name alone", alone)]);
    for name in DATASETS {
        let config = format!("dataset={name}");
        for (_, got) in both_ways(&config, alone) {
            assert_eq!(got, Some((output(&config, name, "{}"), header_time())));
        }
    }
}

#[test]
fn a_told_dataset_holds_against_every_field() {
    for told in DATASETS {
        for key in FIELDS.iter().map(|field| field.name).filter(|name| *name != "QueryName") {
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
    ("general words", r#"{"QueryName":"a","Email":"b","Location":"c"}"#),
];

#[test]
fn everything_else_passes_byte_for_byte() {
    check_untouched("", NOT_OURS);
    for dataset in DATASETS {
        // A name is enough there.
        let not_ours = NOT_OURS.split_last().expect("some").1;
        check_untouched(&format!("dataset={dataset}"), not_ours);
    }
}

const MAPPED_BEFORE: &[(&str, &str)] = &[
    ("nothing else", r#"{"event":{"dataset":"dns_logs"}}"#),
    ("ours, too", r#"{"QueryName":"a","QueryType":1,"event":{"dataset":"dns_logs"}}"#),
    ("of another", r#"{"QueryName":"a","QueryType":1,"event":{"dataset":"gateway_dns"}}"#),
    ("first", r#"{"event":{"x":1,"dataset":"dns_firewall_logs"},"QueryName":"a","QueryType":1}"#),
];

#[test]
fn what_was_mapped_before_passes_byte_for_byte_whatever_the_settings() {
    let untouched = |config: &str, record: &Val, claim: &str| {
        let became = event(&mut mapper(config), record);
        assert_eq!(became, Became::Untouched, "{claim} ({config}): {record:?}");
    };
    for mismatch in ["on_mismatch=keep", "on_mismatch=drop", "on_mismatch=drop reserve_data=off"] {
        for dataset in ["auto", "dns_logs", "dns_firewall_logs", "gateway_dns"] {
            for (claim, text) in MAPPED_BEFORE {
                let config = format!("{mismatch} dataset={dataset}");
                untouched(&config, &parse(text), claim);
                // With a key_name too, in the text and beside it.
                let config = format!("{config} key_name=log");
                untouched(&config, &parse(text), claim);
                untouched(&config, &in_text(text), claim);
                let beside = [parse(text).pairs(), in_text("{}").pairs()].concat();
                untouched(&config, &Val::Map(beside), claim);
            }
        }
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
    let config = "on_mismatch=drop";
    for (claim, text) in NOT_OURS {
        assert_eq!(event(&mut mapper(config), &parse(text)), Became::Dropped, "{claim}");
        let with_key = "on_mismatch=drop key_name=log";
        let record = in_text(text);
        assert_eq!(event(&mut mapper(with_key), &record), Became::Dropped, "{claim}");
    }
    let ours = mapped(&mut mapper(config), &parse(r#"{"QueryName":"example.com","QueryType":0}"#));
    assert_eq!(ours, Some((output(config, "dns_logs", "{}"), header_time())));
}

/// The order of a record's keys is remembered; what `event` holds is looked at in each record.
#[test]
fn records_mapped_before_are_told_among_others_with_the_same_keys() {
    const OTHER: &str = r#""event":{"dataset":"abc"}"#;
    const OWN: &str = r#""event":{"dataset":"dns_logs"}"#;
    let other = parse(&input("dns_logs", OTHER));
    for config in ["", "dataset=dns_logs"] {
        let mut mapper = mapper(config);
        let added = format!(r#"{{"cloudflare":{{"unmapped":{{{OTHER}}}}}}}"#);
        let expected = Some((output(config, "dns_logs", &added), header_time()));
        for own in [OWN.to_owned(), format!("{OTHER},{OWN}"), format!("{OWN},{OWN}")] {
            // The same keys with nothing to pass for, then such as were mapped before.
            let mut alike = own.replace(OWN, OTHER);
            alike = input("dns_logs", &alike);
            for _ in 0..2 {
                assert_eq!(mapped(&mut mapper, &other), expected, "{config}");
                assert!(mapped(&mut mapper, &parse(&alike)).is_some(), "{config}: {alike}");
                let own = parse(&input("dns_logs", &own));
                assert_eq!(mapped(&mut mapper, &own), None, "{config}: {own:?}");
            }
        }
    }
}

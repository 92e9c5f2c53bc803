//! Every field of every dataset, in both conventions, by its type in `fields.csv`.

use crate::oracle::json::print;
use crate::oracle::tables::{DATASETS, Field, Kind, fields};
use crate::oracle::through::header_time;
use crate::support::{both_ways, input, output};

const CONVENTIONS: [&str; 2] = ["convention=sekoia", "convention=ecs"];

/// A value and what it adds, for fields with a row of their own: written by hand.
#[rustfmt::skip]
const ROWS: &[(&str, &str, &str)] = &[
    ("QueryName", r#""a.B.""#, r#"{"dns":{"question":{"name":"a.B"}}}"#),
    ("QueryType", "28", r#"{"dns":{"question":{"type":"AAAA"}}}"#),
    ("QueryTypeName", r#""HTTPS""#, r#"{"dns":{"question":{"type":"HTTPS"}}}"#),
    ("Timestamp", r#""2022-07-07T22:42:06+24:00""#, r#"{"cloudflare":{"Timestamp":"2022-07-07T22:42:06+24:00"},"error":{"message":"Timestamp: not a time between the years 0001 and 9999"}}"#),
    ("Timestamp", "-1", r#"{"@timestamp":"1969-12-31T23:59:59.000000Z"}"#),
    ("Datetime", "-1", r#"{"@timestamp":"1969-12-31T23:59:59.000000Z"}"#),
    ("SourceIP", r#""::1""#, r#"{"source":{"ip":"::1"}}"#),
    ("SrcIP", r#""::1""#, r#"{"source":{"ip":"::1"}}"#),
    ("UpstreamIP", r#""::1""#, r#"{"destination":{"ip":"::1"}}"#),
    ("DstIP", r#""::1""#, r#"{"destination":{"ip":"::1"}}"#),
    ("UpstreamResponseCode", "0", r#"{"cloudflare":{"UpstreamResponseCode":0}}"#),
    ("SrcPort", "53", r#"{"source":{"port":53}}"#),
    ("DstPort", "53", r#"{"destination":{"port":53}}"#),
    ("QueryRD", "true", r#"{"dns":{"header_flags":["RD"]}}"#),
    ("QueryDO", "true", r#"{"dns":{"header_flags":["DO"]}}"#),
    ("QueryTCP", "true", r#"{"network":{"transport":"tcp"}}"#),
    ("Protocol", r#""udp""#, r#"{"network":{"transport":"udp"}}"#),
    ("ResolvedIPs", r#"["::1"]"#, r#"{"dns":{"resolved_ip":["::1"]}}"#),
    ("ResourceRecordsJSON", r#""[{\"type\":1}]""#, r#"{"dns":{"answers":[{"type":"A"}]}}"#),
    ("DeviceName", r#""d""#, r#"{"host":{"hostname":"d","name":"d"}}"#),
    ("UserID", r#""u""#, r#"{"user":{"id":"u"}}"#),
    ("Email", r#""u""#, r#"{"user":{"email":"u"}}"#),
];

/// The same for each convention, where they differ: `sekoia`, then `ecs`.
#[rustfmt::skip]
const ROWS_BY_CONVENTION: &[(&str, &str, [&str; 2])] = &[
    ("DeviceID", r#""d""#, [r#"{"device":{"id":"d"}}"#, r#"{"device":{"id":"d"},"host":{"id":"d"}}"#]),
    ("PolicyID", r#""p""#, [r#"{"cloudflare":{"PolicyID":"p"}}"#, r#"{"rule":{"id":"p"}}"#]),
    ("PolicyName", r#""p""#, [r#"{"cloudflare":{"PolicyName":"p"}}"#, r#"{"rule":{"name":"p"}}"#]),
    ("QueryID", r#""q""#, [r#"{"cloudflare":{"QueryID":"q"}}"#, r#"{"event":{"id":"q"}}"#]),
    ("ResolverDecision", r#""allowedRule""#, [r#"{"cloudflare":{"ResolverDecision":"allowedRule"}}"#, r#"{"event":{"action":"allowedRule","type":["protocol","allowed"]}}"#]),
    ("ResponseTimeMs", "7", [r#"{"cloudflare":{"ResponseTimeMs":7}}"#, r#"{"event":{"duration":7000000}}"#]),
    ("SrcIPContinentCode", r#""EU""#, [r#"{"cloudflare":{"SrcIPContinentCode":"EU"}}"#, r#"{"source":{"geo":{"continent_code":"EU"}}}"#]),
    ("SrcIPCountryCode", r#""FR""#, [r#"{"cloudflare":{"SrcIPCountryCode":"FR"}}"#, r#"{"source":{"geo":{"country_iso_code":"FR"}}}"#]),
    ("ResourceRecords", r#"[{"type":"1","data":"AXgAAAEAAQAAADwABMAAAgE="}]"#, [r#"{"cloudflare":{"ResourceRecords":[{"type":"1","data":"AXgAAAEAAQAAADwABMAAAgE="}]}}"#, r#"{"dns":{"answers":[{"name":"x","type":"A","class":"IN","ttl":60,"data":"192.0.2.1"}],"resolved_ip":["192.0.2.1"]}}"#]),
    ("RData", r#"[{"type":"1","data":"AXgAAAEAAQAAADwABMAAAgE="}]"#, [r#"{"cloudflare":{"RData":[{"type":"1","data":"AXgAAAEAAQAAADwABMAAAgE="}]}}"#, r#"{"dns":{"answers":[{"name":"x","type":"A","class":"IN","ttl":60,"data":"192.0.2.1"}],"resolved_ip":["192.0.2.1"]}}"#]),
];

/// Fields with a row of their own that has one value in each convention.
const CODES: [&str; 3] = ["ResponseCode", "ClientResponseCode", "RCode"];

fn has_row(field: &Field) -> bool {
    CODES.contains(&field.name)
        || ROWS.iter().any(|(name, ..)| *name == field.name)
        || ROWS_BY_CONVENTION.iter().any(|(name, ..)| *name == field.name)
}

/// Values of the type, and what they are under `cloudflare`.
fn readable(kind: Kind) -> &'static [(&'static str, &'static str)] {
    match kind {
        Kind::Text => &[
            (r#""x""#, r#""x""#),
            (r#""0""#, r#""0""#),
            (r#"" A.b. ""#, r#"" A.b. ""#),
            (r#""a \"b\" \\ é 𝄞 \u0001""#, r#""a \"b\" \\ é 𝄞 \u0001""#),
            (
                r#""a text of more than thirty-one bytes""#,
                r#""a text of more than thirty-one bytes""#,
            ),
        ],
        Kind::Int => &[
            ("0", "0"),
            ("7", "7"),
            ("128", "128"),
            ("-3", "-3"),
            ("18446744073709551615", "18446744073709551615"),
            ("-9223372036854775808", "-9223372036854775808"),
            (r#""12""#, "12"),
            (r#""-12""#, "-12"),
            (r#""18446744073709551615""#, "18446744073709551615"),
            ("12.0", "12"),
        ],
        Kind::Bool => &[
            ("true", "true"),
            ("false", "false"),
            (r#""true""#, "true"),
            (r#""false""#, "false"),
            (r#""TRUE""#, "true"),
            (r#""False""#, "false"),
            ("1", "true"),
            ("0", "false"),
            ("1.0", "true"),
        ],
        Kind::Texts => &[(r#"["a"]"#, r#"["a"]"#), (r#"["b","","b"]"#, r#"["b","","b"]"#)],
        Kind::Ints => &[("[0]", "[0]"), (r#"[3,"2",1.0]"#, "[3,2,1]")],
        Kind::Objects => &[
            (r#"[{"type":"1","data":"AA=="}]"#, r#"[{"type":"1","data":"AA=="}]"#),
            (r#"[{},{"a":[null]}]"#, r#"[{},{"a":[null]}]"#),
        ],
        Kind::Time => panic!("a time has its row"),
    }
}

/// Values that are not of the type, and why.
fn unreadable(kind: Kind) -> (&'static [&'static str], &'static str) {
    match kind {
        Kind::Text => (&["0", "1.5", "true", r#"["x"]"#, r#"{"a":"x"}"#], "not a string"),
        Kind::Int => (
            &["1.5", "true", "[1]", r#"{"a":1}"#, r#""x""#, r#""1.0""#, r#""-""#, r#"" 1""#],
            "not an integer",
        ),
        Kind::Bool => (
            &["2", "-1", "0.5", r#""yes""#, r#""on""#, r#""1""#, r#""0""#, "[true]", r#"{"a":1}"#],
            "not true or false",
        ),
        Kind::Texts => (&[r#""a""#, "1", r#"["a",1]"#, r#"{"a":"b"}"#], "not an array of strings"),
        Kind::Ints => (&["1", r#"[1,"x"]"#, "[1.5]", r#"{"a":1}"#], "not an array of integers"),
        Kind::Objects => {
            (&[r#""a""#, "[1]", r#"[{},null]"#, r#"{"a":1}"#], "not an array of objects")
        }
        Kind::Time => panic!("a time has its row"),
    }
}

fn check(config: &str, field: &Field, value: &str, added: &str) {
    // Beside any time set, the event keeps its own here: -1 is before 1970.
    let text = input(field.dataset, &format!(r#""{}":{value}"#, field.name));
    let expected = Some((output(config, field.dataset, added), header_time()));
    for (way, got) in both_ways(config, &text) {
        assert_eq!(got, expected, "{way}, {config}: {text}");
    }
}

#[test]
fn all_datasets_have_all_their_fields() {
    let count = |dataset: &str| fields(dataset).count();
    assert_eq!(DATASETS.map(count), [9, 19, 82]);
}

#[test]
fn a_field_with_a_row_maps_as_its_row_says() {
    for field in DATASETS.iter().flat_map(|dataset| fields(dataset)) {
        for config in CONVENTIONS {
            for (_, value, added) in ROWS.iter().filter(|(name, ..)| *name == field.name) {
                check(config, field, value, added);
            }
            let is_ecs = config.ends_with("ecs");
            for (name, value, [sekoia, ecs]) in ROWS_BY_CONVENTION {
                if *name == field.name {
                    check(config, field, value, if is_ecs { ecs } else { sekoia });
                }
            }
            if CODES.contains(&field.name) {
                let name = if is_ecs { "SERVFAIL" } else { "ServFail" };
                check(config, field, "2", &format!(r#"{{"dns":{{"response_code":"{name}"}}}}"#));
            }
        }
    }
}

#[test]
fn every_other_field_goes_typed_under_its_own_name() {
    for field in DATASETS.iter().flat_map(|dataset| fields(dataset)).filter(|f| !has_row(f)) {
        for config in CONVENTIONS {
            for (value, typed) in readable(field.kind) {
                let added = format!(r#"{{"cloudflare":{{"{}":{typed}}}}}"#, field.name);
                check(config, field, value, &added);
            }
        }
    }
}

#[test]
fn every_other_field_of_another_type_stays_as_it_came_with_a_note() {
    for field in DATASETS.iter().flat_map(|dataset| fields(dataset)).filter(|f| !has_row(f)) {
        let (values, reason) = unreadable(field.kind);
        for value in values {
            let name = field.name;
            // An index that has no object there takes none.
            let kept = match field.kind {
                Kind::Objects => (*value).to_owned(),
                _ if value.contains('{') => print(&(*value).into()),
                _ => (*value).to_owned(),
            };
            let added = format!(
                r#"{{"cloudflare":{{"{name}":{kept}}},"error":{{"message":"{name}: {reason}"}}}}"#
            );
            check("", field, value, &added);
        }
    }
}

#[test]
fn every_field_that_is_absent_writes_nothing() {
    for field in DATASETS.iter().flat_map(|dataset| fields(dataset)) {
        if field.name == "QueryName" {
            continue;
        }
        for config in CONVENTIONS {
            for value in ["null", r#""""#, "[]", "{}"] {
                check(config, field, value, "{}");
            }
        }
    }
}

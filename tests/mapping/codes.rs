//! Types of records and response codes, by number and by name.

use crate::oracle::tables::{code_name, type_name};
use crate::oracle::through::header_time;
use crate::support::{Case, both_ways, check, input, output};

const TYPE_ERROR: &str = "QueryType: not a record type: a number from 0 to 65535 or a mnemonic";

#[test]
fn types_by_number() {
    const CASES: &[Case] = &[
        ("0 has no name", r#""QueryType":0"#, r#"{}"#),
        ("54 has no name", r#""QueryType":54"#, r#"{}"#),
        ("255 is a star", r#""QueryType":255"#, r#"{"dns":{"question":{"type":"*"}}}"#),
        ("65353 has no name", r#""QueryType":65353"#, r#"{}"#),
        ("65535 has no name", r#""QueryType":65535"#, r#"{}"#),
        ("digits", r#""QueryType":"65""#, r#"{"dns":{"question":{"type":"HTTPS"}}}"#),
        ("digits with zeros", r#""QueryType":"0001""#, r#"{"dns":{"question":{"type":"A"}}}"#),
        ("digits without a name", r#""QueryType":"65353""#, r#"{}"#),
        ("a float", r#""QueryType":28.0"#, r#"{"dns":{"question":{"type":"AAAA"}}}"#),
        ("a mnemonic", r#""QueryType":"AAAA""#, r#"{"dns":{"question":{"type":"AAAA"}}}"#),
        (
            "an unknown mnemonic",
            r#""QueryType":"NEW-1""#,
            r#"{"dns":{"question":{"type":"NEW-1"}}}"#,
        ),
        ("lower case stays", r#""QueryType":"mx""#, r#"{"dns":{"question":{"type":"mx"}}}"#),
        ("a star", r#""QueryType":"*""#, r#"{"dns":{"question":{"type":"*"}}}"#),
        ("RFC 3597", r#""QueryType":"TYPE1""#, r#"{"dns":{"question":{"type":"TYPE1"}}}"#),
    ];
    check("", "dns_logs", CASES);
    check("", "dns_firewall_logs", CASES);
    check("", "gateway_dns", CASES);
}

#[test]
fn types_that_are_none_stay_with_a_note() {
    for value in ["65536", "-1", "1.5", r#""65536""#, r#""-1""#, r#""a b""#, "[1]", "true"] {
        let text = input("dns_logs", &format!(r#""QueryType":{value}"#));
        let added = format!(
            r#"{{"cloudflare":{{"QueryType":{value}}},"error":{{"message":"{TYPE_ERROR}"}}}}"#
        );
        for (way, got) in both_ways("", &text) {
            assert_eq!(got, Some((output("", "dns_logs", &added), header_time())), "{way}: {text}");
        }
    }
}

#[test]
fn response_codes_by_number() {
    const CASES: &[Case] = &[
        ("0", r#""ResponseCode":0"#, r#"{"dns":{"response_code":"NoError"}}"#),
        ("11", r#""ResponseCode":11"#, r#"{"dns":{"response_code":"DSOTYPENI"}}"#),
        ("16", r#""ResponseCode":16"#, r#"{"dns":{"response_code":"BADVERS OR BADSIG"}}"#),
        ("23", r#""ResponseCode":23"#, r#"{"dns":{"response_code":"BADCOOKIE"}}"#),
        ("digits", r#""ResponseCode":"2""#, r#"{"dns":{"response_code":"ServFail"}}"#),
        ("a float", r#""ResponseCode":5.0"#, r#"{"dns":{"response_code":"Refused"}}"#),
    ];
    check("", "dns_logs", CASES);
}

#[test]
fn response_codes_without_a_name_stay_under_cloudflare() {
    for (dataset, field) in CODES {
        for (value, number) in [
            ("12", 12),
            ("15", 15),
            ("24", 24),
            ("3841", 3841),
            (r#""4095""#, 4095),
            ("32768.0", 32768),
            ("65535", 65535),
        ] {
            let text = input(dataset, &format!(r#""{field}":{value}"#));
            let added = format!(r#"{{"cloudflare":{{"{field}":{number}}}}}"#);
            for config in ["", "convention=ecs", "keep_codes=on", "reserve_data=off"] {
                let expected = Some((output(config, dataset, &added), header_time()));
                for (way, got) in both_ways(config, &text) {
                    assert_eq!(got, expected, "{way} ({config}): {text}");
                }
            }
        }
    }
}

const CODES: [(&str, &str); 3] = [
    ("dns_logs", "ResponseCode"),
    ("dns_firewall_logs", "ClientResponseCode"),
    ("gateway_dns", "RCode"),
];

/// Texts and the name that each convention has for them.
const CODE_NAMES: &[(&str, &str, &str)] = &[
    ("NoError", "NoError", "NOERROR"),
    ("NOERROR", "NoError", "NOERROR"),
    ("noerror", "NoError", "NOERROR"),
    ("nXdOmAiN", "NXDomain", "NXDOMAIN"),
    ("SERVFAIL", "ServFail", "SERVFAIL"),
    ("NOTIMP", "NotImp", "NOTIMP"),
    ("yxrrset", "YXRRSet", "YXRRSET"),
    ("dsotypeni", "DSOTYPENI", "DSOTYPENI"),
    ("BADVERS", "BADVERS OR BADSIG", "BADVERS"),
    ("badsig", "BADVERS OR BADSIG", "BADVERS"),
    ("BADVERS or BADSIG", "BADVERS OR BADSIG", "BADVERS"),
    ("badcookie", "BADCOOKIE", "BADCOOKIE"),
];

#[test]
fn names_of_response_codes_in_text_are_written_as_the_convention_spells_them() {
    for (dataset, field) in CODES {
        for (name, sekoia, ecs) in CODE_NAMES {
            for (config, written) in
                [("", sekoia), ("convention=ecs", ecs), ("keep_codes=on", sekoia)]
            {
                let text = input(dataset, &format!(r#""{field}":"{name}""#));
                let added = format!(r#"{{"dns":{{"response_code":"{written}"}}}}"#);
                let expected = Some((output(config, dataset, &added), header_time()));
                for (way, got) in both_ways(config, &text) {
                    assert_eq!(got, expected, "{way} ({config}): {text}");
                }
            }
        }
    }
}

#[test]
fn the_outcome_is_told_by_names_and_by_numbers_without_one() {
    const CASES: &[Case] = &[
        (
            "success in text",
            r#""ResponseCode":"noerror""#,
            r#"{"dns":{"response_code":"NoError"},"event":{"outcome":"success"}}"#,
        ),
        (
            "failure in text",
            r#""ResponseCode":"REFUSED""#,
            r#"{"dns":{"response_code":"Refused"},"event":{"outcome":"failure"}}"#,
        ),
        (
            "without a name",
            r#""ResponseCode":3841"#,
            r#"{"event":{"outcome":"failure"},"cloudflare":{"ResponseCode":3841}}"#,
        ),
    ];
    check("enrich=outcome", "dns_logs", CASES);
}

#[test]
fn response_codes_that_are_none_stay_with_a_note() {
    for (value, kept) in [
        ("65536", "65536"),
        ("-1", "-1"),
        ("0.5", "0.5"),
        (r#""abc""#, r#""abc""#),
        (r#""NoError ""#, r#""NoError ""#),
        (r#""RCODE3""#, r#""RCODE3""#),
        (r#""OR""#, r#""OR""#),
        (r#""65536""#, r#""65536""#),
        ("{\"a\":1}", r#""{\"a\":1}""#),
        ("false", "false"),
    ] {
        let text = input("dns_logs", &format!(r#""ResponseCode":{value}"#));
        let added = format!(
            r#"{{"cloudflare":{{"ResponseCode":{kept}}},
            "error":{{"message":"ResponseCode: not a response code from 0 to 65535"}}}}"#
        );
        for (way, got) in both_ways("", &text) {
            assert_eq!(got, Some((output("", "dns_logs", &added), header_time())), "{way}: {text}");
        }
    }
}

/// Every number that has a name, and its neighbours.
#[test]
fn all_numbers_have_the_names_of_the_registries() {
    for (convention, ecs) in [("convention=sekoia", false), ("convention=ecs", true)] {
        for number in (0..=300).chain([32767, 32768, 32769, 32770, 65534, 65535]) {
            let text =
                input("dns_logs", &format!(r#""QueryType":{number},"ResponseCode":{number}"#));
            let mut added = String::from(r#"{"event":{"kind":"event"}"#);
            let name = type_name(number, ecs);
            let name = name.map(|name| format!(r#""question":{{"type":"{name}"}}"#));
            let code = code_name(number, ecs);
            let code = code.map(|name| format!(r#""response_code":"{name}""#));
            let dns: Vec<_> = name.into_iter().chain(code).collect();
            if !dns.is_empty() {
                added += &format!(r#","dns":{{{}}}"#, dns.join(","));
            }
            if code_name(number, ecs).is_none() {
                added += &format!(r#","cloudflare":{{"ResponseCode":{number}}}"#);
            }
            let expected = Some((output(convention, "dns_logs", &(added + "}")), header_time()));
            for (way, got) in both_ways(convention, &text) {
                assert_eq!(got, expected, "{way}: {text}");
            }
        }
    }
}

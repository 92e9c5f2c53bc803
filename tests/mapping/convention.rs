//! `convention ecs`, and what `keep_codes` adds in either convention.

use crate::oracle::value::Val;
use crate::support::{Case, check, input, mapped, mapper, parse};

#[test]
fn ecs_names_types_and_codes_as_elastic_does() {
    const CASES: &[Case] = &[
        ("NOERROR", r#""ResponseCode":0"#, r#"{"dns":{"response_code":"NOERROR"}}"#),
        ("NXDOMAIN", r#""ResponseCode":3"#, r#"{"dns":{"response_code":"NXDOMAIN"}}"#),
        ("BADVERS", r#""ResponseCode":16"#, r#"{"dns":{"response_code":"BADVERS"}}"#),
        ("A", r#""QueryType":1"#, r#"{"dns":{"question":{"type":"A"}}}"#),
        ("ANY", r#""QueryType":255"#, r#"{"dns":{"question":{"type":"ANY"}}}"#),
        ("TYPE0", r#""QueryType":0"#, r#"{"dns":{"question":{"type":"TYPE0"}}}"#),
        ("TYPE54", r#""QueryType":54"#, r#"{"dns":{"question":{"type":"TYPE54"}}}"#),
        ("TYPE65353", r#""QueryType":65353"#, r#"{"dns":{"question":{"type":"TYPE65353"}}}"#),
        ("TYPE65535", r#""QueryType":"65535""#, r#"{"dns":{"question":{"type":"TYPE65535"}}}"#),
        ("ANY in text", r#""QueryType":"*""#, r#"{"dns":{"question":{"type":"ANY"}}}"#),
        ("text as it is", r#""QueryType":"X25""#, r#"{"dns":{"question":{"type":"X25"}}}"#),
        ("UNECE", r#""QueryType":69"#, r#"{"dns":{"question":{"type":"UNECE"}}}"#),
        ("ISO", r#""QueryType":70"#, r#"{"dns":{"question":{"type":"ISO"}}}"#),
    ];
    check("convention=ecs", "dns_logs", CASES);
    check("convention=ECS", "dns_logs", &[]);
    const SEKOIA: &[Case] = &[
        ("*", r#""QueryType":255"#, r#"{"dns":{"question":{"type":"*"}}}"#),
        ("* in text", r#""QueryType":"*""#, r#"{"dns":{"question":{"type":"*"}}}"#),
    ];
    check("convention=sekoia", "dns_logs", SEKOIA);
    const BY_NAME: &[Case] =
        &[("ANY by name", r#""QueryTypeName":"*""#, r#"{"dns":{"question":{"type":"ANY"}}}"#)];
    check("convention=ecs", "gateway_dns", BY_NAME);
}

#[test]
fn ecs_has_control_bytes_in_names_escaped() {
    const NAMES: [(&str, &str); 8] = [
        (r"a\tb.com", r"a\\tb.com"),
        (r"a\u0009b.com.", r"a\\tb.com"),
        (r"\r\n.com", r"\\r\\n.com"),
        (r"a\u0000\u001f.com", r"a\\000\\031.com"),
        (r"\u007f", r"\\127"),
        (r"a\\\u0001.com.", r"a\\\\001.com"),
        (r#"\u0080\u00e9 ~\".com"#, r#"\u0080\u00e9 ~\".com"#),
        (r"..\n..", r"\\n"),
    ];
    for (name, escaped) in NAMES {
        let fields = format!(r#""QueryName":"{name}""#);
        let name = format!(r#"{{"dns":{{"question":{{"name":"{escaped}"}}}}}}"#);
        check("convention=ecs", "dns_logs", &[("escaped", fields.leak(), name.leak())]);
    }
    const AS_IT_CAME: &[Case] = &[(
        "as it came",
        r#""QueryName":"a\tb.com.""#,
        r#"{"dns":{"question":{"name":"a\tb.com"}}}"#,
    )];
    check("convention=sekoia", "dns_logs", AS_IT_CAME);
    const DERIVED: &[Case] = &[(
        "what is derived is of the name as it is written",
        r#""QueryName":"\t.A\u0001.co.uk.""#,
        r#"{"dns":{"question":{"name":"\\t.A\\001.co.uk","registered_domain":"A\\001.co.uk",
        "subdomain":"\\t","top_level_domain":"co.uk"}},
        "related":{"hosts":["\\t.A\\001.co.uk"]}}"#,
    )];
    check("convention=ecs enrich=domain,related", "dns_logs", DERIVED);
}

#[test]
fn a_control_byte_is_found_anywhere_in_a_name_and_no_other_byte_is_taken_for_one() {
    let mut mapper = mapper("convention=ecs");
    let mut name_of = |name: &[u8]| {
        let name = Val::Str(name.to_vec());
        let record = Val::Map(vec![("QueryName".into(), name), ("ColoCode".into(), "".into())]);
        let (record, _) = mapped(&mut mapper, &record).expect("mapped");
        let question = record.members("dns").next().and_then(|dns| dns.members("question").next());
        question.and_then(|question| question.members("name").next()).cloned()
    };
    for size in 1..20 {
        for place in 0..size {
            for byte in 0..=255 {
                let mut name = vec![b'a'; size];
                name[place] = byte;
                let escaped = match byte {
                    b'\t' => "\\t".to_owned(),
                    b'\n' => "\\n".to_owned(),
                    b'\r' => "\\r".to_owned(),
                    ..32 | 127 => format!("\\{byte:03}"),
                    // A dot at an end is trimmed, which is another rule.
                    b'.' => continue,
                    _ => String::new(),
                };
                let expected = match escaped.is_empty() {
                    true => name.clone(),
                    false => [&name[..place], escaped.as_bytes(), &name[place + 1..]].concat(),
                };
                assert_eq!(name_of(&name), Some(Val::Str(expected)), "{name:02x?}");
            }
        }
    }
}

#[test]
fn ecs_has_its_version_in_every_record_and_sekoia_where_it_is_asked_for() {
    const NONE: &[Case] = &[("none", "", r#"{}"#)];
    const SOME: &[Case] = &[("some", "", r#"{"ecs":{"version":"9.4.0"}}"#)];
    for dataset in ["dns_logs", "dns_firewall_logs", "gateway_dns"] {
        check("convention=sekoia", dataset, NONE);
        check("convention=sekoia enrich=version", dataset, SOME);
        check("convention=ecs", dataset, SOME);
        check("convention=ecs enrich=version", dataset, SOME);
    }
}

/// Fields that cannot be read and are found before `event` is written, behind it, and last.
const ERRORS: [(&str, &str, &str); 4] = [
    ("dns_logs", r#""Timestamp":"x""#, "Timestamp: not a time between the years 0001 and 9999"),
    (
        "dns_logs",
        r#""QueryType":"a b""#,
        "QueryType: not a record type: a number from 0 to 65535 or a mnemonic",
    ),
    ("dns_logs", r#""SourceIP":"x""#, "SourceIP: not an IP address"),
    ("gateway_dns", r#""UserID":5"#, "UserID: not a string"),
];

#[test]
fn ecs_calls_a_record_with_an_error_a_pipeline_error() {
    for (dataset, field, message) in ERRORS {
        for (convention, kind) in [("sekoia", "event"), ("ecs", "pipeline_error")] {
            let added = format!(
                r#"{{"cloudflare":{{{field}}},"error":{{"message":"{message}"}},
                "event":{{"kind":"{kind}"}}}}"#
            );
            let case = ("an error", field, added.leak() as &str);
            check(&format!("convention={convention}"), dataset, &[case]);
        }
    }
    // A record like them without an error, before and behind them in one mapper, has none of it.
    let mut mapper = mapper("convention=ecs");
    for value in [r#""::1""#, r#""x""#, r#""::1""#, r#""x""#, r#""::1""#] {
        let text = input("dns_logs", &format!(r#""SourceIP":{value}"#));
        let (record, _) = mapped(&mut mapper, &parse(&text)).expect("mapped");
        let kind = if value.contains('x') { "pipeline_error" } else { "event" };
        let event = record.members("event").next().expect("an event");
        assert_eq!(event.members("kind").next(), Some(&kind.into()), "{text}");
    }
}

#[test]
fn ecs_transports_are_udp_and_tcp() {
    const CASES: &[Case] = &[
        ("udp", r#""Protocol":"udp""#, r#"{"network":{"transport":"udp"}}"#),
        ("tcp", r#""Protocol":"tcp""#, r#"{"network":{"transport":"tcp"}}"#),
        (
            "https",
            r#""Protocol":"https""#,
            r#"{"network":{"transport":"tcp"},"cloudflare":{"Protocol":"https"}}"#,
        ),
        (
            "tls",
            r#""Protocol":"tls""#,
            r#"{"network":{"transport":"tcp"},"cloudflare":{"Protocol":"tls"}}"#,
        ),
        (
            "doh",
            r#""Protocol":"doh""#,
            r#"{"network":{"transport":"tcp"},"cloudflare":{"Protocol":"doh"}}"#,
        ),
        (
            "UDP",
            r#""Protocol":"UDP""#,
            r#"{"network":{"transport":"udp"},"cloudflare":{"Protocol":"UDP"}}"#,
        ),
        (
            "HTTPS",
            r#""Protocol":"HTTPS""#,
            r#"{"network":{"transport":"tcp"},"cloudflare":{"Protocol":"HTTPS"}}"#,
        ),
        (
            "dot",
            r#""Protocol":"dot""#,
            r#"{"network":{"transport":"tcp"},"cloudflare":{"Protocol":"dot"}}"#,
        ),
        (
            "h2",
            r#""Protocol":"h2""#,
            r#"{"network":{"transport":"tcp"},"cloudflare":{"Protocol":"h2"}}"#,
        ),
        (
            "doq",
            r#""Protocol":"doq""#,
            r#"{"network":{"transport":"udp"},"cloudflare":{"Protocol":"doq"}}"#,
        ),
        (
            "QUIC",
            r#""Protocol":"QUIC""#,
            r#"{"network":{"transport":"udp"},"cloudflare":{"Protocol":"QUIC"}}"#,
        ),
        (
            "h3",
            r#""Protocol":"h3""#,
            r#"{"network":{"transport":"udp"},"cloudflare":{"Protocol":"h3"}}"#,
        ),
        ("unknown", r#""Protocol":"odoh""#, r#"{"cloudflare":{"Protocol":"odoh"}}"#),
        ("none", r#""Protocol":"""#, r#"{}"#),
    ];
    check("convention=ecs", "gateway_dns", CASES);
    const FIREWALL: &[Case] = &[
        ("tcp", r#""QueryTCP":true"#, r#"{"network":{"transport":"tcp"}}"#),
        ("udp", r#""QueryTCP":false"#, r#"{"network":{"transport":"udp"}}"#),
    ];
    check("convention=ecs", "dns_firewall_logs", FIREWALL);
}

#[test]
fn ecs_answers() {
    const CASES: &[Case] = &[(
        "types",
        r#""ResourceRecordsJSON":"[{\"type\":255},{\"type\":65353},{\"type\":1}]""#,
        r#"{"dns":{"answers":[{"type":"ANY"},{"type":"TYPE65353"},{"type":"A"}]}}"#,
    )];
    check("convention=ecs", "gateway_dns", CASES);
}

#[test]
fn keep_codes_keeps_the_numbers() {
    const DNS: &[Case] = &[
        (
            "both",
            r#""QueryType":"28","ResponseCode":3.0"#,
            r#"{"dns":{"question":{"type":"AAAA"},"response_code":"NXDomain"},
            "cloudflare":{"QueryType":28,"ResponseCode":3}}"#,
        ),
        (
            "without names",
            r#""QueryType":65353,"ResponseCode":12"#,
            r#"{"cloudflare":{"QueryType":65353,"ResponseCode":12}}"#,
        ),
        (
            "zeros",
            r#""QueryType":0,"ResponseCode":0"#,
            r#"{"dns":{"response_code":"NoError"},"cloudflare":{"QueryType":0,"ResponseCode":0}}"#,
        ),
        ("no number", r#""QueryType":"A""#, r#"{"dns":{"question":{"type":"A"}}}"#),
        ("absent", r#""QueryType":null"#, r#"{}"#),
    ];
    check("keep_codes=true", "dns_logs", DNS);
    const FIREWALL: &[Case] = &[(
        "client",
        r#""QueryType":1,"ClientResponseCode":0"#,
        r#"{"dns":{"question":{"type":"A"},"response_code":"NoError"},
        "cloudflare":{"QueryType":1,"ClientResponseCode":0}}"#,
    )];
    check("keep_codes=on", "dns_firewall_logs", FIREWALL);
    const GATEWAY: &[Case] = &[
        (
            "beside a name, where Sekoia has text",
            r#""QueryType":1,"QueryTypeName":"MX","RCode":2"#,
            r#"{"dns":{"question":{"type":"MX"},"response_code":"ServFail"},
            "cloudflare":{"QueryType":"1","RCode":2}}"#,
        ),
        (
            "alone",
            r#""QueryType":1"#,
            r#"{"dns":{"question":{"type":"A"}},"cloudflare":{"QueryType":1}}"#,
        ),
    ];
    check("keep_codes=yes", "gateway_dns", GATEWAY);
    const ECS: &[Case] = &[(
        "both",
        r#""QueryType":255,"ResponseCode":16"#,
        r#"{"dns":{"question":{"type":"ANY"},"response_code":"BADVERS"},
        "cloudflare":{"QueryType":255,"ResponseCode":16}}"#,
    )];
    check("keep_codes=true convention=ecs", "dns_logs", ECS);
    const GATEWAY_ECS: &[Case] = &[(
        "all",
        r#""QueryType":"1","QueryTypeName":"MX","RCode":2,"ResolverDecision":"9""#,
        r#"{"dns":{"question":{"type":"MX"},"response_code":"SERVFAIL"},
        "event":{"action":"blockedRule","type":["protocol","denied"]},
        "cloudflare":{"QueryType":1,"RCode":2,"ResolverDecision":9}}"#,
    )];
    check("keep_codes=true convention=ecs", "gateway_dns", GATEWAY_ECS);
}

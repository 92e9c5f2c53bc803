//! `convention ecs`, and what `keep_codes` adds in either convention.

use crate::support::{Case, check};

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
        ("text as it is", r#""QueryType":"*""#, r#"{"dns":{"question":{"type":"*"}}}"#),
    ];
    check("convention=ecs", "dns_logs", CASES);
    check("convention=ECS", "dns_logs", &[]);
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
        ("unknown", r#""Protocol":"quic""#, r#"{"cloudflare":{"Protocol":"quic"}}"#),
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
            "beside a name",
            r#""QueryType":"1","QueryTypeName":"MX","RCode":2"#,
            r#"{"dns":{"question":{"type":"MX"},"response_code":"ServFail"},
            "cloudflare":{"QueryType":1,"RCode":2}}"#,
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
}

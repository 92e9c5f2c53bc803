//! `dns_firewall_logs`, row by row.

use crate::support::{Case, check};

#[test]
fn each_row() {
    const CASES: &[Case] = &[
        ("a name alone makes no other field", "", r#"{}"#),
        ("type", r#""QueryType":28"#, r#"{"dns":{"question":{"type":"AAAA"}}}"#),
        ("source", r#""SourceIP":"::1""#, r#"{"source":{"ip":"::1"}}"#),
        ("upstream", r#""UpstreamIP":"192.0.2.1""#, r#"{"destination":{"ip":"192.0.2.1"}}"#),
        ("TCP", r#""QueryTCP":true"#, r#"{"network":{"transport":"tcp"}}"#),
        ("UDP", r#""QueryTCP":false"#, r#"{"network":{"transport":"udp"}}"#),
        ("TCP in text", r#""QueryTCP":"true""#, r#"{"network":{"transport":"tcp"}}"#),
        ("TCP in any case", r#""QueryTCP":"True""#, r#"{"network":{"transport":"tcp"}}"#),
        ("TCP as a number", r#""QueryTCP":1"#, r#"{"network":{"transport":"tcp"}}"#),
        ("UDP as a number", r#""QueryTCP":0"#, r#"{"network":{"transport":"udp"}}"#),
        ("no transport", r#""QueryTCP":null"#, r#"{}"#),
        ("RD", r#""QueryRD":true"#, r#"{"dns":{"header_flags":["RD"]}}"#),
        ("DO", r#""QueryDO":true"#, r#"{"dns":{"header_flags":["DO"]}}"#),
        (
            "DO and RD",
            r#""QueryDO":true,"QueryRD":true"#,
            r#"{"dns":{"header_flags":["RD","DO"]}}"#,
        ),
        ("not RD", r#""QueryDO":"true","QueryRD":false"#, r#"{"dns":{"header_flags":["DO"]}}"#),
        ("RD as a number", r#""QueryRD":1,"QueryDO":0"#, r#"{"dns":{"header_flags":["RD"]}}"#),
        ("DO in any case", r#""QueryDO":"TRUE""#, r#"{"dns":{"header_flags":["DO"]}}"#),
        ("no flags", r#""QueryDO":false,"QueryRD":false"#, r#"{}"#),
        ("cluster", r#""ClusterID":"c""#, r#"{"cloudflare":{"ClusterID":"c"}}"#),
        ("size", r#""QuerySize":"40""#, r#"{"cloudflare":{"QuerySize":40}}"#),
        (
            "stale",
            r#""ResponseCachedStale":true"#,
            r#"{"cloudflare":{"ResponseCachedStale":true}}"#,
        ),
        (
            "reason",
            r#""ResponseReason":"success""#,
            r#"{"cloudflare":{"ResponseReason":"success"}}"#,
        ),
        (
            "latency 0",
            r#""UpstreamResponseTimeMs":0"#,
            r#"{"cloudflare":{"UpstreamResponseTimeMs":0}}"#,
        ),
    ];
    check("", "dns_firewall_logs", CASES);
}

#[test]
fn the_response_code_is_the_clients_or_with_an_upstream_the_upstreams() {
    const CASES: &[Case] = &[
        ("client", r#""ClientResponseCode":3"#, r#"{"dns":{"response_code":"NXDomain"}}"#),
        (
            "client before upstream",
            r#""ClientResponseCode":3,"UpstreamIP":"::1","UpstreamResponseCode":2"#,
            r#"{"dns":{"response_code":"NXDomain"},"destination":{"ip":"::1"},
            "cloudflare":{"UpstreamResponseCode":2}}"#,
        ),
        (
            "client without a name, and no falling back",
            r#""ClientResponseCode":12,"UpstreamIP":"::1","UpstreamResponseCode":2"#,
            r#"{"destination":{"ip":"::1"},
            "cloudflare":{"ClientResponseCode":12,"UpstreamResponseCode":2}}"#,
        ),
        (
            "client unreadable, and no falling back",
            r#""ClientResponseCode":"abc","UpstreamIP":"::1","UpstreamResponseCode":2"#,
            r#"{"destination":{"ip":"::1"},
            "cloudflare":{"ClientResponseCode":"abc","UpstreamResponseCode":2},
            "error":{"message":"ClientResponseCode: not a response code from 0 to 65535"}}"#,
        ),
        (
            "upstream for want of a client's",
            r#""ClientResponseCode":null,"UpstreamIP":"::1","UpstreamResponseCode":"2""#,
            r#"{"dns":{"response_code":"ServFail"},"destination":{"ip":"::1"},
            "cloudflare":{"UpstreamResponseCode":2}}"#,
        ),
        (
            "0 from an upstream",
            r#""UpstreamIP":"::1","UpstreamResponseCode":0"#,
            r#"{"dns":{"response_code":"NoError"},"destination":{"ip":"::1"},
            "cloudflare":{"UpstreamResponseCode":0}}"#,
        ),
        (
            "0 and no upstream: none was asked",
            r#""UpstreamIP":"","UpstreamResponseCode":0"#,
            r#"{"cloudflare":{"UpstreamResponseCode":0}}"#,
        ),
        (
            "0 in text and no upstream",
            r#""UpstreamResponseCode":"0""#,
            r#"{"cloudflare":{"UpstreamResponseCode":0}}"#,
        ),
        (
            "another code without an upstream was sent by one",
            r#""UpstreamResponseCode":2"#,
            r#"{"dns":{"response_code":"ServFail"},"cloudflare":{"UpstreamResponseCode":2}}"#,
        ),
        (
            "another code in digits",
            r#""UpstreamIP":"","UpstreamResponseCode":"3""#,
            r#"{"dns":{"response_code":"NXDomain"},"cloudflare":{"UpstreamResponseCode":3}}"#,
        ),
        (
            "a code without a name",
            r#""UpstreamResponseCode":3841"#,
            r#"{"cloudflare":{"UpstreamResponseCode":3841}}"#,
        ),
        (
            "a name in text is the code, and no number",
            r#""UpstreamResponseCode":"REFUSED""#,
            r#"{"dns":{"response_code":"Refused"},"cloudflare":{"UpstreamResponseCode":"REFUSED"},
            "error":{"message":"UpstreamResponseCode: not an integer"}}"#,
        ),
        (
            "no code, and no upstream",
            r#""UpstreamResponseCode":70000"#,
            r#"{"cloudflare":{"UpstreamResponseCode":70000},
            "error":{"message":"UpstreamResponseCode: not a response code from 0 to 65535"}}"#,
        ),
        (
            "an upstream whose address is none was asked all the same",
            r#""UpstreamIP":"x","UpstreamResponseCode":2"#,
            r#"{"dns":{"response_code":"ServFail"},
            "cloudflare":{"UpstreamIP":"x","UpstreamResponseCode":2},
            "error":{"message":"UpstreamIP: not an IP address"}}"#,
        ),
        (
            "upstream unreadable",
            r#""UpstreamIP":"::1","UpstreamResponseCode":"abc""#,
            r#"{"destination":{"ip":"::1"},"cloudflare":{"UpstreamResponseCode":"abc"},
            "error":{"message":"UpstreamResponseCode: not a response code from 0 to 65535"}}"#,
        ),
        (
            "an upstream's code that is not needed is a number of any size",
            r#""ClientResponseCode":0,"UpstreamResponseCode":70000"#,
            r#"{"dns":{"response_code":"NoError"},"cloudflare":{"UpstreamResponseCode":70000}}"#,
        ),
    ];
    check("", "dns_firewall_logs", CASES);
}

#[test]
fn flags_that_are_none_stay_with_a_note() {
    const CASES: &[Case] = &[(
        "three in the order of the mapping",
        r#""QueryTCP":2,"QueryDO":"x","QueryRD":[true]"#,
        r#"{"cloudflare":{"QueryTCP":2,"QueryDO":"x","QueryRD":[true]},"error":{"message":
        "QueryRD: not true or false; QueryDO: not true or false; QueryTCP: not true or false"}}"#,
    )];
    check("", "dns_firewall_logs", CASES);
}

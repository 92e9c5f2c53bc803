//! `gateway_dns`, row by row.

use crate::support::{Case, check};

#[test]
fn each_row() {
    const CASES: &[Case] = &[
        ("a name alone makes no other field", "", r#"{}"#),
        ("source", r#""SrcIP":"::1","SrcPort":53"#, r#"{"source":{"ip":"::1","port":53}}"#),
        ("port without address", r#""SrcPort":"53""#, r#"{"source":{"port":53}}"#),
        ("port 0", r#""SrcIP":"::1","SrcPort":0"#, r#"{"source":{"ip":"::1"}}"#),
        ("port 0 in text, and nothing else", r#""SrcPort":"0""#, r#"{}"#),
        ("port 65535", r#""SrcPort":65535"#, r#"{"source":{"port":65535}}"#),
        (
            "destination",
            r#""DstIP":"1.1.1.1","DstPort":443"#,
            r#"{"destination":{"ip":"1.1.1.1","port":443}}"#,
        ),
        ("destination port 0", r#""DstPort":0"#, r#"{}"#),
        ("type by name", r#""QueryTypeName":"HTTPS""#, r#"{"dns":{"question":{"type":"HTTPS"}}}"#),
        (
            "type by name first",
            r#""QueryType":1,"QueryTypeName":"MX""#,
            r#"{"dns":{"question":{"type":"MX"}},"cloudflare":{"QueryType":"1"}}"#,
        ),
        (
            "type by name beside one in text",
            r#""QueryType":"TXT","QueryTypeName":"MX""#,
            r#"{"dns":{"question":{"type":"MX"}},"cloudflare":{"QueryType":"TXT"}}"#,
        ),
        (
            "type by name beside one that cannot be read",
            r#""QueryType":"T X","QueryTypeName":"MX""#,
            r#"{"dns":{"question":{"type":"MX"}},"cloudflare":{"QueryType":"T X"},"error":{"message":"QueryType: not a record type: a number from 0 to 65535 or a mnemonic"}}"#,
        ),
        ("a name as it is", r#""QueryTypeName":"a b""#, r#"{"dns":{"question":{"type":"a b"}}}"#),
        (
            "type by number",
            r#""QueryType":1,"QueryTypeName":"""#,
            r#"{"dns":{"question":{"type":"A"}}}"#,
        ),
        (
            "type by number where the name cannot be read",
            r#""QueryType":28,"QueryTypeName":5"#,
            r#"{"dns":{"question":{"type":"AAAA"}},"cloudflare":{"QueryTypeName":5},
            "error":{"message":"QueryTypeName: not a string"}}"#,
        ),
        (
            "type by mnemonic where the name cannot be read",
            r#""QueryTypeName":["MX"],"QueryType":"TXT""#,
            r#"{"dns":{"question":{"type":"TXT"}},"cloudflare":{"QueryTypeName":["MX"]},
            "error":{"message":"QueryTypeName: not a string"}}"#,
        ),
        (
            "neither can be read",
            r#""QueryType":70000,"QueryTypeName":{"a":1}"#,
            r#"{"cloudflare":{"QueryType":70000,"QueryTypeName":"{\"a\":1}"},"error":{"message":"QueryTypeName: not a string; QueryType: not a record type: a number from 0 to 65535 or a mnemonic"}}"#,
        ),
        ("response code", r#""RCode":0"#, r#"{"dns":{"response_code":"NoError"}}"#),
        ("device", r#""DeviceID":"d""#, r#"{"device":{"id":"d"}}"#),
        ("host", r#""DeviceName":"h""#, r#"{"host":{"hostname":"h","name":"h"}}"#),
        ("user", r#""UserID":"u""#, r#"{"user":{"id":"u"}}"#),
        ("email", r#""Email":"a@b.c""#, r#"{"user":{"email":"a@b.c"}}"#),
        ("both", r#""Email":"a@b.c","UserID":"u""#, r#"{"user":{"id":"u","email":"a@b.c"}}"#),
        ("transport", r#""Protocol":"udp""#, r#"{"network":{"transport":"udp"}}"#),
        ("transport as it is", r#""Protocol":"HTTPS""#, r#"{"network":{"transport":"HTTPS"}}"#),
        (
            "addresses",
            r#""ResolvedIPs":["1.2.3.4","::1"]"#,
            r#"{"dns":{"resolved_ip":["1.2.3.4","::1"]}}"#,
        ),
        (
            "addresses twice",
            r#""ResolvedIPs":["::1","::1"]"#,
            r#"{"dns":{"resolved_ip":["::1","::1"]}}"#,
        ),
        ("deprecated", r#""Policy":"p""#, r#"{"cloudflare":{"Policy":"p"}}"#),
        (
            "RData",
            r#""RData":[{"type":"1","data":"AA=="}]"#,
            r#"{"cloudflare":{"RData":[{"type":"1","data":"AA=="}]}}"#,
        ),
        (
            "reversed",
            r#""QueryNameReversed":"com.a""#,
            r#"{"cloudflare":{"QueryNameReversed":"com.a"}}"#,
        ),
        (
            "decision",
            r#""ResolverDecision":"blocked""#,
            r#"{"cloudflare":{"ResolverDecision":"blocked"}}"#,
        ),
        ("ids", r#""QueryCategoryIDs":[1,"2"]"#, r#"{"cloudflare":{"QueryCategoryIDs":[1,2]}}"#),
    ];
    check("", "gateway_dns", CASES);
}

#[test]
fn with_an_invalid_address_the_whole_list_also_stays() {
    const CASES: &[Case] = &[
        (
            "one of two",
            r#""ResolvedIPs":["1.2.3.4","x"]"#,
            r#"{"dns":{"resolved_ip":["1.2.3.4"]},"cloudflare":{"ResolvedIPs":["1.2.3.4","x"]},
            "error":{"message":"ResolvedIPs: not an array of IP addresses only"}}"#,
        ),
        (
            "none valid",
            r#""ResolvedIPs":["",5]"#,
            r#"{"cloudflare":{"ResolvedIPs":["",5]},
            "error":{"message":"ResolvedIPs: not an array of IP addresses only"}}"#,
        ),
        (
            "no list",
            r#""ResolvedIPs":"1.2.3.4""#,
            r#"{"cloudflare":{"ResolvedIPs":"1.2.3.4"},
            "error":{"message":"ResolvedIPs: not an array of IP addresses only"}}"#,
        ),
    ];
    check("", "gateway_dns", CASES);
}

#[test]
fn answers_come_from_the_resource_records() {
    const CASES: &[Case] = &[
        (
            "names for numbers",
            r#""ResourceRecordsJSON":"[{\"name\":\"a.b.\",\"type\":1,\"class\":1,\"ttl\":60,\"rdata\":\"1.2.3.4\"}]""#,
            r#"{"dns":{"answers":[{"name":"a.b","type":"A","class":"IN","ttl":60,"data":"1.2.3.4"}]}}"#,
        ),
        (
            "names as they came, a number in text",
            r#""ResourceRecordsJSON":"[{\"name\":\".\",\"type\":\"AAAA\",\"class\":\"IN\",\"ttl\":\"60\",\"rdata\":\"::1.\"}]""#,
            r#"{"dns":{"answers":[{"name":".","type":"AAAA","class":"IN","ttl":60,"data":"::1."}]}}"#,
        ),
        (
            "several, each with what it has",
            r#""ResourceRecordsJSON":" [ {\"type\":16,\"rdata\":[\"x\"]} , {\"ttl\":0,\"name\":\"\"} ] ""#,
            r#"{"dns":{"answers":[{"type":"TXT","data":["x"]},{"ttl":0}]}}"#,
        ),
        (
            "classes by number",
            r#""ResourceRecordsJSON":"[{\"class\":3},{\"class\":\"4\"},{\"class\":254},{\"class\":255}]""#,
            r#"{"dns":{"answers":[{"class":"CH"},{"class":"HS"},{"class":"NONE"},{"class":"ANY"}]}}"#,
        ),
        ("none", r#""ResourceRecordsJSON":"[]""#, r#"{}"#),
        ("no text", r#""ResourceRecordsJSON":"""#, r#"{}"#),
    ];
    check("", "gateway_dns", CASES);
}

#[test]
fn text_that_is_no_list_of_resource_records_stays_with_a_note() {
    for text in [
        "x",
        "{}",
        "[{}",
        "[{}] x",
        "[1]",
        "[[]]",
        "NULL",
        "null,",
        r#"[{\"ttl\":\"x\"}]"#,
        r#"[{\"name\":5}]"#,
        r#"[{\"type\":1},{\"type\":70000}]"#,
        r#"[{\"rdata\":\"x\",\"data\":\"y\"}]"#,
    ] {
        let fields = format!(r#""ResourceRecordsJSON":"{text}""#);
        let added = format!(
            r#"{{"cloudflare":{{{fields}}},"error":{{"message":
            "ResourceRecordsJSON: not a JSON array of resource records"}}}}"#
        );
        let case = (text, fields.leak() as &str, added.leak() as &str);
        check("", "gateway_dns", &[case]);
    }
}

#[test]
fn bad_values_stay_with_a_note() {
    const CASES: &[Case] = &[
        (
            "a port beyond 65535",
            r#""SrcPort":65536"#,
            r#"{"cloudflare":{"SrcPort":65536},
            "error":{"message":"SrcPort: not a port number from 0 to 65535"}}"#,
        ),
        (
            "a port below 0",
            r#""DstPort":-1"#,
            r#"{"cloudflare":{"DstPort":-1},
            "error":{"message":"DstPort: not a port number from 0 to 65535"}}"#,
        ),
        (
            "a device that is a number",
            r#""DeviceName":5"#,
            r#"{"cloudflare":{"DeviceName":5},"error":{"message":"DeviceName: not a string"}}"#,
        ),
        (
            "a protocol that is a list",
            r#""Protocol":["udp"]"#,
            r#"{"cloudflare":{"Protocol":["udp"]},"error":{"message":"Protocol: not a string"}}"#,
        ),
    ];
    check("", "gateway_dns", CASES);
}

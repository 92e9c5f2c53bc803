//! `name_case lower`.

use crate::support::{Case, check};

#[test]
fn names_get_small_letters_where_they_are_names() {
    const DNS: &[Case] = &[
        (
            "the question and its parts",
            r#""QueryName":"Www.EXAMPLE.Co.UK.""#,
            r#"{"dns":{"question":{"name":"www.example.co.uk","registered_domain":"example.co.uk",
            "subdomain":"www","top_level_domain":"co.uk"}},"related":{"hosts":["www.example.co.uk"]}}"#,
        ),
        (
            "ASCII letters alone",
            r#""QueryName":"BÜCHER.De""#,
            r#"{"dns":{"question":{"name":"bÜcher.de","registered_domain":"bÜcher.de",
            "top_level_domain":"de"}},"related":{"hosts":["bÜcher.de"]}}"#,
        ),
        (
            "the root",
            r#""QueryName":".","ColoCode":"AMS""#,
            r#"{"dns":{"question":{"name":"."}},"related":{"hosts":["."]},
            "cloudflare":{"ColoCode":"AMS"}}"#,
        ),
    ];
    check("name_case=lower enrich=domain,related", "dns_logs", DNS);
    check("name_case=LOWER enrich=domain,related convention=ecs", "dns_logs", DNS);
    const KEEP: &[Case] =
        &[("kept", r#""QueryName":"A.b""#, r#"{"dns":{"question":{"name":"A.b"}}}"#)];
    check("name_case=keep", "dns_logs", KEEP);
    check("", "dns_logs", KEEP);
    const ESCAPED: &[Case] = &[(
        "with what ECS has escaped",
        r#""QueryName":"\tA\u0001.B.COM""#,
        r#"{"dns":{"question":{"name":"\\ta\\001.b.com","registered_domain":"b.com",
        "subdomain":"\\ta\\001","top_level_domain":"com"}}}"#,
    )];
    check("name_case=lower enrich=domain convention=ecs", "dns_logs", ESCAPED);
}

#[test]
fn names_of_gateway_too_and_nothing_else() {
    const CASES: &[Case] = &[
        (
            "answers by their names, not by their data",
            r#""ResourceRecordsJSON":"[{\"name\":\"A.B.\",\"type\":5,\"rdata\":\"C.D.\"}]""#,
            r#"{"dns":{"answers":[{"name":"a.b","type":"CNAME","data":"C.D."}]},
            "related":{"hosts":["example.com"]}}"#,
        ),
        (
            "related hosts, and each once",
            r#""CNAMEs":["A.net.","a.NET","EXAMPLE.com"],"DeviceName":"LAPTOP","QueryNameReversed":"Com.Example""#,
            r#"{"host":{"hostname":"LAPTOP","name":"LAPTOP"},
            "related":{"hosts":["example.com","a.net","laptop"]},
            "cloudflare":{"CNAMEs":["A.net.","a.NET","EXAMPLE.com"],"QueryNameReversed":"Com.Example"}}"#,
        ),
        (
            "no users",
            r#""UserID":"U","Email":"u""#,
            r#"{"user":{"id":"U","email":"u"},"related":{"hosts":["example.com"],"user":["U","u"]}}"#,
        ),
    ];
    check("name_case=lower enrich=related", "gateway_dns", CASES);
}

/// More names than are looked through one by one.
#[test]
fn many_names_are_told_apart_without_regard_to_case() {
    let names: Vec<_> = (0..30).map(|n| format!("N{n}.x")).collect();
    let quoted = |names: &[String]| {
        names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(",")
    };
    let small: Vec<_> = names.iter().map(|name| name.to_lowercase()).collect();
    let cnames = format!("{},{}", quoted(&names), quoted(&small));
    let fields = format!(r#""CNAMEs":[{cnames}]"#);
    let lower = format!(
        r#"{{"cloudflare":{{{fields}}},"related":{{"hosts":["example.com",{}]}}}}"#,
        quoted(&small)
    );
    let kept =
        format!(r#"{{"cloudflare":{{{fields}}},"related":{{"hosts":["example.com",{cnames}]}}}}"#);
    let fields: &str = fields.leak();
    check("name_case=lower enrich=related", "gateway_dns", &[("lower", fields, lower.leak())]);
    check("enrich=related", "gateway_dns", &[("kept", fields, kept.leak())]);
}

//! The groups of `enrich`.

use crate::oracle::through::header_time;
use crate::support::{Case, EVENT_TIME, check, input, mapped, mapper, parse};

/// A part of a name, if it has one.
type Part = Option<&'static str>;

/// A name and its parts: registered domain, subdomain, top-level domain.
#[rustfmt::skip]
const DOMAINS: &[(&str, Part, Part, Part)] = &[
    ("foO-BAR-baz.xYz", Some("foO-BAR-baz.xYz"), None, Some("xYz")),
    ("example.com", Some("example.com"), None, Some("com")),
    ("www.example.com", Some("example.com"), Some("www"), Some("com")),
    ("a.b.example.co.uk", Some("example.co.uk"), Some("a.b"), Some("co.uk")),
    ("A.b.EXAMPLE.Co.UK", Some("EXAMPLE.Co.UK"), Some("A.b"), Some("Co.UK")),
    ("co.uk", None, None, Some("co.uk")),
    ("com", None, None, Some("com")),
    ("me.github.io", Some("me.github.io"), None, Some("github.io")),
    ("www.ck", Some("www.ck"), None, Some("ck")),
    ("a.b.ck", Some("a.b.ck"), None, Some("b.ck")),
    ("host.example.unlisted", Some("example.unlisted"), Some("host"), Some("unlisted")),
    ("192.0.2.1", None, None, None),
    ("2001:db8::1", None, None, None),
    ("_dmarc.example.com", Some("example.com"), Some("_dmarc"), Some("com")),
    ("_sip._tcp.example.com", Some("example.com"), Some("_sip._tcp"), Some("com")),
    ("1.0.0.127.in-addr.arpa", Some("127.in-addr.arpa"), Some("1.0.0"), Some("in-addr.arpa")),
    ("bücher.de", Some("bücher.de"), None, Some("de")),
    ("xn--bcher-kva.de", Some("xn--bcher-kva.de"), None, Some("de")),
    ("a.食狮.公司.cn", Some("食狮.公司.cn"), Some("a"), Some("公司.cn")),
    ("a.xn--85x722f.xn--55qx5d.cn", Some("xn--85x722f.xn--55qx5d.cn"), Some("a"), Some("xn--55qx5d.cn")),
    (r"www.a\.b.co.uk", Some(r"a\.b.co.uk"), Some("www"), Some("co.uk")),
    (r"a\.b.example.com", Some("example.com"), Some(r"a\.b"), Some("com")),
    (r"a\.co.uk", Some(r"a\.co.uk"), None, Some("uk")),
    (r"a\\.co.uk", Some(r"a\\.co.uk"), None, Some("co.uk")),
    (r"example\.com", None, None, Some(r"example\.com")),
    (r"a.b\..example.com", Some("example.com"), Some(r"a.b\."), Some("com")),
    (r"a.foo\.", Some(r"a.foo\."), None, Some(r"foo\.")),
    ("a.XN--85X722F.xn--55QX5D.cn", Some("XN--85X722F.xn--55QX5D.cn"), Some("a"), Some("xn--55QX5D.cn")),
];

#[test]
fn domains_are_split_by_the_public_suffix_list() {
    for (name, registered, subdomain, suffix) in DOMAINS {
        // As JSON has it.
        let escaped = |text: &str| text.replace('\\', r"\\");
        let name = escaped(name);
        let mut parts = format!(r#""name":"{name}""#);
        let all = [
            ("registered_domain", registered),
            ("subdomain", subdomain),
            ("top_level_domain", suffix),
        ];
        for (key, part) in all {
            if let Some(part) = part {
                parts += &format!(r#","{key}":"{}""#, escaped(part));
            }
        }
        for spelling in [name.to_string(), format!(".{name}..")] {
            let fields = format!(r#""QueryName":"{spelling}""#).leak();
            let added = format!(r#"{{"dns":{{"question":{{{parts}}}}}}}"#).leak();
            for dataset in ["dns_logs", "dns_firewall_logs", "gateway_dns"] {
                check("enrich=domain", dataset, &[("split", fields, added)]);
            }
        }
    }
}

#[test]
fn names_without_parts() {
    const CASES: &[Case] = &[
        ("the root", r#""QueryName":".""#, r#"{"dns":{"question":{"name":"."}}}"#),
        (
            "no text",
            r#""QueryName":5"#,
            r#"{"dns":null,"cloudflare":{"QueryName":5},"error":{"message":"QueryName: not a string"}}"#,
        ),
    ];
    check("enrich=domain", "dns_logs", CASES);
}

#[test]
fn related_gathers_each_once_in_order() {
    const DNS: &[Case] = &[
        (
            "source and name, and no subnet",
            r#""SourceIP":"::1","EDNSSubnet":"192.0.2.0""#,
            r#"{"source":{"ip":"::1"},"cloudflare":{"EDNSSubnet":"192.0.2.0"},
            "related":{"ip":["::1"],"hosts":["example.com"]}}"#,
        ),
        (
            "a bad address is none",
            r#""SourceIP":"x""#,
            r#"{"cloudflare":{"SourceIP":"x"},"error":{"message":"SourceIP: not an IP address"},
            "related":{"hosts":["example.com"]}}"#,
        ),
    ];
    check("enrich=related", "dns_logs", DNS);
    const FIREWALL: &[Case] = &[
        (
            "both ends",
            r#""UpstreamIP":"1.1.1.1","SourceIP":"::1""#,
            r#"{"source":{"ip":"::1"},"destination":{"ip":"1.1.1.1"},
            "related":{"ip":["::1","1.1.1.1"],"hosts":["example.com"]}}"#,
        ),
        (
            "the same at both ends",
            r#""UpstreamIP":"::1","SourceIP":"::1""#,
            r#"{"source":{"ip":"::1"},"destination":{"ip":"::1"},
            "related":{"ip":["::1"],"hosts":["example.com"]}}"#,
        ),
    ];
    check("enrich=related", "dns_firewall_logs", FIREWALL);
    const GATEWAY: &[Case] = &[
        (
            "everything",
            r#""SrcIP":"::1","DstIP":"1.1.1.1","ResolvedIPs":["1.2.3.4","::1","x","1.2.3.4"],
            "ResourceRecordsJSON":"[{\"rdata\":\"5.6.7.8\"},{\"rdata\":\"x.\"},{\"rdata\":\"1.1.1.1\"}]",
            "DeviceName":"h","UserID":"u","Email":"u""#,
            r#"{"source":{"ip":"::1"},"destination":{"ip":"1.1.1.1"},
            "dns":{"resolved_ip":["1.2.3.4","::1","1.2.3.4"],
            "answers":[{"data":"5.6.7.8"},{"data":"x."},{"data":"1.1.1.1"}]},
            "host":{"hostname":"h","name":"h"},"user":{"id":"u","email":"u"},
            "related":{"ip":["::1","1.1.1.1","1.2.3.4","5.6.7.8"],"hosts":["example.com","h"],
            "user":["u"]},"cloudflare":{"ResolvedIPs":["1.2.3.4","::1","x","1.2.3.4"]},
            "error":{"message":"ResolvedIPs: not an array of IP addresses only"}}"#,
        ),
        (
            "a host named as the question is",
            r#""DeviceName":"example.com","Email":"e","UserID":"u""#,
            r#"{"host":{"hostname":"example.com","name":"example.com"},
            "user":{"id":"u","email":"e"},"related":{"hosts":["example.com"],"user":["u","e"]}}"#,
        ),
    ];
    check("enrich=related", "gateway_dns", GATEWAY);
    const BEHIND: &[Case] = &[
        (
            "servers, and addresses that stand for others, come last",
            r#""SrcIP":"::1","AuthoritativeNameServerIPs":["9.9.9.9","x","::1"],
            "InitialResolvedIPs":["100.64.0.1","9.9.9.9",""],"ResolvedIPs":["1.2.3.4"]"#,
            r#"{"source":{"ip":"::1"},"dns":{"resolved_ip":["1.2.3.4"]},
            "related":{"ip":["::1","1.2.3.4","100.64.0.1","9.9.9.9"],"hosts":["example.com"]},
            "cloudflare":{"AuthoritativeNameServerIPs":["9.9.9.9","x","::1"],
            "InitialResolvedIPs":["100.64.0.1","9.9.9.9",""]}}"#,
        ),
        (
            "servers alone",
            r#""AuthoritativeNameServerIPs":["9.9.9.9"]"#,
            r#"{"related":{"ip":["9.9.9.9"],"hosts":["example.com"]},
            "cloudflare":{"AuthoritativeNameServerIPs":["9.9.9.9"]}}"#,
        ),
        (
            "names that the name stands for, without their dots, before the device",
            r#""CNAMEs":["a.net.","","example.com","a.net"],"DeviceName":"a.net.""#,
            r#"{"host":{"hostname":"a.net.","name":"a.net."},
            "related":{"hosts":["example.com","a.net","a.net."]},
            "cloudflare":{"CNAMEs":["a.net.","","example.com","a.net"]}}"#,
        ),
        (
            "no lists",
            r#""CNAMEs":"a.net","InitialResolvedIPs":5"#,
            r#"{"related":{"hosts":["example.com"]},
            "cloudflare":{"CNAMEs":"a.net","InitialResolvedIPs":5},
            "error":{"message":"CNAMEs: not an array of strings; InitialResolvedIPs: not an array of strings"}}"#,
        ),
    ];
    check("enrich=related", "gateway_dns", BEHIND);
    const FROM_ANSWERS: &[Case] = &[(
        "what the answers resolve to comes before their other addresses",
        r#""ResourceRecordsJSON":"[{\"type\":16,\"rdata\":\"3.3.3.3\"},{\"type\":1,\"rdata\":\"1.2.3.4\"}]""#,
        r#"{"dns":{"answers":[{"type":"TXT","data":"3.3.3.3"},{"type":"A","data":"1.2.3.4"}],
        "resolved_ip":["1.2.3.4"]},"related":{"ip":["1.2.3.4","3.3.3.3"],"hosts":["example.com"]}}"#,
    )];
    check("enrich=related convention=ecs", "gateway_dns", FROM_ANSWERS);
    const AS_THEY_COME: &[Case] = &[(
        "what the name resolved to is told by its own field alone",
        r#""ResourceRecordsJSON":"[{\"type\":16,\"rdata\":\"3.3.3.3\"},{\"type\":1,\"rdata\":\"1.2.3.4\"}]""#,
        r#"{"dns":{"answers":[{"type":"TXT","data":"3.3.3.3"},{"type":"A","data":"1.2.3.4"}]},
        "related":{"ip":["3.3.3.3","1.2.3.4"],"hosts":["example.com"]}}"#,
    )];
    check("enrich=related", "gateway_dns", AS_THEY_COME);
    const OF_OTHERS: &[Case] = &[(
        "in another dataset those fields are foreign",
        r#""CNAMEs":["a.net"],"InitialResolvedIPs":["1.2.3.4"]"#,
        r#"{"related":{"hosts":["example.com"]},"CNAMEs":["a.net"],"InitialResolvedIPs":["1.2.3.4"]}"#,
    )];
    check("enrich=related dataset=dns_logs", "dns_logs", OF_OTHERS);
    const NOTHING: &[Case] = &[(
        "nothing to gather",
        r#""QueryName":5"#,
        r#"{"dns":null,"cloudflare":{"QueryName":5},"error":{"message":"QueryName: not a string"}}"#,
    )];
    check("enrich=related", "dns_logs", NOTHING);
}

#[test]
fn the_other_groups() {
    const OBSERVER: &[Case] =
        &[("always", "", r#"{"observer":{"vendor":"Cloudflare","type":"dns"}}"#)];
    const VERSION: &[Case] = &[("always", "", r#"{"ecs":{"version":"9.4.0"}}"#)];
    for dataset in ["dns_logs", "dns_firewall_logs", "gateway_dns"] {
        check("enrich=observer", dataset, OBSERVER);
        check("enrich=version", dataset, VERSION);
    }
    const NETWORK: &[Case] = &[
        ("no address", "", r#"{"network":{"protocol":"dns"}}"#),
        (
            "IPv4",
            r#""SourceIP":"1.2.3.4""#,
            r#"{"source":{"ip":"1.2.3.4"},"network":{"protocol":"dns","type":"ipv4"}}"#,
        ),
        (
            "IPv6",
            r#""SourceIP":"::ffff:1.2.3.4""#,
            r#"{"source":{"ip":"::ffff:1.2.3.4"},"network":{"protocol":"dns","type":"ipv6"}}"#,
        ),
        (
            "no address after all",
            r#""SourceIP":"x""#,
            r#"{"network":{"protocol":"dns"},"cloudflare":{"SourceIP":"x"},
            "error":{"message":"SourceIP: not an IP address"}}"#,
        ),
    ];
    check("enrich=network", "dns_logs", NETWORK);
    check("enrich=network", "dns_firewall_logs", NETWORK);
    check("enrich=network convention=ecs", "dns_logs", NETWORK);
}

#[test]
fn created_is_the_time_that_the_event_came_with() {
    const CASES: &[Case] = &[
        (
            "beside the time of the record, which the event does not take",
            r#""Timestamp":-1"#,
            r#"{"@timestamp":"1969-12-31T23:59:59.000000Z",
            "event":{"created":"2001-09-09T01:46:40.000000005Z"}}"#,
        ),
        ("beside itself", "", r#"{"event":{"created":"2001-09-09T01:46:40.000000005Z"}}"#),
    ];
    check("enrich=created", "dns_logs", CASES);
    check("enrich=created convention=ecs", "dns_logs", CASES);
    check("enrich=created timestamp_key=time", "dns_logs", &[CASES[1]]);
    const GATEWAY: &[Case] = &[CASES[1]];
    check("enrich=created", "gateway_dns", GATEWAY);
    // Where the event takes the record's time, it is still the one before.
    let mut mapper = mapper("enrich=created");
    for time in [1, 1_657_233_726, 2] {
        let text = input("dns_logs", &format!(r#""Timestamp":{time}"#));
        let (record, event_time) = mapped(&mut mapper, &parse(&text)).expect("mapped");
        let created =
            record.members("event").next().and_then(|event| event.members("created").next());
        assert_eq!(created, Some(&EVENT_TIME.into()), "{text}");
        assert_ne!(event_time, header_time(), "{text}");
    }
}

#[test]
fn outcome_follows_the_code() {
    const DNS: &[Case] = &[
        (
            "0",
            r#""ResponseCode":0"#,
            r#"{"dns":{"response_code":"NoError"},"event":{"outcome":"success"}}"#,
        ),
        (
            "3",
            r#""ResponseCode":"3""#,
            r#"{"dns":{"response_code":"NXDomain"},"event":{"outcome":"failure"}}"#,
        ),
        (
            "no name",
            r#""ResponseCode":4095"#,
            r#"{"event":{"outcome":"failure"},"cloudflare":{"ResponseCode":4095}}"#,
        ),
        ("no code", "", r#"{}"#),
        (
            "no valid code",
            r#""ResponseCode":65536"#,
            r#"{"cloudflare":{"ResponseCode":65536},
            "error":{"message":"ResponseCode: not a response code from 0 to 65535"}}"#,
        ),
    ];
    check("enrich=outcome", "dns_logs", DNS);
    const FIREWALL: &[Case] = &[(
        "the upstream's",
        r#""UpstreamIP":"::1","UpstreamResponseCode":0"#,
        r#"{"dns":{"response_code":"NoError"},"event":{"outcome":"success"},
        "destination":{"ip":"::1"},"cloudflare":{"UpstreamResponseCode":0}}"#,
    )];
    check("enrich=outcome", "dns_firewall_logs", FIREWALL);
}

#[test]
fn all_is_every_group() {
    const ALL: &[Case] = &[(
        "all",
        r#""SourceIP":"1.2.3.4","ResponseCode":0"#,
        r#"{"dns":{"question":{"registered_domain":"example.com","top_level_domain":"com"},
        "response_code":"NoError"},"source":{"ip":"1.2.3.4"},
        "event":{"outcome":"success","created":"2001-09-09T01:46:40.000000005Z"},
        "network":{"protocol":"dns","type":"ipv4"},
        "observer":{"vendor":"Cloudflare","type":"dns"},
        "related":{"ip":["1.2.3.4"],"hosts":["example.com"]},"ecs":{"version":"9.4.0"}}"#,
    )];
    check("enrich=all", "dns_logs", ALL);
    check("enrich=ALL", "dns_logs", ALL);
    check("enrich=created,domain,related,observer,network,outcome,version", "dns_logs", ALL);
    check("enrich=version,all", "dns_logs", ALL);
    check("enrich=Domain,outcome,CREATED,NETWORK,version,related,observer,domain", "dns_logs", ALL);
    check("enrich=", "dns_logs", &[("none", "", "{}")]);
}

//! Addresses: valid ones as they came, others refused.

use crate::oracle::through::header_time;
use crate::support::{both_ways, input, output};

/// The fields that hold one address, with their datasets and the objects that they go to.
const FIELDS: [(&str, &str, &str); 5] = [
    ("dns_logs", "SourceIP", "source"),
    ("dns_firewall_logs", "SourceIP", "source"),
    ("dns_firewall_logs", "UpstreamIP", "destination"),
    ("gateway_dns", "SrcIP", "source"),
    ("gateway_dns", "DstIP", "destination"),
];

const VALID: &[&str] = &[
    "0.0.0.0",
    "1.2.3.4",
    "192.0.2.1",
    "255.255.255.255",
    "::",
    "::1",
    "1::",
    "2001:db8::1",
    "2001:DB8::ABCD:ef01",
    "2001:0db8:0000:0000:0000:0000:0000:0001",
    "2001:db8:0:0:0:0:0:1",
    "1:2:3:4:5:6:7:8",
    "1:2:3:4:5:6:7::",
    "::2:3:4:5:6:7:8",
    "1::8",
    "::ffff:192.0.2.1",
    "::FFFF:192.0.2.1",
    "::192.0.2.1",
    "64:ff9b::192.0.2.33",
    "1:2:3:4:5:6:192.0.2.1",
    "fe80::1",
    "ff02::fb",
];

const INVALID: &[&str] = &[
    "fe80::1%eth0",
    "fe80::1%1",
    "[2001:db8::1]",
    "[::1]:53",
    "192.0.2.1:53",
    "192.0.2.0/24",
    "2001:db8::/32",
    "192.0.2.01",
    "01.2.3.4",
    "1.2.3.00",
    "192.0.2.256",
    "192.0.2.1000",
    "192.0.2",
    "192.0.2.1.1",
    "192.0.2.",
    ".192.0.2.1",
    "192..2.1",
    "0x7f.0.0.1",
    "2130706433",
    " 192.0.2.1",
    "192.0.2.1 ",
    "192.0.2.1\\u0000",
    "192.0.2.-1",
    "+1.2.3.4",
    "::1::",
    "1::2::3",
    ":::",
    ":",
    ":1",
    "1:",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7:8::",
    "::1:2:3:4:5:6:7:8",
    "12345::",
    "g::1",
    "::ffff:192.0.2.256",
    "::ffff:192.0.2.01",
    "::ffff:192.0.2",
    "::192.0.2.1:1",
    "1:2:3:4:5:6:7:192.0.2.1",
    "localhost",
    "a.b.c.d",
    "-",
    "１.2.3.4",
];

#[test]
fn addresses_are_written_as_they_came() {
    for (dataset, field, object) in FIELDS {
        for address in VALID {
            let text = input(dataset, &format!(r#""{field}":"{address}""#));
            let added = format!(r#"{{"{object}":{{"ip":"{address}"}}}}"#);
            for (way, got) in both_ways("", &text) {
                let expected = Some((output("", dataset, &added), header_time()));
                assert_eq!(got, expected, "{way}: {text}");
            }
        }
    }
}

#[test]
fn what_only_looks_like_an_address_stays_with_a_note() {
    for (dataset, field, _) in FIELDS {
        let texts = INVALID.iter().map(|text| format!(r#""{text}""#));
        let others = ["5", "true", "0", "1.5", r#"["192.0.2.1"]"#, r#"["::1",[]]"#];
        for value in texts.chain(others.map(str::to_owned)) {
            // With bytes behind it that could be read along, too.
            let text = input(dataset, &format!(r#""{field}":{value},"zone":"0123456789abcdef""#));
            let added = format!(
                r#"{{"cloudflare":{{"{field}":{value}}},"zone":"0123456789abcdef",
                "error":{{"message":"{field}: not an IP address"}}}}"#
            );
            for (way, got) in both_ways("", &text) {
                let expected = Some((output("", dataset, &added), header_time()));
                assert_eq!(got, expected, "{way}: {text}");
            }
        }
    }
}

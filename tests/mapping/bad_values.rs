//! Values that cannot be read are kept as they came, and named.

use crate::oracle::msgpack::{Forms, encode};
use crate::oracle::through::HEADER;
use crate::support::{Case, check, in_text, input, mapper, parse};

#[test]
fn each_field_is_named_in_the_order_of_the_mapping() {
    const ALL: &[Case] = &[(
        "all at once, in another order",
        r#""ResponseCached":"yes","EDNSSubnetLength":1.5,"EDNSSubnet":5,"ColoCode":["x"],
        "SourceIP":"localhost","ResponseCode":"abc","QueryType":{"a":1},"QueryName":[1],
        "Timestamp":"yesterday""#,
        r#"{"dns":null,"cloudflare":{"ResponseCached":"yes","EDNSSubnetLength":1.5,"EDNSSubnet":5,
        "ColoCode":["x"],"SourceIP":"localhost","ResponseCode":"abc","QueryType":"{\"a\":1}",
        "QueryName":[1],"Timestamp":"yesterday"},"error":{"message":"Timestamp: not a time between the years 0001 and 9999; QueryName: not a string; QueryType: not a record type: a number from 0 to 65535 or a mnemonic; ResponseCode: not a response code from 0 to 65535; SourceIP: not an IP address; ColoCode: not a string; EDNSSubnet: not a string; EDNSSubnetLength: not an integer; ResponseCached: not true or false"}}"#,
    )];
    check("", "dns_logs", ALL);
    check("reserve_data=false", "dns_logs", ALL);
}

#[test]
fn the_rest_of_the_record_maps_as_usual() {
    const CASES: &[Case] = &[
        (
            "beside a bad time",
            r#""Timestamp":false,"QueryType":1,"SourceIP":"::1""#,
            r#"{"dns":{"question":{"type":"A"}},"source":{"ip":"::1"},
            "cloudflare":{"Timestamp":false},
            "error":{"message":"Timestamp: not a time between the years 0001 and 9999"}}"#,
        ),
        (
            "a map as the text of its JSON",
            r#""ResponseCode":{"a":[1,{"b":null}],"c":""},"QueryType":1"#,
            r#"{"dns":{"question":{"type":"A"}},
            "cloudflare":{"ResponseCode":"{\"a\":[1,{\"b\":null}],\"c\":\"\"}"},
            "error":{"message":"ResponseCode: not a response code from 0 to 65535"}}"#,
        ),
        (
            "a name that is none",
            r#""QueryName":0,"QueryType":1"#,
            r#"{"dns":{"question":{"name":null,"type":"A"}},"cloudflare":{"QueryName":0},
            "error":{"message":"QueryName: not a string"}}"#,
        ),
    ];
    check("", "dns_logs", CASES);
}

#[test]
fn what_holds_a_map_stays_as_the_text_of_its_json() {
    const DNS: &[Case] = &[
        (
            "an array with a map",
            r#""SourceIP":["::1",{"z":1.5,"a":"é\""}]"#,
            r#"{"cloudflare":{"SourceIP":"[\"::1\",{\"z\":1.5,\"a\":\"é\\\"\"}]"},
            "error":{"message":"SourceIP: not an IP address"}}"#,
        ),
        (
            "a map far inside",
            r#""Timestamp":[[[{"a":true}]]]"#,
            r#"{"cloudflare":{"Timestamp":"[[[{\"a\":true}]]]"},
            "error":{"message":"Timestamp: not a time between the years 0001 and 9999"}}"#,
        ),
        (
            "an array without one",
            r#""ColoCode":[[1],[]]"#,
            r#"{"cloudflare":{"ColoCode":[[1],[]]},"error":{"message":"ColoCode: not a string"}}"#,
        ),
        (
            "an empty map inside",
            r#""EDNSSubnetLength":[{}]"#,
            r#"{"cloudflare":{"EDNSSubnetLength":"[{}]"},
            "error":{"message":"EDNSSubnetLength: not an integer"}}"#,
        ),
    ];
    check("", "dns_logs", DNS);
    const GATEWAY: &[Case] = &[
        (
            "an array of texts and a map",
            r#""ResolvedIPs":["::1",{"a":1}]"#,
            r#"{"dns":{"resolved_ip":["::1"]},"cloudflare":{"ResolvedIPs":"[\"::1\",{\"a\":1}]"},
            "error":{"message":"ResolvedIPs: not an array of IP addresses only"}}"#,
        ),
        (
            "a field of objects has objects, also where it is none of them alone",
            r#""RData":{"a":1},"ResourceRecords":[{"a":1},2]"#,
            r#"{"cloudflare":{"RData":{"a":1},"ResourceRecords":[{"a":1},2]},"error":{"message":"RData: not an array of objects; ResourceRecords: not an array of objects"}}"#,
        ),
        (
            "a foreign map stays one",
            r#""tag":{"a":{"b":1}},"source":{"a":1}"#,
            r#"{"cloudflare":{"unmapped":{"source":{"a":1}}},"tag":{"a":{"b":1}}}"#,
        ),
    ];
    check("", "gateway_dns", GATEWAY);
}

/// What the log shows of a chunk: the first value in it that cannot be read.
#[test]
fn the_first_value_of_a_chunk_that_cannot_be_read_is_told() {
    let good = input("dns_logs", r#""SourceIP":"::1""#);
    let bad = |value: &str| input("dns_logs", &format!(r#""SourceIP":{value}"#));
    let told = "SourceIP: not an IP address: ";
    for (records, expected) in [
        (vec![good.clone()], None),
        (vec![good.clone(), bad(r#""a""#), bad(r#""b""#), good.clone()], Some(r#""a""#)),
        (vec![bad("5"), bad("true")], Some("5")),
        (vec![bad("true"), bad("5")], Some("true")),
        (vec![bad("[1]")], Some("an array")),
    ] {
        for (config, in_a_text) in [("", false), ("key_name=log", true)] {
            let value = |text: &String| if in_a_text { in_text(text) } else { parse(text) };
            let event =
                |text| [&HEADER[..], &encode(&value(text), &mut Forms::smallest())].concat();
            let chunk: Vec<u8> = records.iter().flat_map(event).collect();
            let mut mapper = mapper(config);
            // The chunk before leaves nothing behind.
            for _ in 0..2 {
                let outcome = mapper.rewrite(&chunk, &mut Vec::new()).expect("memory");
                let got = outcome.unreadable.map(ToString::to_string);
                assert_eq!(got, expected.map(|value| format!("{told}{value}")), "{config}");
                let good = event(&good);
                let outcome = mapper.rewrite(&good, &mut Vec::new()).expect("memory");
                assert!(outcome.unreadable.is_none(), "{config}");
            }
        }
    }
}

//! Values that cannot be read are kept as they came, and named.

use crate::support::{Case, check};

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

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
        "ColoCode":["x"],"SourceIP":"localhost","ResponseCode":"abc","QueryType":{"a":1},
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
            "nested values as they came",
            r#""ResponseCode":{"a":[1,{"b":null}],"c":""},"QueryType":1"#,
            r#"{"dns":{"question":{"type":"A"}},
            "cloudflare":{"ResponseCode":{"a":[1,{"b":null}],"c":""}},
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

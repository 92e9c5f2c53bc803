//! `dns.answers` from each of the three fields that have resource records.

use crate::oracle::value::Val;
use crate::support::{Case, check, input, mapped, mapper, output, parse};

/// `x. 60 IN A 192.0.2.1`
const A: &str = "AXgAAAEAAQAAADwABMAAAgE=";
/// `WWW.Example.com. 300 IN CNAME target.Example.com.`
const CNAME: &str = "A1dXVwdFeGFtcGxlA2NvbQAABQABAAABLAAUBnRhcmdldAdFeGFtcGxlA2NvbQA=";
/// From Sekoia's published sample.
const HTTPS: &str = "GmNvbW1hbmRhbmRjb250cm9sYW5kYm90bmV0DHRlc3RjYXRlZ29yeQNjb20AAEEAAQAAADwAOgABAAABAAMCaDIABAAIaBIEI2gSBSMABgAgJgZHAAAAAAAAAAAAaBIEIyYGRwAAAAAAAAAAAGgSBSM=";

const OF_A: &str = r#"{"name":"x","type":"A","class":"IN","ttl":60,"data":"192.0.2.1"}"#;

fn items(texts: &[&str]) -> String {
    let item = |text: &&str| format!(r#"{{"type":"65","data":"{text}"}}"#);
    format!("[{}]", texts.iter().map(item).collect::<Vec<_>>().join(","))
}

/// One case in `convention ecs`.
fn check_ecs(claim: &'static str, fields: &str, added: &str) {
    let (fields, added) = (fields.to_owned().leak(), added.to_owned().leak());
    check("convention=ecs", "gateway_dns", &[(claim, fields, added)]);
}

#[test]
fn records_in_wire_format_become_answers() {
    for field in ["ResourceRecords", "RData"] {
        check_ecs(
            "several; the type inside counts",
            &format!(r#""{field}":{}"#, items(&[A, CNAME, HTTPS])),
            &format!(
                r#"{{"dns":{{"answers":[{OF_A},
                {{"name":"WWW.Example.com","type":"CNAME","class":"IN","ttl":300,
                "data":"target.Example.com."}},
                {{"name":"commandandcontrolandbotnet.testcategory.com","type":"HTTPS","class":"IN",
                "ttl":60,"data":"1 . alpn=h2 ipv4hint=104.18.4.35,104.18.5.35 ipv6hint=2606:4700::6812:423,2606:4700::6812:523"}}],
                "resolved_ip":["192.0.2.1"]}}}}"#
            ),
        );
        check_ecs(
            "without a type beside the data",
            &format!(r#""{field}":[{{"data":"{A}"}}]"#),
            &format!(r#"{{"dns":{{"answers":[{OF_A}],"resolved_ip":["192.0.2.1"]}}}}"#),
        );
        check_ecs("none", &format!(r#""{field}":[]"#), "{}");
    }
    // . 32768 CLASS1232 OPT, and a type that nobody knows.
    check_ecs(
        "numbers without names",
        &format!(
            r#""RData":{}"#,
            items(&["AAApBNAAAIAAAAwACgAIASNFZ4mrze8=", "AXgA/0kAAQAAADwABMAAAgE="])
        ),
        r#"{"dns":{"answers":[{"name":".","type":"OPT","class":"CLASS1232","ttl":32768,
        "data":"\\# 12 000a00080123456789abcdef"},
        {"name":"x","type":"TYPE65353","class":"IN","ttl":60,"data":"\\# 4 c0000201"}]}}"#,
    );
}

#[test]
fn one_item_that_is_no_record_keeps_them_all() {
    let not_base64 = items(&[A, "x"]);
    let cut = items(&["AXgAAAEAAQAAADwABMAAAg==", A]);
    let pointer = items(&["wAwAAQABAAAAPAAEwAACAQ=="]);
    let more = format!(r#"[{{"type":"1","data":"{A}","more":"x"}}]"#);
    for items in [
        &*not_base64,
        &cut,
        &pointer,
        &more,
        "[null]",
        "[{}]",
        r#"[{"type":"1"}]"#,
        "[5]",
        r#"[{"data":5}]"#,
        r#"[{"data":null}]"#,
        r#"[{"data":""}]"#,
        "[[]]",
        r#""x""#,
        "5",
    ] {
        for field in ["ResourceRecords", "RData"] {
            check_ecs(
                "kept whole",
                &format!(r#""{field}":{items}"#),
                &format!(
                    r#"{{"cloudflare":{{"{field}":{items}}},"error":{{"message":
                    "{field}: not an array of resource records in wire format as base64"}}}}"#
                ),
            );
        }
    }
}

#[test]
fn one_field_gives_the_answers_and_the_others_stay() {
    let (a, cname) = (items(&[A]), items(&[CNAME]));
    let json = r#""ResourceRecordsJSON":"[{\"ttl\":5}]""#;
    let of_a = format!(r#""dns":{{"answers":[{OF_A}],"resolved_ip":["192.0.2.1"]}}"#);
    check_ecs(
        "JSON first",
        &format!(r#"{json},"ResourceRecords":{a},"RData":{cname}"#),
        &format!(
            r#"{{"dns":{{"answers":[{{"ttl":5}}]}},
            "cloudflare":{{"ResourceRecords":{a},"RData":{cname}}}}}"#
        ),
    );
    check_ecs(
        "then ResourceRecords",
        &format!(r#""ResourceRecords":{a},"RData":{cname}"#),
        &format!(r#"{{{of_a},"cloudflare":{{"RData":{cname}}}}}"#),
    );
    for absent in ["null", r#""""#, "[]", r#""null""#, r#"" null\n""#] {
        check_ecs(
            "JSON that is absent",
            &format!(r#""ResourceRecordsJSON":{absent},"RData":{a}"#),
            &format!("{{{of_a}}}"),
        );
    }
    check_ecs(
        "JSON without records",
        &format!(r#""ResourceRecordsJSON":"[]","RData":{a}"#),
        &format!(r#"{{"cloudflare":{{"RData":{a}}}}}"#),
    );
    check_ecs(
        "JSON that cannot be read",
        &format!(r#""ResourceRecordsJSON":"x","RData":{a}"#),
        &format!(
            r#"{{"cloudflare":{{"ResourceRecordsJSON":"x","RData":{a}}},
            "error":{{"message":"ResourceRecordsJSON: not a JSON array of resource records"}}}}"#
        ),
    );
    check_ecs(
        "ResourceRecords that cannot be read",
        &format!(r#""ResourceRecords":[{{}}],"RData":{a}"#),
        &format!(
            r#"{{"cloudflare":{{"ResourceRecords":[{{}}],"RData":{a}}},"error":{{"message":
            "ResourceRecords: not an array of resource records in wire format as base64"}}}}"#
        ),
    );
}

#[test]
fn sekoia_keeps_records_in_wire_format() {
    let (a, wrong) = (items(&[A]), items(&["x"]));
    let case = format!(r#""ResourceRecords":{a},"RData":{wrong}"#);
    let added = format!(r#"{{"cloudflare":{{"ResourceRecords":{a},"RData":{wrong}}}}}"#);
    check("convention=sekoia", "gateway_dns", &[("kept", case.leak(), added.leak())]);
}

#[test]
fn resource_records_may_be_the_array_itself() {
    const CASES: &[Case] = &[
        (
            "as it is",
            r#""ResourceRecordsJSON":[{"name":"a.","type":1,"class":1,"ttl":60,"rdata":"1.2.3.4"}]"#,
            r#"{"dns":{"answers":[{"name":"a","type":"A","class":"IN","ttl":60,"data":"1.2.3.4"}]}}"#,
        ),
        (
            "nulls, empty objects and those with nothing in them",
            r#""ResourceRecordsJSON":[null,{},{"ttl":5},{"name":"","rdata":null},{}]"#,
            r#"{"dns":{"answers":[{"ttl":5}]}}"#,
        ),
        (
            "the same in text",
            r#""ResourceRecordsJSON":"[null,{},{\"ttl\":5},{\"name\":\"\",\"rdata\":null},{}]""#,
            r#"{"dns":{"answers":[{"ttl":5}]}}"#,
        ),
        ("nothing but nulls", r#""ResourceRecordsJSON":"[null, {}]""#, r#"{}"#),
        ("null in text", r#""ResourceRecordsJSON":"null""#, r#"{}"#),
        ("null in text, and white space", r#""ResourceRecordsJSON":"\r\n\t null ""#, r#"{}"#),
        (
            "data that are objects",
            r#""ResourceRecordsJSON":[{"rdata":{"preference":10,"exchange":"m."}},{"data":{"a":[]}},{"rdata":[1,{"a":null}]},{"rdata":["a",1]},{"rdata":7}]"#,
            r#"{"dns":{"answers":[{"data":"{\"preference\":10,\"exchange\":\"m.\"}"},
            {"data":"{\"a\":[]}"},{"data":"[1,{\"a\":null}]"},{"data":["a",1]},{"data":7}]}}"#,
        ),
        (
            "a type that is all of them",
            r#""ResourceRecordsJSON":[{"type":255},{"type":"*"}]"#,
            r#"{"dns":{"answers":[{"type":"*"},{"type":"*"}]}}"#,
        ),
    ];
    check("", "gateway_dns", CASES);
    const ANY: &[Case] = &[(
        "a type that is all of them",
        r#""ResourceRecordsJSON":[{"type":255},{"type":"*"}]"#,
        r#"{"dns":{"answers":[{"type":"ANY"},{"type":"ANY"}]}}"#,
    )];
    check("convention=ecs", "gateway_dns", ANY);
    for (records, kept) in [
        (r#"[5]"#, r#"[5]"#),
        (r#"["",{}]"#, r#""[\"\",{}]""#),
        (r#"[[]]"#, r#"[[]]"#),
        (r#"[{"ttl":"x"}]"#, r#""[{\"ttl\":\"x\"}]""#),
        (r#"[{"rdata":1,"data":2}]"#, r#""[{\"rdata\":1,\"data\":2}]""#),
        (r#"{"ttl":5}"#, r#""{\"ttl\":5}""#),
        ("5", "5"),
    ] {
        let fields = format!(r#""ResourceRecordsJSON":{records}"#);
        let added = format!(
            r#"{{"cloudflare":{{"ResourceRecordsJSON":{kept}}},"error":{{"message":
            "ResourceRecordsJSON: not a JSON array of resource records"}}}}"#
        );
        check("", "gateway_dns", &[("kept", fields.leak(), added.leak())]);
    }
}

/// A record with ten thousand items is mapped, and with one bad one at its end is kept whole.
#[test]
fn there_may_be_many() {
    let mut many = vec![A; 10_000];
    let mut mapper = mapper("convention=ecs");
    let mut map = |items: &str| {
        let text = input("gateway_dns", &format!(r#""RData":{items}"#));
        mapped(&mut mapper, &parse(&text)).expect("mapped").0
    };
    let answers = vec![OF_A; 10_000].join(",");
    let added = format!(r#"{{"dns":{{"answers":[{answers}],"resolved_ip":["192.0.2.1"]}}}}"#);
    assert_eq!(map(&items(&many)), output("convention=ecs", "gateway_dns", &added));
    many.push("AXg=");
    let kept = items(&many);
    let record = map(&kept);
    let cloudflare = record.members("cloudflare").next().expect("kept");
    assert_eq!(cloudflare.members("RData").next(), Some(&parse(&kept).sorted()));
    let dns = record.members("dns").next().expect("dns");
    assert_eq!(dns.members("answers").chain(dns.members("resolved_ip")).next(), None::<&Val>);
}

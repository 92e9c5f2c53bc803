//! Records that one mapper maps one after the other: what it remembers of one changes no other.

use crate::oracle::through::{canonical, header_time};
use crate::oracle::value::Val;
use crate::support::{in_text, input, mapped, mapper, output, parse};

/// A record's fields beside the usual, what they add to the usual output, and foreign fields behind.
type Record = (&'static str, &'static str, &'static str);

/// Maps the records in turns, three times over.
fn check(config: &str, dataset: &str, records: &[Record]) {
    let (mut mapper_of_records, with_key) = (mapper(config), format!("{config} key_name=log"));
    let mut mapper_of_text = mapper(&with_key);
    for (fields, added, foreign) in records.iter().cycle().take(3 * records.len()) {
        let text = input(dataset, fields);
        let mut expected = output(config, dataset, added).pairs().to_vec();
        expected.extend(parse(foreign).pairs().iter().cloned());
        let expected = Some((canonical(&Val::Map(expected)), header_time()));
        assert_eq!(mapped(&mut mapper_of_records, &parse(&text)), expected, "{text}");
        assert_eq!(mapped(&mut mapper_of_text, &in_text(&text)), expected, "in text: {text}");
    }
}

#[test]
fn foreign_fields_stay_or_move_in_each_record() {
    const RECORDS: &[Record] = &[
        (r#""zone":"a""#, "{}", r#"{"zone":"a"}"#),
        (r#""dns":"a""#, r#"{"cloudflare":{"unmapped":{"dns":"a"}}}"#, "{}"),
        (r#""zone":"b""#, "{}", r#"{"zone":"b"}"#),
    ];
    check("", "dns_logs", RECORDS);
    check("", "dns_logs", &RECORDS[..1]);
    check("", "dns_logs", &RECORDS[1..2]);
}

#[test]
fn of_a_key_that_comes_twice_the_last_one_counts_each_time() {
    const RECORDS: &[Record] = &[
        (
            r#""SourceIP":"192.0.2.1","SourceIP":"192.0.2.2""#,
            r#"{"source":{"ip":"192.0.2.2"}}"#,
            "{}",
        ),
        (r#""SourceIP":"192.0.2.3","SourceIP":"""#, "{}", "{}"),
        (r#""SourceIP":"","SourceIP":"192.0.2.4""#, r#"{"source":{"ip":"192.0.2.4"}}"#, "{}"),
    ];
    check("", "dns_logs", RECORDS);
}

/// The same fields, and other members for them.
#[test]
fn what_a_field_writes_is_decided_for_each_record() {
    const FLAGS: &[Record] = &[
        (r#""QueryDO":true,"QueryRD":true"#, r#"{"dns":{"header_flags":["RD","DO"]}}"#, "{}"),
        (r#""QueryDO":false,"QueryRD":false"#, "{}", "{}"),
        (r#""QueryDO":false,"QueryRD":true"#, r#"{"dns":{"header_flags":["RD"]}}"#, "{}"),
    ];
    check("", "dns_firewall_logs", FLAGS);
    const REFUSED: &[Record] = &[
        (r#""SourceIP":"::1""#, r#"{"source":{"ip":"::1"}}"#, "{}"),
        (
            r#""SourceIP":"x""#,
            r#"{"cloudflare":{"SourceIP":"x"},"error":{"message":"SourceIP: not an IP address"}}"#,
            "{}",
        ),
    ];
    check("", "dns_logs", REFUSED);
    // What is told ahead of the rows holds when the record is written anew, too.
    const IN_PARTS: &[Record] = &[
        (
            r#""QueryRD":true"#,
            r#"{"dns":{"header_flags":["RD"],"question":
            {"registered_domain":"example.com","top_level_domain":"com"}}}"#,
            "{}",
        ),
        (
            r#""QueryRD":false"#,
            r#"{"dns":{"question":{"registered_domain":"example.com","top_level_domain":"com"}}}"#,
            "{}",
        ),
    ];
    check("enrich=domain", "dns_firewall_logs", IN_PARTS);
}

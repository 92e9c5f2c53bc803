//! `key_name`: a record as JSON text in one field.

use crate::oracle::through::{Became, canonical, event, header_time};
use crate::oracle::value::Val;
use crate::support::{in_text, mapped, mapper, output, parse};

const RECORD: &str = r#"{"QueryName":"example.com.","QueryType":1}"#;
const ADDED: &str = r#"{"dns":{"question":{"type":"A"}}}"#;

fn field(name: &str, value: Val) -> Val {
    Val::Map(vec![(name.into(), value)])
}

/// The output of [`RECORD`] with these foreign fields.
fn with_foreign(config: &str, foreign: &[(&str, Val)]) -> Option<(Val, Val)> {
    let mut record = output(config, "dns_logs", ADDED).pairs().to_vec();
    record.extend(foreign.iter().map(|(name, value)| ((*name).into(), value.clone())));
    Some((canonical(&Val::Map(record)), header_time()))
}

#[test]
fn exactly_one_object_with_white_space_around_is_ours() {
    for text in [
        RECORD.to_owned(),
        format!("\u{feff}{RECORD}"),
        format!("\u{feff} \n{RECORD}"),
        format!(" \u{feff}{RECORD}"),
        format!("{RECORD}\0"),
        format!("{RECORD}\0\0\0\0"),
        format!("{RECORD},"),
        format!("{RECORD} ,\n"),
        format!("{RECORD}\r\n\0"),
        format!("{RECORD}\0,\0 "),
        format!("\u{feff}{RECORD},\0"),
        format!(" {RECORD}"),
        format!("\t\r\n {RECORD} \n"),
        "{ \"QueryName\"\t: \"example.com.\" ,\n\"QueryType\":\r1 }".to_owned(),
        RECORD.replace("Name", "\\u004eame"),
    ] {
        assert_eq!(
            mapped(&mut mapper("key_name=log"), &in_text(&text)),
            with_foreign("", &[]),
            "{text}"
        );
        let bin = field("log", Val::Bin(text.clone().into_bytes()));
        assert_eq!(mapped(&mut mapper("key_name=log"), &bin), with_foreign("", &[]), "bin {text}");
    }
}

#[test]
fn anything_else_is_not_ours() {
    for text in [
        String::new(),
        " ".to_owned(),
        "null".to_owned(),
        "5".to_owned(),
        r#""QueryName""#.to_owned(),
        "[]".to_owned(),
        format!("[{RECORD}]"),
        format!("{RECORD}{RECORD}"),
        format!("{RECORD}\n{RECORD}"),
        format!("{RECORD} x"),
        format!("x {RECORD}"),
        format!("{RECORD},,"),
        format!("{RECORD},\0,"),
        format!("{RECORD},{RECORD}"),
        format!("{RECORD}\0{RECORD}"),
        format!("{RECORD}}}"),
        format!(",{RECORD}"),
        format!("\0{RECORD}"),
        format!("{RECORD}\u{feff}"),
        format!("\u{feff}\u{feff}{RECORD}"),
        "\u{feff}".to_owned(),
        "\u{feff},\0".to_owned(),
        RECORD.replace(',', "\0,"),
        RECORD.replace(',', "\u{feff},"),
        format!("\u{a0}{RECORD}"),
        RECORD[..RECORD.len() - 1].to_owned(),
        RECORD.replace('"', "'"),
        RECORD.replace('1', "01"),
        RECORD.replace('1', "+1"),
        RECORD.replace('1', ".1"),
        RECORD.replace('1', "1."),
        RECORD.replace('1', "NaN"),
        RECORD.replace('1', "1,"),
        RECORD.replace('1', "\"\\x\""),
        RECORD.replace('1', "\"\n\""),
    ] {
        assert_eq!(mapped(&mut mapper("key_name=log"), &in_text(&text)), None, "{text}");
    }
    for value in ["5", "null", "true", "[]", RECORD] {
        let record = field("log", parse(value));
        assert_eq!(mapped(&mut mapper("key_name=log"), &record), None, "{value}");
    }
    let bad_utf8 = RECORD.replace("example", "\u{1}").into_bytes();
    let bad_utf8 = bad_utf8.into_iter().map(|byte| if byte == 1 { 0xff } else { byte }).collect();
    assert_eq!(mapped(&mut mapper("key_name=log"), &field("log", Val::Bin(bad_utf8))), None);
    // Only that field is read.
    assert_eq!(mapped(&mut mapper("key_name=log"), &field("message", RECORD.into())), None);
    assert_eq!(mapped(&mut mapper("key_name=log"), &field("LOG", RECORD.into())), None);
    assert_eq!(mapped(&mut mapper("key_name=log"), &parse(RECORD)), None);
}

/// Strings are read some bytes at a time: the place in them must not matter.
#[test]
fn a_control_character_anywhere_in_a_string_is_no_json() {
    let mut mapper = mapper("key_name=log");
    for before in 0..40 {
        for control in [0, 1, b'\t', b'\n', 0x1e, 0x1f].map(char::from) {
            for escape in ["", "\\n"] {
                let name = [escape, &"a".repeat(before), &control.to_string()].concat();
                for behind in [0, 7, 8, 15, 16, 40] {
                    let text =
                        format!(r#"{{"QueryType":1,"QueryName":"{name}{}"}}"#, "b".repeat(behind));
                    assert_eq!(mapped(&mut mapper, &in_text(&text)), None, "{text}");
                }
            }
        }
    }
}

#[test]
fn the_fields_beside_it_are_foreign() {
    let text = RECORD.replace('}', r#","x":1,"event":2}"#);
    let record = Val::Map(vec![
        ("QueryType".into(), Val::Int(28)),
        ("source".into(), "s".into()),
        ("log".into(), text.as_str().into()),
        ("y".into(), Val::Nil),
    ]);
    let added = r#"{"dns":{"question":{"type":"A"}},
        "cloudflare":{"unmapped":{"event":2,"source":"s"}},"x":1,"QueryType":28,"y":0}"#;
    let mut expected = output("", "dns_logs", added);
    let Val::Map(pairs) = &mut expected else { panic!("a map") };
    pairs.last_mut().expect("y").1 = Val::Nil;
    let got = mapped(&mut mapper("key_name=log"), &record);
    assert_eq!(got, Some((expected, header_time())));
    let got = mapped(&mut mapper("key_name=log reserve_data=false"), &record);
    assert_eq!(got, with_foreign("", &[]));
}

#[test]
fn preserve_key_keeps_the_field() {
    let text = in_text(RECORD);
    let kept = with_foreign("", &[("log", RECORD.into())]);
    assert_eq!(mapped(&mut mapper("key_name=log preserve_key=true"), &text), kept);
    assert_eq!(mapped(&mut mapper("key_name=log preserve_key=yes reserve_data=no"), &text), kept);
    assert_eq!(mapped(&mut mapper("key_name=log preserve_key=off"), &text), with_foreign("", &[]));
    // Without the others it stays alone, though the text has foreign fields, too.
    let text = RECORD.replace('}', r#","x":1}"#);
    let kept = with_foreign("", &[("log", text.as_str().into())]);
    let without = "key_name=log preserve_key=on reserve_data=off";
    assert_eq!(mapped(&mut mapper(without), &in_text(&text)), kept);
    // Its name may be taken.
    let record = field("source", RECORD.into());
    let mut expected = output(
        "",
        "dns_logs",
        r#"{"dns":{"question":{"type":"A"}},"cloudflare":{"unmapped":{"source":0}}}"#,
    );
    let Val::Map(pairs) = &mut expected else { panic!("a map") };
    let cloudflare = pairs.iter_mut().find(|(key, _)| key.text() == Some("cloudflare"));
    cloudflare.expect("there").1 = field("unmapped", field("source", RECORD.into()));
    let got = mapped(&mut mapper("key_name=source preserve_key=true"), &record);
    assert_eq!(got, Some((expected, header_time())));
}

#[test]
fn what_stands_around_the_object_is_part_of_the_original() {
    let text = format!(" \u{feff}{RECORD} ,\0\n");
    let added = format!(
        r#"{{"dns":{{"question":{{"type":"A"}}}},"event":{{"original":{}}}}}"#,
        crate::oracle::json::print(&text.as_str().into())
    );
    let expected = output("", "dns_logs", &added);
    let got = mapped(&mut mapper("key_name=log preserve_original=on"), &in_text(&text));
    assert_eq!(got, Some((expected, header_time())));
}

#[test]
fn a_record_that_is_ecs_already_stays_inside_and_out() {
    let ecs = parse(r#"{"dataset":"dns_logs"}"#);
    let outside = Val::Map(vec![("event".into(), ecs), ("log".into(), RECORD.into())]);
    assert_eq!(mapped(&mut mapper("key_name=log"), &outside), None);
    let inside = RECORD.replace('}', r#","event":{"dataset":"gateway_dns"}}"#);
    assert_eq!(mapped(&mut mapper("key_name=log"), &in_text(&inside)), None);
}

#[test]
fn numbers_keep_what_they_say() {
    let mut failed = Vec::new();
    for (number, value) in [
        ("9007199254740993", Val::Int(9_007_199_254_740_993)),
        ("18446744073709551615", Val::Int(18_446_744_073_709_551_615)),
        ("-9223372036854775808", Val::Int(-9_223_372_036_854_775_808)),
        ("1.5", Val::Float(1.5)),
        ("1.0", Val::Float(1.0)),
        ("1e3", Val::Float(1000.0)),
        ("0.1", Val::Float(0.1)),
        ("123456789.12345679", Val::Float(123_456_789.123_456_79)),
        ("5e-324", Val::Float(5e-324)),
        ("1.7976931348623157e308", Val::Float(f64::MAX)),
        ("18446744073709551616", "18446744073709551616".into()),
        ("1e400", "1e400".into()),
    ] {
        for name in ["x", "Datetime"] {
            let text = RECORD.replace('}', &format!(r#","{name}":{number}}}"#));
            let config = "key_name=log dataset=dns_logs";
            let got = mapped(&mut mapper(config), &in_text(&text));
            if got != with_foreign("", &[(name, value.clone())]) {
                failed.push((text, got));
            }
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

/// How deep a record may be nested is nobody's promise; that deeper ones pass whole is.
#[test]
fn deep_json_does_no_harm() {
    for depth in [1, 10, 20, 30, 100, 126, 127, 128, 129, 200, 100_000] {
        let nested = format!("{}0{}", r#"[{"a":"#.repeat(depth / 2), "}]".repeat(depth / 2));
        let text = RECORD.replace('}', "") + &format!(r#","x":{nested}}}"#);
        let mut mapper = mapper("key_name=log");
        match event(&mut mapper, &in_text(&text)) {
            Became::Untouched => assert!(depth > 20, "{depth}"),
            _ => {
                let got = mapped(&mut mapper, &in_text(&text));
                assert_eq!(got, with_foreign("", &[("x", parse(&nested))]), "{depth}");
            }
        }
    }
}

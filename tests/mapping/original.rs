//! `preserve_original`: the record as it came.

use crate::oracle::through::{canonical, header_time};
use crate::oracle::value::Val;
use crate::support::{in_text, input, mapped, mapper, output, parse};

const CONFIG: &str = "preserve_original=true";

/// The output of the record with `event.original`.
fn with_original(dataset: &str, added: &str, original: &str) -> Val {
    let mut record = output(CONFIG, dataset, added);
    let Val::Map(pairs) = &mut record else { panic!("a map") };
    let event = pairs.iter_mut().find(|(key, _)| key.text() == Some("event")).expect("event");
    let Val::Map(members) = &mut event.1 else { panic!("a map") };
    members.push(("original".into(), original.into()));
    canonical(&record)
}

#[test]
fn json_text_stays_as_it_came() {
    for text in [
        r#"{"QueryName":"example.com.","ColoCode":"A"}"#,
        " {\t\"ColoCode\" : \"A\" ,\r\n \"Query\\u004Eame\":\"example.com\" } \n",
        r#"{"ColoCode":"B","QueryName":"example.com","ColoCode":"\u0041"}"#,
    ] {
        let got = mapped(&mut mapper("preserve_original=on key_name=log"), &in_text(text));
        let expected = with_original("dns_logs", r#"{"cloudflare":{"ColoCode":"A"}}"#, text);
        assert_eq!(got, Some((expected, header_time())), "{text}");
    }
}

#[test]
fn a_record_is_written_as_compact_json_in_its_own_order() {
    for fields in [
        r#""SourceIP":"::1","ColoCode":"","SourceIP":"::1""#,
        r#""SourceIP":"::1","z":[1,-2,18446744073709551615,1.5,true,null,{}],"a":{"b":"c"}"#,
        r#""SourceIP":"::1","t":"\"\\\b\f\n\r\t\u0001é𝄞/""#,
    ] {
        let text = input("dns_logs", fields);
        let record = parse(&text);
        let foreign = record.pairs().iter().filter(|(key, _)| {
            !["QueryName", "SourceIP", "ColoCode"].map(Some).contains(&key.text())
        });
        let mut expected =
            with_original("dns_logs", r#"{"source":{"ip":"::1"}}"#, &text).pairs().to_vec();
        expected.extend(foreign.cloned());
        let got = mapped(&mut mapper(CONFIG), &record);
        assert_eq!(got, Some((Val::Map(expected), header_time())), "{text}");
    }
}

/// What JSON cannot hold: a value, and what it becomes.
fn others() -> Vec<(Val, &'static str)> {
    vec![
        (Val::Bin(b"abc".to_vec()), r#""abc""#),
        (Val::Bin(b"a\xffb".to_vec()), "\"a\u{fffd}b\""),
        (Val::Str(b"\xc3(".to_vec()), "\"\u{fffd}(\""),
        (Val::Str(b"\xe2\x82".to_vec()), "\"\u{fffd}\""),
        (Val::Str(b"\xff\xfe".to_vec()), "\"\u{fffd}\u{fffd}\""),
        (Val::Float(f64::NAN), "null"),
        (Val::Float(f64::INFINITY), "null"),
        (Val::Float(f64::NEG_INFINITY), "null"),
        (Val::Float(1.0), "1.0"),
        (Val::Float(0.1), "0.1"),
        (Val::Ext(5, vec![0x00, 0xAB, 0xff]), r#""00abff""#),
        (Val::Ext(-1, vec![]), r#""""#),
        (Val::Array(vec![Val::Ext(1, vec![1]), Val::Float(f64::NAN)]), r#"["01",null]"#),
        (Val::Int(-9_223_372_036_854_775_808), "-9223372036854775808"),
    ]
}

#[test]
fn what_json_cannot_hold_is_told_as_nearly_as_it_can() {
    for (value, json) in others() {
        let text = input("dns_logs", "");
        let mut record = parse(&text);
        let Val::Map(pairs) = &mut record else { panic!("a map") };
        pairs.push(("x".into(), value.clone()));
        let original = format!(r#"{},"x":{json}}}"#, &text[..text.len() - 1]);
        let mut expected = with_original("dns_logs", "{}", &original).pairs().to_vec();
        expected.push(("x".into(), value));
        let got = mapped(&mut mapper(CONFIG), &record);
        assert_eq!(got, Some((Val::Map(expected), header_time())), "{json}");
    }
}

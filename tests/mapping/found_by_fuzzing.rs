//! What fuzzing found once (see fuzz/), as the smallest case of each.

use crate::oracle::through::{config, header_time};
use crate::oracle::value::Val;
use crate::support::{both_ways, in_text, input, mapped, mapper, output, parse};

#[test]
fn a_field_of_another_dataset_with_the_name_of_the_time_field_is_not_lost() {
    const CONFIG: &str = "dataset=gateway_dns timestamp_key=Timestamp";
    let added = r#"{"cloudflare":{"unmapped":{"Timestamp":1657233726}}}"#;
    let expected = output(CONFIG, "gateway_dns", added);
    let text = r#"{"QueryName":"example.com.","Timestamp":1657233726}"#;
    for (way, got) in both_ways(CONFIG, text) {
        assert_eq!(got, Some((expected.clone(), header_time())), "{way}");
    }
}

/// `{{{…: null}: null}: null}`, so many levels in the key.
fn key_in_key(levels: usize) -> Val {
    (0..levels).fold(Val::Nil, |key, _| Val::Map(vec![(key, Val::Nil)]))
}

#[test]
fn containers_in_keys_of_containers_do_not_double_the_original() {
    let original = |levels: usize| {
        let mut record = parse(r#"{"QueryName":"example.com.","ColoCode":""}"#);
        let Val::Map(pairs) = &mut record else { panic!("a map") };
        pairs.push(("x".into(), key_in_key(levels)));
        let (record, _) = mapped(&mut mapper("preserve_original=on"), &record).expect("mapped");
        let event = record.members("event").next().expect("event").clone();
        event.members("original").next().cloned()
    };
    let text =
        |x: &str| Val::from(format!(r#"{{"QueryName":"example.com.","ColoCode":"","x":{x}}}"#));
    assert_eq!(original(1), Some(text(r#"{"null":null}"#)));
    assert_eq!(original(2), Some(text(r#"{"{\"null\":null}":null}"#)));
    for levels in [3, 4, 31, 40] {
        assert_eq!(original(levels), None, "{levels} levels");
    }
}

#[test]
fn the_line_of_the_settings_is_one_line_and_no_long_one() {
    let long = "x".repeat(5_000);
    let line =
        config(&[("key_name", &*long), ("timestamp_key", &*long)]).expect("valid").to_string();
    let shown = format!("{}...", "x".repeat(80));
    assert!(line.contains(&format!("key_name={shown} name_case=")), "{line}");
    assert!(line.ends_with(&format!("timestamp_key={shown}")), "{line}");
    let config = config(&[("key_name", "a\nb"), ("timestamp_key", "t\u{7f}\r")]).expect("valid");
    let line = config.to_string();
    assert!(
        line.contains(r"key_name=a\nb ") && line.ends_with(r"timestamp_key=t\u{7f}\r"),
        "{line}"
    );
}

#[test]
fn a_form_feed_around_json_text_is_no_white_space() {
    let text = r#"{"QueryName":"example.com.","ColoCode":""}"#;
    for (around, is_ours) in [(" \t\r\n", true), ("\u{c}", false), ("\u{b}", false)] {
        for text in [format!("{around}{text}"), format!("{text}{around}")] {
            let got = mapped(&mut mapper("key_name=log"), &in_text(&text));
            assert_eq!(got.is_some(), is_ours, "{text:?}");
        }
    }
}

#[test]
fn an_address_of_digits_alone_is_none_however_many() {
    for digits in 1..=20 {
        let text = "9".repeat(digits);
        let field = format!(r#""SourceIP":"{text}""#);
        let added = format!(
            r#"{{"cloudflare":{{"SourceIP":"{text}"}},"error":{{"message":"SourceIP: not an IP address"}}}}"#
        );
        let expected = Some((output("", "dns_logs", &added), header_time()));
        for (way, got) in both_ways("", &input("dns_logs", &field)) {
            assert_eq!(got, expected, "{way}: {text}");
        }
    }
}

#[test]
fn an_answer_that_has_its_data_under_ecs_s_own_name_is_related_too() {
    const CONFIG: &str = "enrich=related";
    let text = r#"{"QueryName":"a","RCode":0,"ResourceRecordsJSON":"[{\"data\":\"::1\"}]"}"#;
    let added = r#"{"dns":{"question":{"name":"a"},"response_code":"NoError","answers":[{"data":"::1"}]},
        "related":{"ip":["::1"],"hosts":["a"]}}"#;
    let expected = output(CONFIG, "gateway_dns", added);
    for (way, got) in both_ways(CONFIG, text) {
        assert_eq!(got, Some((expected.clone(), header_time())), "{way}");
    }
}

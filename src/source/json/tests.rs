//! JSON is read as serde_json reads it.

#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test")]

use proptest::prelude::*;
use serde_json::Value;

use super::{JsonRecord, is_cut, transcode_array};
use crate::msgpack::{AsJson, map_pairs, text};
use crate::source::{FIELD_COUNT, Field, NameSet, Record};

/// The JSON of an encoded value.
fn json_of(raw: &[u8]) -> Value {
    serde_json::to_value(AsJson::new(raw).expect("at most 24 levels")).expect("JSON")
}

/// Reads `text` after `before`, whose keys are then expected, and gives what came of it.
fn read_after(before: &str, text: impl AsRef<[u8]>) -> Option<Value> {
    let text = text.as_ref();
    let (mut json, mut record) = (JsonRecord::default(), Record::default());
    let watch = NameSet::new(["event"]);
    json.read(before.as_bytes(), &mut record, &watch).expect("memory");
    let bytes = json.read(text, &mut record, &watch).expect("memory")?;
    Some(whole(&record, bytes, text))
}

/// The record that was read from `text`; its index has to be over its members.
fn whole(record: &Record, bytes: &[u8], text: impl AsRef<[u8]>) -> Value {
    let (whole, text) = (with_names(bytes), text.as_ref());
    assert_eq!(record.seen().len(), fields_of(&whole).count(), "{}", text.escape_ascii());
    for (field, value) in fields_of(&whole) {
        let indexed = record.value(bytes, field).map(|part| part.bytes());
        let indexed = indexed.map(json_of);
        assert_eq!(indexed, (!is_nothing(value)).then(|| value.clone()), "{}", text.escape_ascii());
    }
    whole
}

/// A record as JSON, with the names of the fields whose numbers stand for them.
fn with_names(bytes: &[u8]) -> Value {
    let name = |key: &[u8]| match text(key) {
        Some(name) => String::from_utf8(name.to_vec()).expect("UTF-8"),
        None => Field::ALL[usize::from(key[0])].name().to_owned(),
    };
    let pairs = map_pairs(bytes).expect("a map");
    Value::Object(pairs.map(|(key, raw)| (name(key), json_of(raw))).collect())
}

fn fields_of(record: &Value) -> impl Iterator<Item = (Field, &Value)> {
    let members = record.as_object().into_iter().flatten();
    members.filter_map(|(name, value)| Some((Field::named(name.as_bytes())?, value)))
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

fn by_serde_json(text: impl AsRef<[u8]>) -> Option<Value> {
    serde_json::from_slice(text.as_ref()).ok().filter(Value::is_object)
}

#[test]
fn every_form_is_read_after_any_other() {
    let all_fields: Vec<_> =
        Field::ALL.iter().map(|field| format!("{:?}:{}", field.name(), *field as u8)).collect();
    let texts = [
        "{}".to_owned(),
        " { } \n".to_owned(),
        format!("{{{}}}", all_fields.join(",")),
        r#"{"QueryName":"www.example.com","Timestamp":1759968000000000000}"#.to_owned(),
        "{\t\"QueryName\" : \"a\" ,\r\n\"x\":[ 1, -2 ,[],{} ,null,true,false,\"\" ] }".to_owned(),
        r#"{"QueryName":"","ColoCode":null,"CNAMEs":[],"QueryType":0,"event":{"a":1}}"#.to_owned(),
        r#"{"QueryName":"first","QueryName":"","QueryName":"last"}"#.to_owned(),
        r#"{"a":"0123456789abcde","b":"0123456789abcdef","c":"0123456789abcdefg"}"#.to_owned(),
        r#"{"a":"\"\\\/\b\f\n\r\t","b":"\u00e9\u20AC\ud83d\ude00","c":"0123456789abcdef\"x\\"}"#
            .to_owned(),
        r#"{"\u0051ueryName":"escaped","a\"b":1,"a_foreign_key_that_is_longer_than_any":"é€😀"}"#
            .to_owned(),
        r#"{"a":18446744073,"b":9999999999999999999,"c":-9223372036854775808,"d":12345678}"#
            .to_owned(),
        r#"{"a":1.5,"b":-0.25e-3,"c":1E3,"d":0,"e":-1,"f":[0.5],"g":18446744073709551615}"#
            .to_owned(),
        format!("{{\"a\":{}{}}}", "[".repeat(23), "]".repeat(23)),
    ];
    for text in &texts {
        let expected = by_serde_json(text);
        assert!(expected.is_some(), "{text} is JSON");
        for before in &texts {
            assert_eq!(read_after(before, text), expected, "{text} after {before}");
        }
    }
}

#[test]
fn what_is_no_json_is_refused() {
    let cases = "|{|}|{]|[]|{\"a\"}|{\"a\":}|{\"a\":1,}|{,\"a\":1}|{\"a\":1}}|{\"a\":1} x|{\"a\" 1}\
        |{a:1}|{\"a\":01}|{\"a\":-}|{\"a\":00}|{\"a\":-01}|{\"a\":1.}|{\"a\":1.e3}|{\"a\":1e}\
        |{\"a\":1e+}|{\"a\":1.2.3}|{\"a\":1e2e3}|{\"a\":--1}|{\"a\":+1}|{\"a\":.5}|{\"a\":12345678x}\
        |{\"a\":tru}|{\"a\":truex}|{\"a\":nul}|{\"a\":\"x}|{\"a\":\"\\x\"}|{\"a\":\"\\u12\"}\
        |{\"a\":\"\\ud83d\"}|{\"a\":\"\\ud83d\\u0041\"}|{\"a\":\"\\ude00\"}|{\"a\":\"\\u+123\"}\
        |{\"a\":[1 2]}|{\"a\":[1,]}|{\"a\":[,1]}|{\"a\":{\"b\":1,}}|{\"a\":{1:2}}|{\"a\":NaN}\
        |{\"a\":\"0123456789abcdef0123456789\u{1}\"}|{\"a\":\"tab\there\"}|{\"QueryName:1}\
        |{\"QueryName\":}|{\"QueryName\":1,}|\u{c}{}|{}\u{c}|\u{c}\u{feff}{}";
    for text in cases.split('|') {
        assert_eq!(by_serde_json(text), None, "{text}");
        assert_eq!(read_after("{\"QueryName\":1}", text), None, "{text}");
    }
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(24), "]".repeat(24));
    assert_eq!(read_after("{}", &deep), None);
}

/// Reads the texts one after the other, each as it would be read alone: what is expected of the keys
/// comes from several records, for a short one leaves what longer ones had behind its end.
fn reads_in_turns(texts: impl IntoIterator<Item = impl AsRef<str>>) {
    let (mut json, mut record) = (JsonRecord::default(), Record::default());
    let watch = NameSet::new(["event"]);
    let mut before = Vec::new();
    for text in texts {
        let text = text.as_ref();
        let bytes = json.read(text.as_bytes(), &mut record, &watch).expect("memory");
        let read = bytes.map(|bytes| whole(&record, bytes, text));
        assert_eq!(read, by_serde_json(text), "{text} after {before:?}");
        before.push(text.to_owned());
    }
}

#[test]
fn of_a_field_that_comes_twice_the_last_counts_whatever_came_before() {
    let texts = [
        r#"{"x":1,"QueryName":"a","ColoCode":"FRA"}"#,
        r#"{"QueryName":"a"}"#,
        r#"{"QueryName":"a","QueryName":"","ColoCode":"FRA"}"#,
        r#"{"x":1,"QueryName":"a"}"#,
        r#"{"QueryName":"a","QueryName":"","ColoCode":null}"#,
        r#"{"\u0051ueryName":"a","QueryName":"","ColoCode":"F","ColoCode":[]}"#,
        r#"{"QueryName":"","QueryName":"a","ColoCode":[],"ColoCode":"F"}"#,
    ];
    for first in 0..texts.len() {
        for second in 0..texts.len() {
            let turns = [0, first, second].map(|i| texts[i]);
            reads_in_turns(turns.into_iter().chain(texts));
        }
    }
}

/// Strings of each length around the windows that are looked at together, with one byte changed at
/// each place, before the end of the text and far from it.
#[test]
fn a_string_with_more_than_ascii_is_read_where_it_is_utf8() {
    let (mut read, mut refused) = (0, 0);
    for size in 1..40 {
        for place in 0..size {
            for behind in ["", r#","b":"0123456789abcdef0123456789abcdef""#] {
                for (kind, bytes) in [("é", 2), ("€", 3), ("\u{1f600}", 4), ("\u{7f}", 1)] {
                    let text = "x".repeat(place) + kind + &"x".repeat(size - place);
                    for first in 0..bytes {
                        let whole = format!(r#"{{"a":"{text}"{behind}}}"#).into_bytes();
                        let at = r#"{"a":""#.len() + place + first;
                        let mut cut = whole.clone();
                        cut.remove(at);
                        for text in [&whole, &cut] {
                            let expected = by_serde_json(text);
                            *(if expected.is_some() { &mut read } else { &mut refused }) += 1;
                            assert_eq!(read_after("{}", text), expected, "{}", text.escape_ascii());
                        }
                    }
                }
            }
        }
    }
    assert!(read > 1_000 && refused > 1_000, "{read} and {refused}");
    for text in
        [&b"{\"a\xff\":1}"[..], b"{\"a\\n\xff\":1}", b"{\"a\":\"\\n\x80\"}", b"{\"a\":\xc3}"]
    {
        assert_eq!(by_serde_json(text), None);
        assert_eq!(read_after("{}", text), None, "{}", text.escape_ascii());
    }
}

#[test]
fn what_stands_around_an_object_is_no_part_of_it() {
    for before in ["", " ", "\u{feff}", " \u{feff}\n"] {
        for behind in ["", "\0", ",", "\0\n,\0 \0"] {
            let text = format!("{before}{{\"a\":1}}{behind}");
            assert_eq!(read_after("{}", &text), by_serde_json("{\"a\":1}"), "{text:?}");
        }
    }
    for text in [",{}", "\0{}", "{},,", "{},\0,", "{}\u{feff}", "\u{feff}\u{feff}{}", "\u{feff}"] {
        assert_eq!(read_after("{}", text), None, "{text:?}");
    }
}

#[test]
fn numbers_without_a_form_in_messagepack_keep_their_digits() {
    let text = r#"{"a":18446744073709551616,"b":-9223372036854775809,"c":1e400,"d":-0}"#;
    let expected = r#"{"a":"18446744073709551616","b":"-9223372036854775809","c":"1e400","d":0}"#;
    assert_eq!(read_after("{}", text), by_serde_json(expected));
}

#[test]
fn an_array_is_read_whole_or_not() {
    let mut bytes = Vec::new();
    let mut read = |text: &str| {
        let bytes = transcode_array(text.as_bytes(), &mut bytes).expect("memory")?;
        Some(json_of(bytes).to_string())
    };
    assert_eq!(read(" [{\"a\": \"\\\"\"},1.5 ] ").as_deref(), Some("[{\"a\":\"\\\"\"},1.5]"));
    assert_eq!(read(&"[".repeat(24)), None);
    let deepest = format!("{}{}", "[".repeat(24), "]".repeat(24));
    assert_eq!(read(&deepest), Some(deepest.clone()));
    assert_eq!(read(&format!("[{deepest}]")), None);
    let maps = format!("{}1{}", "{\"a\":".repeat(23), "}".repeat(23));
    assert_eq!(read(&format!("[{maps}]")), Some(format!("[{maps}]")));
    assert_eq!(read(&format!("[{{\"a\":{maps}}}]")), None);
    let no_bools = ["[fabce]", "[falsy]", "[trup]", "[truex]", "[fals", "[tru"];
    for text in ["", "{}", "[", "[1", "[1]]", "[1] 2", "1"].into_iter().chain(no_bools) {
        assert_eq!(read(text), None, "{text}");
    }
    // Heads of containers take more room than their text.
    let wide = format!("[{}[]]", "[],".repeat(1000));
    assert_eq!(read(&wide), Some(wide.clone()));
}

/// JSON text, mostly of Cloudflare's fields, with spaces in it.
fn object() -> impl Strategy<Value = String> {
    let key = prop_oneof![
        4 => (0..FIELD_COUNT).prop_map(|i| format!("{:?}", Field::ALL[i].name())),
        1 => string(),
    ];
    let pair = (key, value(), "[ \n]?")
        .prop_map(|(key, value, space)| format!("{space}{key}{space}:{space}{value}{space}"));
    prop::collection::vec(pair, 0..12).prop_map(|pairs| format!("{{{}}}", pairs.join(",")))
}

fn string() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -!#-\\[\\]-~é€]{0,40}".prop_map(|text| format!("\"{text}\"")),
        r#"([a-z]{0,20}(\\["\\/bfnrt]|\\u[0-9a-cA-C][0-9a-fA-F]{3}|\\ud[89a-f][0-9a-f]{2})?){1,3}"#
            .prop_map(|text| format!("\"{text}\"")),
    ]
}

fn value() -> impl Strategy<Value = String> {
    let scalar = prop_oneof![
        string(),
        "-?[1-9][0-9]{0,17}",
        "0|[0-9]{1,3}(\\.[0-9]{1,9})?([eE][+-]?[0-9]{1,2})?",
        "null|true|false|\\[\\]|\\{\\}",
    ];
    scalar.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4)
                .prop_map(|items| format!("[{}]", items.join(", "))),
            prop::collection::vec((string(), inner), 0..4).prop_map(|pairs| {
                let pairs: Vec<_> = pairs.iter().map(|(k, v)| format!("{k}: {v}")).collect();
                format!("{{{}}}", pairs.join(","))
            }),
        ]
    })
}

proptest! {
    /// A time in decimals may stay text, so there are no such times here.
    #[test]
    fn json_is_read_alike(before in object(), text in object()) {
        prop_assume!(!text.contains("Datetime") && !text.contains("Timestamp"));
        prop_assert_eq!(read_after(&before, &text), by_serde_json(&text));
    }

    #[test]
    fn few_names_are_read_alike_in_turns(
        texts in prop::collection::vec(prop::collection::vec((
            prop::sample::select(vec!["QueryName", "ColoCode", "SourceIP", "x"]),
            prop::sample::select(vec!["\"a\"", "\"\"", "1", "null", "[]", "true"]),
        ), 0..5), 1..6),
    ) {
        let member = |(name, value): &(&str, &str)| format!("\"{name}\":{value}");
        let text = |members: &Vec<_>| {
            format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(","))
        };
        reads_in_turns(texts.iter().map(text));
    }

    /// After one byte was changed, or the end cut off, too.
    #[test]
    fn damaged_json_is_read_alike(
        text in object(),
        place: prop::sample::Index,
        // No digits: numbers beyond 64 bits and -0 are read otherwise, on purpose.
        byte in prop::sample::select(&b"\"\\,:{}[] xu+\x01\x7f\x80\xc3\xff"[..]),
        cut: bool,
    ) {
        prop_assume!(!text.contains("Datetime") && !text.contains("Timestamp"));
        let mut damaged = text.clone().into_bytes();
        let place = place.index(damaged.len());
        if cut {
            damaged.truncate(place);
        } else if let Some(damaged) = damaged.get_mut(place) {
            *damaged = byte;
        }
        prop_assert_eq!(read_after(&text, &damaged), by_serde_json(&damaged));
    }
}

#[test]
fn a_text_is_cut_when_its_object_has_no_end() {
    for whole in [
        "",
        "{}",
        "{\"a\":[{}]}",
        "{\"a\":\"\\\"{[\"}",
        "{\"a\":{\"b\":[]},\"c\":\"\\\\\"}",
        "x{",
        "[",
        "{}{",
        "\\{}",
        "{]{",
    ] {
        assert!(!is_cut(whole.as_bytes()), "{whole}");
    }
    for cut in [
        "{",
        "{\"a\":[{}",
        "{\"a\":[{}]",
        "{\"a\":{\"b\":[]}",
        "{\"a\":\"}",
        "{\"a\":\"\\\"}",
        "{\"a\":\"\\\\\\\"}",
        "\u{feff} {",
        "{\"}\":[",
        "{\\\"}",
    ] {
        assert!(is_cut(cut.as_bytes()), "{cut}");
    }
}

//! Why a record is not mapped: how it is counted, and what a log line says.

use flb_filter_cloudflare_dns::Mismatch::{self, MappedBefore, NoQueryName, NotJson, NotTold};
use flb_filter_cloudflare_dns::{Counts, Mapper, Tally};

use crate::oracle::msgpack::{Forms, encode};
use crate::oracle::through::HEADER;
use crate::oracle::value::Val;
use crate::support::{in_text, mapper, parse};

fn chunk(records: &[Val]) -> Vec<u8> {
    let event = |record| [&HEADER[..], &encode(record, &mut Forms::smallest())].concat();
    records.iter().flat_map(event).collect()
}

fn counts(mapper: &mut Mapper, chunk: &[u8]) -> Counts {
    *mapper.rewrite(chunk, &mut Vec::new()).expect("memory").counts
}

/// The counts that are not 0, of those that passed and those that were dropped.
fn by_reason(counts: &Counts) -> [Vec<(Mismatch, u64)>; 2] {
    let some = |count: &dyn Fn(Mismatch) -> u64| {
        let all = Mismatch::ALL.into_iter().map(|why| (why, count(why)));
        all.filter(|(_, count)| *count > 0).collect()
    };
    [some(&|why| counts.of(Tally::Passed(why))), some(&|why| counts.of(Tally::Dropped(why)))]
}

/// Records that are not mapped, and why.
const RECORDS: &[(&str, Mismatch)] = &[
    (r#"{"content":"tests"}"#, NoQueryName),
    (r#"{"QueryName":"","QueryType":1}"#, NoQueryName),
    (r#""text""#, NoQueryName),
    (r#"{"QueryName":"a"}"#, NotTold),
    (r#"{"QueryName":"a","Email":"b"}"#, NotTold),
    (r#"{"event":{"dataset":"dns_logs"}}"#, MappedBefore),
    (r#"{"QueryName":"a","event":{"dataset":"gateway_dns"}}"#, MappedBefore),
];

/// As [`RECORDS`], with `key_name log`.
const AROUND_TEXT: &[(&str, Mismatch)] = &[
    (r#"{"QueryName":"a","QueryType":1}"#, NotJson),
    (r#"{"log":{"QueryName":"a","QueryType":1}}"#, NotJson),
    (r#"{"log":"GET / 200"}"#, NotJson),
    (r#"{"log":"{\"QueryName\":\"a\",\"QueryType\":1"}"#, NotJson),
    (r#"{"log":"GET / 200","event":{"dataset":"dns_logs"}}"#, MappedBefore),
    (r#"{"event":{"dataset":"dns_logs"}}"#, MappedBefore),
    ("5", NotJson),
];

#[test]
fn each_record_counts_by_its_reason() {
    let in_texts = RECORDS.iter().filter(|(text, _)| text.starts_with('{'));
    let in_texts = in_texts.map(|(text, why)| ("key_name=log", in_text(text), *why));
    let around = AROUND_TEXT.iter().map(|(text, why)| ("key_name=log", parse(text), *why));
    let records = RECORDS.iter().map(|(text, why)| ("", parse(text), *why));
    for (config, record, why) in records.chain(in_texts).chain(around) {
        let chunk = chunk(&[record]);
        let got = by_reason(&counts(&mut mapper(config), &chunk));
        assert_eq!(got, [vec![(why, 1)], vec![]], "{config}: {chunk:x?}");
        let dropping = format!("{config} on_mismatch=drop");
        let got = by_reason(&counts(&mut mapper(&dropping), &chunk));
        let expected = match why {
            MappedBefore => [vec![(why, 1)], vec![]],
            _ => [vec![], vec![(why, 1)]],
        };
        assert_eq!(got, expected, "{dropping}: {chunk:x?}");
    }
}

#[test]
fn a_chunk_counts_each_and_mapped_ones_beside() {
    let records: Vec<_> = RECORDS.iter().map(|(text, _)| parse(text)).collect();
    let ours = parse(r#"{"QueryName":"a","QueryType":1}"#);
    let chunk = [chunk(&records), chunk(&[ours]), b"\x05".to_vec()].concat();
    let counts = counts(&mut mapper("on_mismatch=drop"), &chunk);
    // What is no event passes, whatever it is.
    let passed = vec![(MappedBefore, 2), (NoQueryName, 1)];
    assert_eq!(by_reason(&counts), [passed, vec![(NoQueryName, 3), (NotTold, 2)]]);
    assert_eq!((counts.mapped(), counts.passed(), counts.dropped()), (1, 3, 5));
}

#[test]
fn records_mapped_by_a_dataset_that_their_keys_do_not_tell_are_counted() {
    for (config, record, told_otherwise) in [
        ("dataset=gateway_dns", r#"{"QueryName":"a","ResponseCode":0}"#, 1),
        ("dataset=dns_logs", r#"{"QueryName":"a","ResponseCode":0}"#, 0),
        // Nothing tells another dataset.
        ("dataset=gateway_dns", r#"{"QueryName":"a"}"#, 0),
        ("dataset=dns_logs", r#"{"QueryName":"a","Email":"b"}"#, 0),
        ("", r#"{"QueryName":"a","ResponseCode":0}"#, 0),
    ] {
        let counts = counts(&mut mapper(config), &chunk(&[parse(record)]));
        assert_eq!(
            (counts.mapped(), counts.of(Tally::ToldOtherwise)),
            (1, told_otherwise),
            "{config}"
        );
    }
}

fn explanation(config: &str, records: &[Val]) -> Option<String> {
    let chunk = chunk(records);
    mapper(config).explain(&chunk).map(|explanation| explanation.to_string())
}

/// Settings, a record, and why it is not mapped.
const EXPLANATIONS: &[(&str, &str, &str)] = &[
    (
        "",
        r#"{"stream":"stdout","log":"{\"QueryName\":\"a\",\"QueryType\":1}"}"#,
        "no QueryName; its field 'log' holds JSON text: set key_name log",
    ),
    // Cut, too: the next line says so.
    (
        "",
        r#"{"message":" {\"QueryName\":\"a\",\"Quer"}"#,
        "no QueryName; its field 'message' holds JSON text: set key_name message",
    ),
    ("", r#"{"log":"{\"status\":200}"}"#, "no QueryName"),
    ("", r#"{"log":"[{\"QueryName\":\"a\"}]"}"#, "no QueryName"),
    ("", r#"{"content":"tests"}"#, "no QueryName"),
    ("", "[]", "no QueryName"),
    ("", r#"{"QueryName":"a","Email":"b"}"#, "no field that tells the dataset"),
    ("dataset=dns_logs", r#"{"QueryName":null,"QueryType":1}"#, "no QueryName"),
    ("key_name=log", r#"{"log":"{\"status\":200}"}"#, "no QueryName in the JSON text"),
    ("key_name=log", r#"{"log":"{\"QueryName\":\"a\"}"}"#, "no field that tells the dataset"),
    ("key_name=log", r#"{"log":"{\"QueryName\":\"a\",\"Que"}"#, "the JSON text is cut"),
    ("key_name=log", r#"{"log":"{\"QueryName\":\"}\\\""}"#, "the JSON text is cut"),
    ("key_name=log", r#"{"log":"{\"a\":[1,{}"}"#, "the JSON text is cut"),
    ("key_name=log", r#"{"log":"GET / 200"}"#, "the text is not one JSON object"),
    ("key_name=log", r#"{"log":""}"#, "the text is not one JSON object"),
    ("key_name=log", r#"{"log":"{}{}"}"#, "the text is not one JSON object"),
    ("key_name=log", r#"{"log":"{}]"}"#, "the text is not one JSON object"),
    ("key_name=log", r#"{"log":5}"#, "no text in the field that key_name names"),
    ("key_name=log", r#"{"a":5}"#, "no field of the name in key_name"),
    ("key_name=log", "null", "no field of the name in key_name"),
    (
        "key_name=log",
        r#"{"message":"{\"QueryName\":\"a\"}"}"#,
        "no field of the name in key_name; its field 'message' holds JSON text: set key_name message",
    ),
    (
        "key_name=log",
        r#"{"QueryName":"a","QueryType":1}"#,
        "no field of the name in key_name, but a QueryName: leave key_name out",
    ),
    (
        "dataset=gateway_dns",
        r#"{"QueryName":"a","ResponseCode":0,"Timestamp":1}"#,
        "mapped as gateway_dns by `dataset`, but its fields are those of dns_logs",
    ),
];

#[test]
fn one_record_shows_why() {
    let ours = parse(r#"{"QueryName":"a","RCode":0}"#);
    let before = parse(r#"{"event":{"dataset":"dns_logs"}}"#);
    for (config, text, why) in EXPLANATIONS {
        let record = parse(text);
        assert_eq!(
            explanation(config, std::slice::from_ref(&record)).as_deref(),
            Some(*why),
            "{text}"
        );
        // Those before it that need no explanation are passed over.
        let records = match config.is_empty() {
            true => vec![before.clone(), ours.clone(), record],
            false => vec![before.clone(), record],
        };
        assert_eq!(explanation(config, &records).as_deref(), Some(*why), "{text}");
    }
    for config in ["", "dataset=gateway_dns", "on_mismatch=drop"] {
        assert_eq!(explanation(config, &[ours.clone(), before.clone()]), None, "{config}");
    }
    assert_eq!(mapper("").explain(b"\x92\x92"), None);
}

#[test]
fn the_name_of_a_field_keeps_the_line_one_and_short() {
    let text: Val = r#"{"QueryName":"a"}"#.into();
    let with = |name: &[u8]| {
        let record = Val::Map(vec![(Val::Str(name.to_vec()), text.clone())]);
        explanation("", &[record]).expect("an explanation")
    };
    for (name, shown) in [
        (&b"a\nb\x1b"[..], r"a\nb\u{1b}"),
        (b"a\xffb", "a\u{fffd}b"),
        (&b"x".repeat(1000)[..], &*("x".repeat(80) + "...")),
    ] {
        let expected =
            format!("no QueryName; its field '{shown}' holds JSON text: set key_name {shown}");
        assert_eq!(with(name), expected);
    }
}

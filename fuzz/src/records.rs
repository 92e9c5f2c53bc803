//! Chunks of records that look like Cloudflare's, in every form that a host may write.
//!
//! An input is a row of choices: a configuration, then items. An item is an event whose record is
//! one of the example batches' (or the one before, or none), with some edits; a group marker; or
//! something that is no event. With `key_name` the record becomes JSON text.

use std::sync::LazyLock;

use data_encoding::BASE64;

use crate::bytes::Bytes;
use crate::oracle::json;
use crate::oracle::msgpack::{Forms, encode};
use crate::oracle::settings::Settings;
use crate::oracle::tables::{self, Field, Kind, TOP_LEVEL};
use crate::oracle::value::Val;
use crate::{promises, setup};

/// The records of the example batches and of the published samples.
pub(crate) static EXAMPLES: LazyLock<Vec<Val>> = LazyLock::new(|| {
    let batches = [
        include_str!("../../tests/data/seed-samples.ndjson"),
        include_str!("../../examples/batch.ndjson"),
        include_str!("../../examples/batch-firewall.ndjson"),
        include_str!("../../examples/batch-gateway.ndjson"),
    ];
    let lines = batches.iter().flat_map(|batch| batch.lines());
    lines.map(|line| json::parse(line).expect("JSON").plain()).collect()
});

const NAMES: &[&str] = &[
    "A\tb\u{0}.Example.COM\u{7f}.",
    "www.example.com.",
    ".",
    "...",
    "..a.b.Example.co.uk..",
    "co.uk",
    "github.io",
    "192.0.2.1",
    "2001:db8::1",
    "bücher.de",
    "a..b.com",
    "localhost",
    r"a.foo\..",
    r"www.a\.co.uk\\.",
    "a-name.of-labels.that-is.rather-long.and-has.many-of-them.until-it.goes-beyond.thirty-two-bytes.example",
];

const ADDRESSES: &[&str] = &[
    "192.0.2.1",
    "255.255.255.255",
    "2001:db8::1",
    "2001:DB8:0:0:0:0:0:1",
    "::",
    "::ffff:192.0.2.1",
    "64:ff9b::192.0.2.33",
    "fe80::1%eth0",
    "[2001:db8::1]",
    "192.0.2.1:53",
    "192.0.2.0/24",
    "192.0.2.01",
    "192.0.2.256",
    "1::2::3",
    "abc",
];

const TIMES: &[&str] = &[
    "2022-07-07T22:42:06.004Z",
    "2022-07-07 22:42:06+02:00",
    "2022-07-07T22:42:06.123456789012-11:30",
    "2016-12-31T23:59:60.25Z",
    "2022-02-29T00:00:00Z",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59-00:01",
    "1657233726004000000",
    "1657233726.004",
    "-0.5",
    "1657233726004.0000009",
    "1657233726004005006.5",
    "yesterday",
];

/// Names of fields that are nobody's, or clash. Their order is that of the corpus.
static FOREIGN: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let before = ["tag", "kubernetes", "@timestamp"];
    let behind = ["log", "a foreign name of more than thirty-one bytes", ""];
    [&before[..], &TOP_LEVEL, &behind].concat()
});

const NUMBERS: &[i128] = &[
    0,
    1,
    28,
    53,
    127,
    128,
    255,
    256,
    65_353,
    65_535,
    65_536,
    -1,
    -33,
    4_294_967_296,
    u64::MAX as i128,
    i64::MIN as i128,
];

/// A configuration, and the items of a chunk.
pub fn records(input: &[u8]) {
    let mut bytes = Bytes::new(input);
    let settings = setup::settings(&mut bytes);
    let mut chunk = Vec::new();
    let mut before = Val::Map(Vec::new());
    for _ in 0..=bytes.pick(6) {
        chunk.extend(item(&settings, &mut bytes, &mut before));
    }
    if bytes.pick(16) == 15 {
        // Longer than what is gathered before it goes to the output.
        chunk = chunk.repeat(bytes.pick(32));
    }
    match bytes.pick(8) {
        5 => chunk.push(0xc1),
        6 => chunk.truncate(chunk.len().saturating_sub(1 + bytes.pick(64))),
        7 => chunk.extend(bytes.some()),
        _ => {}
    }
    promises::check(&settings, &chunk);
}

fn item(settings: &Settings, bytes: &mut Bytes<'_>, before: &mut Val) -> Vec<u8> {
    match bytes.pick(16) {
        12 => group(bytes),
        13 => no_event(bytes),
        14 | 15 => {
            let record = anything_of(bytes, 2);
            event(bytes, &record)
        }
        _ => {
            *before = record(bytes, before);
            let record = match &settings.key_name {
                Some(key_name) => text_record(key_name, bytes, before),
                None => before.clone(),
            };
            event(bytes, &record)
        }
    }
}

/// An event in one of the forms of a host: 0 is today's.
fn event(bytes: &mut Bytes<'_>, record: &Val) -> Vec<u8> {
    const PAIRS: [&[u8]; 3] = [&[0x92], &[0xdd, 0, 0, 0, 2], &[0xdc, 0, 2]];
    let form = bytes.byte();
    let (outer, inner) = (PAIRS[usize::from(form % 3)], PAIRS[usize::from(form / 3 % 3)]);
    let choices = bytes.pick(4);
    let choices: Vec<_> = (0..choices).map(|_| bytes.byte()).collect();
    let mut forms = Forms::new(&choices);
    let time = encode(&event_time(bytes), &mut forms);
    let metadata = match bytes.pick(4) {
        0 => encode(&Val::Map(Vec::new()), &mut Forms::smallest()),
        1 => encode(&Val::Map(vec![("a".into(), Val::Int(1))]), &mut forms),
        2 => encode(&Val::Map(vec![(bytes.text().into(), bytes.text().into())]), &mut forms),
        _ => Vec::new(),
    };
    let record = encode(record, &mut forms);
    // Without metadata it is an event of the old form.
    let inner = if metadata.is_empty() { &[][..] } else { inner };
    [outer, inner, &time, &metadata, &record].concat()
}

fn event_time(bytes: &mut Bytes<'_>) -> Val {
    let ext = |seconds: u32, nanoseconds: u32| {
        Val::Ext(0, [seconds.to_be_bytes(), nanoseconds.to_be_bytes()].concat())
    };
    match bytes.pick(8) {
        1 => ext(bytes.u64() as u32, bytes.u64() as u32),
        2 => Val::Int(bytes.u64().into()),
        3 => Val::Int(bytes.u64().cast_signed().into()),
        4 => Val::Float(f64::from_bits(bytes.u64())),
        5 => Val::Float(1_657_233_726.004),
        6 => Val::Int(1_657_233_726),
        7 => ext(0xffff_fff0 + bytes.pick(16) as u32, 0),
        _ => ext(1_657_233_726, 4_000_000),
    }
}

fn group(bytes: &mut Bytes<'_>) -> Vec<u8> {
    let last = bytes.one_of(&[0xff, 0xfe]);
    let time = Val::Ext(0, vec![0xff, 0xff, 0xff, last, 0, 0, 0, 0]);
    let head = Val::Array(vec![time, Val::Map(vec![(bytes.text().into(), Val::Nil)])]);
    let body = Val::Map(vec![("QueryName".into(), bytes.text().into())]);
    let forms = bytes.byte();
    encode(&Val::Array(vec![head, body]), &mut Forms::new(&[forms]))
}

fn no_event(bytes: &mut Bytes<'_>) -> Vec<u8> {
    let value = match bytes.pick(4) {
        0 => Val::Array(vec![]),
        1 => Val::Map(vec![("QueryName".into(), "a".into())]),
        2 => Val::Array(vec![Val::Int(1), Val::Map(vec![]), Val::Nil]),
        _ => anything_of(bytes, 2),
    };
    encode(&value, &mut Forms::smallest())
}

/// An example or the record before, with edits.
fn record(bytes: &mut Bytes<'_>, before: &Val) -> Val {
    let template = match bytes.byte() {
        255 => before.clone(),
        254 => Val::Map(Vec::new()),
        253 => Val::Map(vec![("QueryName".into(), "a".into())]),
        example => EXAMPLES[usize::from(example) % EXAMPLES.len()].clone(),
    };
    let Val::Map(mut pairs) = template else { return template };
    for _ in 0..bytes.pick(12) {
        edit(bytes, &mut pairs);
    }
    Val::Map(pairs)
}

fn edit(bytes: &mut Bytes<'_>, pairs: &mut Vec<(Val, Val)>) {
    let what = bytes.pick(10);
    if pairs.is_empty() || what < 2 {
        let field = field(bytes);
        let value = value(bytes, field);
        return pairs.push((field.name.into(), value));
    }
    if what == 2 {
        let name = bytes.one_of(&FOREIGN);
        let value = anything_of(bytes, 2);
        return pairs.push((name.into(), value));
    }
    let place = bytes.pick(pairs.len().min(256));
    match what {
        3..=5 => {
            let name = pairs[place].0.text();
            let known = tables::FIELDS.iter().find(|field| name == Some(field.name));
            pairs[place].1 = match known {
                Some(field) => value(bytes, field),
                None => anything_of(bytes, 2),
            };
        }
        6 => drop(pairs.remove(place)),
        7 => pairs.push(pairs[place].clone()),
        8 => {
            if let Val::Str(text) = pairs[place].1.clone() {
                pairs[place].1 = Val::Bin(text);
            } else if let Val::Str(text) = pairs[place].0.clone() {
                pairs[place].0 = Val::Bin(text);
            }
        }
        _ => {
            let last = pairs.len() - 1;
            pairs.swap(place, last);
        }
    }
}

fn field(bytes: &mut Bytes<'_>) -> &'static Field {
    &tables::FIELDS[bytes.pick(tables::FIELDS.len())]
}

/// A value for the field: one that fits, or anything.
fn value(bytes: &mut Bytes<'_>, field: &Field) -> Val {
    if bytes.pick(6) == 5 {
        return anything_of(bytes, 3);
    }
    let of_one = |bytes: &mut Bytes<'_>, texts: &[&str]| match bytes.pick(8) {
        7 => Val::from(bytes.text()),
        _ => bytes.one_of(texts).into(),
    };
    match (field.name, field.kind) {
        ("QueryName", _) => of_one(bytes, NAMES),
        ("SourceIP" | "UpstreamIP" | "SrcIP" | "DstIP", _) => of_one(bytes, ADDRESSES),
        ("ResolvedIPs", _) => {
            let count = bytes.pick(24);
            Val::Array((0..count).map(|_| address(bytes)).collect())
        }
        ("ResponseCode" | "ClientResponseCode" | "UpstreamResponseCode" | "RCode", _) => {
            match bytes.pick(8) {
                7 => {
                    of_one(bytes, &["NXDOMAIN", "noerror", "BADSIG", "BADVERS OR BADSIG", "RCODE3"])
                }
                _ => number(bytes),
            }
        }
        ("QueryTypeName", _) => of_one(bytes, &["A", "AAAA", "HTTPS", "*", "type-x"]),
        ("Protocol", _) => {
            of_one(bytes, &["udp", "tcp", "https", "tls", "doh", "UDP", "quic", "h2", "Doq"])
        }
        ("ResourceRecordsJSON", _) => answers(bytes),
        ("ResourceRecords" | "RData", _) => {
            let count = bytes.pick(24);
            Val::Array((0..count).map(|_| wire_item(bytes)).collect())
        }
        ("ResolverDecision", _) => match bytes.pick(8) {
            0..3 => number(bytes),
            _ => of_one(bytes, &["allowedOnNoPolicyMatch", "blockedRule", "overrideApplied"]),
        },
        ("CNAMEs", _) => {
            let count = bytes.pick(24);
            Val::Array((0..count).map(|_| of_one(bytes, NAMES)).collect())
        }
        ("InitialResolvedIPs" | "AuthoritativeNameServerIPs", _) => {
            let count = bytes.pick(24);
            Val::Array((0..count).map(|_| address(bytes)).collect())
        }
        (_, Kind::Text) => Val::from(bytes.text()),
        (_, Kind::Int) => number(bytes),
        (_, Kind::Bool) => match bytes.pick(8) {
            0 => Val::Bool(false),
            1 => Val::Bool(true),
            2 => "true".into(),
            3 => "false".into(),
            4 => Val::Int(1),
            5 => Val::Float(0.0),
            6 => "True".into(),
            _ => "FALSE".into(),
        },
        (_, Kind::Time) => match bytes.pick(4) {
            0 => Val::Int(bytes.u64().into()),
            1 => Val::Int(bytes.u64().cast_signed().into()),
            2 => Val::Float(f64::from_bits(bytes.u64())),
            _ => of_one(bytes, TIMES),
        },
        (_, Kind::Texts) => Val::Array((0..bytes.pick(20)).map(|_| bytes.text().into()).collect()),
        (_, Kind::Ints) => Val::Array((0..bytes.pick(20)).map(|_| number(bytes)).collect()),
        (_, Kind::Objects) => {
            let count = bytes.pick(3);
            Val::Array(
                (0..count).map(|_| Val::Map(vec![("data".into(), bytes.text().into())])).collect(),
            )
        }
    }
}

/// Base64 of a resource record, sometimes with a bad byte, or nearly so.
fn wire_item(bytes: &mut Bytes<'_>) -> Val {
    let records = include_str!("../../tests/data/wire-records.tsv").lines();
    let texts: Vec<_> = records.filter_map(|line| line.split('\t').next()).collect();
    let text = bytes.one_of(&texts);
    let text = match bytes.pick(8) {
        0 => BASE64.encode(bytes.some()),
        1 => {
            let mut record = BASE64.decode(text.as_bytes()).expect("base64");
            let place = bytes.pick(record.len());
            record[place] = bytes.byte();
            BASE64.encode(&record)
        }
        2 => text.get(bytes.pick(8)..).unwrap_or_default().to_owned(),
        _ => text.to_owned(),
    };
    match bytes.pick(16) {
        0 => anything_of(bytes, 1),
        1 => Val::Map(vec![("data".into(), text.into()), (bytes.text().into(), Val::Nil)]),
        _ => Val::Map(vec![("type".into(), "65".into()), ("data".into(), text.into())]),
    }
}

/// One of a few texts, or of many addresses.
fn address(bytes: &mut Bytes<'_>) -> Val {
    match bytes.byte() {
        few @ 0..32 => ADDRESSES[usize::from(few) % ADDRESSES.len()].into(),
        many => format!("192.0.2.{many}").into(),
    }
}

fn number(bytes: &mut Bytes<'_>) -> Val {
    let number = match bytes.pick(4) {
        0 => i128::from(bytes.byte()),
        1 => i128::from(bytes.u64()),
        _ => bytes.one_of(NUMBERS),
    };
    match bytes.pick(4) {
        1 => number.to_string().into(),
        2 => Val::Float(number as f64),
        _ => Val::Int(number),
    }
}

/// The JSON text of resource records, or nearly so.
fn answers(bytes: &mut Bytes<'_>) -> Val {
    if bytes.pick(8) == 7 {
        return bytes.text().into();
    }
    let member = |bytes: &mut Bytes<'_>| match bytes.pick(10) {
        0 => ("name".into(), bytes.one_of(NAMES).into()),
        1 => ("type".into(), number(bytes)),
        2 => ("class".into(), number(bytes)),
        3 => ("ttl".into(), number(bytes)),
        8 => ("rdata".into(), anything_of(bytes, 2)),
        4 => ("type".into(), bytes.one_of(&["A", "HTTPS", "", "no type"]).into()),
        5 => (bytes.text().into(), anything_of(bytes, 1)),
        6 => ("type".into(), Val::Int(bytes.one_of(&[1, 28, 255, 65_353]))),
        7 => ("class".into(), Val::Int(bytes.one_of(&[1, 3, 4, 254, 255, 7]))),
        _ => ("rdata".into(), address(bytes)),
    };
    let count = bytes.pick(24);
    let records = (0..count).map(|_| Val::Map((0..bytes.pick(6)).map(|_| member(bytes)).collect()));
    let records = Val::Array(records.collect());
    match bytes.pick(8) {
        0 => records,
        1 => " null\n".into(),
        _ => json::print(&records).into(),
    }
}

/// A value of any kind, made of the next bytes.
fn anything_of(bytes: &mut Bytes<'_>, deep: usize) -> Val {
    let what = bytes.byte();
    match what % 16 {
        8 => Val::Int(bytes.u64().into()),
        9 => Val::Int(bytes.u64().cast_signed().into()),
        10 => Val::Float(f64::from_bits(bytes.u64())),
        11 => Val::from(bytes.text()),
        12 => Val::Bin(bytes.some().to_vec()),
        13 => Val::Ext(bytes.byte().cast_signed(), bytes.some().to_vec()),
        14 if deep > 0 => {
            Val::Array((0..bytes.pick(20)).map(|_| anything_of(bytes, deep - 1)).collect())
        }
        15 if deep > 0 => Val::Map(
            (0..bytes.pick(20))
                .map(|_| (anything_of(bytes, deep - 1), anything_of(bytes, deep - 1)))
                .collect(),
        ),
        _ => plain(what),
    }
}

/// A value that one byte tells.
fn plain(what: u8) -> Val {
    match what % 8 {
        0 => Val::Nil,
        1 => Val::Bool(true),
        2 => Val::Bool(false),
        3 => "".into(),
        4 => Val::Array(vec![]),
        5 => Val::Map(vec![]),
        6 => Val::Int((what / 8).into()),
        _ => Val::Map(vec![("content".into(), "tests".into())]),
    }
}

/// An event's record that holds the text of `record`, spelled in some way, and others beside it.
fn text_record(key_name: &str, bytes: &mut Bytes<'_>, record: &Val) -> Val {
    let how = bytes.byte();
    let mut text = json::print(record);
    match how % 8 {
        1 => text = format!(" \t{text}\r\n"),
        2 => text = text.replace(',', " ,\n").replace("\":", "\" :\t"),
        3 => text = text.replace('e', "\\u0065").replace('/', "\\/"),
        4 => text.push_str(&bytes.text()),
        5 => text.truncate(text.floor_char_boundary(text.len().saturating_sub(bytes.pick(64)))),
        6 => text = text.replacen(":1", ":1.50000000000000000001e0", 2),
        7 => text = text.replacen(":1", ":100000000000000000000000", 2),
        _ => {}
    }
    if how % 32 == 9 {
        text = format!("\u{feff}{text}\0,\n");
    }
    let text = if how & 8 == 0 { Val::from(text) } else { Val::Bin(text.into_bytes()) };
    let mut pairs = vec![(Val::from(key_name), text)];
    for _ in 0..usize::from(how >> 4) % 4 {
        let name = bytes.one_of(&FOREIGN);
        let pair = (name.into(), anything_of(bytes, 2));
        let place = bytes.pick(pairs.len() + 1);
        pairs.insert(place, pair);
    }
    Val::Map(pairs)
}

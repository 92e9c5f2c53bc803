//! The seeds: inputs that stand for real forms, from which fuzzing begins.
//!
//! `cargo run --example seeds` writes them to `corpus/`, as `seed-…`; the corpus test compares
//! them. Other files there are inputs that failed once.

use crate::bytes::Bytes;
use crate::configuration::{KEYS, TEXT, UNSET, VALUES};
use crate::oracle::msgpack::{Forms, encode};
use crate::oracle::tables::FIELDS;
use crate::oracle::value::Val;
use crate::oracle::wire::base64;
use crate::oracle::{json, through::HEADER};
use crate::records::EXAMPLES;
use crate::setup::SIZE;

/// A target, a name of a seed, and the seed.
pub type Seed = (&'static str, String, Vec<u8>);

/// Configurations that together go through every part of the mapper.
const SETUPS: [(&str, [u8; SIZE]); 9] = [
    ("default", [0; SIZE]),
    ("ecs-all", [1, 0, 0x40, 0, 0, 0]),
    ("ecs-lower-created", [1, 0, 0b11, 0, 0, 0b11]),
    ("codes-original", [0b1_0010, 0, 0, 0, 0, 0]),
    ("drop-bare", [0b110_0100, 0, 0, 1, 0, 0]),
    ("dns-domain-related", [0, 1, 0b11, 0, 0, 0]),
    ("firewall-outcome", [1, 2, 0b1_0000, 2, 0, 0]),
    ("gateway-all", [0b1_0010, 3, 0x40, 4, 0, 0]),
    ("text-all", [0b1_1010, 0, 0x40, 0, 6, 0]),
];

const TEXT_SETUP: usize = 8;

/// All seeds.
pub fn seeds() -> Vec<Seed> {
    [chunks(), records(), texts(), times(), configurations(), wires()].concat()
}

/// Examples of each kind: the published samples, then some of each batch.
fn some_examples() -> impl Iterator<Item = (usize, &'static Val)> {
    let count = EXAMPLES.len();
    let chosen = [0, 1, 2, 3, 4, 9, 17, 28, 39, 40, 41, 45, 48, 51, 52, 53, 54, 55, 56, 57, 58];
    chosen.into_iter().filter(move |place| *place < count).map(|place| (place, &EXAMPLES[place]))
}

fn with_setup(setup: usize, rest: &[u8]) -> Vec<u8> {
    [&SETUPS[setup].1[..], rest].concat()
}

/// Event headers as hosts write them.
const HEADERS: [(&str, &[u8]); 7] = [
    ("new", &HEADER),
    ("new-array32", b"\xdd\0\0\0\x02\xdd\0\0\0\x02\xd7\0\x62\xc7\x61\x7e\0\x3d\x09\0\x80"),
    ("old", b"\x92\xd7\0\x62\xc7\x61\x7e\0\x3d\x09\0"),
    ("old-array16", b"\xdc\0\x02\xd7\0\x62\xc7\x61\x7e\0\x3d\x09\0"),
    ("integer", b"\x92\x92\xce\x62\xc7\x61\x7e\x80"),
    ("float", b"\x92\xcb\x41\xd8\xb1\xd8\x5f\x80\x41\x89"),
    ("metadata", b"\x92\x92\xc7\x08\0\x62\xc7\x61\x7e\0\0\0\0\x81\xa1k\xc4\x01v"),
];

const GROUP_OPEN: &[u8] = b"\x92\x92\xd7\0\xff\xff\xff\xff\0\0\0\0\x81\xa1g\x01\x81\xa1r\x80";
const GROUP_CLOSE: &[u8] = b"\x92\x92\xd7\0\xff\xff\xff\xfe\0\0\0\0\x80\x80";

fn chunks() -> Vec<Seed> {
    let mut seeds = Vec::new();
    let mut add = |name: String, setup: usize, chunk: &[u8]| {
        seeds.push(("chunk", format!("{name}-{}", SETUPS[setup].0), with_setup(setup, chunk)));
    };
    let foreign = [&HEADER[..], b"\x81\xa7content\xa5tests"].concat();
    for (place, (example, record)) in some_examples().enumerate() {
        let (form, header) = HEADERS[place % HEADERS.len()];
        let forms = [[0, 0, 0], [1, 0, 2], [3, 3, 3]][place / 2 % 3];
        let event = [header, &encode(record, &mut Forms::new(&forms))].concat();
        let setup = place % TEXT_SETUP;
        let name = format!("{example:02}-{form}");
        match place % 7 {
            1 => add(name + "-between", setup, &[&foreign[..], &event, &foreign].concat()),
            2 => add(name + "-group", setup, &[GROUP_OPEN, &event, GROUP_CLOSE].concat()),
            3 => add(name + "-twice", setup, &event.repeat(2)),
            4 => add(name + "-corrupt", setup, &[&event[..], b"\xc1", &event].concat()),
            5 => add(name + "-cut", setup, &[&event[..], &event[..event.len() / 2]].concat()),
            _ => add(name, setup, &event),
        }
        if place % 4 == 0 {
            let text = Val::Map(vec![("log".into(), json::print(record).into())]);
            let event = [header, &encode(&text, &mut Forms::smallest())].concat();
            add(format!("{example:02}-{form}-text"), TEXT_SETUP, &event);
        }
    }
    add("foreign".to_owned(), 0, &foreign);
    add("foreign-in-group".to_owned(), 3, &[GROUP_OPEN, &foreign, GROUP_CLOSE].concat());
    add("length-of-4-gib".to_owned(), 0, &[&HEADER[..], b"\xdf\xff\xff\xff\xff\xa1a\x01"].concat());
    // As deep as Fluent Bit reads, in places from where the mapping moves a value deeper.
    let [arrays, maps] =
        [&b"\x91"[..], b"\x81\xa1k"].map(|open| [&open.repeat(30), &b"\x01"[..]].concat());
    let ours = [&HEADER[..], b"\x84\xa9QueryName\xa1a\xa8ColoCode\xa1M"].concat();
    let deep = [&ours[..], b"\xa3dns", &arrays, b"\xa8SourceIP", &maps].concat();
    add("deep".to_owned(), 0, &deep);
    add("deep".to_owned(), 6, &deep);
    add("no-events".to_owned(), 0, b"\x05\xc0\x80\x90\x93\x01\x80\xc0");
    seeds
}

fn records() -> Vec<Seed> {
    let mut seeds = Vec::new();
    for (place, (example, _)) in some_examples().enumerate() {
        for setup in [place % TEXT_SETUP, TEXT_SETUP] {
            // Two items: an event of today's form with that example, then one like it with an
            // edit: what kind of item, which example, how many edits, which; its form, its time.
            let edit = [0, 3, 8, 6, 7, 2][place % 6];
            let kind = place as u8;
            let first = [0, example as u8, 0];
            let second = [0, 255, 1, edit, kind, kind * 11, 2];
            let text: &[u8] = if setup == TEXT_SETUP { &[kind] } else { &[] };
            let form = [kind, 0, 0, 0];
            let rest = [&[1][..], &first, text, &[0; 4], &second, text, &form].concat();
            let name = format!("{example:02}-{}", SETUPS[setup].0);
            seeds.push(("records", name, with_setup(setup, &rest)));
        }
    }
    // A chunk many times over, and a text of many kilobytes in the place of a name.
    seeds.push(("records", "many".to_owned(), with_setup(1, &[0, 0, 4, 0, 0, 0, 0, 0, 15, 31])));
    let long = [0, 0, 0, 1, 3, 0, 0, 7, 255, 255, 4, b'a', b'b', b'c', b'.'];
    seeds.push(("records", "long".to_owned(), with_setup(2, &long)));
    // More addresses than are told apart one by one.
    let addresses: Vec<_> = (100..123).collect();
    let field = FIELDS.iter().position(|field| field.name == "ResolvedIPs").expect("a field");
    let edits = [&[0, 0, 50, 1, 0, field as u8, 0, 23][..], &addresses].concat();
    seeds.push(("records", "addresses".to_owned(), with_setup(6, &edits)));
    // Resource records in wire format, each type once: for `gateway_dns` in `convention ecs`, all
    // enrichments.
    let field = FIELDS.iter().position(|field| field.name == "RData").expect("a field");
    for (place, first) in (0..60).step_by(20).enumerate() {
        let items = (first..first + 20).flat_map(|record| [record, 3, 2]).collect::<Vec<u8>>();
        let head = [1, 3, 0x40, 0, 0, 0, 0, 0, 253, 1, 0, field as u8, 0, 20];
        seeds.push(("records", format!("wire-{place}"), [&head[..], &items].concat()));
    }
    seeds
}

fn texts() -> Vec<Seed> {
    let mut seeds = Vec::new();
    let mut add = |name: String, setup: u8, beside: u8, text: &str| {
        let mut input = SETUPS[TEXT_SETUP].1;
        input[0] = setup;
        seeds.push(("json", name, [&input[..], &[beside], text.as_bytes()].concat()));
    };
    for (place, (example, record)) in some_examples().enumerate() {
        let text = json::print(record);
        let text = match place % 4 {
            1 => text.replace(',', " ,\n ").replace("\":", "\" : "),
            2 => text.replace('e', "\\u0065"),
            _ => text,
        };
        add(format!("{example:02}"), (place * 5) as u8, (place % 6) as u8, &text);
    }
    for (name, text) in [
        ("not-json", "127.0.0.1 - - [10/Oct/2000] \"GET / HTTP/1.0\" 200"),
        ("array", r#"[{"QueryName":"a","ColoCode":"A"}]"#),
        ("two", r#"{"QueryName":"a","ColoCode":"A"}{}"#),
        ("cut", r#"{"QueryName":"a","ColoCode":"A"#),
        ("twice", r#"{"QueryName":"a","ColoCode":"A","QueryName":"","QueryName":"b"}"#),
        ("decimals", r#"{"QueryName":"a","Timestamp":1657233726.004000001,"QueryType":1e0}"#),
        ("beyond-64-bits", r#"{"QueryName":"a","Timestamp":99999999999999999999,"x":[-1e400]}"#),
        (
            "resource-records",
            r#"{"QueryName":"a","RCode":0,"ResourceRecordsJSON":"[{\"name\":\"a.\",\"type\":28,\"class\":3,\"ttl\":\"60\",\"rdata\":\"::1\"},{\"type\":65353,\"class\":7}]"}"#,
        ),
        (
            "numbers-in-text",
            r#"{"QueryName":"a","RCode":"3","QueryType":"65353","SrcPort":"-0","DstPort":"53"}"#,
        ),
        ("around", "\n\u{feff} {\"QueryName\":\"a\",\"ColoCode\":\"A\"}\0,\0\n"),
        ("mapped-before", r#"{"QueryName":"a","RCode":1,"event":{"dataset":"gateway_dns"}}"#),
        (
            "objects-elsewhere",
            r#"{"QueryName":"a\\..","RCode":"nxdomain","QueryTypeName":{"a":[]},"rule":1,"ecs":null}"#,
        ),
        ("surrogates", r#"{"QueryName":"\ud834\udd1e\u0000","ColoCode":"\ud834"}"#),
    ] {
        add(name.to_owned(), 0, 0, text);
    }
    seeds
}

fn times() -> Vec<Seed> {
    const TEXTS: [&str; 23] = [
        "2022-07-07T22:42:06.004Z",
        "2022-07-07t22:42:06z",
        "2022-07-07 22:42:06+02:00",
        "2022-07-07T22:42:06.123456789-11:30",
        "2022-07-07T22:42:06.1234567890123Z",
        "2016-12-31T23:59:60Z",
        "2024-02-29T00:00:00Z",
        "2100-02-29T00:00:00Z",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59.999999999Z",
        "9999-12-31T23:59:59-00:01",
        "2022-07-07T22:42:06",
        "2022-07-07T22:42:06.Z",
        "1657233726",
        "1657233726004",
        "1657233726004000",
        "1657233726004000000",
        "1657233726.004000001",
        "-0.5",
        "253402300799999999999",
        "1657233726004.5",
        "-1657233726004005.0009",
        "1657233726004005006.9",
    ];
    let texts = TEXTS.iter().enumerate().map(|(place, text)| {
        ("times", format!("text-{place:02}"), [b"t", text.as_bytes()].concat())
    });
    let numbers = [0u64, 99_999_999_999, 100_000_000_000, 1_657_233_726_004_000_000, u64::MAX];
    let numbers = numbers.into_iter().flat_map(|number| {
        let float = (number as f64 / 1e9).to_bits();
        [(0u8, number), (1, number), (1, number.wrapping_neg()), (2, float), (3, number)].map(
            |(kind, bits)| {
                let name = format!("{kind}-{bits:016x}");
                ("times", name, [&[kind][..], &bits.to_be_bytes(), &[0; 8]].concat())
            },
        )
    });
    let mut seeds: Vec<_> = texts.chain(numbers).collect();
    seeds.sort();
    seeds.dedup();
    seeds
}

fn configurations() -> Vec<Seed> {
    // One value for one key, each in turn, and some for all.
    let mut seeds: Vec<Seed> = Vec::new();
    for (place, value) in VALUES.iter().enumerate() {
        let key = place % KEYS.len();
        let mut input = [UNSET; KEYS.len()];
        input[key] = place as u8 + 1;
        let name = format!("{place:02}-{}", KEYS[key]);
        let input = [&input[..], &[place as u8]].concat();
        debug_assert!(!value.is_empty() || place == 0);
        seeds.push(("configuration", name, input));
    }
    let byte = |value: &str| {
        let place = VALUES.iter().position(|known| *known == value);
        place.expect("a value") as u8 + 1
    };
    let all = [
        "ECS",
        "auto",
        "domain, related",
        "On",
        "",
        "LOWER",
        "DROP",
        "no",
        "YES",
        "oFF",
        "true",
        "log",
    ];
    let of_text =
        ["ecs", "Gateway_DNS", "all", "no", "log", "keep", "keep", "On", "On", "true", "oFF"];
    let mut text = of_text.map(byte).to_vec();
    text.extend([&[TEXT, 4][..], b"time", &[52]].concat());
    seeds.push(("configuration", "all".to_owned(), all.map(byte).to_vec()));
    seeds.push(("configuration", "of-text".to_owned(), text));
    debug_assert!(Bytes::new(&[]).byte() == UNSET);
    seeds
}

/// The records that the tests compare with dnspython, one as text.
fn wires() -> Vec<Seed> {
    let records = include_str!("../../tests/data/wire-records.tsv").lines().enumerate();
    let seed = |(place, line): (usize, &'static str)| {
        let columns: Vec<_> = line.split('\t').collect();
        let (text, rr_type) = (columns[0], columns[4]);
        let bytes = base64(text).expect("base64");
        let kind = (place % 2) as u8;
        ("wire", format!("{place:02}-{rr_type}"), [&[kind][..], &bytes].concat())
    };
    let (text, _) =
        include_str!("../../tests/data/wire-records.tsv").split_once('\t').expect("text");
    let as_text = ("wire", "text".to_owned(), [b"\x02", text.as_bytes()].concat());
    records.map(seed).chain([as_text]).collect()
}

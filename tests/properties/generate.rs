//! Random records, settings and events.

use data_encoding::BASE64;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use crate::oracle::settings::Settings;
use crate::oracle::tables::{self, Field, Kind, TOP_LEVEL};
use crate::oracle::value::Val;

const NAMES: [&str; 23] = [
    "foO-BAR-baz.xYz.",
    ".",
    "...",
    "..a.b.Example.co.uk..",
    "co.uk",
    "github.io",
    "_dmarc.example.com",
    "1.0.0.127.in-addr.arpa.",
    "192.0.2.1",
    "2001:db8::1",
    "bücher.de",
    "xn--bcher-kva.de",
    "a..b.com",
    "localhost",
    r"a.foo\..",
    r"a.foo\\..",
    r"..\.",
    r"a\.b.example.com",
    r"www.a\.co.uk.",
    r"a\..b.com",
    "a\tb\r\n\u{0}\u{1f}.Example.com\u{7f}",
    "\t.co.uk",
    "a\\\t.b.com.",
];

const ADDRESSES: [&str; 20] = [
    "192.0.2.1",
    "0.0.0.0",
    "255.255.255.255",
    "2001:db8::1",
    "2001:DB8:0:0:0:0:0:1",
    "::",
    "::1",
    "::ffff:192.0.2.1",
    "64:ff9b::192.0.2.33",
    "fe80::1%eth0",
    "[2001:db8::1]",
    "192.0.2.1:53",
    "192.0.2.0/24",
    "2001:db8::/32",
    "192.0.2.01",
    "192.0.2.256",
    "192.0.2",
    "1::2::3",
    " 192.0.2.1",
    "abc",
];

const TIMES: [&str; 34] = [
    "2022-07-07T22:42:06.004Z",
    "2022-07-07t22:42:06z",
    "2022-07-07 22:42:06+02:00",
    "2022-07-07T22:42:06.123456789012-11:30",
    "2022-07-07T22:42:06.1Z",
    "2016-12-31T23:59:60Z",
    "2016-12-31T23:59:60.25Z",
    "2016-12-31T23:59:61Z",
    "2022-07-07T22:42:06",
    "2022-07-07T24:00:00Z",
    "2022-02-29T00:00:00Z",
    "2024-02-29T00:00:00Z",
    "2022-13-01T00:00:00Z",
    "0000-12-31T23:59:59Z",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999999Z",
    "9999-12-31T23:59:59-00:01",
    "1657233726004000000",
    "1657233726",
    "-1",
    "1657233726.004",
    "-0.5",
    "0",
    "253402300800000000000",
    "253402300799999999999",
    "yesterday",
    "2022-07-07T22:42:06.Z",
    "1657233726004.5",
    "1657233726004005.0061",
    "1657233726004005006.99",
    "-1657233726004.000001",
    "99999999999.999999999999",
    "100000000000.1",
    "253402300799999999999.9",
];

/// Names of response codes, and near misses.
const CODES: [&str; 12] = [
    "NoError",
    "NXDOMAIN",
    "servfail",
    "NOTIMP",
    "BADVERS",
    "badsig",
    "BADVERS OR BADSIG",
    "DSOTYPENI",
    "NOERROR ",
    "RCODE3",
    "OR",
    "abc",
];

/// Names of fields that are nobody's, or clash.
fn foreign_name() -> BoxedStrategy<Val> {
    let names = [&TOP_LEVEL[..], &["@timestamp", "tag", "kubernetes"]].concat();
    select(names).prop_map(text).boxed()
}

fn text(text: &str) -> Val {
    text.into()
}

fn one_of(texts: &'static [&'static str]) -> BoxedStrategy<Val> {
    select(texts).prop_map(text).boxed()
}

fn number() -> BoxedStrategy<i128> {
    prop_oneof![
        4 => 0..=40i128,
        2 => select(vec![53, 54, 127, 128, 255, 256, 4095, 32767, 65353, 65535, 65536, 70000]),
        1 => (i64::MIN..=i64::MAX).prop_map(i128::from),
        1 => (0..=u64::MAX).prop_map(i128::from),
    ]
    .boxed()
}

/// A number in any form that reads as one.
fn number_forms() -> BoxedStrategy<Val> {
    prop_oneof![
        4 => number().prop_map(Val::Int),
        1 => number().prop_map(|number| number.to_string().into()),
        1 => (0..100_000u32).prop_map(|number| Val::Float(number.into())),
    ]
    .boxed()
}

fn time() -> BoxedStrategy<Val> {
    prop_oneof![
        3 => (0..4_000_000_000_000_000_000i128).prop_map(Val::Int),
        1 => (-10_000_000_000i128..300_000_000_000).prop_map(Val::Int),
        1 => (i64::MIN..=i64::MAX).prop_map(|time| Val::Int(time.into())),
        1 => (i64::MIN..=i64::MAX).prop_map(|time| time.to_string().into()),
        1 => (0..3_000_000_000_000i64).prop_map(|ms| Val::Float(ms as f64 / 1000.0)),
        1 => (i64::MIN..=i64::MAX, 0..20).prop_map(|(time, digits)| {
            Val::Float(time as f64 / 10f64.powi(digits))
        }),
        1 => ("-?[0-9]{9,20}", "[0-9]{1,12}").prop_map(|(a, b)| format!("{a}.{b}").into()),
        4 => one_of(&TIMES),
    ]
    .boxed()
}

fn word() -> BoxedStrategy<Val> {
    "[a-zA-Z0-9 \"\\\\/é€𝄞\u{1}\n.-]{1,40}".prop_map(Val::from).boxed()
}

/// What a JSON value may be, three levels deep.
fn anything() -> BoxedStrategy<Val> {
    let leaf = prop_oneof![
        Just(Val::Nil),
        any::<bool>().prop_map(Val::Bool),
        number().prop_map(Val::Int),
        (-1e6..1e6f64).prop_map(|number| Val::Float(number + 0.5)),
        word(),
        Just(text("")),
    ];
    leaf.prop_recursive(2, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Val::Array),
            vec(("[a-z]{1,6}".prop_map(Val::from), inner), 0..4).prop_map(Val::Map),
        ]
    })
    .boxed()
}

fn answers() -> BoxedStrategy<Val> {
    let data = prop_oneof![
        6 => one_of(&ADDRESSES),
        1 => anything(),
        1 => ("[a-z]{1,6}".prop_map(Val::from), word()).prop_map(|pair| Val::Map(vec![pair])),
    ];
    let member = |name: &'static str, value: BoxedStrategy<Val>| {
        proptest::option::weighted(0.8, value.prop_map(move |value| (text(name), value)))
    };
    let item = (
        member("name", one_of(&NAMES)),
        member("type", prop_oneof![number_forms(), one_of(&["A", "AAAA", "*"])].boxed()),
        member("class", prop_oneof![one_of(&["IN", "CH"]), Just(Val::Int(1))].boxed()),
        member("ttl", number_forms()),
        member("rdata", data.boxed()),
    );
    let item =
        item.prop_map(|(a, b, c, d, e)| Val::Map([a, b, c, d, e].into_iter().flatten().collect()));
    let nothing = select(vec![Val::Nil, Val::Map(Vec::new())]);
    let array = vec(prop_oneof![20 => item, 2 => nothing, 1 => anything()], 0..4);
    let array = array.prop_map(Val::Array).boxed();
    let valid = array.clone().prop_map(|answers| crate::oracle::json::print(&answers).into());
    let null = one_of(&["null", " null\r\n", "NULL", "null,"]);
    prop_oneof![6 => valid, 2 => array, 1 => null, 1 => word()].boxed()
}

/// Resource records in wire format as base64, of types that the oracle reads, and what is none.
fn wire_records() -> BoxedStrategy<Val> {
    let label = prop_oneof![
        4 => "[a-zA-Z0-9_-]{1,8}".prop_map(String::into_bytes),
        1 => vec(any::<u8>(), 1..12),
    ];
    let name = vec(label, 0..4).prop_map(|labels| {
        let label = |label: &Vec<u8>| [&[label.len() as u8][..], label].concat();
        [labels.iter().map(label).collect::<Vec<_>>().concat(), vec![0]].concat()
    });
    let texts = vec(vec(any::<u8>(), 0..20), 1..3).prop_map(|texts| {
        let text = |text: &Vec<u8>| [&[text.len() as u8][..], text].concat();
        texts.iter().map(text).collect::<Vec<_>>().concat()
    });
    let data = prop_oneof![
        4 => any::<[u8; 4]>().prop_map(|address| (1u16, address.to_vec())),
        2 => any::<[u8; 16]>().prop_map(|address| (28, address.to_vec())),
        2 => (select(vec![2u16, 5, 12]), name.clone()),
        1 => name.clone().prop_map(|name| (15, [&[0, 10][..], &name].concat())),
        1 => texts.prop_map(|texts| (16, texts)),
        1 => vec(any::<u8>(), 0..8).prop_map(|bytes| (65400, bytes)),
        1 => vec(any::<u8>(), 0..20).prop_map(|bytes| (1, bytes)),
    ];
    let class = prop_oneof![9 => Just(1u16), 1 => select(vec![3u16, 4, 255, 1232])];
    let record = (name, data, class, any::<u32>(), prop::bool::weighted(0.03));
    let record = record.prop_map(|(name, (rr_type, data), class, ttl, cut)| {
        let size = (data.len() as u16).to_be_bytes();
        let fixed = [&rr_type.to_be_bytes()[..], &class.to_be_bytes(), &ttl.to_be_bytes(), &size];
        let record = [&name[..], &fixed.concat(), &data].concat();
        let text = BASE64.encode(&record[..record.len() - usize::from(cut)]);
        let members = [("type", rr_type.to_string()), ("data", text)];
        Val::Map(members.map(|(name, value)| (Val::from(name), value.into())).to_vec())
    });
    vec(prop_oneof![40 => record, 1 => anything()], 1..4).prop_map(Val::Array).boxed()
}

/// What Gateway does, by name or number, and what begins or sounds like it.
const DECISIONS: [&str; 10] = [
    "allowedOnNoPolicyMatch",
    "allowedByQueryName",
    "blockedByCategory",
    "blockedRule",
    "overrideApplied",
    "unknown",
    "blocked",
    "Blocked",
    "notblocked",
    "11",
];

/// Values that the mapping can read, and some near misses.
fn fitting(field: &Field) -> BoxedStrategy<Val> {
    match (field.name, field.kind) {
        ("QueryName", _) => {
            prop_oneof![one_of(&NAMES), r"[a-zA-Z0-9.\\-]{1,60}".prop_map(Val::from)].boxed()
        }
        ("SourceIP" | "UpstreamIP" | "SrcIP" | "DstIP", _) => one_of(&ADDRESSES),
        ("ResolvedIPs", _) => vec(one_of(&ADDRESSES), 1..4).prop_map(Val::Array).boxed(),
        ("QueryTypeName", _) => one_of(&["A", "AAAA", "HTTPS", "*"]),
        ("QueryType", _) => {
            prop_oneof![4 => number_forms(), 1 => one_of(&["A", "AAAA", "*"])].boxed()
        }
        ("ResponseCode" | "ClientResponseCode" | "UpstreamResponseCode" | "RCode", _) => {
            prop_oneof![3 => number_forms(), 1 => one_of(&CODES)].boxed()
        }
        ("Protocol", _) => one_of(&[
            "udp", "tcp", "https", "tls", "doh", "dot", "h2", "doq", "quic", "h3", "UDP", "HTTPS",
            "Quic", "x",
        ]),
        ("ResourceRecordsJSON", _) => answers(),
        ("ResourceRecords" | "RData", _) => wire_records(),
        ("ResolverDecision", _) => {
            prop_oneof![3 => one_of(&DECISIONS), 1 => number_forms()].boxed()
        }
        ("CNAMEs", _) => vec(one_of(&NAMES), 1..4).prop_map(Val::Array).boxed(),
        ("InitialResolvedIPs" | "AuthoritativeNameServerIPs", _) => {
            vec(one_of(&ADDRESSES), 1..4).prop_map(Val::Array).boxed()
        }
        (_, Kind::Text) => word(),
        (_, Kind::Int) => number_forms(),
        (_, Kind::Bool) => prop_oneof![
            any::<bool>().prop_map(Val::Bool),
            any::<bool>().prop_map(|truth| truth.to_string().into()),
            one_of(&["TRUE", "False", "fALSE", "yes", "1", "truee"]),
            select(vec![Val::Int(0), Val::Int(1), Val::Int(2), Val::Float(1.0), Val::Float(0.0)]),
        ]
        .boxed(),
        (_, Kind::Time) => time(),
        (_, Kind::Texts) => vec(word(), 1..4).prop_map(Val::Array).boxed(),
        (_, Kind::Ints) => vec(number_forms(), 1..4).prop_map(Val::Array).boxed(),
        (_, Kind::Objects) => {
            let object = vec(("[a-z]{1,6}".prop_map(Val::from), word()), 0..3).prop_map(Val::Map);
            vec(object, 1..3).prop_map(Val::Array).boxed()
        }
    }
}

/// A value of the field: fitting, absent, or anything at all.
fn value(field: &Field) -> BoxedStrategy<Val> {
    let absent = select(vec![Val::Nil, text(""), Val::Array(vec![]), Val::Map(vec![])]);
    let zero = Just(Val::Int(0));
    prop_oneof![12 => fitting(field), 2 => absent, 1 => zero, 1 => anything()].boxed()
}

fn bins(value: Val) -> BoxedStrategy<Val> {
    match value {
        Val::Str(text) => {
            prop_oneof![8 => Just(Val::Str(text.clone())), 1 => Just(Val::Bin(text))].boxed()
        }
        other => Just(other).boxed(),
    }
}

/// A record of the dataset, as JSON can tell it; most fields of it are missing in most.
fn record(dataset: &'static str) -> BoxedStrategy<Val> {
    let fields: Vec<_> = tables::fields(dataset).cloned().collect();
    let most = fields.len().min(14);
    let own = subsequence(fields, 0..=most).prop_flat_map(|fields| {
        fields
            .into_iter()
            .map(|field| value(&field).prop_map(move |value| (text(field.name), value)))
            .collect::<Vec<_>>()
    });
    let name = tables::FIELDS.iter().find(|field| field.name == "QueryName").expect("a row");
    let name =
        proptest::option::weighted(0.9, value(name).prop_map(|value| (text("QueryName"), value)));
    let foreign = prop_oneof![
        5 => foreign_name(),
        3 => "[a-z]{1,6}".prop_map(Val::from),
        2 => select(&tables::FIELDS[..]).prop_map(|field| text(field.name)),
    ];
    let foreign = vec((foreign, anything()), 0..4);
    let own = prop_oneof![12 => own.boxed(), 1 => general()];
    (own, name, foreign)
        .prop_map(|(own, name, foreign)| {
            own.into_iter().chain(name).chain(foreign).collect::<Vec<_>>()
        })
        .prop_shuffle()
        .prop_map(Val::Map)
        .boxed()
}

/// Fields that tell no dataset, and one that does, or none.
fn general() -> BoxedStrategy<Vec<(Val, Val)>> {
    let words = subsequence(tables::GENERAL.to_vec(), 0..=tables::GENERAL.len());
    let one = proptest::option::of(select(&tables::FIELDS[..]).prop_map(|field| field.name));
    let value = prop_oneof![Just(Val::Nil), word()];
    (words, one, vec(value, tables::GENERAL.len() + 1))
        .prop_map(|(words, one, values)| {
            words.into_iter().chain(one).map(Val::from).zip(values).collect()
        })
        .boxed()
}

/// A record of any dataset.
pub(crate) fn any_record() -> BoxedStrategy<Val> {
    select(&tables::DATASETS[..]).prop_flat_map(record).boxed()
}

/// Records of one dataset with the same keys in the same order, as logs have them.
pub(crate) fn alike() -> BoxedStrategy<Vec<Val>> {
    let dataset = select(&tables::DATASETS[..]);
    dataset
        .prop_flat_map(|dataset| (Just(dataset), record(dataset)))
        .prop_flat_map(|(dataset, first)| (vec(revalued(dataset, &first), 0..3), Just(first)))
        .prop_map(|(rest, first)| [first].into_iter().chain(rest).collect())
        .boxed()
}

fn revalued(dataset: &'static str, record: &Val) -> BoxedStrategy<Val> {
    let pair = |(key, before): &(Val, Val)| {
        let field = tables::fields(dataset).find(|field| key.text() == Some(field.name));
        let another = field.map_or_else(anything, value);
        (Just(key.clone()), prop_oneof![1 => Just(before.clone()), 1 => another])
    };
    record.pairs().iter().map(pair).collect::<Vec<_>>().prop_map(Val::Map).boxed()
}

/// The same record with some strings as bin, keys included.
pub(crate) fn with_bins(record: Val) -> BoxedStrategy<Val> {
    let pairs = record.pairs().iter().cloned();
    let pairs: Vec<_> = pairs.map(|(key, value)| (bins(key), bins(value))).collect();
    pairs.prop_map(Val::Map).boxed()
}

/// The same record with some numbers that JSON can write and MessagePack cannot hold.
pub(crate) fn with_numbers(record: Val) -> BoxedStrategy<Val> {
    let number = prop_oneof![
        "-?(0|[1-9][0-9]{0,10})\\.[0-9]{1,12}",
        "-?[1-9][0-9]{19,24}",
        "-?[1-9](\\.[0-9]{1,3})?[eE][+-]?[0-9]{1,3}",
    ];
    let number = number.prop_map(Val::Number).boxed();
    let pairs = record.pairs().iter().cloned();
    let pairs: Vec<_> = pairs
        .map(|(key, value)| (Just(key), prop_oneof![8 => Just(value), 1 => number.clone()]))
        .collect();
    pairs.prop_map(Val::Map).boxed()
}

/// Any settings; `key_name` is left out.
pub(crate) fn settings() -> BoxedStrategy<Settings> {
    let groups =
        vec!["created", "domain", "related", "observer", "network", "outcome", "version", "all"];
    let some_groups = prop_oneof![Just(Vec::new()), subsequence(groups, 1..3), Just(vec!["all"]),];
    let dataset = proptest::option::weighted(0.3, select(&tables::DATASETS[..]));
    let timestamp_key = prop_oneof![
        4 => Just(Some("@timestamp".to_owned())),
        1 => Just(None),
        1 => Just(Some("tag".to_owned())),
        1 => Just(Some("a.b".to_owned())),
    ];
    let switches = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    let rare = (
        prop::bool::weighted(0.2),
        prop::bool::weighted(0.3),
        prop::bool::weighted(0.8),
        prop::bool::weighted(0.3),
    );
    (dataset, some_groups, timestamp_key, switches, rare)
        .prop_map(|(dataset, enrich, timestamp_key, switches, rare)| Settings {
            ecs: switches.0,
            dataset,
            enrich,
            keep_codes: switches.1,
            key_name: None,
            lower: rare.3,
            drop: rare.0,
            preserve_key: switches.2,
            preserve_original: rare.1,
            reserve_data: rare.2,
            set_time: switches.3,
            timestamp_key,
        })
        .boxed()
}

/// Which of the legal forms the values take.
pub(crate) fn forms() -> BoxedStrategy<Vec<u8>> {
    vec(0..4u8, 0..6).boxed()
}

//! Random chunks: events in every form that a host may write, ours and others.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::generate;
use crate::oracle::msgpack::{Forms, decode, encode};
use crate::oracle::settings::Settings;
use crate::oracle::through::without_reasons;
use crate::oracle::value::Val;
use crate::oracle::{Verdict, judge, time};

/// What stands in a chunk, with its bytes.
#[derive(Clone)]
pub(crate) enum Item {
    /// A log event: up to its time, its time, up to its record, its record.
    Event { before: Vec<u8>, time: Vec<u8>, between: Vec<u8>, record: Vec<u8> },
    /// A group marker, or something that is no event at all.
    Other(Vec<u8>),
}

impl std::fmt::Debug for Item {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Event { time, between, record, .. } => {
                write!(f, "Event at {:?} ({between:02x?}): {:?}", decode(time).0, decode(record).0)
            }
            Self::Other(bytes) => write!(f, "Other {:?}", decode(bytes).0),
        }
    }
}

impl Item {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Event { before, time, between, record } => {
                [&before[..], time, between, record].concat()
            }
            Self::Other(bytes) => bytes.clone(),
        }
    }
}

/// The bytes of all items.
pub(crate) fn bytes(items: &[Item]) -> Vec<u8> {
    items.iter().flat_map(Item::bytes).collect()
}

fn pair_header() -> BoxedStrategy<Vec<u8>> {
    select(vec![vec![0x92], vec![0xdc, 0, 2], vec![0xdd, 0, 0, 0, 2]]).boxed()
}

fn event_time() -> BoxedStrategy<Val> {
    let ext = |seconds: u32, nanoseconds: u32| {
        Val::Ext(0, [seconds.to_be_bytes(), nanoseconds.to_be_bytes()].concat())
    };
    prop_oneof![
        4 => (0..0xffff_fffeu32, 0..1_000_000_000u32).prop_map(move |(s, n)| ext(s, n)),
        1 => (0..300_000_000_000i128).prop_map(Val::Int),
        1 => (-300_000_000_000i128..0).prop_map(Val::Int),
        1 => (0..4_000_000_000_000i64).prop_map(|ms| Val::Float(ms as f64 / 1000.0)),
        1 => select(vec![f64::NAN, f64::INFINITY, -1.5, 1e300]).prop_map(Val::Float),
    ]
    .boxed()
}

fn metadata() -> BoxedStrategy<Val> {
    vec((select(vec!["a", "event", "QueryName"]), "[a-z]{0,40}"), 0..3)
        .prop_map(|pairs| pairs.into_iter().map(|(key, text)| (key.into(), text.into())).collect())
        .prop_map(Val::Map)
        .boxed()
}

/// An event with that record.
fn event(record: Val) -> BoxedStrategy<Item> {
    let parts = (pair_header(), pair_header(), event_time(), metadata(), generate::forms());
    (parts, any::<bool>(), any::<bool>())
        .prop_map(move |((outer, inner, time, metadata, forms), old, any_form)| {
            let mut forms = Forms::new(if any_form { &forms } else { &[] });
            Item::Event {
                before: if old { outer } else { [outer, inner].concat() },
                time: encode(&time, &mut forms),
                between: if old { Vec::new() } else { encode(&metadata, &mut forms) },
                record: encode(&record, &mut forms),
            }
        })
        .boxed()
}

fn other() -> BoxedStrategy<Item> {
    let group = (select(vec![0xffu8, 0xfe]), metadata(), metadata(), generate::forms());
    let group = group.prop_map(|(last, metadata, body, forms)| {
        let time = Val::Ext(0, vec![0xff, 0xff, 0xff, last, 0, 0, 0, 0]);
        let head = Val::Array(vec![time, metadata]);
        encode(&Val::Array(vec![head, body]), &mut Forms::new(&forms))
    });
    let no_event = select(vec![
        Val::Int(5),
        Val::Nil,
        Val::Map(vec![("QueryName".into(), "a".into())]),
        Val::Array(vec![]),
        Val::Array(vec![Val::Int(1), Val::Map(vec![]), Val::Nil]),
    ]);
    let no_event = no_event.prop_map(|value| encode(&value, &mut Forms::new(&[])));
    prop_oneof![3 => group, 1 => no_event].prop_map(Item::Other).boxed()
}

fn mapped_before(dataset: &str) -> Val {
    Val::Map(vec![("kind".into(), "event".into()), ("dataset".into(), dataset.into())])
}

/// A chunk of events that hold those records, somebody else's, and things that are no events.
pub(crate) fn of(records: BoxedStrategy<Vec<Val>>) -> BoxedStrategy<Vec<Item>> {
    let ours = records
        .prop_flat_map(|records| records.into_iter().map(generate::with_bins).collect::<Vec<_>>())
        .prop_flat_map(|records| records.into_iter().map(event).collect::<Vec<_>>());
    let foreign = select(vec![
        Val::Map(vec![("content".into(), "tests".into())]),
        Val::Map(vec![]),
        Val::Nil,
        "text".into(),
        Val::Map(vec![("event".into(), mapped_before("dns_logs"))]),
        Val::Map(vec![
            ("QueryName".into(), "a".into()),
            ("QueryType".into(), Val::Int(1)),
            ("event".into(), mapped_before("gateway_dns")),
        ]),
    ]);
    let others = vec(prop_oneof![1 => foreign.prop_flat_map(event), 1 => other()], 0..3);
    (ours, others).prop_map(|(ours, others)| [ours, others].concat()).prop_shuffle().boxed()
}

/// Compares what a chunk became with what the oracle says of each item; `tail` must follow.
pub(crate) fn check(
    settings: &Settings,
    items: &[Item],
    tail: &[u8],
    output: &[u8],
) -> Result<(), TestCaseError> {
    let mut rest = output;
    let mut dropped = false;
    let mut stayed = !tail.is_empty();
    for item in items {
        let Item::Event { before, time, between, record } = item else {
            stayed |= !is_group(item);
            // Markers may go with the last event of a chunk.
            if !output.is_empty() {
                rest = behind(rest, &item.bytes(), item)?;
            }
            continue;
        };
        match judge(settings, &decode(time).0, &decode(record).0) {
            Verdict::Dropped => dropped = true,
            Verdict::Beyond => panic!("made of what the oracle reads: {item:?}"),
            Verdict::Passed => {
                rest = behind(rest, &item.bytes(), item)?;
                stayed = true;
            }
            Verdict::Mapped { record, time: new_time } => {
                let time = new_time.map_or_else(|| time.clone(), event_time_bytes);
                let header = [&before[..], &time, between].concat();
                rest = behind(rest, &header, item)?;
                let (mapped, after) = decode(rest);
                let (got, want) = (without_reasons(&mapped), without_reasons(&record));
                prop_assert_eq!(got, want, "{:?}", item);
                rest = after;
                stayed = true;
            }
        }
    }
    rest = behind(rest, tail, &Item::Other(vec![0xc0]))?;
    prop_assert!(rest.is_empty(), "bytes behind the chunk: {rest:02x?}");
    prop_assert!(stayed || !dropped || output.is_empty(), "markers without events: {output:02x?}");
    Ok(())
}

fn is_group(item: &Item) -> bool {
    matches!(item, Item::Other(bytes) if bytes.len() > 8 && matches!(decode(bytes).0, Val::Array(_)))
}

fn event_time_bytes(time: i128) -> Vec<u8> {
    let (seconds, nanoseconds) = (time.div_euclid(time::SECOND), time.rem_euclid(time::SECOND));
    let parts = [(seconds as u32).to_be_bytes(), (nanoseconds as u32).to_be_bytes()].concat();
    [&[0xd7, 0][..], &parts].concat()
}

fn behind<'b>(rest: &'b [u8], start: &[u8], item: &Item) -> Result<&'b [u8], TestCaseError> {
    rest.strip_prefix(start).ok_or_else(|| {
        let got = &rest[..rest.len().min(start.len())];
        TestCaseError::fail(format!("{item:?}\n  is not here: {start:02x?}\n  but: {got:02x?}"))
    })
}

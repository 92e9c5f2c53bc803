//! What holds for every chunk, whatever is in it.
//!
//! - Where the chunk is valid MessagePack, so is the output; the bytes from the first corrupt
//!   value on come back as they are.
//! - An event becomes what it becomes alone, whatever stands before it. None is lost, unless it
//!   is dropped as configured; none is added, and each counts once. Those that are not ours, and
//!   group markers, stay byte for byte where they are.
//! - A mapped event keeps its header but for the time, and has the record that the oracle says.
//!   Mapped again, it stays untouched.
//! - What a host could read it can read after: no event gets deeper than its decoder goes.
//! - The output is bounded by the input ([`most_output`]), and so is the memory ([`most_memory`]).

use flb_filter_cloudflare_dns::{Answer, Mapper, Outcome, Tally};

use crate::counting_allocator::peak;
use crate::oracle::msgpack::decode;
use crate::oracle::settings::Settings;
use crate::oracle::through::without_reasons;
use crate::oracle::value::Val;
use crate::oracle::{self, Verdict, time};
use crate::scan::{self, Parts};
use crate::setup;

/// The most bytes that an event of `size` bytes becomes, beside the name of the time field. What
/// grows most is a bitmap of types in an answer (NSEC): a bit is up to 10 bytes of text, so 6 bits of
/// base64 are 60. Then come control characters, each six bytes of JSON in `event.original`, and short
/// fields that cannot be read, each with a note in `error.message`.
pub(crate) fn most_output(size: usize) -> usize {
    64 * size + 2048
}

/// The most memory that a chunk of `size` bytes takes at one time, the output included.
pub(crate) fn most_memory(size: usize) -> usize {
    256 * size + (1 << 20)
}

/// How many containers in each other a host reads.
const DEEPEST: usize = 32;

/// What became of a chunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Became {
    Untouched,
    Rewritten(Vec<u8>),
    Emptied,
}

/// Rewrites a chunk.
pub(crate) fn rewrite(mapper: &mut Mapper, chunk: &[u8]) -> Became {
    rewrite_and_count(mapper, chunk).0
}

fn rewrite_and_count<'m>(mapper: &'m mut Mapper, chunk: &[u8]) -> (Became, Outcome<'m>) {
    let mut output = Vec::new();
    let (taken, outcome) = peak(|| mapper.rewrite(chunk, &mut output));
    let most = most_memory(chunk.len());
    assert!(taken <= most, "{taken} bytes of memory for a chunk of {}", chunk.len());
    let outcome = outcome.expect("enough memory");
    let became = match outcome.answer {
        Answer::Rewritten => Became::Rewritten(output),
        Answer::Untouched => {
            assert!(output.is_empty(), "untouched, but something was written");
            Became::Untouched
        }
        Answer::Emptied => Became::Emptied,
    };
    (became, outcome)
}

/// Rewrites a chunk with these settings, and checks everything that was promised.
pub(crate) fn check(settings: &Settings, chunk: &[u8]) {
    let mut mapper = setup::mapper(settings);
    let (became, outcome) = rewrite_and_count(&mut mapper, chunk);
    assert_eq!(became, expected(settings, chunk), "by the events alone");
    check_counts(settings, chunk, &outcome);
    assert_eq!(became, rewrite(&mut mapper, chunk), "the same chunk, another time");
}

/// Every value that is no group marker counts once.
fn check_counts(settings: &Settings, chunk: &[u8], outcome: &Outcome<'_>) {
    let counts = outcome.counts;
    let (events, valid) = scan::events(chunk);
    let is_group =
        |event: &&&[u8]| scan::parts(event).is_some_and(|parts| scan::is_group(event, parts));
    let groups = events.iter().filter(is_group).count();
    let counted = counts.mapped() + counts.passed() + counts.dropped();
    assert_eq!(counted, (events.len() - groups) as u64, "{counts:?}");
    assert_eq!(counts.of(Tally::MalformedChunks), u64::from(valid < chunk.len()));
    assert_eq!(outcome.malformed_from, (valid < chunk.len()).then_some(valid));
    assert!(counts.with_errors() <= counts.mapped() && (settings.drop || counts.dropped() == 0));
}

/// What the chunk must become: its events alone, and the rest from the first corrupt byte on.
fn expected(settings: &Settings, chunk: &[u8]) -> Became {
    let (events, valid) = scan::events(chunk);
    let mut output = Vec::new();
    let (mut changed, mut stayed) = (false, valid < chunk.len());
    let mut mapper = setup::mapper(settings);
    for (place, event) in events.into_iter().enumerate() {
        if place > 0 && place < 4 {
            mapper = setup::mapper(settings);
        }
        let parts = scan::parts(event).filter(|&parts| !scan::is_group(event, parts));
        let became = rewrite(&mut mapper, event);
        match parts {
            Some(parts) => check_log(settings, event, parts, &became),
            None => assert_eq!(became, Became::Untouched, "no log event: {event:02x?}"),
        }
        let is_group = parts.is_none() && scan::parts(event).is_some();
        match became {
            Became::Untouched => {
                output.extend(event);
                stayed |= !is_group;
            }
            Became::Rewritten(mapped) => {
                output.extend(mapped);
                (changed, stayed) = (true, true);
            }
            Became::Emptied => changed = true,
        }
    }
    match (changed, stayed) {
        (false, _) => Became::Untouched,
        (true, false) => Became::Emptied,
        (true, true) => {
            output.extend(&chunk[valid..]);
            Became::Rewritten(output)
        }
    }
}

fn check_log(settings: &Settings, event: &[u8], parts: Parts, became: &Became) {
    if let Became::Rewritten(output) = became {
        check_mapped(settings, event, parts, output);
    }
    assert!(settings.drop || *became != Became::Emptied, "dropped, and not configured so");
    let scanned = scan::value(event, 0).expect("valid");
    if !scanned.is_plain || scanned.depth > 20 {
        return; // The oracle reads text alone, and calls itself for what is inside.
    }
    let decoded = |from: usize| decode(&event[from..]).0;
    if has_key_in_key(&decoded(parts.record), false) {
        return; // It has no JSON, where the mapping may want some: the contract leaves that open.
    }
    let verdict = oracle::judge(settings, &decoded(parts.time), &decoded(parts.record));
    match (became, verdict) {
        (Became::Rewritten(_), Verdict::Beyond) => {}
        (Became::Untouched, Verdict::Passed) | (Became::Emptied, Verdict::Dropped) => {}
        (Became::Rewritten(output), Verdict::Mapped { record, time }) => {
            let header = [&event[..parts.time], &time_bytes(event, parts, time)].concat();
            let header = [&header[..], &event[parts.time_end..parts.record]].concat();
            let mapped = output.strip_prefix(&header[..]);
            let mapped = mapped.unwrap_or_else(|| panic!("{output:02x?} has not {header:02x?}"));
            let (got, want) = (without_reasons(&decode(mapped).0), without_reasons(&record));
            assert_eq!(got, want, "{settings:?}: {:?}", decoded(parts.record));
        }
        (_, verdict) => {
            panic!("{became:02x?}, not {verdict:?}: {settings:?}: {:?}", decoded(parts.record))
        }
    }
}

/// Whether any map has a container as a key inside a key that is a container.
fn has_key_in_key(value: &Val, in_key: bool) -> bool {
    match value {
        Val::Array(items) => items.iter().any(|item| has_key_in_key(item, in_key)),
        Val::Map(pairs) => pairs.iter().any(|(key, value)| {
            let is_container = matches!(key, Val::Array(_) | Val::Map(_));
            is_container && (in_key || has_key_in_key(key, true)) || has_key_in_key(value, in_key)
        }),
        _ => false,
    }
}

fn time_bytes(event: &[u8], parts: Parts, time: Option<i128>) -> Vec<u8> {
    let Some(time) = time else { return event[parts.time..parts.time_end].to_vec() };
    let (seconds, nanoseconds) = (time.div_euclid(time::SECOND), time.rem_euclid(time::SECOND));
    let part = |part: i128| u32::try_from(part).expect("32 bits").to_be_bytes();
    [&[0xd7, 0][..], &part(seconds), &part(nanoseconds)].concat()
}

/// What holds for a mapped event, also where the oracle cannot read it.
fn check_mapped(settings: &Settings, event: &[u8], before: Parts, output: &[u8]) {
    let most = most_output(event.len()) + settings.timestamp_key.as_ref().map_or(0, String::len);
    assert!(output.len() <= most, "{} bytes of output for {}", output.len(), event.len());
    let scanned = scan::value(output, 0);
    let end = scanned.as_ref().map(|scanned| scanned.end);
    assert_eq!(end, Some(output.len()), "one valid value: {output:02x?}");
    let depth = |scanned: Option<scan::Scanned>| scanned.map_or(0, |scanned| scanned.depth);
    let (was, is) = (depth(scan::value(event, 0)), depth(scanned));
    assert!(is <= DEEPEST || was > DEEPEST, "{was} levels became {is}, which no host reads");
    let parts = scan::parts(output).expect("an event");
    assert!(!scan::is_group(output, parts), "a log event");
    assert_eq!(output[..parts.time], event[..before.time]);
    assert_eq!(output[parts.time_end..parts.record], event[before.time_end..before.record]);
    if !settings.set_time {
        assert_eq!(output[parts.time..parts.time_end], event[before.time..before.time_end]);
    }
    let drop = Settings { drop: true, ..Settings::default() };
    let of_text = Settings { key_name: Some("log".to_owned()), ..drop.clone() };
    for settings in [settings.clone(), Settings::default(), drop, of_text] {
        let again = rewrite(&mut setup::mapper(&settings), output);
        assert_eq!(again, Became::Untouched, "mapped again with {settings:?}");
    }
}

/// The bytes of one event with this header and record.
pub(crate) fn event(header: &[u8], record: &Val) -> Vec<u8> {
    let record = oracle::msgpack::encode(record, &mut oracle::msgpack::Forms::smallest());
    [header, &record].concat()
}

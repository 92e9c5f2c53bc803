//! The limits of the mapper, stated, and met by the largest and the most dishonest of input.
//!
//! - Depth: MessagePack may be nested without bounds where it is passed on. What Fluent Bit's decoder
//!   could read (32 levels) it can read after: values that move deeper become JSON text. JSON text nested
//!   deeper than 24 is not ours, and text of resource records nested deeper is kept as text.
//!   `event.original` is left out for a record nested deeper than 32.
//! - Stack: the same for any input; every test here runs on a thread with 256 KiB.
//! - Memory: what a chunk takes is bounded by what is in it ([`most_memory`]); a length that is
//!   declared and not there takes nothing.
//! - Length: whatever MessagePack can hold, 2^32 - 1.

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod counting_allocator;
mod oracle;

use std::net::Ipv4Addr;
use std::thread;

use counting_allocator::peak;
use flb_filter_cloudflare_dns::Answer;
use oracle::msgpack::decode;
use oracle::through::mapper;
use oracle::value::Val;

/// The most memory that a chunk takes at one time. What takes most is control characters: each
/// becomes six bytes of `event.original`, once in room for twice the event, and once in the output.
fn most_memory(chunk: &[u8]) -> usize {
    64 * chunk.len() + (64 << 10)
}

/// The same for answers from the wire. What grows most is a bitmap of types, each bit of which
/// becomes up to 10 bytes of text: once among the answers read, once in room for the event, and
/// once in the output.
fn most_memory_of_wire(chunk: &[u8]) -> usize {
    256 * chunk.len() + (64 << 10)
}

const HEADER: &[u8] = b"\x92\x92\xd7\0\x62\xc7\x61\x7e\0\x3d\x09\0\x80";

/// What marks a record as ours: QueryName and ColoCode.
const OURS: &[u8] = b"\xa9QueryName\xa1a\xa8ColoCode\xa1M";

/// Settings that go through every part of the mapper; each takes records, or text.
const RECORDS: [&[(&str, &str)]; 3] = [
    &[],
    &[("enrich", "all"), ("convention", "ecs"), ("keep_codes", "on")],
    &[("preserve_original", "on"), ("dataset", "gateway_dns"), ("enrich", "all")],
];
const TEXTS: [&[(&str, &str)]; 3] = [
    &[("key_name", "log")],
    &[("key_name", "log"), ("enrich", "all"), ("preserve_key", "on")],
    &[("key_name", "log"), ("preserve_original", "on"), ("convention", "ecs")],
];

/// What the chunk becomes, `None` when it stays, with memory and stack within their bounds.
fn rewrite(settings: &[(&str, &str)], chunk: &[u8]) -> Option<Vec<u8>> {
    rewrite_within(settings, chunk, most_memory(chunk))
}

fn rewrite_within(settings: &[(&str, &str)], chunk: &[u8], most: usize) -> Option<Vec<u8>> {
    let small_stack = thread::Builder::new().stack_size(256 << 10);
    thread::scope(|scope| {
        let run = small_stack.spawn_scoped(scope, || {
            let mut mapper = mapper(settings);
            let mut output = Vec::new();
            let (taken, outcome) = peak(|| mapper.rewrite(chunk, &mut output));
            let answer = outcome.expect("enough memory").answer;
            assert!(taken <= most, "{settings:?}: {taken} bytes for a chunk of {}", chunk.len());
            (answer, output)
        });
        match run.expect("a thread").join().expect("no panic") {
            (Answer::Untouched, _) => None,
            (Answer::Rewritten, output) => Some(output),
            (Answer::Emptied, _) => panic!("nothing is dropped here"),
        }
    })
}

/// The string, in the form with four bytes of length.
fn str32(text: &[u8]) -> Vec<u8> {
    [b"\xdb", &(text.len() as u32).to_be_bytes()[..], text].concat()
}

/// An event whose record has `pairs` pairs: QueryName, ColoCode, and others.
fn event(pairs: u32, others: &[u8]) -> Vec<u8> {
    [HEADER, b"\xdf", &pairs.to_be_bytes(), OURS, others].concat()
}

/// An event whose record is the text in the field `log`.
fn text_event(text: &str) -> Vec<u8> {
    [HEADER, b"\x81\xa3log", &str32(text.as_bytes())].concat()
}

fn ends_with(output: Option<Vec<u8>>, end: &[u8], what: &str) {
    let output = output.unwrap_or_else(|| panic!("{what}: untouched"));
    assert!(output.ends_with(end), "{what}: lost at the end");
}

/// The record that the one event of a chunk becomes.
fn mapped(settings: &[(&str, &str)], chunk: &[u8]) -> Val {
    let output = rewrite(settings, chunk).unwrap_or_else(|| panic!("{settings:?}: untouched"));
    let (event, rest) = decode(&output);
    assert!(rest.is_empty(), "one event");
    let Val::Array(mut parts) = event else { panic!("no event") };
    parts.pop().expect("a record")
}

/// The member with that dotted name.
fn member<'r>(record: &'r Val, path: &'r str) -> &'r Val {
    path.split('.').fold(record, |value, name| {
        value.members(name).last().unwrap_or_else(|| panic!("{path}: no {name}"))
    })
}

fn contains(output: &[u8], part: &[u8]) -> bool {
    output.windows(part.len()).any(|window| window == part)
}

// ---- depth ----

const DEPTHS: [usize; 5] = [1, 24, 33, 1_000, 200_000];

fn nested(depth: usize) -> [Vec<u8>; 3] {
    let arrays = [b"\x91".repeat(depth), b"\xc0".to_vec()].concat();
    let maps = [b"\x81\xa1k".repeat(depth), b"\xc0".to_vec()].concat();
    let keys = [b"\x81".repeat(depth), b"\xc0".repeat(depth + 1)].concat();
    [arrays, maps, keys]
}

/// What maps become where no object belongs: their JSON, or hex digits where that is deeper than
/// any host reads, or would have a container in the key of a container.
fn texts_of_nested(depth: usize) -> [Option<String>; 3] {
    let maps = format!("{}null{}", "{\"k\":".repeat(depth), "}".repeat(depth));
    let maps_in_hex = format!("{}c0", "81a16b".repeat(depth));
    let keys_in_hex = "81".repeat(depth) + &"c0".repeat(depth + 1);
    let keys = if depth == 1 { "{\"null\":null}".to_owned() } else { keys_in_hex };
    [None, Some(if depth > 32 { maps_in_hex } else { maps }), Some(keys)]
}

#[test]
fn foreign_values_may_be_nested_without_bounds() {
    for depth in DEPTHS {
        for value in nested(depth) {
            let chunk = event(3, &[b"\xa5other", &value[..]].concat());
            for settings in RECORDS {
                ends_with(rewrite(settings, &chunk), &value, &format!("{settings:?}, {depth}"));
            }
            // And so may what is no record at all.
            let foreign = [HEADER, &value].concat();
            assert_eq!(rewrite(&[], &foreign), None, "{depth}");
            assert_eq!(rewrite(&[("key_name", "log")], &foreign), None, "{depth}");
            assert_eq!(rewrite(&[], &value), None, "{depth}");
        }
    }
}

#[test]
fn fields_may_be_nested_without_bounds_and_stay_or_become_text() {
    let texts: [&[u8]; 3] = [b"\xa9QueryType", b"\xabResolvedIPs", b"\xa6CNAMEs"];
    // One of objects, and one that is another dataset's.
    let objects: [&[u8]; 2] = [b"\xafResourceRecords", b"\xa8SourceIP"];
    for depth in DEPTHS {
        for (value, text) in nested(depth).iter().zip(texts_of_nested(depth)) {
            let text = text.as_ref().map_or(&value[..], |text| text.as_bytes());
            let fields = texts.map(|field| (field, text)).into_iter();
            for (field, kept) in fields.chain(objects.map(|field| (field, &value[..]))) {
                let chunk = event(3, &[field, &value[..]].concat());
                let output = rewrite(RECORDS[2], &chunk).expect("mapped");
                let kept = &kept[..kept.len().min(200)];
                assert!(contains(&output, kept), "{depth} in {}", field.escape_ascii());
                assert!(output.len() >= value.len());
            }
        }
    }
}

/// How deep containers nest in the value, itself included.
fn depth(value: &Val) -> usize {
    match value {
        Val::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Val::Map(pairs) => {
            1 + pairs.iter().map(|(key, value)| depth(key).max(depth(value))).max().unwrap_or(0)
        }
        _ => 0,
    }
}

/// Fluent Bit's decoder holds 32 containers: the event's array, its record, and 30 more.
#[test]
fn what_fluent_bit_could_read_it_can_read_after() {
    let names: [&[u8]; 4] = [b"\xa3dns", b"\xa5event", b"\xa8SourceIP", b"\xabResolvedIPs"];
    for levels in 1..=30 {
        for value in nested(levels) {
            // Where nothing more is wrong, an array of objects stays one.
            let objects = [b"\x91".as_slice(), &value].concat();
            let fields = names.map(|name| [name, &value].concat());
            let list = (levels < 30).then(|| [b"\xafResourceRecords", &objects[..]].concat());
            for field in fields.iter().chain(&list) {
                let chunk = event(3, field);
                let (came, _) = decode(&chunk);
                assert!(depth(&came) <= 32);
                let output = rewrite(RECORDS[2], &chunk).expect("mapped");
                let (event, rest) = decode(&output);
                assert!(rest.is_empty() && depth(&event) <= 32, "{field:x?}: {event:?}");
            }
        }
    }
    let json = |levels: usize| [&"[".repeat(levels), "null", &"]".repeat(levels)].concat();
    let kept = |name: &[u8], levels: usize, path: &str| {
        let [arrays, ..] = nested(levels);
        member(&mapped(RECORDS[0], &event(3, &[name, &arrays].concat())), path).clone()
    };
    let array = |levels: usize| (0..levels).fold(Val::Nil, |item, _| Val::Array(vec![item]));
    for (name, path, most) in
        [(names[0], "cloudflare.unmapped.dns", 28), (names[2], "cloudflare.SourceIP", 29)]
    {
        for levels in [most - 1, most, 31] {
            assert_eq!(kept(name, levels, path), array(levels), "{path}, {levels}");
        }
        for levels in most + 1..=30 {
            assert_eq!(kept(name, levels, path), json(levels).as_str().into(), "{path}, {levels}");
        }
    }
    let [.., keys] = nested(30);
    let hex = [&"81".repeat(30), &*"c0".repeat(31)].concat();
    let record = mapped(RECORDS[0], &event(3, &[names[2], &keys].concat()));
    assert_eq!(*member(&record, "cloudflare.SourceIP"), hex.as_str().into());
}

#[test]
fn an_array_of_objects_that_would_be_too_deep_becomes_text_with_a_note() {
    let objects = |levels: usize| {
        let [_, maps, _] = nested(levels - 1);
        [b"\xafResourceRecords\x91", &maps[..]].concat()
    };
    let message = |levels: usize| {
        let record = mapped(RECORDS[2], &event(3, &objects(levels)));
        let error = record.members("error").next().map(|error| member(error, "message").clone());
        (member(&record, "cloudflare.ResourceRecords").clone(), error)
    };
    let (value, error) = message(29);
    assert!(matches!(value, Val::Array(_)) && error.is_none(), "{value:?}, {error:?}");
    let text = format!("[{}null{}]", r#"{"k":"#.repeat(29), "}".repeat(29));
    let note = "ResourceRecords: nested too deeply, kept as JSON text";
    assert_eq!(message(30), (text.as_str().into(), Some(note.into())));
}

#[test]
fn event_original_is_there_up_to_32_levels() {
    let original = b"\xa8original";
    for (depth, is_there) in [(1, true), (31, true), (32, false), (1_000, false)] {
        let [arrays, maps, _] = nested(depth);
        for value in [arrays, maps] {
            let chunk = event(3, &[b"\xa5other", &value[..]].concat());
            let output = rewrite(RECORDS[2], &chunk).expect("mapped");
            assert_eq!(contains(&output, original), is_there, "{depth}");
        }
    }
}

#[test]
fn json_text_is_ours_up_to_24_levels() {
    for (open, close) in [("[", "]"), ("{\"k\":", "}")] {
        for depth in [1, 22, 23, 24, 100, 127, 128, 129, 1_000, 200_000] {
            let deep = [&open.repeat(depth), "1", &close.repeat(depth)].concat();
            let chunk = text_event(&format!(r#"{{"QueryName":"a","ColoCode":"M","x":{deep}}}"#));
            for settings in TEXTS {
                // The record itself is one level.
                let is_mapped = rewrite(settings, &chunk).is_some();
                assert_eq!(is_mapped, depth < 24, "{settings:?}, {depth} levels of {open}");
            }
            let unclosed =
                format!(r#"{{"QueryName":"a","ColoCode":"M","x":{}"#, open.repeat(depth));
            assert_eq!(rewrite(TEXTS[0], &text_event(&unclosed)), None, "{depth} levels of {open}");
        }
    }
}

#[test]
fn resource_records_nested_deeper_than_24_levels_stay_text() {
    for (depth, is_read) in [(1, true), (22, true), (23, false), (128, false), (200_000, false)] {
        let text = format!(r#"[{{"x":{}1{}}}]"#, "[".repeat(depth), "]".repeat(depth));
        let field = [b"\xb3ResourceRecordsJSON", &str32(text.as_bytes())[..]].concat();
        let output = rewrite(RECORDS[2], &event(3, &field)).expect("mapped");
        assert_eq!(contains(&output, b"\xa7answers"), is_read, "{depth}");
        assert_eq!(contains(&output, b"\xa5error"), !is_read, "{depth}");
    }
}

// ---- lengths ----

#[test]
fn a_length_that_lies_takes_no_memory_and_the_chunk_comes_back() {
    let lies: [&[u8]; 16] = [
        b"\xdb\xff\xff\xff\xff",
        b"\xdb\x7f\xff\xff\xff",
        b"\xda\xff\xff",
        b"\xd9\xff",
        b"\xbf",
        b"\xc6\xff\xff\xff\xff",
        b"\xc5\xff\xff",
        b"\xc4\xff",
        b"\xc9\xff\xff\xff\xff\x05",
        b"\xc8\xff\xff\x05",
        b"\xdd\xff\xff\xff\xff",
        b"\xdc\xff\xff",
        b"\x9f",
        b"\xdf\xff\xff\xff\xff",
        b"\xde\xff\xff",
        b"\xdd\xff\xff\xff\xff\xdd\xff\xff\xff\xff\xdf\xff\xff\xff\xff",
    ];
    let whole = event(2, b"");
    for settings in RECORDS.iter().chain(&TEXTS[..1]) {
        let mapped = rewrite(settings, &whole);
        for lie in lies {
            let places = [
                lie.to_vec(),
                [HEADER, lie].concat(),
                [&[0x92], lie].concat(),
                [&[0x92, 0x92, 0x01], lie].concat(),
                event(3, &[b"\xa5other", lie].concat()),
                event(3, &[b"\xabResolvedIPs", lie].concat()),
                event(3, &[b"\xb3ResourceRecordsJSON", lie].concat()),
                event(u32::MAX, lie),
                event(u32::MAX, b""),
            ];
            for tail in places {
                assert_eq!(rewrite(settings, &tail), None, "{}", lie.escape_ascii());
                let output = rewrite(settings, &[&whole[..], &tail].concat());
                let expected = mapped.as_ref().map(|mapped| [&mapped[..], &tail].concat());
                assert_eq!(output, expected, "{settings:?}, {}", lie.escape_ascii());
            }
        }
    }
}

// ---- size ----

#[test]
fn a_map_of_100_000_keys_is_mapped_and_keeps_them_all() {
    let mut others = Vec::new();
    let mut text = r#"{"QueryName":"a","ColoCode":"M""#.to_owned();
    for key in 0..100_000u32 {
        let name = format!("k{key:07}");
        others.extend([&[0xa8], name.as_bytes(), &[0xcd], &[1, 2]].concat());
        text += &format!(r#","{name}":258"#);
    }
    text.push('}');
    for settings in RECORDS {
        ends_with(rewrite(settings, &event(100_002, &others)), &others, &format!("{settings:?}"));
    }
    for settings in TEXTS {
        let output = rewrite(settings, &text_event(&text)).expect("mapped");
        assert!(contains(&output, &others), "{settings:?}");
    }
}

#[test]
fn a_key_of_ours_100_000_times_counts_as_it_came_last() {
    let others = [&b"\xa8ColoCode\xa1N".repeat(100_000)[..], b"\xa8ColoCode\xa1Z"].concat();
    for settings in &RECORDS[..2] {
        let record = mapped(settings, &event(100_003, &others));
        assert_eq!(member(&record, "cloudflare.ColoCode"), &Val::from("Z"), "{settings:?}");
    }
}

#[test]
fn arrays_of_100_000_items_are_mapped_and_listed_once() {
    let address = |number: u32| Ipv4Addr::from_bits(0x0a00_0000 + number).to_string();
    let mut items = Vec::new();
    // Each comes twice.
    for text in (0..100_000).chain(0..100_000).map(address) {
        items.push(0xa0 | text.len() as u8);
        items.extend(text.as_bytes());
    }
    let header = [&b"\xabResolvedIPs\xdd"[..], &200_000u32.to_be_bytes()].concat();
    let chunk = event(3, &[header, items].concat());
    let record = mapped(RECORDS[2], &chunk);
    let addresses = Val::Array((0..100_000).map(address).map(Val::from).collect());
    assert!(*member(&record, "related.ip") == addresses);
    let Val::Array(resolved) = member(&record, "dns.resolved_ip") else { panic!("an array") };
    assert_eq!(resolved.len(), 200_000);
}

const LONG: usize = 10_000_000;

#[test]
fn strings_of_10_megabytes_pass_whole() {
    let places = [
        ("other", "other"),
        ("QueryName", "dns.question.name"),
        ("SourceIP", "cloudflare.SourceIP"),
        ("Timestamp", "cloudflare.Timestamp"),
    ];
    for text in ["x", "\u{1}"] {
        let text = text.repeat(LONG);
        for (field, place) in places {
            let key = [&[0xa0 | field.len() as u8], field.as_bytes()].concat();
            let chunk = event(3, &[key, str32(text.as_bytes())].concat());
            let settings: &[_] = match field {
                "other" => &[("preserve_original", "on")],
                _ => &[("dataset", "dns_logs"), ("enrich", "all")],
            };
            let record = mapped(settings, &chunk);
            assert!(*member(&record, place) == Val::from(&*text), "{settings:?}, {field}");
        }
    }
}

#[test]
fn json_text_of_10_megabytes_passes_whole() {
    let long = "x".repeat(LONG);
    let text = format!(r#"{{"QueryName":"a","ColoCode":"M","x":"{long}"}}"#);
    for settings in TEXTS {
        let record = mapped(settings, &text_event(&text));
        assert!(*member(&record, "x") == Val::from(&*long), "{settings:?}");
    }
}

#[test]
fn a_bitmap_with_every_type_is_written_out_within_bounds() {
    // NSEC (RFC 4034, section 4.1): a name, then windows of 256 types, each with all bits set.
    let windows = (0..=255_u8).flat_map(|window| [&[window, 32][..], &[0xff; 32]].concat());
    let data: Vec<u8> = b"\0".iter().copied().chain(windows).collect();
    let size = u16::try_from(data.len()).expect("16 bits").to_be_bytes();
    let record = [b"\x01x\0\0\x2f\0\x01\0\0\0\x3c", &size[..], &data].concat();
    let base64 = data_encoding::BASE64.encode(&record);
    let item = [b"\x81\xa4data", &str32(base64.as_bytes())[..]].concat();
    for count in [1, 10] {
        let items = [&[0xdc, 0, count][..], &item.repeat(count.into())].concat();
        let chunk = event(3, &[b"\xafResourceRecords", &items[..]].concat());
        let most = most_memory_of_wire(&chunk);
        let output = rewrite_within(RECORDS[1], &chunk, most).expect("mapped");
        let last = b"TYPE65533 TYPE65534 TYPE65535";
        let found = output.windows(last.len()).filter(|part| part == last).count();
        assert_eq!(found, usize::from(count));
    }
}

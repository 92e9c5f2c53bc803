//! Chunks that are not valid MessagePack from some byte on, and values that try a reader hard.

use std::ffi::CStr;

use flb_filter_cloudflare_dns::{Answer, Config, Mapper};

use crate::driver::{Frame, Run, assert_bytes, encode};
use crate::samples::{FOREIGN, SEEDS, VARIED};

/// One event: its bytes, and what is left of it once it is filtered.
struct Part {
    bytes: Vec<u8>,
    filtered: Vec<u8>,
}

fn parts(lines: &str, form: &str) -> Vec<Part> {
    lines
        .lines()
        .map(|line| {
            let run = Run::new("gen4raw").form(form).ndjson(line).well();
            Part { bytes: run.chunk(), filtered: run.raw() }
        })
        .collect()
}

/// Whole events filtered, and the rest as it is.
fn filtered_up_to(parts: &[Part], size: usize) -> Frame {
    let (mut read, mut output) = (0, Vec::new());
    let mut modified = false;
    for part in parts {
        if read + part.bytes.len() <= size {
            modified |= part.bytes != part.filtered;
            output.extend(&part.filtered);
        } else {
            let rest = size.saturating_sub(read);
            output.extend(&part.bytes[..rest]);
        }
        read += part.bytes.len();
    }
    Frame { modified, bytes: output }
}

#[test]
fn every_truncated_prefix_comes_back_with_nothing_lost() {
    let lines = SEEDS.lines().zip(FOREIGN.lines()).map(|(a, b)| format!("{b}\n{a}\n"));
    let lines: String = lines.chain([VARIED.to_owned()]).collect();
    for form in ["old,fixarray,ext", "new,array32,ext,meta", "new,mixed,float,meta"] {
        let parts = parts(&lines, form);
        let chunk: Vec<u8> = parts.iter().flat_map(|part| part.bytes.clone()).collect();
        let frames = Run::new("gen4raw").frames((0..=chunk.len()).map(|size| &chunk[..size]));
        let frames = frames.well().frames();
        assert_eq!(frames.len(), chunk.len() + 1);
        for (size, frame) in frames.iter().enumerate() {
            assert_eq!(frame, &filtered_up_to(&parts, size), "{form}: the first {size} bytes");
        }
    }
}

#[test]
fn from_the_first_bad_byte_on_everything_comes_back() {
    let mapped = Run::new("gen4raw").ndjson(SEEDS).well();
    let tails: &[&[u8]] = &[
        b"\xc1",
        b"\xc1\xc1\xc1 and whatever follows",
        b"\x92\xc1\x80",
        b"\x92\xd7\x00\x00\x00\x00\x01\x00\x00\x00\x00\x81\xa9QueryName\xc1",
        b"\x92\xd7\x00\x00\x00\x00\x01\x00\x00\x00\x00\x81\xa9QueryName",
        // lengths that nothing stands behind
        b"\xdd\xff\xff\xff\xff",
        b"\xdf\xff\xff\xff\xff",
        b"\xdb\xff\xff\xff\xff",
        b"\xc6\xff\xff\xff\xff",
        b"\xc9\xff\xff\xff\xff\x00",
        b"\xdd\x00\x00\x00\x02\xdd\x00\x00\x00\x02\x01\xdf\xff\xff\xff\xff\xa1a\x01",
        b"\x92\x01\xdf\xff\xff\xff\xff\xa9QueryName\xa1a",
    ];
    let after = mapped.chunk();
    for &tail in tails {
        // what stands behind a bad byte is never looked at, however good it looks
        let tail = if tail.contains(&0xc1) { [tail, &after].concat() } else { tail.to_vec() };
        let chunks = [[mapped.chunk(), tail.clone()].concat(), tail.clone()];
        let expected = [
            Frame { modified: true, bytes: [mapped.raw(), tail.clone()].concat() },
            Frame { modified: false, bytes: tail.clone() },
        ];
        let run = Run::new("gen4raw").frames(&chunks).well();
        assert_eq!(run.frames(), expected, "{tail:x?}: {run}");
    }
}

#[test]
fn the_log_says_where_a_chunk_is_bad_once_a_minute() {
    let good = Run::new("gen4raw").ndjson(SEEDS).well().chunk();
    let bad = [&good[..], b"\xc1"].concat();
    let run = Run::new("gen4raw").frames([&good, &bad, &bad]).well();
    let (from, size) = (good.len(), bad.len());
    let lines: Vec<_> = run.log().into_iter().filter(|line| line.contains("MessagePack")).collect();
    let told = format!(
        "[warn] [filter:cloudflare_dns:cloudflare_dns.0] 1 chunk is not valid MessagePack; the last from byte {from} of {size} on: passing the rest \
         through unchanged"
    );
    assert_eq!(lines, [told], "{run}");
}

#[test]
fn nesting_without_bounds_is_survived_and_nothing_is_lost() {
    let mapped = Run::new("gen4raw").ndjson(SEEDS).well();
    let depth = 500_000;
    for (open, close) in [(b"\x91".as_slice(), b"\xc0".as_slice()), (b"\x81\xa1k", b"\xc0")] {
        let deep = [open.repeat(depth), close.to_vec()].concat();
        let foreign = [b"\x92\x01\x81\xa3key".as_slice(), &deep].concat();
        let unclosed = [b"\x92\x01\x81\xa3key".as_slice(), &open.repeat(depth)].concat();
        let chunks = [
            [deep.clone(), mapped.chunk()].concat(),
            [foreign.clone(), mapped.chunk()].concat(),
            [mapped.chunk(), unclosed.clone()].concat(),
        ];
        let expected = [
            [deep, mapped.raw()].concat(),
            [foreign, mapped.raw()].concat(),
            [mapped.raw(), unclosed].concat(),
        ];
        let frames = Run::new("gen4raw").frames(&chunks).well().frames();
        for (frame, expected) in frames.iter().zip(&expected) {
            assert!(frame.bytes == *expected && frame.modified, "{open:x?} {depth} times");
        }
    }
}

#[test]
fn a_record_of_ours_may_be_nested_without_bounds_too() {
    let head = b"\x92\x01\x83\xa9QueryName\xa1a\xa8ColoCode\xa1M\xa5other".as_slice();
    for depth in [100, 1_000, 200_000] {
        for (open, close) in [(b"\x91".as_slice(), b"\xc0".as_slice()), (b"\x81\xa1k", b"\xc0")] {
            let deep = [open.repeat(depth), close.to_vec()].concat();
            let chunk = [head, &deep].concat();
            for property in ["keep_codes=off", "preserve_original=on", "enrich=all"] {
                let run = Run::new("gen4raw").with(&[property]).frames([&chunk]).well();
                let [frame] = run.frames().try_into().expect("one call");
                assert!(frame.modified, "{depth} times {open:x?}: {run}");
                // fields that are not Cloudflare's come last, as they are
                let tail = &frame.bytes[frame.bytes.len() - deep.len()..];
                assert_bytes(tail, &deep, format!("{depth} times {open:x?}: {run}"));
            }
        }
    }
}

#[test]
fn json_text_may_be_nested_without_bounds_and_nothing_is_lost() {
    for depth in [100, 200_000] {
        for (open, close) in [("[", "]"), ("{\"k\":", "}")] {
            let deep = [&open.repeat(depth), "1", &close.repeat(depth)].concat();
            let text = format!("{{\"QueryName\":\"a\",\"ColoCode\":\"M\",\"other\":{deep}}}");
            let mut chunk = b"\x92\x01\x81\xa3log\xdb".to_vec();
            chunk.extend(u32::try_from(text.len()).expect("a short text").to_be_bytes());
            chunk.extend(text.as_bytes());
            for property in ["preserve_key=off", "preserve_original=on"] {
                let run = Run::new("gen4raw").with(&["key_name=log", property]);
                let run = run.frames([&chunk]).well();
                let [frame] = run.frames().try_into().expect("one call");
                // too deep to be read is not ours; whoever reads it has it all
                assert!(frame.modified || frame.bytes == chunk, "{depth} times {open}: {run}");
            }
        }
    }
}

/// What the mapper makes of a chunk; tests/properties.rs and fuzz/ hold that against the oracle.
fn mapped(mapper: &mut Mapper, chunk: &[u8]) -> Frame {
    let mut bytes = Vec::new();
    match mapper.rewrite(chunk, &mut bytes).expect("memory").answer {
        Answer::Untouched => Frame { modified: false, bytes: chunk.to_vec() },
        Answer::Rewritten | Answer::Emptied => Frame { modified: true, bytes },
    }
}

#[test]
fn any_one_wrong_byte_reaches_the_host_as_the_mapper_says() {
    let setting = |key: &CStr| match key.to_bytes() {
        b"enrich" => Some("all"),
        b"preserve_original" => Some("on"),
        _ => None,
    };
    let config = Config::read(setting).expect("valid settings");
    let mut mapper = Mapper::new(&config).expect("valid settings");
    for lines in [SEEDS.lines().next().expect("a seed"), VARIED] {
        let chunk = encode(lines, "new,fixarray,ext,meta", &[]);
        let spoilt = (0..chunk.len()).flat_map(|at| {
            [0x00, 0x80, 0x9f, 0xc1, 0xcb, 0xd7, 0xdb, 0xdf, 0xff].map(|byte| {
                let mut spoilt = chunk.clone();
                spoilt[at] = byte;
                spoilt
            })
        });
        let spoilt: Vec<_> = spoilt.collect();
        let run = Run::new("gen4raw").with(&["enrich=all", "preserve_original=on"]);
        let frames = run.frames(&spoilt).well().frames();
        assert_eq!(frames.len(), spoilt.len());
        for (chunk, frame) in spoilt.iter().zip(frames) {
            assert_eq!(frame, mapped(&mut mapper, chunk), "{}", chunk.escape_ascii());
        }
    }
}

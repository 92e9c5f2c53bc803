//! Whatever is not ours: other records, values that are no events, group markers.

use crate::driver::{Run, assert_bytes, encode};
use crate::samples::{FOREIGN, MAPPED_BEFORE, SEEDS, SEEDS_MAPPED};
use crate::{HOSTS, event_forms};

#[test]
fn foreign_events_come_back_byte_for_byte() {
    for form in event_forms() {
        let lines = [FOREIGN, MAPPED_BEFORE].concat();
        let run = Run::new("gen4raw").form(&form).ndjson(&lines).well();
        assert_bytes(run.raw(), run.chunk(), &run);
        assert_eq!((run.stat("notouch"), run.stat("modified")), (1, 0), "{run}");
    }
}

#[test]
fn foreign_events_keep_their_bytes_and_places_between_mapped_ones() {
    for form in event_forms() {
        let (mut chunk, mut expected) = (Vec::new(), Vec::new());
        for (seed, foreign) in SEEDS.lines().cycle().zip(FOREIGN.lines()) {
            let mapped = Run::new("gen4raw").form(&form).ndjson(seed).well();
            let foreign = encode(foreign, &form, &[]);
            chunk.extend([mapped.chunk(), foreign.clone()].concat());
            expected.extend([mapped.raw(), foreign].concat());
        }
        let run = Run::new("gen4raw").chunk(&chunk).well();
        assert_bytes(run.raw(), expected, format!("{form}: {run}"));
    }
}

#[test]
fn values_that_are_no_events_come_back_byte_for_byte() {
    let mapped = Run::new("gen4raw").ndjson(SEEDS).well();
    let table: &[&[u8]] = &[
        b"\xc0",
        b"\x07",
        b"\xa1x",
        b"\x80",
        b"\x90",
        b"\x91\x01",
        b"\x93\x01\x80\x80",
        b"\x92\xa1t\x80",
        b"\x92\x91\x01\x80",
        b"\x92\x93\x01\x80\x80\x80",
        b"\x92\xd4\x01\x05\x80",
    ];
    for &value in table {
        let chunk = [&mapped.chunk(), value, &mapped.chunk()].concat();
        let run = Run::new("gen4raw").chunk(&chunk).well();
        assert_bytes(
            run.raw(),
            [&mapped.raw(), value, &mapped.raw()].concat(),
            format!("{value:x?}: {run}"),
        );
        let run = Run::new("gen4raw").chunk(value).well();
        assert_eq!((run.raw(), run.stat("notouch")), (value.to_vec(), 1), "{value:x?}: {run}");
    }
}

#[test]
fn on_mismatch_drop_removes_foreign_events_only() {
    let lines: String = SEEDS
        .lines()
        .zip(FOREIGN.lines())
        .map(|(seed, foreign)| format!("{foreign}\n{seed}\n{foreign}\n"))
        .collect();
    let run = Run::new("gen4raw").with(&["on_mismatch=drop"]).ndjson(&lines).well();
    assert_bytes(run.raw(), Run::new("gen4raw").ndjson(SEEDS).well().raw(), &run);
}

#[test]
fn what_was_mapped_before_comes_back_byte_for_byte_whatever_the_settings() {
    let lines = [MAPPED_BEFORE, SEEDS_MAPPED].concat();
    let settings: [&[&str]; 4] = [
        &["on_mismatch=drop"],
        &["on_mismatch=drop", "convention=ecs", "dataset=gateway_dns", "reserve_data=off"],
        &["on_mismatch=drop", "key_name=log"],
        &["on_mismatch=drop", "timestamp_key=off", "preserve_original=on"],
    ];
    for host in HOSTS {
        for properties in settings {
            let run = Run::new(host).with(properties).ndjson(&lines).well();
            assert_bytes(run.raw(), run.chunk(), &run);
            assert_eq!((run.stat("notouch"), run.stat("modified")), (1, 0), "{run}");
        }
    }
}

#[test]
fn a_chunk_of_foreign_events_only_is_dropped_as_size_zero() {
    for host in HOSTS {
        let run = Run::new(host).with(&["on_mismatch=drop"]).ndjson(FOREIGN).well();
        assert_eq!((run.stat("emptied"), run.stat("bytes_out")), (1, 0), "{run}");
    }
}

// ---- group markers ----

/// The opening and the closing marker as bytes, found by what is around an event.
fn markers(form: &str) -> (Vec<u8>, Vec<u8>) {
    let both = encode("", form, &["--group-markers"]);
    let event = encode("{}", form, &[]);
    let around = encode("{}", form, &["--group-markers"]);
    (0..both.len())
        .map(|at| both.split_at(at))
        .find(|(open, close)| around == [open, event.as_slice(), close].concat())
        .map(|(open, close)| (open.to_vec(), close.to_vec()))
        .expect("an event between two markers")
}

#[test]
fn group_markers_pass_untouched_and_in_place() {
    for form in event_forms().iter().filter(|form| form.starts_with("new")) {
        let (open, close) = markers(form);
        let mapped = Run::new("gen4raw").form(form).ndjson(SEEDS).well();
        let (ours, ecs) = (mapped.chunk(), mapped.raw());
        let foreign = encode(FOREIGN, form, &[]);
        let table = [
            ("keep", vec![&open, &ours, &close], vec![&open, &ecs, &close]),
            (
                "keep",
                vec![&open, &foreign, &ours, &close, &foreign],
                vec![&open, &foreign, &ecs, &close, &foreign],
            ),
            (
                "drop",
                vec![&open, &foreign, &close, &open, &ours, &foreign, &close],
                vec![&open, &close, &open, &ecs, &close],
            ),
            ("drop", vec![&open, &foreign, &close], vec![]),
            ("drop", vec![&open, &foreign, &close, &open, &foreign, &close], vec![]),
            ("keep", vec![&open, &foreign, &close], vec![&open, &foreign, &close]),
        ];
        for (on_mismatch, chunk, expected) in table {
            let concat = |parts: Vec<&Vec<u8>>| -> Vec<u8> {
                parts.into_iter().flatten().copied().collect()
            };
            let property = format!("on_mismatch={on_mismatch}");
            let run = Run::new("gen4raw").with(&[&property]).chunk(&concat(chunk)).well();
            assert_bytes(run.raw(), concat(expected), format!("{form}: {run}"));
        }
    }
}

//! The event around the record: its time, its metadata, its header.

use crate::oracle::msgpack::{Forms, decode, encode};
use crate::oracle::through::{canonical, header_time, rewrite};
use crate::oracle::value::Val;
use crate::support::{both_ways, in_text, input, mapped, mapper, output, parse};

fn ext(seconds: u32, nanoseconds: u32) -> Val {
    Val::Ext(0, [seconds.to_be_bytes(), nanoseconds.to_be_bytes()].concat())
}

/// Times of events in every form, and how a record without a time of its own tells them.
fn own_times() -> Vec<(Vec<u8>, Option<&'static str>)> {
    let int = |number: i128| encode(&Val::Int(number), &mut Forms::smallest());
    let wide = |number: i128| encode(&Val::Int(number), &mut Forms::new(&[3]));
    let float = |number: f64| encode(&Val::Float(number), &mut Forms::smallest());
    vec![
        (encode(&ext(1, 2), &mut Forms::smallest()), Some("1970-01-01T00:00:01.000000002Z")),
        (encode(&ext(1, 2_000), &mut Forms::new(&[1])), Some("1970-01-01T00:00:01.000002Z")),
        (encode(&ext(1, 2_000), &mut Forms::new(&[3])), Some("1970-01-01T00:00:01.000002Z")),
        (encode(&ext(0x8000_0000, 0), &mut Forms::smallest()), Some("2038-01-19T03:14:08.000000Z")),
        (encode(&ext(0xffff_fffd, 0), &mut Forms::smallest()), Some("2106-02-07T06:28:13.000000Z")),
        (int(0), Some("1970-01-01T00:00:00.000000Z")),
        (int(1_657_233_726), Some("2022-07-07T22:42:06.000000Z")),
        (wide(1_657_233_726), Some("2022-07-07T22:42:06.000000Z")),
        (int(-1), Some("1969-12-31T23:59:59.000000Z")),
        (int(253_402_300_799), Some("9999-12-31T23:59:59.000000Z")),
        (int(253_402_300_800), None),
        (float(1_657_233_726.004), Some("2022-07-07T22:42:06.004000Z")),
        (float(-0.5), Some("1969-12-31T23:59:59.500000Z")),
        // Seconds, however many they are.
        (float(200_000_000_000.5), Some("8307-10-01T19:33:20.500000Z")),
        (float(253_402_300_800.0), None),
        (float(f64::NAN), None),
        (float(f64::INFINITY), None),
    ]
}

/// Array headers, and metadata, of an event: before and behind its time.
fn frames() -> Vec<(Vec<u8>, Vec<u8>)> {
    let metadata = encode(&parse(r#"{"a":{"b":[1,"x"]},"event":0}"#), &mut Forms::new(&[1, 2]));
    vec![
        (vec![0x92], vec![]),
        (vec![0xdc, 0, 2], vec![]),
        (vec![0xdd, 0, 0, 0, 2], vec![]),
        (vec![0x92, 0x92], vec![0x80]),
        (vec![0xdd, 0, 0, 0, 2, 0xdd, 0, 0, 0, 2], vec![0x80]),
        (vec![0xdd, 0, 0, 0, 2, 0xdd, 0, 0, 0, 2], vec![0xdf, 0, 0, 0, 0]),
        (vec![0xdc, 0, 2, 0x92], vec![0xde, 0, 0]),
        (vec![0x92, 0xdd, 0, 0, 0, 2], metadata),
    ]
}

fn chunk(frame: &(Vec<u8>, Vec<u8>), time: &[u8], record: &str) -> Vec<u8> {
    let record = encode(&parse(record), &mut Forms::smallest());
    [&frame.0[..], time, &frame.1, &record].concat()
}

/// The event's bytes up to its record, and the record.
fn parts<'o>(output: &'o [u8], header: &[u8]) -> Val {
    let record: &'o [u8] = output.strip_prefix(header).expect("the header");
    let (record, rest) = decode(record);
    assert!(rest.is_empty(), "bytes behind the record");
    canonical(&record)
}

#[test]
fn without_a_time_in_the_record_the_event_keeps_its_own_in_its_own_bytes() {
    for frame in frames() {
        for (time, written) in own_times() {
            let chunk = chunk(&frame, &time, &input("dns_logs", ""));
            let got = rewrite(&mut mapper(""), &chunk).expect("mapped");
            let header = [&frame.0[..], &time, &frame.1].concat();
            let time = written.map_or("null".to_owned(), |written| format!("\"{written}\""));
            let expected = output("", "dns_logs", &format!(r#"{{"@timestamp":{time}}}"#));
            assert_eq!(parts(&got, &header), expected, "{chunk:02x?}");
        }
    }
}

#[test]
fn a_time_in_the_record_replaces_the_events_and_nothing_else() {
    for frame in frames() {
        for (time, _) in own_times() {
            let chunk =
                chunk(&frame, &time, &input("dns_logs", r#""Timestamp":1657233726004005006"#));
            let got = rewrite(&mut mapper(""), &chunk).expect("mapped");
            let set = encode(&ext(1_657_233_726, 4_005_006), &mut Forms::smallest());
            let written = r#"{"@timestamp":"2022-07-07T22:42:06.004005006Z"}"#;
            let header = [&frame.0[..], &set, &frame.1].concat();
            assert_eq!(parts(&got, &header), output("", "dns_logs", written), "{chunk:02x?}");
            let got = rewrite(&mut mapper("set_time=false"), &chunk).expect("mapped");
            let header = [&frame.0[..], &time, &frame.1].concat();
            assert_eq!(parts(&got, &header), output("", "dns_logs", written), "{chunk:02x?}");
        }
    }
}

#[test]
fn a_time_that_no_event_can_hold_is_written_and_not_set() {
    for (value, written) in [
        ("2147483648", "2038-01-19T03:14:08.000000Z"),
        ("4294967294", "2106-02-07T06:28:14.000000Z"),
        ("4294967296", "2106-02-07T06:28:16.000000Z"),
        ("-1", "1969-12-31T23:59:59.000000Z"),
        (r#""9999-12-31T23:59:59Z""#, "9999-12-31T23:59:59.000000Z"),
    ] {
        for frame in frames() {
            for (time, _) in own_times() {
                let record = input("dns_logs", &format!(r#""Timestamp":{value}"#));
                let chunk = chunk(&frame, &time, &record);
                let got = rewrite(&mut mapper(""), &chunk).expect("mapped");
                let header = [&frame.0[..], &time, &frame.1].concat();
                let written = format!(r#"{{"@timestamp":"{written}"}}"#);
                assert_eq!(parts(&got, &header), output("", "dns_logs", &written), "{chunk:02x?}");
            }
        }
    }
}

#[test]
fn timestamp_key_names_the_time_and_off_writes_none() {
    let text = input("dns_logs", r#""Timestamp":1657233726,"@timestamp":5"#);
    let set = ext(1_657_233_726, 0);
    let written = "2022-07-07T22:42:06.000000Z";
    // Outputs that write the event's time would write a foreign one beside it, too.
    let moved = r#""cloudflare":{"unmapped":{"@timestamp":5}}"#;
    for (config, added) in [
        ("timestamp_key=off", format!("{{{moved}}}")),
        ("timestamp_key=OFF", format!("{{{moved}}}")),
        ("timestamp_key=false", format!("{{{moved}}}")),
        ("timestamp_key=No", format!("{{{moved}}}")),
        ("timestamp_key=NONE", format!("{{{moved}}}")),
        ("timestamp_key=time", format!(r#"{{"time":"{written}",{moved}}}"#)),
        ("timestamp_key=a.b", format!(r#"{{"a.b":"{written}",{moved}}}"#)),
        ("timestamp_key=Timestamp", format!(r#"{{"Timestamp":"{written}",{moved}}}"#)),
        ("timestamp_key=host dataset=dns_logs", format!(r#"{{"host":"{written}",{moved}}}"#)),
        ("timestamp_key=@timestamp", format!(r#"{{"@timestamp":"{written}",{moved}}}"#)),
    ] {
        let shown = match config.to_lowercase().as_str() {
            "timestamp_key=false" | "timestamp_key=no" | "timestamp_key=none" => {
                "timestamp_key=off"
            }
            "timestamp_key=off" => "timestamp_key=off",
            _ => config,
        };
        let expected = Some((output(shown, "dns_logs", &added), set.clone()));
        for (way, got) in both_ways(config, &text) {
            assert_eq!(got, expected, "{way}, {config}");
        }
    }
    // A foreign field of the configured name is in the way, and moves.
    let text = input("dns_logs", r#""time":{"a":1}"#);
    let added = r#"{"cloudflare":{"unmapped":{"time":{"a":1}}}}"#;
    for (way, got) in both_ways("timestamp_key=time", &text) {
        let expected = output("timestamp_key=time", "dns_logs", added);
        assert_eq!(got, Some((expected, header_time())), "{way}");
    }
}

#[test]
fn a_time_that_would_be_nowhere_stays_as_it_came() {
    let kept = |value: &str| format!(r#"{{"cloudflare":{{"Timestamp":{value}}}}}"#);
    for (config, value, added) in [
        ("timestamp_key=off", r#""2100-01-01T00:00:00Z""#, Some(header_time())),
        ("timestamp_key=off", "-1", Some(header_time())),
        ("timestamp_key=off set_time=off", "1657233726004000000", Some(header_time())),
        ("timestamp_key=off set_time=off", r#""1657233726""#, Some(header_time())),
        ("timestamp_key=off", "1657233726", None),
    ] {
        let text = input("dns_logs", &format!(r#""Timestamp":{value}"#));
        // The second time it is written into the frame of the first.
        let mut mapper = mapper(config);
        for _ in 0..2 {
            let got = mapped(&mut mapper, &parse(&text));
            let expected = match &added {
                Some(time) => (output(config, "dns_logs", &kept(value)), time.clone()),
                None => (output(config, "dns_logs", "{}"), ext(1_657_233_726, 0)),
            };
            assert_eq!(got, Some(expected), "{config}, {value}");
        }
    }
    // Decimals of JSON text that no double holds keep their digits.
    let text = input("dns_logs", r#""Timestamp":113638548.157838024450"#);
    let config = "timestamp_key=off set_time=off key_name=log";
    let (record, _) = mapped(&mut mapper(config), &in_text(&text)).expect("mapped");
    assert_eq!(record, output(config, "dns_logs", &kept(r#""113638548.157838024450""#)));
    // Records of both kinds, in turn, through one mapper.
    let mut mapper = mapper("timestamp_key=off");
    for value in ["1", "-1", "2", "-2", "3", "-3"] {
        let (record, _) =
            mapped(&mut mapper, &parse(&input("dns_logs", &format!(r#""Timestamp":{value}"#))))
                .expect("mapped");
        let added = if value.starts_with('-') { kept(value) } else { "{}".to_owned() };
        assert_eq!(record, output("timestamp_key=off", "dns_logs", &added), "{value}");
    }
}

#[test]
fn markers_of_groups_pass_byte_for_byte() {
    let record = encode(&parse(&input("dns_logs", "")), &mut Forms::smallest());
    let [open, close] = [0xffu8, 0xfe].map(|last| {
        [&[0x92, 0x92, 0xd7, 0, 0xff, 0xff, 0xff, last, 0, 0, 0, 0, 0x80][..], &record].concat()
    });
    let event = chunk(&(vec![0x92], vec![]), &[1], &input("dns_logs", ""));
    let whole = [&open[..], &event, &close].concat();
    let alone = rewrite(&mut mapper(""), &event).expect("mapped");
    let got = rewrite(&mut mapper(""), &whole).expect("mapped");
    assert_eq!(got, [&open[..], &alone, &close].concat());
    let markers = [&open[..], &close].concat();
    for config in ["", "on_mismatch=drop"] {
        assert_eq!(rewrite(&mut mapper(config), &markers), None, "{config}");
    }
}

#[test]
fn what_is_no_event_passes_byte_for_byte() {
    for value in ["5", "null", r#"{"QueryName":"a","QueryType":1}"#, "[]", "[1]", "[1,{},3]"] {
        let bytes = encode(&parse(value), &mut Forms::smallest());
        assert_eq!(rewrite(&mut mapper(""), &bytes), None, "{value}");
        let event = chunk(&(vec![0x92], vec![]), &[1], &input("dns_logs", ""));
        let mapped = rewrite(&mut mapper(""), &event).expect("mapped");
        let got = rewrite(&mut mapper(""), &[&bytes[..], &event, &bytes].concat());
        assert_eq!(got, Some([&bytes[..], &mapped, &bytes].concat()), "{value}");
    }
}

/// Where an event stands in its chunk, and what stands before it, does not matter.
#[test]
fn a_chunk_becomes_what_its_events_become_one_by_one() {
    for fields in ["", r#""Timestamp":1657233726004005006"#, r#""Timestamp":"x""#] {
        let record = input("dns_logs", fields);
        let frames = frames();
        let events = || {
            let times = own_times();
            let time = move |i: usize| times[i % times.len()].0.clone();
            frames.iter().cycle().take(40).enumerate().map(move |(i, frame)| (frame, time(i)))
        };
        let chunks: Vec<_> = events().map(|(frame, time)| chunk(frame, &time, &record)).collect();
        let one_by_one: Vec<_> =
            chunks.iter().map(|chunk| rewrite(&mut mapper(""), chunk).expect("mapped")).collect();
        let got = rewrite(&mut mapper(""), &chunks.concat()).expect("mapped");
        assert_eq!(got, one_by_one.concat(), "{fields}");
    }
}

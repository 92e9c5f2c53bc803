//! Records that are ours, in every host and every form that an event can have.

use crate::driver::{Run, assert_bytes, encode, json_lines};
use crate::samples::{SEEDS, SEEDS_MAPPED, VARIED};
use crate::{HOSTS, event_forms, metadata_of};

#[test]
fn seeds_map_alike_in_every_host_header_form_and_chunk_size() {
    for host in HOSTS {
        for form in event_forms() {
            let expected: String = SEEDS_MAPPED
                .lines()
                .map(|record| {
                    let metadata = metadata_of(&form);
                    format!("{{\"time\":\"1657233726.004000000\",{metadata}\"record\":{record}}}\n")
                })
                .collect();
            for (split, calls) in [("1", 4), ("2", 2), ("0", 1)] {
                let run = Run::new(host).form(&form).args(["--split", split]).ndjson(SEEDS).well();
                assert_eq!(run.events(), expected, "{run}");
                assert_eq!((run.stat("calls"), run.stat("modified")), (calls, calls), "{run}");
            }
        }
    }
}

#[test]
fn every_host_s_own_event_form_is_served() {
    let expected = Run::new("gen4raw").ndjson(VARIED).well().events();
    assert_eq!(expected.lines().count(), VARIED.lines().count());
    for host in HOSTS.into_iter().filter(|&host| host != "gen1") {
        let run = Run::new(host).ndjson(VARIED).well();
        assert_eq!(run.events(), expected, "{run}");
    }
    let run = Run::new("gen1").ndjson(VARIED).well();
    assert_eq!(run.events(), expected.replace("\"metadata\":{},", ""), "{run}");
}

#[test]
fn an_event_whose_time_is_not_set_keeps_its_own_header_bytes() {
    for form in event_forms() {
        let header = encode("{}", &form, &[]);
        let header = header.strip_suffix(b"\x80").expect("an empty record");
        let run = Run::new("gen4raw").with(&["set_time=false"]).form(&form).ndjson(SEEDS).well();
        assert!(run.raw().starts_with(header), "{run}");
        assert_eq!(run.stat("modified"), 1, "{run}");
    }
}

#[test]
fn times_beyond_what_hosts_keep_leave_the_header_alone() {
    let table = [
        ("0", "0.000000000"),
        ("2147483647", "2147483647.000000000"),
        ("2147483647999999999", "2147483647.999999999"),
        ("2147483648", "7.000000008"),
        ("-1", "7.000000008"),
    ];
    for (timestamp, expected) in table {
        let line = format!("{{\"QueryName\":\"a.\",\"Timestamp\":{timestamp}}}");
        let run = Run::new("gen4raw").args(["--time", "7.000000008"]).ndjson(&line).well();
        let event = &json_lines(&run.events())[0];
        assert_eq!(event["time"], expected, "{timestamp}: {run}");
        assert!(event["record"]["error"].is_null(), "{timestamp}: {run}");
    }
}

#[test]
fn a_mapped_event_is_left_alone_by_a_second_filter() {
    let once = Run::new("gen4raw").ndjson(SEEDS).well();
    let twice = Run::new("gen4raw").args(["--instances", "2"]).ndjson(SEEDS).well();
    assert_bytes(twice.raw(), once.raw(), &twice);
    assert_eq!((twice.stat("modified"), twice.stat("notouch")), (1, 1), "{twice}");
}

#[test]
fn instances_keep_their_own_settings() {
    let args = ["--instances", "2", "-p", "0:dataset=gateway_dns", "-p", "0:on_mismatch=drop"];
    let run = Run::new("gen4raw").args(args).args(["-p", "1:key_name=raw"]).ndjson(VARIED).well();
    let first = Run::new("gen4raw").with(&["dataset=gateway_dns", "on_mismatch=drop"]);
    assert_bytes(run.raw(), first.ndjson(VARIED).well().raw(), &run);
}

//! Memory: what is allocated, what happens when it cannot be had, who shares it, what is left.

use serde_json::{Value, json};

use crate::HOSTS;
use crate::driver::{Frame, Run, assert_bytes, encode};
use crate::samples::{FOREIGN, SEEDS, VARIED};

const OUT_OF_MEMORY: &str = "[error] [filter:cloudflare_dns:cloudflare_dns.0] out of memory: passing this chunk through unchanged";

/// Gateway's records with answers in wire format, of each type alone and of all in one, and with a
/// name and data that change on their way.
fn with_wire_answers() -> String {
    let records = include_str!("../data/wire-records.tsv").lines();
    let item = |line: &str| json!({"type": "1", "data": line.split('\t').next()});
    let items: Vec<_> = records.map(item).collect();
    let record = |answers: &[Value]| {
        let record = json!({
            "QueryName": "A\tB.example.com",
            "RCode": 0,
            "RData": answers,
            "ResolverDecision": "blockedRule",
            "CNAMEs": ["C.example.com."],
        });
        record.to_string() + "\n"
    };
    let each: String = items.chunks(1).map(record).collect();
    let data = json!({"QueryName": "a.example", "ResourceRecordsJSON": [{"rdata": {"a": [1]}}]});
    format!("{each}{}{data}\n", record(&items))
}

/// Settings that together go through every part of the mapper, and lines for them.
pub(crate) fn workloads() -> Vec<(Vec<&'static str>, String)> {
    let lines = format!("{VARIED}{SEEDS}");
    // Escapes in text, decimals beside containers, text that is no JSON, text that is too deep:
    // none of it may take memory that can be denied without a way out.
    let odd = [
        r#"{"QueryName":"a\u00e9\n.example","ColoCode":"\"quoted\"","Timestamp":1.5,"x":[{"y":2e3}]}"#,
        r#"{"QueryName":"www.example.com","ColoCode":"#,
        r#"{"QueryName":"\ud800","ColoCode":"FRA"}"#,
        &format!("{{\"ColoCode\":\"FRA\",\"x\":{}{}}}", "[".repeat(40), "]".repeat(40)),
    ];
    let texts: String = lines
        .lines()
        .chain(odd)
        .map(|line| json!({"log": line, "stream": "stdout"}).to_string() + "\n")
        .collect();
    vec![
        (vec![], lines.clone()),
        (vec!["convention=ecs", "enrich=all", "keep_codes=on", "preserve_original=on"], lines),
        (vec!["convention=ecs", "enrich=all", "name_case=lower"], with_wire_answers()),
        (vec!["key_name=log", "on_mismatch=drop"], texts.clone()),
        (vec!["key_name=log", "enrich=all", "preserve_key=on", "preserve_original=on"], texts),
    ]
}

#[test]
fn a_failed_allocation_leaves_the_chunk_alone_and_is_logged() {
    for (properties, lines) in workloads() {
        let mut nth = 1;
        while fails_well(&properties, &lines, &nth.to_string()) {
            assert!(fails_well(&properties, &lines, &format!("{nth}+")));
            nth += 1;
        }
        assert!(nth > 1, "{properties:?} allocated nothing");
    }
}

/// Runs with the nth allocation failing; false when there were fewer.
fn fails_well(properties: &[&str], lines: &str, nth: &str) -> bool {
    let run = Run::new("gen4raw").with(properties).args(["--fail-malloc", nth]).ndjson(lines);
    let run = run.well();
    if run.allocations()[0]["failed"] == 0 {
        assert_eq!(run.stat("modified"), 1, "{run}");
        return false;
    }
    assert_bytes(run.raw(), run.chunk(), format!("{nth}: {run}"));
    assert_eq!((run.stat("notouch"), run.stat("modified")), (1, 0), "{nth}: {run}");
    assert_eq!(run.log()[1..run.log().len() - 1], [OUT_OF_MEMORY], "{nth}: {run}");
    true
}

#[test]
fn the_next_chunk_is_mapped_after_a_failed_allocation() {
    for (properties, lines) in workloads() {
        let chunk = encode(&lines, "new,fixarray,ext", &[]);
        let run = Run::new("gen4raw").with(&properties).frames([&chunk]).well();
        let whole = run.frames().remove(0);
        let left = Frame { modified: false, bytes: chunk.clone() };
        let mut nth = 1;
        loop {
            let run = Run::new("gen4raw").with(&properties).frames([&chunk, &chunk]);
            let run = run.args(["--fail-malloc", &nth.to_string()]).well();
            if run.allocations()[0]["failed"] == 0 {
                break;
            }
            assert_eq!(run.frames(), [left.clone(), whole.clone()], "{nth}: {run}");
            nth += 1;
        }
    }
}

/// How often a call took memory, and how often it gave some back.
fn taken_and_given_back(call: &Value) -> (u64, u64) {
    let count = |name: &str| call[name].as_u64().expect("a count");
    (["malloc", "calloc", "realloc", "aligned"].map(count).iter().sum(), count("free"))
}

#[test]
fn an_untouched_or_emptied_chunk_allocates_nothing() {
    for (properties, _) in workloads() {
        let run = Run::new("gen4raw").with(&properties).args(["--split", "1"]).ndjson(FOREIGN);
        let run = run.well();
        for call in run.allocations() {
            assert_eq!(taken_and_given_back(&call), (0, 0), "{call}: {run}");
        }
    }
}

#[test]
fn a_modified_chunk_takes_one_buffer_once_the_instance_is_warm() {
    for (properties, lines) in workloads() {
        let small = encode(&lines, "new,fixarray,ext", &[]);
        let large = encode(&lines.repeat(1000), "new,fixarray,ext", &[]);
        let run = Run::new("gen4raw").with(&properties).frames([&large, &small, &large, &small]);
        let run = run.well();
        let [_, small, large, again] = run.allocations().try_into().expect("four calls");
        assert_eq!(taken_and_given_back(&small), (1, 0), "{small}: {run}");
        assert_eq!(taken_and_given_back(&again), (1, 0), "{again}: {run}");
        // a wrong guess of the size may cost one more step
        let (taken, given_back) = taken_and_given_back(&large);
        assert!((1..=2).contains(&taken) && given_back == 0, "{large}: {run}");
    }
}

// ---- several at once ----

#[test]
fn instances_on_several_threads_give_the_same_bytes() {
    for (properties, lines) in workloads() {
        let alone = Run::new("gen4raw").with(&properties).ndjson(&lines).well();
        let args = ["--threads", "8", "--repeat", "50", "--split", "3"];
        let run = Run::new("gen4raw").with(&properties).args(args).ndjson(&lines).well();
        assert_bytes(run.raw(), alone.raw(), &run);
    }
}

#[test]
fn two_contexts_of_a_hot_reload_do_not_disturb_each_other() {
    for host in HOSTS {
        let alone = Run::new(host).ndjson(VARIED).well();
        let args = ["--contexts", "2", "--split", "1"];
        let run = Run::new(host).args(args).ndjson(VARIED).well();
        assert_bytes(run.raw(), alone.raw(), &run);
    }
}

// ---- memcheck ----

/// Records that grow more than what stands before them: the first guess of the size is too small.
#[test]
fn memcheck_finds_no_leak_of_an_output_that_cannot_grow() {
    let lines = [FOREIGN.repeat(300), SEEDS.repeat(100)].concat();
    let fails = |nth: usize| {
        let run = Run::new("gen4raw").args(["--fail-malloc", &nth.to_string()]).ndjson(&lines);
        run.well().allocations()[0]["failed"] != 0
    };
    let last = (1..).take_while(|&nth| fails(nth)).last().expect("an allocation");
    assert!(last > 1, "the output did not grow");
    let run = Run::new("gen4raw").args(["--fail-malloc", &last.to_string()]).ndjson(&lines);
    let run = run.under_memcheck().well();
    assert_eq!((run.stat("notouch"), run.stat("modified")), (1, 0), "{run}");
}

/// The ways through the plugin that differ in what they take and give back. `make memcheck` puts
/// every test of the harness under memcheck.
#[test]
fn memcheck_finds_nothing() {
    let chunk = encode(VARIED, "new,mixed,ext,meta", &[]);
    let prefixes = || (0..=chunk.len()).step_by(7).map(|size| &chunk[..size]);
    for host in ["gen1", "gen2old", "gen3"] {
        Run::new(host).ndjson(VARIED).under_memcheck().well();
    }
    for (properties, lines) in workloads().into_iter().skip(1).step_by(2) {
        let run = || Run::new("gen4raw").with(&properties).under_memcheck();
        run().args(["--contexts", "2", "--instances", "2"]).ndjson(&lines).well();
        run().args(["--threads", "3", "--repeat", "2"]).ndjson(&lines).well();
        run().args(["--fail-malloc", "2+"]).ndjson(&lines).well();
        run().frames(prefixes()).well();
    }
    let dropped = Run::new("gen4raw").with(&["on_mismatch=drop"]).args(["--group-markers"]);
    dropped.ndjson(FOREIGN).under_memcheck().well();
    Run::new("gen4raw").args(["--null-checks"]).ndjson(SEEDS).under_memcheck().well();
    Run::new("gen4raw").with(&["dataset=dns"]).under_memcheck().refused();
    Run::new("unknown4").under_memcheck().refused();
}

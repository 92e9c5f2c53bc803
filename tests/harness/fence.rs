//! Panics, injected into a build of the plugin that can have them: none leaves a callback.

use crate::driver::{Frame, Outcome, Run, assert_bytes, encode};
use crate::lifecycle::{started, warned};
use crate::samples::VARIED;
use crate::{FAILED, HOSTS, start_failed};

const INIT_FAILED: &str = "[error] Failed initialize filter cloudflare_dns.0";

/// What is said at the end when no chunk was counted.
const ENDED: &str = "[info] [filter:cloudflare_dns:cloudflare_dns.0] records: 0 mapped, 0 passed, \
                     0 dropped; 0 with errors; 0 malformed chunks";

/// The log, with the line and column of a panic as `*`.
fn log(run: &Outcome) -> Vec<String> {
    let panicked = "panicked at src/inject_panic.rs:";
    let place = |line: &str| {
        let (head, tail) = line.split_once(panicked)?;
        let tail = tail.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':');
        Some(format!("{head}{panicked}*{tail}"))
    };
    run.log().iter().map(|line| place(line).unwrap_or_else(|| line.clone())).collect()
}

/// The line about a panic.
fn panicked(place: &str) -> String {
    let consequence = match place {
        "init" | "pre_run" => "; the start fails",
        "exit" => "",
        _ => "; passing this chunk through unchanged",
    };
    format!(
        "[error] [filter:cloudflare_dns:cloudflare_dns.0] a bug, please report it: panicked at \
         src/inject_panic.rs:* injected into {place}{consequence}"
    )
}

#[test]
fn a_panic_in_cb_filter_is_logged_once_and_every_chunk_passes_untouched() {
    for host in HOSTS {
        let run = Run::new(host).panics_in("filter").args(["--split", "1"]).ndjson(VARIED).well();
        assert_bytes(run.raw(), run.chunk(), &run);
        let calls = VARIED.lines().count() as u64;
        assert_eq!((run.stat("notouch"), run.stat("modified")), (calls, 0), "{run}");
        let expected = [started("cloudflare_dns.0"), panicked("filter"), ENDED.to_owned()];
        assert_eq!(log(&run), expected, "{run}");
    }
}

#[test]
fn a_panic_amid_a_chunk_loses_nothing_and_the_next_chunk_is_mapped() {
    let chunk = encode(&VARIED.repeat(500), "new,array32,ext", &[]);
    let properties = ["enrich=all", "preserve_original=on"];
    let whole = Run::new("gen4raw").with(&properties).frames([&chunk]).well().frames().remove(0);
    assert!(whole.modified);
    let left = Frame { modified: false, bytes: chunk.clone() };
    for place in ["filter:1", "append:1", "append:2", "append:5"] {
        let run = Run::new("gen4raw").with(&properties).panics_in(place);
        let run = run.frames([&chunk, &chunk]).well();
        let frames = run.frames();
        assert!(frames == [left.clone(), whole.clone()], "{place}: {run}");
        let (place, _) = place.split_once(':').expect("the nth time");
        assert_eq!(log(&run)[1], panicked(place), "{run}");
        // The start, the panic, the fields that cannot be read, and the end.
        assert_eq!(run.log().len(), 4, "{run}");
    }
}

#[test]
fn a_panic_in_cb_init_fails_the_start_cleanly() {
    for host in HOSTS {
        let run = Run::new(host).panics_in("init").ndjson(VARIED).refused();
        assert_eq!(log(&run), [&panicked("init"), INIT_FAILED, FAILED], "{run}");
    }
}

#[test]
fn a_panic_in_cb_pre_run_fails_the_check_and_the_start_cleanly() {
    for host in HOSTS.into_iter().filter(|host| start_failed(host) != INIT_FAILED) {
        let run = Run::new(host).panics_in("pre_run").ndjson(VARIED).refused();
        assert_eq!(log(&run), [&panicked("pre_run"), &start_failed(host), FAILED], "{run}");
        let run = Run::new(host).panics_in("pre_run").args(["--dry-run"]).refused();
        assert_eq!(log(&run), [panicked("pre_run"), start_failed(host)], "{run}");
    }
}

#[test]
fn a_panic_in_cb_exit_costs_no_more_than_its_line() {
    for host in HOSTS {
        let expected = Run::new(host).ndjson(VARIED).well().raw();
        let run = Run::new(host).panics_in("exit").ndjson(VARIED).well();
        assert_bytes(run.raw(), &expected, &run);
        let expected = [started("cloudflare_dns.0"), warned("cloudflare_dns.0"), panicked("exit")];
        assert_eq!(log(&run), expected, "{run}");
    }
}

#[test]
fn panics_on_several_threads_are_logged_once_for_each_instance() {
    let args = ["--threads", "8", "--repeat", "20", "--split", "1"];
    let run = Run::new("gen4raw").panics_in("filter").args(args).ndjson(VARIED).well();
    assert_bytes(run.raw(), run.chunk(), &run);
    for instance in 0..8 {
        let line = panicked("filter").replace("dns.0]", &format!("dns.{instance}]"));
        let told = log(&run).into_iter().filter(|told| *told == line).count();
        assert_eq!(told, 1, "{line}\n{run}");
    }
}

#[test]
fn a_panic_at_the_end_of_one_context_leaves_the_other_one_alone() {
    let expected = Run::new("gen4raw").ndjson(VARIED).well().raw();
    let run = Run::new("gen4raw").panics_in("exit:1").args(["--contexts", "2", "--split", "1"]);
    let run = run.ndjson(VARIED).well();
    assert_bytes(run.raw(), expected, &run);
}

#[test]
fn memcheck_finds_everything_freed_after_a_panic() {
    let run = |place| Run::new("gen4raw").panics_in(place).ndjson(VARIED).under_memcheck();
    run("pre_run").refused();
    run("init").refused();
    for place in ["filter", "append", "exit"] {
        run(place).well();
    }
}

//! Which layouts the plugin takes a host to have, and by what: every host is proven, told by names
//! or refused, and none is read beyond its memory (instances and lists end at a page's end).
//!
//! What the hosts are is in the `Makefile` of the harness.

use flb_filter_cloudflare_dns::VERSION;

use crate::driver::{Outcome, Run, assert_bytes};
use crate::samples::SEEDS;
use crate::{FAILED, HOSTS};

const PREFIX: &str = "[filter:cloudflare_dns:cloudflare_dns.0]";

/// The layout of the struct and of the config map's elements by the host's own filters.
fn proven(size: usize, first: &str, stride: usize) -> String {
    format!(
        "the layout is proven by 6 of this Fluent Bit's own filters: {size} bytes, {first} first, \
         config map elements of {stride} bytes"
    )
}

fn told(by: &str, first: &str, stride: usize) -> String {
    format!(
        "the layout is told by {by} alone, with no filter to prove it: {first} first, config map \
         elements of {stride} bytes"
    )
}

/// What the log says of the layout; the instance's is proven, or nothing could be said.
fn said(run: &Outcome) -> Option<String> {
    let lines = run.log();
    let mut debug = lines.iter().filter_map(|line| line.strip_prefix("[debug] "));
    let line = debug.next().map(|line| {
        line.strip_prefix(PREFIX).expect("a line of the filter's").trim_start().to_owned()
    });
    assert_eq!(debug.next(), None, "{run}");
    line
}

/// Each host with the layout that it is taken to have, and where the parts of its instances lie:
/// the plugin's pointer, the metrics, the configuration.
fn accepted() -> Vec<(&'static str, String, [usize; 3])> {
    let short = || proven(72, "cb_init", 96);
    let long = |size, stride| proven(size, "cb_pre_run", stride);
    let nothing = |stride: &str| long(88, 0).replace("config map elements of 0 bytes", stride);
    let no_map = || nothing("no config map, for nothing proves its layout");
    vec![
        // as released
        ("gen1old", short(), [80, 128, 160]),
        ("gen1", short(), [80, 128, 176]),
        ("gen2old", short(), [88, 136, 184]),
        ("gen2", short(), [96, 144, 192]),
        ("gen3", long(80, 96), [96, 144, 192]),
        ("gen4", long(88, 96), [96, 144, 208]),
        ("gen4raw", long(88, 104), [96, 144, 208]),
        // without regular expressions, without metrics
        ("gen1bare", short(), [72, 120, 144]),
        ("gen1noregex", short(), [72, 120, 168]),
        ("gen2oldbare", short(), [80, 128, 168]),
        ("gen2noregex", short(), [88, 136, 184]),
        ("gen3nometrics", long(80, 96), [96, 144, 184]),
        ("gen4bare", long(88, 104), [88, 136, 192]),
        // without any function that tells
        ("gen2own", short(), [96, 144, 192]),
        ("gen3own", long(80, 96), [96, 144, 192]),
        ("gen4own", long(88, 104), [96, 144, 208]),
        // other config maps; no symbols of its own
        ("gen4short", long(88, 88), [96, 144, 208]),
        ("gen4wide", long(88, 136), [96, 144, 208]),
        ("gen4even", long(88, 104), [96, 144, 208]),
        ("gen4stripped", long(88, 104), [96, 144, 208]),
        ("gen1together", short(), [80, 128, 176]),
        ("gen4together", long(88, 104), [96, 144, 208]),
        ("gen4single", no_map(), [96, 144, 208]),
        ("gen4garbage", no_map(), [96, 144, 208]),
        ("gen4twomaps", no_map(), [96, 144, 208]),
        // by names
        ("gen1names", told("flb_ra_update_kv_pair", "cb_init", 96), [80, 128, 176]),
        ("gen1names2", told("cio_file_lookup_user", "cb_init", 96), [80, 128, 160]),
        ("gen2names", told("flb_plugin_proxy_output_init", "cb_init", 96), [96, 144, 192]),
        ("gen3proxy", told("flb_proxy_output_cb_init", "cb_pre_run", 96), [96, 144, 192]),
        ("gen3trace", told("flb_chunk_trace_output", "cb_pre_run", 96), [96, 144, 192]),
        ("gen3liars", told("flb_proxy_output_cb_init", "cb_pre_run", 96), [96, 144, 192]),
        ("gen4names", told("flb_notification_enqueue", "cb_pre_run", 96), [96, 144, 208]),
        ("gen4rawnames", told("flb_notification_enqueue", "cb_pre_run", 104), [96, 144, 208]),
    ]
}

#[test]
fn layouts_are_proven_by_the_host_s_own_data_or_told_by_names_that_are_certain() {
    for (host, layout, [plugin, metrics, configuration]) in accepted() {
        let run = Run::new(host).with(&["log_level=debug"]).ndjson(SEEDS).well();
        let expected = format!(
            "{layout}; instance: plugin at {plugin}, metrics at {metrics}, configuration at \
             {configuration}"
        );
        assert_eq!(said(&run), Some(expected), "{run}");
        assert_eq!(run.stat("modified"), 1, "{run}");
    }
}

#[test]
fn nothing_is_said_of_instances_that_look_like_none() {
    for host in ["gen3unlike", "gen4future", "gen4null", "gen4other"] {
        let run = Run::new(host).with(&["log_level=debug"]).ndjson(SEEDS).well();
        assert_eq!(said(&run), None, "{run}");
        assert_eq!(run.stat("modified"), 1, "{run}");
    }
}

#[test]
fn a_config_map_whose_layout_nothing_proves_is_left_out() {
    for host in ["gen4single", "gen4garbage", "gen4twomaps"] {
        let run = Run::new(host).args(["--list-keys"]).well();
        assert_eq!(run.stdout, "", "{run}");
        // Then the host takes any key; ours are checked all the same.
        let run = Run::new(host).with(&["colour=blue"]).ndjson(SEEDS).well();
        assert_eq!(run.stat("modified"), 1, "{run}");
        let run = Run::new(host).with(&["dataset=dns"]).ndjson(SEEDS).refused();
        assert!(run.log()[0].contains("dataset: wrong value \"dns\""), "{run}");
    }
}

// ---- refused ----

const INIT: &str = "Failed initialize filter";
const PRE_RUN: &str = "Failed pre_run callback on filter";

fn unsupported(why: &str) -> String {
    format!("version {VERSION} cannot run here: {why}")
}

/// Each host that is refused, why, and in which callback.
fn refused() -> Vec<(&'static str, String, &'static str)> {
    let old = || "this Fluent Bit is older than 1.9.3".to_owned();
    let nothing = || {
        "this Fluent Bit was built without filters of its own, and nothing else shows its layout"
            .to_owned()
    };
    let unknown = |filter, size| {
        format!(
            "the layout of this Fluent Bit's filters ('{filter}', {size} bytes) is that of no \
             version from 1.9.3 to 5.1"
        )
    };
    vec![
        ("gen0", old(), INIT),
        ("gen0names", old(), INIT),
        ("unknown2", nothing(), INIT),
        ("unknown3", nothing(), PRE_RUN),
        ("unknown4", nothing(), PRE_RUN),
        ("unknownboth", nothing(), PRE_RUN),
        ("fifth_before", unknown("grep", 96), PRE_RUN),
        ("fifth_behind", unknown("grep", 96), PRE_RUN),
        ("fifth_filter", unknown("grep", 96), PRE_RUN),
        ("fifth_end", unknown("grep", 96), PRE_RUN),
        ("fifth_88_before", unknown("grep", 88), PRE_RUN),
        ("fifth_88_behind", unknown("grep", 88), PRE_RUN),
        ("fifth_88_filter", unknown("grep", 88), PRE_RUN),
        ("fifth_80_behind", unknown("grep", 80), INIT),
        ("fifth_80_filter", unknown("grep", 80), INIT),
        ("disagree", unknown("throttle", 96), PRE_RUN),
        ("nocode", unknown("grep", 88), PRE_RUN),
    ]
}

#[test]
fn an_unsupported_host_is_refused_with_one_line_and_no_crash() {
    for (host, why, callback) in refused() {
        for properties in [&[][..], &["colour=blue"]] {
            let run = Run::new(host).with(properties).ndjson(SEEDS).refused();
            let failed = format!("[error] {callback} cloudflare_dns.0");
            let refusal = format!("[error] {PREFIX} {}", unsupported(&why));
            assert_eq!(run.log(), [&refusal, &failed, FAILED], "{run}");
        }
    }
}

#[test]
fn a_host_that_offers_nothing_at_all_is_refused_without_a_crash() {
    let run = Run::new("alien").ndjson(SEEDS).go();
    let why = "this is not Fluent Bit, or a build that exports none of its functions";
    assert_eq!(run.status, Some(1), "{run}");
    assert_eq!(run.stderr, format!("[filter:cloudflare_dns] {}\n", unsupported(why)), "{run}");
    let failed = format!("[error] {PRE_RUN} cloudflare_dns.0");
    assert_eq!(run.log(), [&failed, FAILED], "{run}");
}

#[test]
fn an_unsupported_host_sees_no_config_map() {
    for host in refused().iter().map(|&(host, ..)| host).chain(["alien"]) {
        let run = Run::new(host).args(["--list-keys"]).well();
        assert_eq!(run.stdout, "", "{run}");
    }
}

/// The hosts in which guesses go wrong; `make memcheck` has them all.
#[test]
fn memcheck_finds_nothing_where_a_guess_is_wrong() {
    for host in ["gen1bare", "gen2old", "gen2oldbare", "gen3liars", "gen4garbage", "gen4future"] {
        Run::new(host).ndjson(SEEDS).under_memcheck().well();
    }
    for host in ["fifth_before", "fifth_88_filter", "disagree"] {
        Run::new(host).ndjson(SEEDS).under_memcheck().refused();
    }
}

// ---- a second copy ----

#[test]
fn a_copy_that_was_loaded_before_does_not_disturb_this_one() {
    for host in HOSTS {
        let alone = Run::new(host).ndjson(SEEDS).well();
        let run = Run::new(host).beside_a_preloaded_copy().ndjson(SEEDS).well();
        assert_bytes(run.raw(), alone.raw(), &run);
    }
}

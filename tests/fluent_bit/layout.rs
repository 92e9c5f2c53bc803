//! The layouts of each version, as the log tells them at debug level: proven, not told by names; and
//! versions that are too old, which are refused.

use std::process::Command;

use flb_filter_cloudflare_dns::VERSION;

use crate::hosts::{Host, OLDEST, Version, each, each_that};
use crate::pipeline::Pipeline;
use crate::run::Site;

/// Layouts as the debug information of these versions has them: the version that is the first to
/// have each, the size of the struct, its first callback, the stride of the config map, and where
/// the plugin, the metrics and the configuration lie in an instance.
const LAYOUTS: [(Version, usize, &str, usize, [usize; 3]); 8] = [
    (Version(1, 9, 3), 72, "cb_init", 96, [80, 128, 160]),
    (Version(2, 0, 0), 72, "cb_init", 96, [80, 128, 176]),
    (Version(2, 1, 0), 72, "cb_init", 96, [88, 136, 184]),
    (Version(2, 1, 4), 72, "cb_init", 96, [96, 144, 192]),
    (Version(2, 2, 0), 80, "cb_pre_run", 96, [96, 144, 192]),
    (Version(3, 2, 0), 88, "cb_pre_run", 96, [96, 144, 208]),
    (Version(5, 0, 3), 88, "cb_pre_run", 104, [96, 144, 208]),
    (Version(99, 0, 0), 0, "", 0, [0; 3]),
];

/// The line about the layouts of a version, without the number of filters that prove them.
fn expected(version: Version) -> String {
    let next = LAYOUTS.iter().position(|(first, ..)| *first > version).expect("a later one");
    let before = next.checked_sub(1).expect("an earlier one");
    let (_, size, callback, stride, [plugin, metrics, configuration]) = LAYOUTS[before];
    format!(
        "[debug] [filter:cloudflare_dns:cloudflare_dns.0] the layout is proven by * of this Fluent \
         Bit's own filters: {size} bytes, {callback} first, config map elements of {stride} bytes; \
         instance: plugin at {plugin}, metrics at {metrics}, configuration at {configuration}"
    )
}

/// What a host says of its layouts, with the number of filters as `*`.
fn said(host: &Host) -> Vec<String> {
    let site = Site::new(host);
    let pipeline = Pipeline::new().service(&[("log_level", "debug")]).input("dummy", &[]);
    let mut run = site.classic(&pipeline.filter(&[]));
    run.until("the settings", |site| {
        let log = site.plugin_log();
        log.iter().any(|line| line.contains("] version ")).then_some(())
    });
    run.stop();
    let layouts = site.plugin_log().into_iter().filter(|line| line.contains("layout"));
    let count = |word: &str| word.parse::<u32>().is_ok_and(|count| count > 0);
    let lines = layouts.map(|line| {
        let (head, tail) = line.split_once(" by ").unwrap_or((&line, ""));
        let (first, rest) = tail.split_once(' ').unwrap_or((tail, ""));
        format!("{head} by {} {rest}", if count(first) { "*" } else { first })
    });
    lines.collect()
}

#[test]
fn the_layouts_are_proven() {
    each(|host| assert_eq!(said(host), [expected(host.version)]));
}

#[test]
fn the_layouts_of_a_stripped_fluent_bit_are_proven() {
    each(|host| {
        let site = Site::new(host);
        let path = site.path("fluent-bit");
        let strip = Command::new("strip").arg("-s").arg(&host.path).arg("-o").arg(&path).status();
        assert!(strip.expect("strip (binutils)").success());
        let stripped = Host { path, version: host.version };
        assert_eq!(said(&stripped), [expected(host.version)]);
    });
}

#[test]
fn a_fluent_bit_that_is_too_old_is_refused_with_one_line() {
    let refusal = format!(
        "[error] [filter:cloudflare_dns:cloudflare_dns.0] version {VERSION} cannot run here: this \
         Fluent Bit is older than 1.9.3"
    );
    let refused = |host: &Host| {
        let site = Site::new(host);
        site.classic(&Pipeline::new().input("dummy", &[]).filter(&[])).refuses();
        site.plugin_log()
    };
    each_that(
        |host| !host.has(OLDEST),
        // A process that ends at once may take its last lines with it.
        |host| {
            let mut logs = (0..20).map(|_| refused(host));
            assert_eq!(logs.find(|log| !log.is_empty()), Some(vec![refusal.clone()]));
        },
    );
}

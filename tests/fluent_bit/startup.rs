//! Help, refusals, and what the log says at the start and at the end.

use flb_filter_cloudflare_dns::VERSION;
use flb_filter_cloudflare_dns::config::{KEYS, Kind};

use crate::golden::DNS;
use crate::hosts::{CHECKS, Host, YAML, each, each_since};
use crate::pipeline::{Pipeline, Properties};
use crate::plugin::plugin;
use crate::run::{Site, with_whole_log};

/// The help's section of our keys, without colours, and with single blanks only.
fn options(help: &str) -> String {
    let plain = help.replace("\u{1b}[1m", "").replace("\u{1b}[0m", "");
    let options = plain.rsplit_once("\nOPTIONS\n").map_or("", |(_, options)| options);
    options.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn help_lists_every_key_with_its_meaning_values_default_and_type() {
    let expected: Vec<_> = KEYS
        .iter()
        .map(|key| {
            let default = key.default.unwrap_or(c"(none)").to_string_lossy();
            let kind = if key.kind == Kind::Bool { "boolean" } else { "string" };
            let help = key.help.to_string_lossy();
            let values = &key.kind;
            format!("{} {help}; values: {values} > default: {default}, type: {kind}", key.name())
        })
        .collect();
    each(|host| {
        let site = Site::new(host);
        let mut command = site.command(["-e"]);
        command.arg(plugin()).args(["-F", "cloudflare_dns", "-h"]);
        site.spawn(command).ends();
        assert_eq!(options(&site.text("stdout")), expected.join(" "), "{}", site.text("log"));
        let words = "cloudflare_dns filter plugin";
        assert!(site.text("stdout").lines().any(|line| line.ends_with(words)));
    });
}

/// A start with these properties, which has to fail; the errors that the log tells. Logging is
/// asynchronous, and a process that ends at once may take its last lines with it: it is started
/// again until the errors are there.
fn errors(host: &Host, filter: Properties, yaml: bool) -> Vec<String> {
    for _ in 0..20 {
        let site = Site::new(host);
        let pipeline = Pipeline::new().input("dummy", &[]).filter(filter);
        let run = if yaml { site.yaml(&pipeline) } else { site.classic(&pipeline) };
        run.refuses();
        let errors = |line: &String| line.starts_with("[error] ") && line.contains("cloudflare");
        let errors: Vec<_> = site.log().into_iter().filter(errors).collect();
        if !errors.is_empty() {
            return errors;
        }
    }
    panic!("no error in twenty logs");
}

#[test]
fn a_mistyped_key_stops_the_start() {
    let keys: Vec<_> = KEYS.iter().map(flb_filter_cloudflare_dns::config::Key::name).collect();
    let (last, first) = keys.split_last().expect("keys");
    let expected = format!(
        "[error] [config] cloudflare_dns: unknown configuration property 'conventoin'. The \
         following properties are allowed: {}, and {last}.",
        first.join(", "),
    );
    each(|host| {
        assert_eq!(errors(host, &[("conventoin", "ecs")], false), [&*expected]);
    });
}

/// Which values are wrong, and what the line says of each: tests/mapping/configuration.rs.
fn a_wrong_value_stops_the_start(host: &Host, yaml: bool) {
    let expected = [
        "[error] [filter:cloudflare_dns:cloudflare_dns.0] dataset: wrong value \"dns\"; \
         allowed: auto, dns_logs, dns_firewall_logs, gateway_dns",
        match host.has(CHECKS) {
            true => "[error] Failed pre_run callback on filter cloudflare_dns.0",
            false => "[error] Failed initialize filter cloudflare_dns.0",
        },
    ];
    let errors = errors(host, &[("dataset", "dns")], yaml);
    let known = errors.iter().all(|error| expected.contains(&&**error));
    assert!(known && errors[0] == expected[0], "{errors:#?}");
}

#[test]
fn a_wrong_value_stops_the_start_with_one_line_that_says_what_is_allowed() {
    each(|host| a_wrong_value_stops_the_start(host, false));
}

#[test]
fn a_wrong_value_in_yaml_stops_the_start_too() {
    each_since(YAML, |host| a_wrong_value_stops_the_start(host, true));
}

#[test]
fn the_log_tells_the_settings_at_the_start_and_the_counts_at_the_end() {
    let expected = [
        format!(
            "[ info] [filter:cloudflare_dns:logpush] version {VERSION}, convention=ecs \
             dataset=dns_logs enrich=domain,outcome keep_codes=true key_name=log \
             name_case=keep on_mismatch=drop preserve_key=true preserve_original=true reserve_data=false \
             set_time=false timestamp_key=off"
        ),
        "[ warn] [filter:cloudflare_dns:logpush] 2 records with a field that cannot be read, kept \
         as it came under 'cloudflare'; the first: SourceIP: not an IP address: \"localhost\""
            .to_owned(),
        "[ info] [filter:cloudflare_dns:logpush] records: 36 mapped, 0 passed, 2 dropped; 2 with \
         errors; 0 malformed chunks"
            .to_owned(),
    ];
    let bad = "{\"QueryName\":\"a.example.com\",\"QueryType\":1,\"SourceIP\":\"localhost\"}\n";
    let filter = [
        ("alias", "logpush"),
        ("Convention", "ECS"),
        ("dataset", "dns_logs"),
        ("enrich", "outcome, domain"),
        ("keep_codes", "On"),
        ("key_name", "log"),
        ("on_mismatch", "DROP"),
        ("preserve_key", "yes"),
        ("preserve_original", "true"),
        ("reserve_data", "off"),
        ("set_time", "no"),
        ("timestamp_key", "off"),
    ];
    let run = |host: &Host| {
        let site = Site::new(host);
        site.write("batch.log", [DNS.input, bad, bad].concat());
        let input = [("path", "batch.log"), ("read_from_head", "true")];
        let mut run = site.classic(&Pipeline::new().input("tail", &input).filter(&filter));
        run.until_lines("out", DNS.len());
        run.stop();
        site
    };
    each(|host| assert_eq!(with_whole_log(|| run(host)).plugin_log(), expected));
}

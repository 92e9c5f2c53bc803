//! The configuration keys, as a host lists, checks and passes them.

use serde_json::json;

use crate::driver::{Run, assert_bytes, json_lines};
use crate::samples::{SEEDS, VARIED};
use crate::{FAILED, HOSTS, start_failed};

const DESCRIPTION: &str = "Rewrite Cloudflare DNS logs into the Elastic Common Schema (ECS)";
const PREFIX: &str = "[filter:cloudflare_dns:cloudflare_dns.0]";

/// What is shown for a key without a default. It is no value.
const NONE: &str = "(none)";

/// The keys as they are documented: name, type, default.
const KEYS: [(&str, &str, &str); 12] = [
    ("convention", "str", "sekoia"),
    ("dataset", "str", "auto"),
    ("enrich", "str", "none"),
    ("keep_codes", "bool", "false"),
    ("key_name", "str", NONE),
    ("name_case", "str", "keep"),
    ("on_mismatch", "str", "keep"),
    ("preserve_key", "bool", "false"),
    ("preserve_original", "bool", "false"),
    ("reserve_data", "bool", "true"),
    ("set_time", "bool", "true"),
    ("timestamp_key", "str", "@timestamp"),
];

#[test]
fn every_stride_lists_the_same_keys() {
    let first = json_lines(&Run::new(HOSTS[0]).args(["--list-keys"]).well().stdout);
    let listed: Vec<_> =
        first.iter().map(|key| json!([key["name"], key["type"], key["default"]])).collect();
    let expected: Vec<_> = KEYS.iter().map(|key| json!(key)).collect();
    assert_eq!(listed, expected);
    for key in &first {
        let help = key["description"].as_str().expect("a help text");
        assert!(!help.is_empty() && !help.contains('\n'), "{key}");
    }
    for host in HOSTS {
        let run = Run::new(host).args(["--list-keys"]).well();
        assert_eq!(json_lines(&run.stdout), first, "{run}");
    }
}

#[test]
fn every_host_reads_the_same_registration() {
    for host in HOSTS {
        let run = Run::new(host).args(["--describe"]).well();
        let expected = json!({
            "event_type": i32::from(host != "gen1"),
            "flags": 0,
            "config_map": true,
            "name": "cloudflare_dns",
            "description": DESCRIPTION,
        });
        assert_eq!(json_lines(&run.stdout), [expected], "{run}");
    }
}

#[test]
fn an_unknown_key_is_refused_by_the_host_with_the_list_of_keys() {
    let (last, others) = KEYS.split_last().expect("keys");
    let names: Vec<_> = others.iter().map(|key| key.0).collect();
    let allowed = format!("{}, and {}", names.join(", "), last.0);
    for host in HOSTS {
        let run = Run::new(host).with(&["colour=blue"]).refused();
        let unknown = format!(
            "[error] [config] cloudflare_dns: unknown configuration property 'colour'. \
             The following properties are allowed: {allowed}."
        );
        assert_eq!(run.log(), [&unknown, FAILED], "{run}");
    }
}

/// Settings that are wrong, and the line about each. What else is wrong and what the line says:
/// tests/mapping/configuration.rs.
fn wrong() -> [(&'static [&'static str], String); 2] {
    let line = |text: &str| format!("[error] {PREFIX} {text}");
    let dataset = "dataset: wrong value \"dns\"; \
                   allowed: auto, dns_logs, dns_firewall_logs, gateway_dns";
    let timestamp_key = "timestamp_key: wrong value \"observer\"; allowed: off, false, no, none, or \
                         the name of a field outside of those that the mapping writes";
    [
        (&["dataset=dns"], line(dataset)),
        (&["enrich=observer", "timestamp_key=observer"], line(timestamp_key)),
    ]
}

#[test]
fn a_wrong_value_is_refused_in_every_host() {
    for host in HOSTS {
        for (properties, line) in wrong() {
            let run = Run::new(host).with(properties).ndjson(SEEDS).refused();
            assert_eq!(run.log(), [&line, &start_failed(host), FAILED], "{run}");
        }
    }
}

#[test]
fn a_dry_run_finds_a_wrong_value_where_the_host_asks_ahead_of_the_start() {
    for host in HOSTS {
        let checks = start_failed(host).contains("pre_run");
        for (properties, line) in wrong() {
            // A level of the instance's own is obeyed before the start, too.
            for (level, said) in
                [(None, true), (Some("log_level=error"), true), (Some("log_level=off"), false)]
            {
                let run = Run::new(host).with(properties).with(level.as_slice());
                let run = run.args(["--dry-run"]).go();
                let lines = [line.clone(), start_failed(host)];
                let lines = if checks { &lines[usize::from(!said)..] } else { &[] };
                assert_eq!(
                    (run.status, run.log()),
                    (Some(i32::from(checks)), lines.to_vec()),
                    "{run}"
                );
            }
        }
    }
}

#[test]
fn a_dry_run_with_good_values_says_nothing_and_leaves_nothing() {
    for host in HOSTS {
        for properties in [&[][..], &["enrich=all", "convention=ecs"], &["preserve_key=on"]] {
            let run = Run::new(host).with(properties).args(["--dry-run"]).well();
            assert_eq!((run.log(), run.metrics()), (vec![], vec![]), "{run}");
        }
    }
}

#[test]
fn settings_without_effect_get_one_warning_at_the_start() {
    let warning = format!("[warn] {PREFIX} preserve_key has no effect without key_name");
    for (properties, count) in [
        (&["preserve_key=on"][..], 1),
        (&["preserve_key=on", "key_name="], 1),
        (&["preserve_key=off"], 0),
        (&["key_name=log"], 0),
        (&["preserve_key=on", "key_name=log", "reserve_data=off"], 0),
    ] {
        for host in ["gen1", "gen4raw"] {
            let run = Run::new(host).with(properties).ndjson(SEEDS).well();
            let warnings = run.log().into_iter().filter(|line| line.starts_with("[warn]"));
            assert_eq!(warnings.collect::<Vec<_>>(), vec![warning.clone(); count], "{run}");
        }
    }
}

#[test]
fn a_wrong_value_keeps_to_one_line_whatever_it_holds() {
    let run = Run::new("gen4raw").with(&["dataset=a\nb %s %n\"\u{7}"]).refused();
    assert_eq!(run.log().len(), 3, "{run}");
}

#[test]
fn keys_and_values_are_taken_in_any_case() {
    let plain = ["convention=ecs", "dataset=auto", "enrich=domain,related", "keep_codes=true"];
    let loud = ["Convention=ECS", "DATASET=Auto", "Enrich= Domain , RELATED", "KEEP_codes=Yes"];
    let expected = Run::new("gen4raw").with(&plain).ndjson(VARIED).well();
    let run = Run::new("gen4raw").with(&loud).ndjson(VARIED).well();
    assert_bytes(run.raw(), expected.raw(), &run);
}

#[test]
fn an_empty_value_means_none_for_key_name_and_enrich() {
    let run = Run::new("gen4raw").with(&["key_name=", "enrich="]).ndjson(VARIED).well();
    assert_bytes(run.raw(), Run::new("gen4raw").ndjson(VARIED).well().raw(), &run);
}

#[test]
fn defaults_said_aloud_change_nothing() {
    let properties: Vec<_> = KEYS
        .iter()
        .filter(|(_, _, default)| *default != NONE)
        .map(|(name, _, default)| format!("{name}={default}"))
        .collect();
    let properties: Vec<_> = properties.iter().map(String::as_str).collect();
    let run = Run::new("gen4raw").with(&properties).ndjson(VARIED).well();
    assert_bytes(run.raw(), Run::new("gen4raw").ndjson(VARIED).well().raw(), &run);
}

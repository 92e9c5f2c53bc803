//! The configuration keys: their values, and the message that refuses a wrong one.

use crate::oracle::through::config;
use flb_filter_cloudflare_dns::Config;
use flb_filter_cloudflare_dns::config::KEYS;

fn accepted(key: &str, value: &str) -> Result<Config, String> {
    config(&[(key, value)])
}

const BOOLEANS: &str = "true, on, yes, false, off, no";

#[test]
fn without_keys_the_defaults_hold() {
    let defaults = config::<&str, &str>(&[]).expect("valid");
    assert_eq!(defaults, Config::default());
    assert_eq!(
        defaults.to_string(),
        "convention=sekoia dataset=auto enrich=none keep_codes=false key_name= name_case=keep on_mismatch=keep \
         preserve_key=false preserve_original=false reserve_data=true set_time=true \
         timestamp_key=@timestamp"
    );
    for key in &KEYS {
        let Some(default) = key.default else { continue };
        let default = default.to_str().expect("text");
        assert_eq!(accepted(key.name(), default).as_ref(), Ok(&defaults), "{}", key.name());
    }
    let names: Vec<_> = KEYS.iter().map(|key| key.name()).collect();
    let expected = [
        "convention",
        "dataset",
        "enrich",
        "keep_codes",
        "key_name",
        "name_case",
        "on_mismatch",
        "preserve_key",
        "preserve_original",
        "reserve_data",
        "set_time",
        "timestamp_key",
    ];
    assert_eq!(names, expected);
}

#[test]
fn booleans_are_words_in_any_case() {
    type Read = fn(&Config) -> bool;
    let keys: [(&str, Read); 5] = [
        ("keep_codes", |config| config.keep_codes),
        ("preserve_key", |config| config.preserve_key),
        ("preserve_original", |config| config.preserve_original),
        ("reserve_data", |config| config.reserve_data),
        ("set_time", |config| config.set_time),
    ];
    for (key, read) in keys {
        for value in ["true", "on", "yes", "True", "ON", "yEs"] {
            assert_eq!(accepted(key, value).map(|config| read(&config)), Ok(true), "{key}={value}");
        }
        for value in ["false", "off", "no", "False", "OFF", "nO"] {
            assert_eq!(
                accepted(key, value).map(|config| read(&config)),
                Ok(false),
                "{key}={value}"
            );
        }
        for value in ["", " ", "1", "0", "y", "t", "truee", "true ", "enabled", "none"] {
            let message = format!(r#"{key}: wrong value "{value}"; allowed: {BOOLEANS}"#);
            assert_eq!(accepted(key, value), Err(message));
        }
    }
}

#[test]
fn enumerations_are_words_in_any_case() {
    let keys: [(&str, &[&str]); 3] = [
        ("convention", &["sekoia", "ecs"]),
        ("dataset", &["auto", "dns_logs", "dns_firewall_logs", "gateway_dns"]),
        ("on_mismatch", &["keep", "drop"]),
    ];
    for (key, values) in keys {
        for value in values {
            let plain = accepted(key, value);
            assert!(plain.is_ok(), "{plain:?}");
            assert_eq!(accepted(key, &value.to_uppercase()), plain);
        }
        for value in ["", " ", "x", "Sekoia2", "dns-logs", "keep,drop", "auto "] {
            let allowed = values.join(", ");
            let message = format!(r#"{key}: wrong value "{value}"; allowed: {allowed}"#);
            assert_eq!(accepted(key, value), Err(message));
        }
    }
}

#[test]
fn enrich_is_a_list_of_groups() {
    let none = Ok(Config::default());
    assert_eq!(accepted("enrich", ""), none);
    let some = accepted("enrich", "domain,related");
    assert_eq!(accepted("enrich", "related, DOMAIN"), some);
    assert_eq!(accepted("enrich", " domain ,related,domain"), some);
    for value in ["domains", "domain related", "domain;related", "domain,x", "true"] {
        let message = format!(
            "enrich: wrong value \"{value}\"; allowed: any of created, domain, related, observer, \
             network, outcome, version, all, separated by commas"
        );
        assert_eq!(accepted("enrich", value), Err(message));
    }
}

#[test]
fn key_name_may_be_empty_and_is_none_then() {
    assert_eq!(accepted("key_name", ""), Ok(Config::default()));
    let config = accepted("key_name", "LOG").expect("valid");
    assert_eq!(config.key_name.as_deref(), Some("LOG"));
    let config = accepted("key_name", "a$b").expect("valid");
    assert_eq!(config.key_name.as_deref(), Some("a$b"));
}

#[test]
fn key_name_is_no_record_accessor() {
    for value in ["$log", "$log[a]", "$"] {
        let message = format!(
            "key_name: wrong value \"{value}\"; allowed: the name of a field, which does not begin \
             with $: record accessors are not read"
        );
        assert_eq!(accepted("key_name", value), Err(message));
    }
}

const TAKEN_ALWAYS: [&str; 5] = ["dns", "event", "source", "cloudflare", "error"];

type Properties = &'static [(&'static str, &'static str)];

/// Names with settings under which they are taken, and others under which they are not.
const TAKEN_SOMETIMES: &[(&str, Properties, Properties)] = &[
    ("destination", &[], &[("dataset", "dns_logs")]),
    ("network", &[("convention", "ecs"), ("dataset", "dns_logs")], &[("dataset", "dns_logs")]),
    ("network", &[("enrich", "network"), ("dataset", "dns_logs")], &[("dataset", "dns_logs")]),
    ("network", &[("dataset", "dns_firewall_logs")], &[("dataset", "dns_logs")]),
    ("host", &[], &[("dataset", "dns_firewall_logs")]),
    ("device", &[("dataset", "gateway_dns")], &[("dataset", "dns_firewall_logs")]),
    ("user", &[], &[("dataset", "dns_firewall_logs")]),
    (
        "observer",
        &[("enrich", "observer")],
        &[("enrich", "related,network,outcome,version,domain")],
    ),
    ("related", &[("enrich", "related")], &[("enrich", "observer,network,outcome,version,domain")]),
    ("ecs", &[("enrich", "all")], &[("enrich", "observer,network,outcome,related,domain")]),
];

#[test]
fn timestamp_key_is_no_name_that_the_mapping_may_write() {
    let message = |name: &str| {
        format!(
            "timestamp_key: wrong value \"{name}\"; allowed: off, false, no, none, or the name of a \
             field outside of those that the mapping writes"
        )
    };
    assert_eq!(accepted("timestamp_key", ""), Err(message("")));
    for name in TAKEN_ALWAYS {
        for dataset in ["auto", "dns_logs", "dns_firewall_logs", "gateway_dns"] {
            for name in [name.to_owned(), format!("{name}.ip"), format!("{name}.")] {
                let got = config(&[("dataset", dataset), ("timestamp_key", &name)]);
                assert_eq!(got, Err(message(&name)), "{dataset}");
            }
        }
    }
    for (name, taken, free) in TAKEN_SOMETIMES {
        let with = |others: Properties, name: &str| {
            let others = others.iter().map(|(key, value)| (*key, *value));
            let properties: Vec<_> = others.chain([("timestamp_key", name)]).collect();
            config(&properties).map(|config| config.timestamp_key)
        };
        for name in [(*name).to_owned(), format!("{name}.created")] {
            let with = |others| with(others, &name);
            assert_eq!(with(taken), Err(message(&name)), "{taken:?}");
            assert_eq!(with(free), Ok(Some(name.clone())), "{free:?}");
        }
    }
    for (value, key) in [
        ("off", None),
        ("Off", None),
        ("false", None),
        ("FALSE", None),
        ("no", None),
        ("No", None),
        ("none", None),
        ("NONE", None),
        ("nothing", Some("nothing")),
        ("@timestamp", Some("@timestamp")),
        ("@timestamp.x", Some("@timestamp.x")),
        ("DNS", Some("DNS")),
        ("dnsx", Some("dnsx")),
        ("sources.ip", Some("sources.ip")),
        ("a.dns.b", Some("a.dns.b")),
    ] {
        let got = accepted("timestamp_key", value).map(|config| config.timestamp_key);
        assert_eq!(got, Ok(key.map(str::to_owned)), "{value}");
    }
}

#[test]
fn the_first_wrong_key_is_told() {
    let got = config(&[("set_time", "x"), ("convention", "y")]);
    assert_eq!(got, Err(r#"convention: wrong value "y"; allowed: sekoia, ecs"#.to_owned()));
    let got = accepted("dataset", "a\nb");
    let message =
        r#"dataset: wrong value "a\nb"; allowed: auto, dns_logs, dns_firewall_logs, gateway_dns"#;
    assert_eq!(got, Err(message.to_owned()), "one line");
}

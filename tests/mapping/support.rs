//! Cases as text: what a case adds to a usual record, and to a usual output.

use flb_filter_cloudflare_dns::Mapper;

use crate::oracle::enrich::ecs_version;
use crate::oracle::json;
use crate::oracle::tables::TOP_LEVEL;
use crate::oracle::through::{self, Became, canonical, header_time};
use crate::oracle::value::Val;

/// A claim, the fields of the input, and what the output has beside the usual.
pub(crate) type Case = (&'static str, &'static str, &'static str);

/// The time of the events of all cases, as it is written.
pub(crate) const EVENT_TIME: &str = "2001-09-09T01:46:40.000000005Z";

/// `key=value` words.
pub(crate) fn properties(config: &str) -> Vec<(&str, &str)> {
    config.split(' ').filter_map(|word| word.split_once('=')).collect()
}

pub(crate) fn mapper(config: &str) -> Mapper {
    through::mapper(&properties(config))
}

pub(crate) fn parse(text: &str) -> Val {
    json::parse(text).unwrap_or_else(|| panic!("no JSON: {text}")).plain()
}

fn setting<'c>(config: &'c str, key: &str) -> Option<&'c str> {
    properties(config).iter().find(|(name, _)| *name == key).map(|(_, value)| *value)
}

/// A record of the dataset that holds `fields`, later ones in place of the usual.
pub(crate) fn input(dataset: &str, fields: &str) -> String {
    let telltale = match dataset {
        "dns_logs" => "ColoCode",
        "dns_firewall_logs" => "ClusterID",
        _ => "ResolverDecision",
    };
    let separator = if fields.is_empty() { "" } else { "," };
    format!(r#"{{"QueryName":"example.com.","{telltale}":""{separator}{fields}}}"#)
}

/// What every record of the dataset has, and `added`; null there takes a usual field away.
pub(crate) fn output(config: &str, dataset: &str, added: &str) -> Val {
    let ecs = setting(config, "convention") == Some("ecs");
    let time_key = setting(config, "timestamp_key").unwrap_or("@timestamp");
    let kind = if ecs { "protocol" } else { "info" };
    let mut usual = parse(&format!(
        r#"{{"dns":{{"question":{{"name":"example.com"}}}},"event":{{"kind":"event",
        "category":["network"],"type":["{kind}"],"dataset":"{dataset}"}}}}"#
    ));
    if time_key != "off" {
        merge(&mut usual, &parse(&format!(r#"{{"{time_key}":"{EVENT_TIME}"}}"#)));
    }
    if ecs {
        let version = ecs_version();
        let ecs = format!(r#"{{"dns":{{"type":"answer"}},"ecs":{{"version":"{version}"}}}}"#);
        merge(&mut usual, &parse(&ecs));
    }
    if ecs || dataset == "gateway_dns" {
        merge(&mut usual, &parse(r#"{"network":{"protocol":"dns"}}"#));
    }
    merge(&mut usual, &parse(added));
    if ecs && usual.members("error").next().is_some() {
        merge(&mut usual, &parse(r#"{"event":{"kind":"pipeline_error"}}"#));
    }
    if !ecs && dataset == "gateway_dns" {
        add_addresses(&mut usual);
    }
    let Val::Map(mut pairs) = usual else { panic!("a map") };
    pairs.sort_by_key(|(name, _)| match name.text() {
        Some(name) if name == time_key => 0,
        Some(name) => TOP_LEVEL.iter().position(|own| *own == name).map_or(99, |place| place + 1),
        None => 99,
    });
    canonical(&Val::Map(pairs))
}

/// In Sekoia's layout of Gateway's records each `ip` of a side is its `address`, too.
fn add_addresses(usual: &mut Val) {
    for side in ["source", "destination"] {
        let ip = usual.members(side).next().and_then(|side| side.members("ip").next()).cloned();
        let Some(ip) = ip else { continue };
        let side = Val::Map(vec![(side.into(), Val::Map(vec![("address".into(), ip)]))]);
        merge(usual, &side);
    }
}

fn merge(into: &mut Val, added: &Val) {
    let Val::Map(pairs) = into else { panic!("no map to add {added:?} to: {into:?}") };
    for (name, value) in added.pairs() {
        let known = pairs.iter().position(|(known, _)| known == name);
        match (known, value) {
            (Some(known), Val::Nil) => {
                pairs.remove(known);
            }
            (Some(known), Val::Map(_)) => merge(&mut pairs[known].1, value),
            (Some(known), _) => pairs[known].1 = value.clone(),
            (None, _) => pairs.push((name.clone(), value.clone())),
        }
    }
}

/// The record that JSON text becomes, and the event's new time, when it is mapped.
pub(crate) fn mapped(mapper: &mut Mapper, record: &Val) -> Option<(Val, Val)> {
    match through::event(mapper, record) {
        Became::Mapped { time, metadata, record } => {
            assert_eq!(metadata, Val::Map(Vec::new()));
            Some((canonical(&record), time))
        }
        Became::Untouched | Became::Dropped => None,
    }
}

/// An event's record that holds JSON text in the field `log`.
pub(crate) fn in_text(text: &str) -> Val {
    Val::Map(vec![("log".into(), text.into())])
}

/// Both ways for a record in: as MessagePack, and as text; with a name for messages.
pub(crate) fn both_ways(config: &str, text: &str) -> [(&'static str, Option<(Val, Val)>); 2] {
    let with_key = format!("{config} key_name=log");
    [
        ("as MessagePack", mapped(&mut mapper(config), &parse(text))),
        ("as text", mapped(&mut mapper(&with_key), &in_text(text))),
    ]
}

/// Every case maps to the whole output that it tells, and keeps the event's own time.
pub(crate) fn check(config: &str, dataset: &str, cases: &[Case]) {
    let mut failed = String::new();
    for (claim, fields, added) in cases {
        let text = input(dataset, fields);
        let expected = Some((output(config, dataset, added), header_time()));
        for (way, got) in both_ways(config, &text) {
            if got != expected {
                failed += &format!(
                    "\n{claim} ({way}, {config})\n  in  {text}\n  got {got:?}\n  for {expected:?}\n"
                );
            }
        }
    }
    assert!(failed.is_empty(), "{failed}");
}

/// Every record passes byte for byte, both ways.
pub(crate) fn check_untouched(config: &str, records: &[(&str, &str)]) {
    for (claim, text) in records {
        for (way, got) in both_ways(config, text) {
            assert_eq!(got, None, "{claim} ({way}): {text}");
        }
    }
}

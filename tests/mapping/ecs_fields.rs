//! What is written outside of `cloudflare` is what ECS has there: `tests/data/ecs-fields.csv`, the
//! facts of `generated/ecs/ecs_flat.yml` (tests/data/ecs-fields.py).

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use flb_filter_cloudflare_dns::ecs::{ECS_VERSION, Settings, outline};
use flb_filter_cloudflare_dns::source::Dataset;

use crate::oracle::tables::{DATASETS, Kind, fields};
use crate::oracle::through::config;
use crate::oracle::value::Val;
use crate::support::{input, mapped, mapper, parse, properties};

const FIELDS: &str = include_str!("../data/ecs-fields.csv");

const CONVENTIONS: [&str; 2] = ["sekoia", "ecs"];

/// What ECS says of one field.
struct Fact {
    of_type: &'static str,
    is_array: bool,
    is_required: bool,
    /// The values allowed; any are when there is none.
    values: Vec<&'static str>,
}

fn facts() -> BTreeMap<&'static str, Fact> {
    let fact = |line: &'static str| {
        let columns: Vec<_> = line.split(',').collect();
        let [name, of_type, array, required, values] = columns[..] else { panic!("{line}") };
        let values = values.split('|').filter(|value| !value.is_empty()).collect();
        let [is_array, is_required] = [array, required].map(|column| column == "yes");
        (name, Fact { of_type, is_array, is_required, values })
    };
    FIELDS.lines().skip(1).map(fact).collect()
}

/// Every key that adds fields.
fn everything(convention: &str) -> String {
    format!("convention={convention} enrich=all keep_codes=on preserve_original=on")
}

/// The value of a field in a record that has them all.
fn value(name: &str, kind: Kind) -> &'static str {
    match name {
        "QueryName" => r#""www.Example.co.uk.""#,
        "QueryType" => "255",
        "QueryTypeName" => r#""HTTPS""#,
        "ResponseCode" | "ClientResponseCode" | "RCode" => "3",
        "SourceIP" | "SrcIP" | "UpstreamIP" | "DstIP" => r#""192.0.2.1""#,
        "ResolvedIPs" => r#"["2001:db8::1"]"#,
        "Protocol" => r#""https""#,
        "ResolverDecision" => r#""blockedRule""#,
        "ResourceRecordsJSON" => {
            r#""[{\"name\":\"a.\",\"type\":5,\"class\":1,\"ttl\":60,\"rdata\":\"b.\"}]""#
        }
        _ => match kind {
            Kind::Text => r#""x""#,
            Kind::Int => "7",
            Kind::Bool => "true",
            Kind::Time => "1657233726004000001",
            Kind::Texts => r#"["x"]"#,
            Kind::Ints => "[7]",
            Kind::Objects => r#"[{"type":"x"}]"#,
        },
    }
}

/// Records that together have every member of the mapping: one with all fields of the dataset,
/// and one with a field that cannot be read.
fn records(dataset: &str) -> [Val; 2] {
    let all = fields(dataset).map(|field| {
        let value = value(field.name, field.kind);
        format!(r#""{}":{value}"#, field.name)
    });
    let all = all.collect::<Vec<_>>().join(",");
    [format!("{{{all}}}"), format!(r#"{{{all},"ColoCode":5}}"#)].map(|text| parse(&text))
}

/// What is written outside of `cloudflare`, by its path; the members of objects in an array are
/// members of the array.
fn leaves(record: &Val) -> Vec<(String, Val)> {
    fn add(path: &str, value: &Val, leaves: &mut Vec<(String, Val)>) {
        for (name, value) in value.pairs() {
            let name = name.text().expect("a name");
            let path = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
            match value {
                Val::Map(_) if path == "cloudflare" => {}
                Val::Map(_) => add(&path, value, leaves),
                Val::Array(items) => {
                    leaves.push((path.clone(), value.clone()));
                    items.iter().for_each(|item| add(&path, item, leaves));
                }
                _ => leaves.push((path, value.clone())),
            }
        }
    }
    let mut leaves = Vec::new();
    add("", record, &mut leaves);
    leaves
}

/// What the records of a dataset become, leaf by leaf.
fn written(convention: &str, dataset: &str) -> Vec<(String, Val)> {
    let mut mapper = mapper(&everything(convention));
    let mut map = |record: &Val| mapped(&mut mapper, record).expect("mapped").0;
    records(dataset).iter().flat_map(|record| leaves(&map(record))).collect()
}

fn fits(fact: &Fact, value: &Val) -> bool {
    let items = match value {
        Val::Array(items) if fact.is_array => &items[..],
        value if !fact.is_array => std::slice::from_ref(value),
        _ => return false,
    };
    let is_of_type = |value: &Val| match fact.of_type {
        "keyword" | "match_only_text" => matches!(value, Val::Str(_)),
        "ip" => value.text().is_some_and(|text| text.parse::<IpAddr>().is_ok()),
        "long" => matches!(value, Val::Int(number) if i64::try_from(*number).is_ok()),
        "date" => value.text().is_some_and(|text| text.starts_with("2") && text.ends_with('Z')),
        "object" => matches!(value, Val::Map(_)),
        other => panic!("{other}: no type"),
    };
    let is_allowed = |value: &Val| {
        fact.values.is_empty() || value.text().is_some_and(|text| fact.values.contains(&text))
    };
    items.iter().all(|item| is_of_type(item) && is_allowed(item))
}

#[test]
fn every_field_outside_of_cloudflare_is_one_of_ecs_with_its_type() {
    let facts = facts();
    for convention in CONVENTIONS {
        for dataset in DATASETS {
            for (path, value) in written(convention, dataset) {
                let fact = facts.get(&*path);
                let fact = fact.unwrap_or_else(|| panic!("{dataset}: ECS has no {path}"));
                assert!(fits(fact, &value), "{dataset}, {convention}: {path}: {value:?}");
            }
        }
    }
}

/// Without any other key. `sekoia` has the version of ECS only where it is asked for.
#[test]
fn what_ecs_requires_is_there() {
    let facts = facts();
    for (convention, without) in [("sekoia", &["ecs.version"][..]), ("ecs", &[])] {
        let mut mapper = mapper(&format!("convention={convention}"));
        for dataset in DATASETS {
            let text = input(dataset, "");
            let written = leaves(&mapped(&mut mapper, &parse(&text)).expect("mapped").0);
            let is_written = |path: &str| written.iter().any(|(known, _)| known == path);
            let required = facts.iter().filter(|(_, fact)| fact.is_required).map(|(path, _)| *path);
            let missing: Vec<_> = required.filter(|path| !is_written(path)).collect();
            assert_eq!(missing, without, "{dataset}, {convention}");
        }
    }
}

#[test]
fn the_outline_names_what_is_written_and_the_table_nothing_else() {
    let mut named = BTreeSet::new();
    for convention in CONVENTIONS {
        let config = config(&properties(&everything(convention))).expect("right values");
        let settings = Settings::new(&config).expect("right values");
        for dataset in Dataset::ALL {
            let lines = outline(&settings, dataset).into_iter().map(|line| line.path);
            let mut outlined: BTreeSet<_> =
                lines.filter(|path| !path.starts_with("cloudflare.")).collect();
            // What is written beside the rows, and what is inside of a row's value.
            outlined.insert("error.message".to_owned());
            if outlined.contains("dns.answers") {
                let below = ["name", "type", "class", "ttl", "data"];
                outlined.extend(below.map(|name| format!("dns.answers.{name}")));
            }
            let paths = written(convention, dataset.name()).into_iter().map(|(path, _)| path);
            assert_eq!(paths.collect::<BTreeSet<_>>(), outlined, "{dataset:?}, {convention}");
            named.extend(outlined);
        }
    }
    let facts: BTreeSet<_> = facts().into_keys().map(str::to_owned).collect();
    let unused: Vec<_> = facts.difference(&named).collect();
    assert!(unused.is_empty(), "in the table, and written by no mapping: {unused:?}");
}

/// What `sekoia` does otherwise than ECS asks for, outside of `cloudflare`: another spelling, another
/// value, or nothing.
#[test]
fn sekoia_deviates_from_ecs_in_these_fields_only() {
    const EVERYWHERE: [&str; 4] = ["dns.response_code", "dns.type", "event.kind", "event.type"];
    const DEVIATIONS: [(&str, &[&str]); 3] = [
        ("dns_logs", &["dns.question.type"]),
        ("dns_firewall_logs", &["dns.question.type"]),
        (
            "gateway_dns",
            &[
                "event.action",
                "event.duration",
                "event.id",
                "host.id",
                "network.transport",
                "rule.id",
                "rule.name",
                "source.geo.continent_code",
                "source.geo.country_iso_code",
            ],
        ),
    ];
    // Beside `ip`, as Sekoia's parser has them; ECS has them, too.
    const ADDRESSES: [&str; 2] = ["destination.address", "source.address"];
    for (dataset, deviations) in DEVIATIONS {
        let [sekoia, ecs] = CONVENTIONS.map(|convention| written(convention, dataset));
        let differs = |leaf: &&(String, Val)| !sekoia.contains(leaf);
        let paths: BTreeSet<_> = ecs.iter().filter(differs).map(|(path, _)| &**path).collect();
        let expected: BTreeSet<_> =
            EVERYWHERE.into_iter().chain(deviations.iter().copied()).collect();
        assert_eq!(paths, expected, "{dataset}");
        let missing = |path: &&str| !ecs.iter().any(|(known, _)| known == path);
        let beside: BTreeSet<_> = sekoia.iter().map(|(path, _)| &**path).filter(missing).collect();
        let addresses = if dataset == "gateway_dns" { &ADDRESSES[..] } else { &[] };
        assert_eq!(beside, addresses.iter().copied().collect(), "{dataset}");
    }
}

#[test]
fn the_version_stated_is_that_of_the_table() {
    assert_eq!(
        FIELDS.lines().next(),
        Some(&*format!("ECS {ECS_VERSION},type,array,required,values"))
    );
}

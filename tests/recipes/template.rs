//! The index template of `examples/`: made from the mapping's own outline, so that every field that
//! the filter may write has a type.

use std::collections::BTreeMap;
use std::fs;

use flb_filter_cloudflare_dns::Config;
use flb_filter_cloudflare_dns::ecs::{Settings, outline};
use flb_filter_cloudflare_dns::source::{Dataset, Type};
use serde_json::{Map, Value, json};

use crate::recipe::{ALL, examples};
use crate::strict;

/// The types that ECS gives its fields, for those that the filter writes.
const ECS: [(&str, &str); 41] = [
    ("destination.ip", "ip"),
    ("destination.port", "long"),
    ("device.id", "keyword"),
    ("dns.answers.class", "keyword"),
    ("dns.answers.data", "keyword"),
    ("dns.answers.name", "keyword"),
    ("dns.answers.ttl", "long"),
    ("dns.answers.type", "keyword"),
    ("dns.header_flags", "keyword"),
    ("dns.question.name", "keyword"),
    ("dns.question.registered_domain", "keyword"),
    ("dns.question.subdomain", "keyword"),
    ("dns.question.top_level_domain", "keyword"),
    ("dns.question.type", "keyword"),
    ("dns.resolved_ip", "ip"),
    ("dns.response_code", "keyword"),
    ("dns.type", "keyword"),
    ("ecs.version", "keyword"),
    ("error.message", "text"),
    ("event.category", "keyword"),
    ("event.dataset", "keyword"),
    ("event.kind", "keyword"),
    ("event.outcome", "keyword"),
    ("event.type", "keyword"),
    ("host.hostname", "keyword"),
    ("host.name", "keyword"),
    ("network.protocol", "keyword"),
    ("network.transport", "keyword"),
    ("network.type", "keyword"),
    ("observer.type", "keyword"),
    ("observer.vendor", "keyword"),
    ("related.hosts", "keyword"),
    ("related.ip", "ip"),
    ("related.user", "keyword"),
    ("source.ip", "ip"),
    ("source.port", "long"),
    ("user.email", "keyword"),
    ("user.id", "keyword"),
    ("event.original", "stored"),
    ("cloudflare.unmapped", "stored"),
    ("@timestamp", "time"),
];

/// What the filter writes beside its rows: notes, the original, foreign fields.
const BESIDE: [&str; 4] = ["@timestamp", "error.message", "event.original", "cloudflare.unmapped"];

/// The mapping of a type.
fn mapping(of: &str) -> Value {
    match of {
        "keyword" => json!({ "type": "keyword", "ignore_above": 1024 }),
        // Data streams ask for a time that is never malformed.
        "time" => json!({ "type": "date_nanos", "ignore_malformed": false }),
        // Kept and shown, but not searched: text without end, and objects that anybody shaped.
        "stored" => json!({ "type": "object", "enabled": false }),
        other => json!({ "type": other }),
    }
}

/// Fields that are Cloudflare's own keep Cloudflare's types; where one holds a value that could
/// not be read, `ignore_malformed` lets the document in.
fn of_cloudflare(of: Type) -> Value {
    match of {
        Type::Int | Type::IntArray => mapping("long"),
        Type::Bool => mapping("boolean"),
        Type::Text | Type::TextArray | Type::Time => mapping("keyword"),
        Type::ObjectArray => mapping("stored"),
    }
}

/// All fields that the filter may write, with every key that adds some, and their mappings.
fn fields() -> BTreeMap<String, Value> {
    let mut fields: BTreeMap<_, _> =
        BESIDE.iter().map(|&path| (path.to_owned(), mapping(ecs(path)))).collect();
    for convention in ["sekoia", "ecs"] {
        let set = [("convention", convention), ("enrich", "all"), ("keep_codes", "on")];
        let config = Config::read(|key| {
            set.iter().find(|(name, _)| key.to_str() == Ok(name)).map(|(_, value)| *value)
        });
        let settings = Settings::new(&config.expect("right values")).expect("right values");
        for dataset in Dataset::ALL {
            // A value that cannot be read stays under its own name.
            for field in dataset.fields() {
                let path = format!("cloudflare.{}", field.name());
                fields.insert(path, of_cloudflare(field.of_type()));
            }
            for line in outline(&settings, dataset) {
                if line.path == "dns.answers" {
                    let below = ECS.iter().filter(|(path, _)| path.starts_with("dns.answers."));
                    fields.extend(below.map(|&(path, of)| (path.to_owned(), mapping(of))));
                } else if !line.path.starts_with("cloudflare.") {
                    let of = mapping(ecs(&line.path));
                    fields.insert(line.path, of);
                }
            }
        }
    }
    fields
}

#[track_caller]
fn ecs(path: &str) -> &'static str {
    let found = ECS.iter().find(|(known, _)| *known == path);
    found.unwrap_or_else(|| panic!("{path} has no type yet")).1
}

fn template() -> Value {
    let mut properties = Map::new();
    for (path, mapping) in fields() {
        let mut object = &mut properties;
        let mut names: Vec<_> = path.split('.').collect();
        let last = names.pop().expect("a name");
        for name in names {
            let inner = object.entry(name).or_insert_with(|| json!({ "properties": {} }));
            object = inner["properties"].as_object_mut().expect("an object");
        }
        object.insert(last.to_owned(), mapping);
    }
    json!({
        "_meta": { "description": "Cloudflare's DNS logs as ECS, by the filter cloudflare_dns" },
        "index_patterns": ["logs-cloudflare.dns-*"],
        "data_stream": {},
        "priority": 200,
        "template": {
            "settings": { "index.mapping.ignore_malformed": true },
            "mappings": { "dynamic": false, "properties": properties },
        },
    })
}

#[test]
fn the_index_template_has_every_field_that_the_filter_may_write() {
    let path = examples().join("index-template.json");
    let wanted = format!("{:#}\n", template());
    if std::env::var_os("UPDATE_EXAMPLES").is_some() {
        fs::write(&path, &wanted).expect("the template");
    }
    let found = fs::read_to_string(&path).expect("examples/index-template.json");
    assert!(
        found == wanted,
        "it is behind the code: UPDATE_EXAMPLES=1 cargo test --test recipes index_template"
    );
    for (path, of) in ECS {
        assert_eq!(fields().get(path), Some(&mapping(of)), "{path} is written no more");
    }
}

/// Every value of what the recipes deliver has a field in the template, and fits it.
#[test]
fn the_documents_of_the_recipes_fit_the_template() {
    let properties = &template()["template"]["mappings"];
    for recipe in ALL {
        let documents = strict::json_lines(&recipe.text("expected.ndjson")).into_iter();
        for document in documents.filter(|document| document.get("create").is_none()) {
            fits(&document, properties, recipe.name);
        }
    }
}

fn fits(value: &Value, mapping: &Value, path: &str) {
    let of = mapping["type"].as_str().unwrap_or("object");
    match value {
        Value::Array(items) => items.iter().for_each(|item| fits(item, mapping, path)),
        Value::Object(members) if of == "object" && mapping.get("enabled").is_none() => {
            for (key, member) in members {
                let path = format!("{path}.{key}");
                let below = mapping["properties"].get(key);
                fits(member, below.unwrap_or_else(|| panic!("no field {path}")), &path);
            }
        }
        value => {
            let fits = match of {
                "keyword" | "text" | "date_nanos" => value.is_string(),
                "ip" => value.as_str().is_some_and(|ip| ip.parse::<std::net::IpAddr>().is_ok()),
                "long" => value.is_i64(),
                "boolean" => value.is_boolean(),
                _ => true,
            };
            assert!(fits, "{path} is no {of}: {value}");
        }
    }
}

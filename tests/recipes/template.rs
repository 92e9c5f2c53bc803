//! The index templates of `examples/`: made from the mapping's own outline and ECS's own types, so
//! that every field that the filter may write has one, and that no document is refused.

use std::collections::BTreeMap;
use std::fs;

use flb_filter_cloudflare_dns::Config;
use flb_filter_cloudflare_dns::ecs::{Settings, outline};
use flb_filter_cloudflare_dns::source::{Dataset, Type};
use serde_json::{Map, Value, json};

use crate::index_template::{Server, Template};
use crate::recipe::{Recipe, examples};
use crate::strict;

/// What the filter writes beside its rows: notes, the original, foreign fields.
const BESIDE: [&str; 4] = ["@timestamp", "error.message", "event.original", "cloudflare.unmapped"];

/// ECS's fields and their types (tests/data/ecs-fields.py).
const ECS: &str = include_str!("../data/ecs-fields.csv");

#[track_caller]
fn ecs(path: &str) -> &'static str {
    let mut lines = ECS.lines().skip(1).map(|line| line.split(','));
    let found = lines.find_map(|mut line| (line.next() == Some(path)).then(|| line.next()));
    found.flatten().unwrap_or_else(|| panic!("ECS has no {path}"))
}

/// The mapping of an ECS field.
fn of_ecs(path: &str) -> Value {
    match (path, ecs(path)) {
        // Nanoseconds, which `date` has not. Data streams ask for a time that is never malformed.
        ("@timestamp", _) => json!({ "type": "date_nanos", "ignore_malformed": false }),
        // As ECS has it: kept and shown, but not searched.
        ("event.original", of) => json!({ "type": of, "index": false, "doc_values": false }),
        (_, "keyword") => keyword(),
        (_, of) => json!({ "type": of }),
    }
}

fn keyword() -> Value {
    json!({ "type": "keyword", "ignore_above": 1024 })
}

/// Fields that are Cloudflare's own keep Cloudflare's types; where one holds a value that could
/// not be read, `ignore_malformed` lets the document in, or a type that takes any.
fn of_cloudflare(server: Server, of: Type) -> Value {
    match (of, server) {
        (Type::Int | Type::IntArray, _) => json!({ "type": "long" }),
        (Type::Bool, Server::Elasticsearch) => {
            json!({ "type": "boolean", "ignore_malformed": true })
        }
        // There a `boolean` has no `ignore_malformed`.
        (Type::Bool, Server::OpenSearch) | (Type::Text | Type::TextArray | Type::Time, _) => {
            keyword()
        }
        // Kept and shown, but not searched: objects that anybody shaped, or no objects at all.
        (Type::ObjectArray, _) => json!({ "type": "object", "enabled": false }),
    }
}

/// Foreign fields whose names the mapping writes itself: any object, searchable, as one field.
/// The filter nests no deeper than 32 levels; a text that is too long for a term is not indexed.
fn unmapped(server: Server) -> Value {
    match server {
        Server::Elasticsearch => {
            json!({ "type": "flattened", "depth_limit": 64, "ignore_above": 1024 })
        }
        Server::OpenSearch => json!({ "type": "flat_object" }),
    }
}

/// All fields that the filter may write, with every key that adds some, and their mappings.
fn fields(server: Server) -> BTreeMap<String, Value> {
    let beside = |path: &str| match path {
        "cloudflare.unmapped" => unmapped(server),
        path => of_ecs(path),
    };
    let mut fields: BTreeMap<_, _> =
        BESIDE.iter().map(|&path| (path.to_owned(), beside(path))).collect();
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
                fields.insert(path, of_cloudflare(server, field.of_type()));
            }
            for line in outline(&settings, dataset) {
                if line.path == "dns.answers" {
                    let below = ["class", "data", "name", "ttl", "type"];
                    let below = below.map(|name| format!("dns.answers.{name}"));
                    fields.extend(below.map(|path| (path.clone(), of_ecs(&path))));
                } else if !line.path.starts_with("cloudflare.") {
                    let mapping = of_ecs(&line.path);
                    fields.insert(line.path, mapping);
                }
            }
        }
    }
    fields
}

fn template(server: Server) -> Value {
    let mut properties = Map::new();
    for (path, mapping) in fields(server) {
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
fn the_index_templates_have_every_field_that_the_filter_may_write() {
    for server in Server::ALL {
        let path = examples().join(server.name()).join("index-template.json");
        let wanted = format!("{:#}\n", template(server));
        if std::env::var_os("UPDATE_EXAMPLES").is_some() {
            // Other tests read it at the same time.
            let fresh = path.with_extension("fresh");
            fs::write(&fresh, &wanted).expect("the template");
            fs::rename(&fresh, &path).expect("the template");
        }
        let found = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            found == wanted,
            "{} is behind the code: UPDATE_EXAMPLES=1 cargo test --test recipes template",
            path.display()
        );
    }
}

/// Each server gets types and parameters that it knows, and would not take the other's.
#[test]
fn each_server_knows_its_own_template_only() {
    for server in Server::ALL {
        for of in Server::ALL {
            let known = Template::new(server, &template(of));
            assert_eq!(known.is_ok(), server == of, "{server:?}: {:?}", known.err());
        }
    }
}

/// The lines of a recipe's `expected.ndjson` that are documents.
fn documents(server: Server) -> Vec<Value> {
    let recipe = Recipe { name: server.name() };
    let documents = strict::json_lines(&recipe.text("expected.ndjson")).into_iter();
    documents.filter(|document| document.get("create").is_none()).collect()
}

#[test]
fn the_documents_of_the_recipes_fit_their_template() {
    for server in Server::ALL {
        let documents = documents(server);
        assert!(!documents.is_empty());
        for document in documents {
            assert_eq!(Template::of(server).takes(&document), Ok(()));
        }
    }
}

/// What a field of a document may hold, and which server takes it.
#[test]
fn a_document_is_refused_for_one_value() {
    const BOTH: [bool; 2] = [true, true];
    const NONE: [bool; 2] = [false, false];
    let long = "x".repeat(40_000);
    let deep = (0..30).fold(json!(1), |inner, _| json!({ "a": inner }));
    let too_deep = (0..65).fold(json!(1), |inner, _| json!({ "a": inner }));
    for (document, taken) in [
        (json!({ "anything": { "else": [1] }, "": 1 }), NONE),
        (json!({ "anything": { "else": [1] } }), BOTH),
        // Objects and scalars.
        (json!({ "host": "a" }), NONE),
        (json!({ "host": ["a"] }), NONE),
        (json!({ "host": null, "source": [], "user": [{ "id": 5 }] }), BOTH),
        (json!({ "source": { "ip": { "a": 1 } } }), NONE),
        (json!({ "dns": { "response_code": [{}] } }), NONE),
        (json!({ "error": { "message": {} } }), NONE),
        // Dots make objects.
        (json!({ "dns.question.name": "a", "host.other": 1 }), BOTH),
        (json!({ "dns.question": "a" }), NONE),
        (json!({ "source.ip.x": 1 }), NONE),
        (json!({ "source..ip": 1 }), NONE),
        (json!({ "cloudflare.unmapped.x": 1 }), BOTH),
        // Values that no type reads.
        (json!({ "cloudflare": { "EDNSSubnetLength": "abc", "SrcPort": u64::MAX } }), BOTH),
        (json!({ "source": { "ip": "abc", "port": true } }), BOTH),
        (json!({ "cloudflare": { "ResponseCached": "maybe", "SourceIP": 5 } }), BOTH),
        (json!({ "@timestamp": "2026-08-01T10:10:00.004000000Z" }), BOTH),
        (json!({ "@timestamp": "2026-08-01 10:10:00" }), NONE),
        (json!({ "@timestamp": "2262-08-01T10:10:00Z" }), NONE),
        // Long texts.
        (json!({ "dns": { "question": { "name": long } } }), BOTH),
        (json!({ "event": { "original": long }, "error": { "message": long } }), BOTH),
        // What anybody shaped.
        (
            json!({ "cloudflare": { "RData": [1, { "": [{}] }, null], "ResourceRecords": "x" } }),
            BOTH,
        ),
        (json!({ "cloudflare": { "unmapped": { "host": "a", "user": [1, { "": null }] } } }), BOTH),
        (json!({ "cloudflare": { "unmapped": "a" } }), NONE),
        (json!({ "cloudflare": { "unmapped": deep } }), BOTH),
        (json!({ "cloudflare": { "unmapped": too_deep } }), [false, true]),
        (json!({ "cloudflare": { "unmapped": { "host": long } } }), [true, false]),
        (json!({ "cloudflare": { "unmapped": { "a\0b": 1 } } }), [false, true]),
    ] {
        for (server, taken) in Server::ALL.into_iter().zip(taken) {
            let told = Template::of(server).takes(&document);
            assert_eq!(told.is_ok(), taken, "{server:?}: {told:?}: {document}");
        }
    }
}

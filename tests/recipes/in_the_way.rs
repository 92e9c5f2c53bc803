//! Fields that are in the way, in the real Fluent Bit: what a filter before ours adds, as people do.

use serde_json::{Value, json};

use crate::delivery::{KAFKA, KAFKA_NANOSECONDS, post, without_ids};
use crate::hosts::{Host, each, each_since};
use crate::http::free_port;
use crate::index_template::Server;
use crate::kafka::Broker;
use crate::plugin::plugin;
use crate::receiver::{Receiver, bulk};
use crate::recipe::Recipe;
use crate::run::Site;
use crate::strict;

/// Names of objects of the mapping, and of the time that the output writes.
const IN_THE_WAY: [(&str, &str); 6] = [
    ("@timestamp", "1999-01-01T00:00:00Z"),
    ("host", "web-1"),
    ("user", "me"),
    ("device", "rack-4"),
    ("destination", "index"),
    ("source", "logpush"),
];

/// A recipe with such a filter before ours.
fn with_fields_in_the_way(recipe: Recipe) -> String {
    let records = IN_THE_WAY.map(|(key, value)| format!("    record {key} {value}\n"));
    let filter = format!("[FILTER]\n    name record_modifier\n    match *\n{}\n", records.concat());
    let text = recipe.text("fluent-bit.conf");
    assert_eq!(text.matches("[FILTER]").count(), 1);
    text.replace("[FILTER]", &format!("{filter}[FILTER]"))
}

/// What is expected of a recipe then: the same, and those fields where nothing is in the way.
fn with_fields_moved(mut documents: Vec<Value>) -> Vec<Value> {
    let moved: Value = IN_THE_WAY.into_iter().map(|(key, value)| (key, json!(value))).collect();
    for document in documents.iter_mut().filter(|document| document.get("create").is_none()) {
        document["cloudflare"]["unmapped"] = moved.clone();
    }
    documents
}

fn delivers_with_fields_in_the_way(
    recipe: Recipe,
    host: &Host,
    settings: &[(&str, &str)],
    seen: impl Fn() -> String,
) {
    let site = Site::new(host);
    site.write("in-the-way.conf", with_fields_in_the_way(recipe));
    let port = free_port();
    let mut command = site.command(["-c", "in-the-way.conf", "-e"]);
    command.arg(plugin()).envs(recipe.settings()).envs(settings.iter().copied());
    command.env("PORT", port.to_string()).env("STORAGE", site.path("storage"));
    let mut run = site.spawn(command);
    post(&mut run, port, &recipe.input());
    let count = recipe.expected().len();
    run.until(&format!("{count} lines"), |_| (seen().lines().count() >= count).then_some(()));
    run.stop();
}

#[test]
fn an_index_takes_records_with_fields_in_the_way_and_keeps_their_time() {
    let servers = [(Server::Elasticsearch, "ES"), (Server::OpenSearch, "OPENSEARCH")];
    each(|host| {
        for (server, prefix) in servers {
            let recipe = Recipe { name: server.name() };
            let receiver = Receiver::index(server, bulk);
            let names = ["HOST", "PORT", "TLS"].map(|name| format!("{prefix}_{name}"));
            let port = receiver.port.to_string();
            let values = ["127.0.0.1", &port, "off"];
            let settings: Vec<_> = names.iter().map(String::as_str).zip(values).collect();
            delivers_with_fields_in_the_way(recipe, host, &settings, || receiver.text());
            let expected = with_fields_moved(without_ids(&recipe.text("expected.ndjson")));
            assert_eq!(without_ids(&receiver.text()), expected);
        }
    });
}

#[test]
fn kafka_gets_records_with_fields_in_the_way_with_their_time() {
    each_since(KAFKA_NANOSECONDS, |host| {
        let broker = Broker::new();
        let address = format!("127.0.0.1:{}", broker.port);
        let settings = [("KAFKA_BROKERS", &*address), ("KAFKA_COMPRESSION", "gzip")];
        delivers_with_fields_in_the_way(KAFKA, host, &settings, || broker.values());
        let found = strict::json_lines(&broker.values());
        assert_eq!(found, with_fields_moved(KAFKA.expected()));
    });
}

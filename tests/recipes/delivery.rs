//! The recipes that deliver to something: a stand-in on loopback takes what they send.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::hosts::{GZIP_BODIES, Host, NDJSON_BODIES, Version, each};
use crate::http::{Post, free_port};
use crate::index_template::Server;
use crate::kafka::Broker;
use crate::plugin::plugin;
use crate::receiver::{Receiver, Request, accept, bulk};
use crate::recipe::{Format, Recipe, each_format};
use crate::run::{Running, Site};
use crate::strict;

const ALWAYS: Version = Version(0, 0, 0);
pub(crate) const ELASTICSEARCH: Recipe = Recipe { name: "elasticsearch" };
pub(crate) const OPENSEARCH: Recipe = Recipe { name: "opensearch" };
pub(crate) const SEKOIA: Recipe = Recipe { name: "sekoia" };
pub(crate) const KAFKA: Recipe = Recipe { name: "kafka" };

/// Sends lines in the form that the version takes: versions before 2.2 ignore `Content-Encoding`,
/// and 1.9 reads one JSON value of a body only.
pub(crate) fn post(run: &mut Running<'_>, port: u16, lines: &str) {
    let host = run.site.host.clone();
    let array = || format!("[{}]", lines.lines().collect::<Vec<_>>().join(","));
    let body = if host.has(NDJSON_BODIES) { lines.to_owned() } else { array() };
    let (path, body) = ("/cloudflare.test", body.as_bytes());
    run.post(port, &Post { path, gzip: host.has(GZIP_BODIES), body });
}

/// Starts a recipe with these settings, sends it its input, and waits until what `seen` finds has
/// as many lines as expected.
fn deliver(
    recipe: Recipe,
    host: &Host,
    format: Format,
    settings: &[(&str, &str)],
    seen: impl Fn() -> String,
) {
    let site = Site::new(host);
    let port = free_port();
    let storage = site.path("storage").display().to_string();
    let own = [("PORT", &*port.to_string()), ("STORAGE", &*storage)];
    let mut run = recipe.start(&site, format, &[&own, settings].concat());
    post(&mut run, port, &recipe.input());
    let count = recipe.expected().len();
    run.until(&format!("{count} lines"), |_| (seen().lines().count() >= count).then_some(()));
    run.stop();
}

/// A stand-in for the `_bulk` API; every document and action has each key once.
fn bulk_body(server: Server, prefix: &str, user: &str) {
    let recipe = Recipe { name: server.name() };
    each_format(ALWAYS, |host, format| {
        let receiver = Receiver::index(server, bulk);
        let names =
            ["HOST", "PORT", "TLS", "USER", "PASSWORD"].map(|name| format!("{prefix}_{name}"));
        let port = receiver.port.to_string();
        let values = ["127.0.0.1", &port, "off", "someone", "secret"];
        let settings: Vec<_> = names.iter().map(String::as_str).zip(values).collect();
        deliver(recipe, host, format, &settings, || receiver.text());
        for request in receiver.requests() {
            assert_eq!(request.line, "POST /_bulk HTTP/1.1");
            assert_eq!(request.header("authorization"), Some(user));
        }
        assert_eq!(without_ids(&receiver.text()), without_ids(&recipe.text("expected.ndjson")));
    });
}

/// The settings of a recipe that make its output deliver to a stand-in.
pub(crate) fn elasticsearch_at(port: &str) -> [(&str, &str); 3] {
    [("ES_HOST", "127.0.0.1"), ("ES_PORT", port), ("ES_TLS", "off")]
}

/// The lines of a bulk request without the identifiers of the documents, which are made from their
/// bytes and differ between versions; there is one for each document, and no two are the same.
pub(crate) fn without_ids(bulk: &str) -> Vec<Value> {
    let mut lines = strict::json_lines(bulk);
    let mut ids = BTreeSet::new();
    for action in lines.iter_mut().step_by(2) {
        let id = action["create"].as_object_mut().and_then(|create| create.remove("_id"));
        let id = id.and_then(|id| id.as_str().map(str::to_owned)).expect("an identifier");
        assert!(ids.insert(id), "two documents with one identifier");
    }
    lines
}

/// `someone:secret`
const BASIC: &str = "Basic c29tZW9uZTpzZWNyZXQ=";

#[test]
fn elasticsearch_gets_each_document_with_one_timestamp() {
    bulk_body(Server::Elasticsearch, "ES", BASIC);
}

#[test]
fn opensearch_gets_each_document_with_one_timestamp() {
    bulk_body(Server::OpenSearch, "OPENSEARCH", BASIC);
}

/// Without `timestamp_key off` the output and the record both have an `@timestamp`; when Fluent Bit
/// writes JSON the later one stays, which is the record's: never two, in any version.
#[test]
fn without_timestamp_key_off_the_record_s_own_timestamp_stays() {
    each(|host| {
        let receiver = Receiver::index(Server::Elasticsearch, bulk);
        let site = Site::new(host);
        let port = free_port();
        let text = ELASTICSEARCH.text("fluent-bit.conf");
        let line = "    timestamp_key off\n";
        assert!(text.contains(line));
        site.write("both.conf", text.replace(line, ""));
        let mut command = site.command(["-c", "both.conf", "-e"]);
        command.arg(plugin()).envs(ELASTICSEARCH.settings());
        command.env("ES_HOST", "127.0.0.1").env("ES_TLS", "off");
        command.env("ES_PORT", receiver.port.to_string()).env("PORT", port.to_string());
        command.env("STORAGE", site.path("storage"));
        let mut run = site.spawn(command);
        post(&mut run, port, ELASTICSEARCH.input().lines().next().expect("a line"));
        run.until("a document", |_| (!receiver.requests().is_empty()).then_some(()));
        run.stop();
        let documents = without_ids(&receiver.text());
        let mut expected = ELASTICSEARCH.expected().swap_remove(1);
        // Six digits, as the filter writes them; the output writes nine.
        assert_eq!(expected["@timestamp"], "2026-08-01T10:10:00.004000000Z");
        expected["@timestamp"] = json!("2026-08-01T10:10:00.004000Z");
        assert_eq!(documents[1..], [expected]);
    });
}

/// Answers as an Elasticsearch does that knows the identifiers it has: what it has already is a
/// conflict. Of the first request it refuses the last document.
fn with_memory(before: usize, request: &Request) -> (u16, String) {
    let lines = strict::json_lines(&request.text());
    let ids = lines.iter().step_by(2);
    let last = lines.len() / 2 - 1;
    let status = |place: usize| match (before, place == last) {
        (0, true) => 429,
        (0, false) => 201,
        (_, true) => 201,
        (_, false) => 409,
    };
    let item = |(place, action): (usize, &Value)| json!({ "create": { "_id": action["create"]["_id"], "status": status(place) } });
    let items: Vec<_> = ids.enumerate().map(item).collect();
    (200, json!({ "took": 1, "errors": true, "items": items }).to_string())
}

/// A receiver that was down for a while gets everything, and the same documents each time.
#[test]
fn what_is_refused_for_a_while_is_sent_again() {
    each(|host| {
        let receiver = Receiver::index(Server::Elasticsearch, |before, request| match before {
            0 => (503, "{}".to_owned()),
            _ => bulk(before, request),
        });
        let port = receiver.port.to_string();
        let settings = elasticsearch_at(&port);
        let accepted = || {
            let requests = receiver.requests();
            requests.iter().skip(1).map(Request::text).collect::<String>()
        };
        deliver(ELASTICSEARCH, host, Format::Classic, &settings, accepted);
        let mut found = without_ids(&accepted());
        let mut expected = without_ids(&ELASTICSEARCH.text("expected.ndjson"));
        // The chunk that had to wait may come after another.
        found.sort_by_key(Value::to_string);
        expected.sort_by_key(Value::to_string);
        assert_eq!(found, expected);
        let first = receiver.requests().into_iter().next().expect("a first request").text();
        let again = |line: &str| accepted().lines().any(|accepted| accepted == line);
        assert!(first.lines().all(again), "identifiers included");
    });
}

/// Of a chunk that was accepted in part, OpenSearch's output sends all again: the identifiers keep
/// what is there already from being there twice.
#[test]
fn a_chunk_that_was_accepted_in_part_is_sent_again_as_the_same_documents() {
    each(|host| {
        let receiver = Receiver::index(Server::OpenSearch, with_memory);
        let site = Site::new(host);
        let port = free_port();
        let (to, storage) = (receiver.port.to_string(), site.path("storage").display().to_string());
        let mut run = OPENSEARCH.start(
            &site,
            Format::Classic,
            &[
                ("OPENSEARCH_HOST", "127.0.0.1"),
                ("OPENSEARCH_PORT", &to),
                ("OPENSEARCH_TLS", "off"),
                ("PORT", &port.to_string()),
                ("STORAGE", &storage),
            ],
        );
        post(&mut run, port, OPENSEARCH.input().lines().next().expect("a line"));
        run.until("the second request", |_| (receiver.requests().len() >= 2).then_some(()));
        run.stop();
        let requests = receiver.requests();
        assert_eq!(requests[0].text(), requests[1].text());
    });
}

#[test]
fn an_intake_gets_lines_of_json_and_its_key() {
    each_format(ALWAYS, |host, format| {
        let receiver = Receiver::new(accept);
        let port = receiver.port.to_string();
        let settings = [
            ("INTAKE_HOST", "127.0.0.1"),
            ("INTAKE_PORT", &port),
            ("INTAKE_TLS", "off"),
            ("INTAKE_KEY", "the-key"),
        ];
        deliver(SEKOIA, host, format, &settings, || receiver.text());
        for request in receiver.requests() {
            assert_eq!(request.line, "POST /plain/batch HTTP/1.1");
            assert_eq!(request.header("x-sekoiaio-intake-key"), Some("the-key"));
            assert_eq!(request.header("content-encoding"), Some("gzip"));
        }
        assert_eq!(strict::json_lines(&receiver.text()), SEKOIA.expected());
    });
}

/// `timestamp_format iso8601_ns` is known from here on.
pub(crate) const KAFKA_NANOSECONDS: Version = Version(2, 1, 0);

#[test]
fn kafka_gets_each_message_with_one_timestamp() {
    each_format(KAFKA_NANOSECONDS, |host, format| {
        let broker = Broker::new();
        let address = format!("127.0.0.1:{}", broker.port);
        let settings = [
            ("KAFKA_BROKERS", &*address),
            ("KAFKA_TOPIC", "the-topic"),
            ("KAFKA_COMPRESSION", "gzip"),
        ];
        deliver(KAFKA, host, format, &settings, || broker.values());
        assert!(broker.messages().iter().all(|(topic, _)| topic == "the-topic"));
        assert_eq!(strict::json_lines(&broker.values()), KAFKA.expected());
    });
}

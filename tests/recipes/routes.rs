//! Recipes in which records part or meet: split by response code, dead letters, two tiers.

use std::path::Path;

use serde_json::Value;

use crate::delivery::{elasticsearch_at, post, without_ids};
use crate::hosts::{Host, PROCESSORS, Version, each, each_since, newest};
use crate::http::free_port;
use crate::https::Certificate;
use crate::index_template::Server;
use crate::plugin::plugin;
use crate::receiver::{Receiver, bulk};
use crate::recipe::{Format, Recipe, each_format};
use crate::run::{Running, Site};
use crate::strict;

const ALWAYS: Version = Version(0, 0, 0);
pub(crate) const SPLIT: Recipe = Recipe { name: "split" };
pub(crate) const DEAD_LETTERS: Recipe = Recipe { name: "dead-letters" };
pub(crate) const AGENT: Recipe = Recipe { name: "tiers/agent" };
pub(crate) const AGGREGATOR: Recipe = Recipe { name: "tiers/aggregator" };

/// Each document of bulk requests with its index, in an order of their own: outputs run at once.
pub(crate) fn by_index(bulk: &str) -> Vec<(Value, Value)> {
    let lines = without_ids(bulk);
    let pairs = lines.chunks(2).map(|pair| (pair[0].clone(), pair[1].clone()));
    let mut pairs: Vec<_> = pairs.collect();
    pairs.sort_by_key(|(action, document)| format!("{action}{document}"));
    pairs
}

fn an_index() -> Receiver {
    Receiver::index(Server::Elasticsearch, bulk)
}

/// Starts a recipe that writes to the index, and sends it its input.
fn send<'a>(
    recipe: Recipe,
    site: &'a Site,
    format: Format,
    index: &Receiver,
    more: &[(&str, &str)],
) -> Running<'a> {
    let (port, to) = (free_port(), index.port.to_string());
    let storage = site.path("storage").display().to_string();
    let own = [("PORT", &*port.to_string()), ("STORAGE", &*storage)];
    let settings = [&own, &elasticsearch_at(&to)[..], more].concat();
    let mut run = recipe.start(site, format, &settings);
    post(&mut run, port, &recipe.input());
    run
}

fn until_documents(run: &mut Running<'_>, index: &Receiver, count: usize) {
    let found = |_: &Site| (index.text().lines().count() / 2 >= count).then_some(());
    run.until(&format!("{count} documents"), found);
}

#[test]
fn names_that_do_not_exist_have_an_index_of_their_own() {
    each_format(ALWAYS, |host, format| {
        let (site, index) = (Site::new(host), an_index());
        let mut run = send(SPLIT, &site, format, &index, &[]);
        let expected = by_index(&SPLIT.text("expected.ndjson"));
        until_documents(&mut run, &index, expected.len());
        run.stop();
        assert_eq!(by_index(&index.text()), expected);
        let names: std::collections::BTreeSet<_> =
            expected.iter().map(|(action, _)| action["create"]["_index"].to_string()).collect();
        assert_eq!(names.len(), 2);
    });
}

/// A record that `rewrite_tag` sends again comes to the filter again, when that matches its new
/// tag too: it was mapped before, and `on_mismatch drop` leaves it.
#[test]
fn what_is_sent_again_passes_a_filter_that_drops() {
    each(|host| {
        let (site, index) = (Site::new(host), an_index());
        let text = SPLIT.text("fluent-bit.conf");
        let line = "name          cloudflare_dns\n    match         cloudflare.*\n";
        assert!(text.contains(line), "{text}");
        let everything = line.replace("cloudflare.*", "*");
        site.write("everything.conf", text.replace(line, &everything));
        let (port, to) = (free_port(), index.port.to_string());
        let mut command = site.command(["-c", "everything.conf", "-e"]);
        command.arg(plugin()).envs(SPLIT.settings());
        command.envs(elasticsearch_at(&to)).env("PORT", port.to_string());
        command.env("STORAGE", site.path("storage"));
        let mut run = site.spawn(command);
        post(&mut run, port, &SPLIT.input());
        let expected = by_index(&SPLIT.text("expected.ndjson"));
        until_documents(&mut run, &index, expected.len());
        run.stop();
        assert_eq!(by_index(&index.text()), expected);
    });
}

/// The dead letters in a directory, so far.
pub(crate) fn dead_letters(dir: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(dir.join("dead-letters.ndjson")).unwrap_or_default();
    let end = text.rfind('\n').map_or(0, |end| end + 1);
    strict::json_lines(&text[..end])
}

#[test]
fn what_is_not_mapped_is_in_a_file_and_the_rest_in_the_index() {
    each_format(ALWAYS, |host, format| {
        let (site, index) = (Site::new(host), an_index());
        let dir = site.path("dead");
        let setting = [("DEAD_LETTERS", &*dir.display().to_string())];
        let mut run = send(DEAD_LETTERS, &site, format, &index, &setting);
        let expected = without_ids(&DEAD_LETTERS.text("expected.ndjson"));
        let dead = DEAD_LETTERS.dead_letters();
        until_documents(&mut run, &index, expected.len() / 2);
        run.until("the dead letters", |_| (dead_letters(&dir).len() >= dead.len()).then_some(()));
        run.stop();
        assert_eq!(without_ids(&index.text()), expected);
        assert_eq!(dead_letters(&dir), dead);
        let all = DEAD_LETTERS.input().lines().count();
        assert_eq!(expected.len() / 2 + dead.len(), all, "nothing in both, nothing in neither");
    });
}

/// A Fluent Bit without the filter, which hands on lines to an aggregator.
fn plain_agent<'a>(site: &'a Site, lines: &str, port: &str) -> Running<'a> {
    site.write("plain.log", lines);
    let tail = ["-i", "tail", "-p", "path=plain.log", "-p", "read_from_head=on"];
    let tag = ["-p", "parser=json", "-p", "tag=cloudflare.plain"];
    let to = ["-o", "forward", "-m", "*", "-p", "host=127.0.0.1"];
    let port = format!("port={port}");
    let arguments = [&["-f", "1", "-R", "parsers.conf"], &tail[..], &tag, &to, &["-p", &port]];
    site.spawn(site.command(arguments.concat()))
}

/// An agent of one version and an aggregator of another, or of the same; the aggregator also gets
/// records that nobody mapped.
fn two_tiers(agent: &Host, aggregator: &Host, format: Format) {
    let sites = [agent, aggregator, agent].map(Site::new);
    let index = an_index();
    let [port, forward] = [free_port(), free_port()];
    let [port_text, forward_text, to] = [port, forward, index.port].map(|port| port.to_string());
    let storage = sites.each_ref().map(|site| site.path("storage").display().to_string());

    let own = [("PORT", &*forward_text), ("STORAGE", &storage[1])];
    let settings = [&own[..], &elasticsearch_at(&to)].concat();
    let mut second = AGGREGATOR.start(&sites[1], format, &settings);
    let own = [("PORT", &*port_text), ("STORAGE", &storage[0])];
    let there = [("AGGREGATOR", "127.0.0.1"), ("AGGREGATOR_PORT", &*forward_text)];
    let mut first = AGENT.start(&sites[0], format, &[&own[..], &there].concat());
    post(&mut first, port, &AGENT.input());

    // What the agent is said to hand on, the aggregator is said to get.
    let (input, handed) = (AGGREGATOR.input(), AGENT.text("expected.ndjson"));
    let (mapped, raw): (Vec<_>, Vec<_>) =
        input.lines().partition(|line| handed.lines().any(|handed| handed == *line));
    assert_eq!((mapped.len(), raw.len()), (handed.lines().count(), 3));
    let plain = plain_agent(&sites[2], &format!("{}\n", raw.join("\n")), &forward_text);

    let expected = by_index(&AGGREGATOR.text("expected.ndjson"));
    until_documents(&mut second, &index, expected.len());
    first.stop();
    plain.stop();
    second.stop();
    assert_eq!(by_index(&index.text()), expected);
}

#[test]
fn an_aggregator_takes_what_was_mapped_and_maps_the_rest() {
    each_format(ALWAYS, |host, format| two_tiers(host, host, format));
}

/// Tiers are upgraded one after the other. Before 2.1 an aggregator misreads the times of new agents,
/// with and without the filter.
#[test]
fn tiers_of_different_versions_understand_each_other() {
    let Some(newest) = newest() else { return };
    each(|host| {
        if host.version < newest.version {
            two_tiers(host, newest, Format::Classic);
            if host.has(PROCESSORS) {
                two_tiers(newest, host, Format::Classic);
            }
        }
    });
}

/// From here on inputs take TLS.
const INPUT_TLS: Version = Version(2, 0, 0);

/// The lines that the page adds for TLS, with a certificate of the test's own.
#[test]
fn an_agent_and_its_aggregator_talk_over_tls() {
    each_since(INPUT_TLS, |host| {
        let certificate = Certificate::new(&format!("tiers-{}", host.version));
        let page = AGENT.text("../README.md");
        let mut added = page.split("```ini\n").skip(1).map(|rest| {
            let (lines, _) = rest.split_once("```").expect("an end");
            let lines =
                lines.replace("/etc/fluent-bit/tls/fullchain.pem", &certificate.path("cert.pem"));
            let lines =
                lines.replace("/etc/fluent-bit/tls/privkey.pem", &certificate.path("key.pem"));
            lines.replace("/etc/ssl/certs/ca-certificates.crt", &certificate.path("cert.pem"))
        });
        let mut configuration = |recipe: Recipe, plugin: &str| {
            let (text, lines) = (recipe.text("fluent-bit.conf"), added.next().expect("lines"));
            let place = text.lines().find(|line| line.split_whitespace().eq(["name", plugin]));
            let line = format!("{}\n", place.expect("its section"));
            text.replace(&line, &format!("{line}{lines}"))
        };
        let texts = [configuration(AGGREGATOR, "forward"), configuration(AGENT, "forward")];

        let site = Site::new(host);
        let index = an_index();
        let [port, forward] = [free_port(), free_port()];
        let [port_text, forward_text, to] =
            [port, forward, index.port].map(|port| port.to_string());
        let start = |name: &str, text: &str, recipe: Recipe, settings: &[(&str, &str)]| {
            site.write(name, text);
            let mut command = site.command(["-c", name, "-e"]);
            command.arg(plugin()).envs(recipe.settings()).envs(settings.iter().copied());
            command.env("STORAGE", site.path(recipe.name));
            site.spawn(command)
        };
        let settings = [&[("PORT", &*forward_text)], &elasticsearch_at(&to)[..]].concat();
        let mut second = start("aggregator.conf", &texts[0], AGGREGATOR, &settings);
        let there = [("AGGREGATOR", "localhost"), ("AGGREGATOR_PORT", &*forward_text)];
        let settings = [&[("PORT", &*port_text)], &there[..]].concat();
        let mut first = start("agent.conf", &texts[1], AGENT, &settings);
        post(&mut first, port, &AGENT.input());
        let expected = by_index(&Recipe { name: "elasticsearch" }.text("expected.ndjson"));
        until_documents(&mut second, &index, expected.len());
        first.stop();
        second.stop();
        assert_eq!(by_index(&index.text()), expected);
    });
}

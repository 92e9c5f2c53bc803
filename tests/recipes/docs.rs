//! `docs/filter.md`: its two configurations are one, its sample is true, and its examples run.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::events::json_lines;
use crate::hosts::{CONDITIONS, PROCESSORS, YAML_PLUGINS, each, each_since};
use crate::http::{Post, free_port};
use crate::mapper;
use crate::model;
use crate::plugin::plugin;
use crate::recipe::records_on_stdout;
use crate::run::Site;

/// What stands between the two comments that name a section, without the fences of code.
fn section(document: &str, name: &str) -> String {
    let begin = format!("<!-- begin {name} -->\n");
    let (_, rest) = document.split_once(&begin).unwrap_or_else(|| panic!("no {begin}"));
    let (text, _) = rest.split_once(&format!("<!-- end {name} -->")).expect("an end");
    let lines = text.lines().filter(|line| !line.starts_with("```"));
    lines.map(|line| format!("{line}\n")).collect()
}

fn page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/filter.md");
    fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn sample() -> (String, Vec<Value>) {
    (section(&page(), "input"), json_lines(&section(&page(), "output")))
}

#[test]
fn both_configurations_of_the_page_say_the_same() {
    let classic = model::classic(&section(&page(), "classic"));
    let mut yaml = model::yaml(&section(&page(), "yaml"));
    assert_eq!(yaml.remove(0).properties, [], "no service");
    assert_eq!(classic, yaml);
}

#[test]
fn the_sample_of_the_page_is_what_the_mapper_makes() {
    let (input, output) = sample();
    let filter = [("key_name", "log"), ("on_mismatch", "drop")];
    let filter = filter.map(|(key, value)| (key.to_owned(), value.to_owned()));
    assert_eq!(mapper::map(&filter, &input), output);
}

const INSTALLED: &str = "/usr/lib/fluent-bit/flb-filter_cloudflare_dns.so";

/// A section, with something of the test's own in the place of what the page names.
fn changed(name: &str, from: &str, to: &str) -> String {
    let text = section(&page(), name);
    assert!(text.contains(from), "{text}");
    text.replace(from, to)
}

fn prints_the_sample(site: &Site, command: std::process::Command) {
    let (input, output) = sample();
    site.write("batch.ndjson", input);
    let mut run = site.spawn(command);
    let found = |site: &Site| (records_on_stdout(site).len() >= output.len()).then_some(());
    run.until("the records", found);
    run.stop();
    assert_eq!(records_on_stdout(site), output);
}

#[test]
fn the_classic_configuration_of_the_page_prints_its_sample() {
    each(|host| {
        let site = Site::new(host);
        site.write("fluent-bit.conf", section(&page(), "classic"));
        let mut command = site.command(["-c", "fluent-bit.conf", "-e"]);
        command.arg(plugin());
        prints_the_sample(&site, command);
    });
}

#[test]
fn the_yaml_configuration_of_the_page_prints_its_sample() {
    each_since(YAML_PLUGINS, |host| {
        let site = Site::new(host);
        site.write("fluent-bit.yaml", changed("yaml", INSTALLED, &plugin().display().to_string()));
        prints_the_sample(&site, site.command(["-c", "fluent-bit.yaml"]));
    });
}

#[test]
fn the_plugins_file_of_the_page_loads_the_plugin() {
    each(|host| {
        let site = Site::new(host);
        site.write("plugins.conf", changed("plugins", INSTALLED, &plugin().display().to_string()));
        let file = site.path("plugins.conf").display().to_string();
        let service = changed("service", "/etc/fluent-bit/plugins.conf", &file);
        site.write("fluent-bit.conf", service + &section(&page(), "classic"));
        prints_the_sample(&site, site.command(["-c", "fluent-bit.conf"]));
    });
}

/// The page's processor, with the page's output.
#[test]
fn the_processor_of_the_page_prints_its_sample_under_its_alias() {
    each_since(PROCESSORS, |host| {
        let site = Site::new(host);
        let output = section(&page(), "condition");
        let (_, output) = output.split_once("\n\n").expect("an output");
        let processor = section(&page(), "processor");
        assert!(processor.contains("key_name: log\n"));
        let drop = "key_name: log\n            on_mismatch: drop\n";
        site.write("fluent-bit.yaml", processor.replace("key_name: log\n", drop) + output);
        let mut command = site.command(["-c", "fluent-bit.yaml", "-e"]);
        command.arg(plugin());
        prints_the_sample(&site, command);
        let alias = "[filter:cloudflare_dns:cloudflare_dns.batch] version ";
        assert!(site.text("log").contains(alias), "{}", site.text("log"));
    });
}

#[test]
fn the_condition_of_the_page_lets_the_others_by() {
    let input = "{\"QueryName\":\"a.example\",\"QueryType\":1,\"ColoCode\":\"AMS\"}\n\
                 {\"QueryName\":\"b.example\",\"QueryType\":1,\"ColoCode\":\"SIN\"}\n";
    each_since(CONDITIONS, |host| {
        let site = Site::new(host);
        let port = free_port();
        site.write("fluent-bit.yaml", changed("condition", "8080", &port.to_string()));
        let mut command = site.command(["-c", "fluent-bit.yaml", "-e"]);
        command.arg(plugin());
        let mut run = site.spawn(command);
        run.post(port, &Post { path: "/any", gzip: false, body: input.as_bytes() });
        let two = |site: &Site| (records_on_stdout(site).len() >= 2).then_some(());
        run.until("both records", two);
        run.stop();
        let mut expected = json_lines(input);
        expected[0] = mapper::map(&[], input).swap_remove(0);
        let mut records = records_on_stdout(&site);
        // Its time is that of its arrival.
        let time = records[0].as_object_mut().and_then(|record| record.remove("@timestamp"));
        assert!(time.is_some_and(|time| time.is_string()));
        expected[0].as_object_mut().map(|record| record.remove("@timestamp"));
        assert_eq!(records, expected);
    });
}

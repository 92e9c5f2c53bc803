//! `docs/filter.md`: its two configurations are one, and its sample is true.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::events::json_lines;
use crate::hosts::{YAML_PLUGINS, each, each_since};
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
        let yaml = section(&page(), "yaml");
        let installed = "/usr/lib/fluent-bit/flb-filter_cloudflare_dns.so";
        assert!(yaml.contains(installed));
        let yaml = yaml.replace(installed, &plugin().display().to_string());
        site.write("fluent-bit.yaml", yaml);
        prints_the_sample(&site, site.command(["-c", "fluent-bit.yaml"]));
    });
}

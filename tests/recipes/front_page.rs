//! README: its sample is true, its two configurations are one, and its first commands do what it says.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::hosts::{Host, YAML_PLUGINS, each, each_since};
use crate::http::free_port;
use crate::machine::{Machine, blocks};
use crate::recipe::{examples, records_on_stdout};
use crate::run::Site;
use crate::{mapper, model, strict};

/// The blocks of code of one language.
fn code(language: &str) -> Vec<String> {
    let page = fs::read_to_string(path()).expect("README.md");
    let fence = format!("```{language}\n");
    let parts = page.split(&fence).skip(1);
    parts.map(|part| part.split_once("```").expect("an end").0.to_owned()).collect()
}

fn path() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")
}

fn mapped(lines: &str) -> Vec<Value> {
    mapper::map(&[("on_mismatch".to_owned(), "drop".to_owned())], lines)
}

fn batch() -> String {
    fs::read_to_string(examples().join("batch.ndjson")).expect("a batch")
}

#[test]
fn its_sample_is_what_the_mapper_makes() {
    let [before, after] = &code("json")[..] else { panic!("two records") };
    let after: Value = serde_json::from_str(after).expect("JSON");
    assert_eq!(mapped(before), [after]);
}

#[test]
fn its_two_configurations_say_the_same() {
    let mut yaml = model::yaml(&code("yaml")[0]);
    assert_eq!(yaml.remove(0).properties, [], "no service");
    assert_eq!(yaml, model::classic(&code("ini")[0]));
}

fn block(beginning: &str) -> String {
    blocks(&path()).into_iter().find(|block| block.starts_with(beginning)).expect("a block")
}

#[test]
fn its_first_command_maps_the_batch() {
    each(|host| {
        let site = Site::new(host);
        let machine = Machine::new(&site);
        let output = machine.run("..", &block("fluent-bit -e"));
        assert!(output.status.success(), "{output:?}");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let lines: Vec<_> = text.lines().filter(|line| line.starts_with('{')).collect();
        assert_eq!(strict::json_lines(&lines.join("\n")), mapped(&batch()));
    });
}

/// Starts a configuration of the page by its command, and sends the record as the page does.
fn takes_a_record(host: &Host, file: &str, configuration: &str, start: &str) {
    let site = Site::new(host);
    let machine = Machine::new(&site);
    let port = free_port().to_string();
    // The file lies beside the examples, and is edited as they are.
    fs::write(machine.path("/examples").join(file), configuration).expect("a file");
    machine.edit(file, |text| text.replace("8080", &port));
    let mut run = machine.start("..", &format!("{start} examples/{file}"));
    let send = block("fluent-bit -c").split_once('\n').expect("two commands").1.to_owned();
    // It listens some time after its start.
    run.until("the record", |site| {
        let sent = machine.run("..", &send.replace("8080", &port)).status.success();
        (sent && !records_on_stdout(site).is_empty()).then_some(())
    });
    machine.stop(run);
    let batch = batch();
    let first = batch.lines().next().expect("a record");
    assert_eq!(records_on_stdout(&site)[..1], mapped(first));
}

#[test]
fn its_yaml_takes_a_record() {
    each_since(YAML_PLUGINS, |host| {
        takes_a_record(host, "fluent-bit.yaml", &code("yaml")[0], "fluent-bit -c");
    });
}

#[test]
fn its_classic_configuration_takes_a_record() {
    each(|host| {
        let start = "fluent-bit -e /usr/lib/fluent-bit/flb-filter_cloudflare_dns.so -c";
        takes_a_record(host, "fluent-bit.conf", &code("ini")[0], start);
    });
}

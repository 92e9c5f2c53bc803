//! YAML configuration, filters as processors of an input, and the ways to load the plugin.

use std::time::SystemTime;

use crate::golden::{ALL, DNS, Golden, assert_events};
use crate::hosts::{CONDITIONS, Host, PROCESSORS, YAML, YAML_PLUGINS, each, each_since};
use crate::pipeline::{Pipeline, Properties};
use crate::plugin::plugin;
use crate::run::{Running, Site};

const INPUT: [(&str, &str); 4] =
    [("path", "batch.log"), ("tag", DNS.tag), ("read_from_head", "on"), ("parser", "json")];

fn site(host: &Host) -> Site {
    let site = Site::new(host);
    site.write("batch.log", DNS.input);
    site
}

/// Runs until the whole batch is out, and compares it.
fn through(mut run: Running<'_>, start: SystemTime) {
    let site = run.site;
    run.until_lines("out", DNS.len());
    run.stop();
    assert_events(&site.events("out"), DNS.tag, &DNS.expected(), start);
}

/// Batches of all datasets, each read by an input of its own with these properties; `filtered`
/// adds the filter to it, told its tag. They come out as they have to.
fn all_datasets(
    host: &Host,
    properties: Properties,
    filtered: impl Fn(Pipeline, &str) -> Pipeline,
) {
    let start = SystemTime::now();
    let site = Site::new(host);
    let pipeline = ALL.iter().fold(Pipeline::new(), |pipeline, golden| {
        let file = format!("{}.log", golden.tag);
        site.write(&file, golden.input);
        let own = [("path", &*file), ("tag", golden.tag)];
        let input = [&own[..], &INPUT[2..], properties].concat();
        filtered(pipeline.input("tail", &input), golden.tag)
    });
    let mut run = site.yaml(&pipeline);
    run.until_lines("out", ALL.iter().map(Golden::len).sum());
    run.stop();
    for golden in ALL {
        assert_events(&site.events("out"), golden.tag, &golden.expected(), start);
    }
}

#[test]
fn filters_configured_in_yaml_give_the_same_events_of_all_datasets() {
    each_since(YAML, |host| {
        all_datasets(host, &[], |pipeline, tag| pipeline.filter(&[("match", tag)]));
    });
}

#[test]
fn processors_of_threaded_inputs_give_the_same_events_of_all_datasets() {
    let threaded = [("threaded", "on")];
    each_since(PROCESSORS, |host| {
        all_datasets(host, &threaded, |pipeline, _| pipeline.processor(&[]));
    });
}

#[test]
fn a_processor_of_an_input_gives_the_same_events() {
    each_since(PROCESSORS, |host| {
        let start = SystemTime::now();
        let pipeline = Pipeline::new().input("tail", &INPUT).processor(&[]);
        through(site(host).yaml(&pipeline), start);
    });
}

#[test]
fn a_processor_s_settings_are_its_own() {
    each_since(PROCESSORS, |host| {
        let start = SystemTime::now();
        let settings = [("on_mismatch", "drop"), ("set_time", "off"), ("timestamp_key", "time")];
        let pipeline = Pipeline::new().input("tail", &INPUT).processor(&settings);
        let site = site(host);
        let mut expected = DNS.expected();
        expected.retain(|(time, _)| time.is_some());
        for (time, record) in &mut expected {
            *time = None;
            let timestamp = record.as_object_mut().and_then(|record| record.remove("@timestamp"));
            record["time"] = timestamp.expect("a time");
        }
        let mut run = site.yaml(&pipeline);
        run.until_lines("out", expected.len());
        run.stop();
        assert_events(&site.events("out"), DNS.tag, &expected, start);
    });
}

#[test]
fn a_condition_chooses_the_records_of_a_processor() {
    each_since(CONDITIONS, |host| {
        let start = SystemTime::now();
        let site = site(host);
        let condition = "            condition:\n              op: and\n              rules:\n\
                         \x20               - {field: $ColoCode, op: eq, value: SIN}\n";
        let yaml = Pipeline::new().input("tail", &INPUT).processor(&[]).yaml();
        let name = "          - name: \"cloudflare_dns\"\n";
        assert!(yaml.contains(name), "{yaml}");
        site.write("fluent-bit.yaml", yaml.replace(name, &[name, condition].concat()));
        let mut run = site.spawn(site.configured("fluent-bit.yaml", &[]));
        run.until_lines("out", DNS.len());
        run.stop();
        let mut expected = DNS.expected();
        for ((time, record), line) in expected.iter_mut().zip(DNS.lines()) {
            let input: serde_json::Value = serde_json::from_str(line).expect("JSON");
            if input["ColoCode"] != "SIN" {
                (*time, *record) = (None, input);
            }
        }
        assert_events(&site.events("out"), DNS.tag, &expected, start);
    });
}

#[test]
fn a_plugins_file_loads_it() {
    each(|host| {
        let start = SystemTime::now();
        let site = site(host);
        let plugins = format!("[PLUGINS]\n    Path {}\n", plugin().display());
        site.write("plugins.conf", plugins);
        let pipeline = Pipeline::new().service(&[("plugins_file", "plugins.conf")]);
        site.write("fluent-bit.conf", pipeline.input("tail", &INPUT).filter(&[]).classic());
        through(site.spawn(site.command(["-R", "parsers.conf", "-c", "fluent-bit.conf"])), start);
    });
}

#[test]
fn a_list_of_plugins_in_yaml_loads_it() {
    each_since(YAML_PLUGINS, |host| {
        let start = SystemTime::now();
        let site = site(host);
        let yaml = Pipeline::new().input("tail", &INPUT).filter(&[]).yaml();
        let yaml = format!("plugins:\n  - {}\n{yaml}", plugin().display());
        site.write("fluent-bit.yaml", yaml);
        through(site.spawn(site.command(["-R", "parsers.conf", "-c", "fluent-bit.yaml"])), start);
    });
}

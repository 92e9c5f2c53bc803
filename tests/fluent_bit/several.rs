//! Several instances in one Fluent Bit.

use std::time::SystemTime;

use serde_json::{Value, json};

use crate::events::json_lines;
use crate::golden::{DNS, Golden, assert_events};
use crate::hosts::{Host, each};
use crate::http::free_port;
use crate::logpush::send;
use crate::pipeline::Pipeline;
use crate::run::{Site, with_whole_log};

const SEEDS: &str = include_str!("../data/seed-samples.ndjson");
const SEEDS_MAPPED: &str = include_str!("../data/seed-expected.ndjson");

fn seeds(mut change: impl FnMut(&mut Value)) -> Vec<(Option<String>, Value)> {
    let mut records = json_lines(SEEDS_MAPPED);
    records.iter_mut().for_each(&mut change);
    records.into_iter().map(|record| (Some("1657233726.004000000".to_owned()), record)).collect()
}

/// Sends some lines to each of some tags.
fn receive(host: &Host, pipeline: Pipeline, uploads: &[(&str, &str)], kept: usize) -> Site {
    let site = Site::new(host);
    let port = free_port();
    let input = [("port", &*port.to_string()), ("buffer_max_size", "64M")];
    let mut run = site.classic(&pipeline.input("http", &input));
    for (tag, lines) in uploads {
        send(&mut run, port, tag, lines);
    }
    run.until_lines("out", kept);
    run.stop();
    site
}

#[test]
fn the_published_samples_come_out_to_the_letter() {
    each(|host| {
        let start = SystemTime::now();
        let site = receive(host, Pipeline::new().filter(&[]), &[("seeds", SEEDS)], 4);
        assert_events(&site.events("out"), "seeds", &seeds(|_| {}), start);
    });
}

#[test]
fn a_second_filter_leaves_the_first_one_s_events_alone() {
    each(|host| {
        let start = SystemTime::now();
        let pipeline = Pipeline::new().filter(&[]).filter(&[("convention", "ecs")]);
        let uploads = [(DNS.tag, DNS.input)];
        let site = with_whole_log(|| receive(host, pipeline.clone(), &uploads, DNS.len()));
        assert_events(&site.events("out"), DNS.tag, &DNS.expected(), start);
        let log = site.plugin_log();
        let counts = "with errors; 0 malformed chunks";
        let expected = [
            format!(
                "[ info] [filter:cloudflare_dns:cloudflare_dns.0] records: 34 mapped, 2 passed, 0 dropped; 0 {counts}"
            ),
            format!(
                "[ info] [filter:cloudflare_dns:cloudflare_dns.1] records: 0 mapped, 36 passed, 0 dropped; 0 {counts}"
            ),
        ];
        let told: Vec<_> = log.iter().filter(|line| expected.contains(line)).collect();
        assert_eq!(told, expected.iter().collect::<Vec<_>>(), "{log:#?}");
    });
}

#[test]
fn instances_have_each_their_own_settings() {
    let instances: [(&str, &[(&str, &str)]); 4] = [
        ("plain", &[]),
        ("ecs", &[("convention", "ecs"), ("enrich", "outcome,network")]),
        ("codes", &[("keep_codes", "true"), ("timestamp_key", "off")]),
        ("late", &[("set_time", "false")]),
    ];
    each(|host| {
        let start = SystemTime::now();
        let pipeline = instances.iter().fold(Pipeline::new(), |pipeline, (tag, settings)| {
            pipeline.filter(&[&[("match", *tag)], *settings].concat())
        });
        let uploads = ["plain", "ecs", "codes", "late", "none"].map(|tag| (tag, SEEDS));
        let site = receive(host, pipeline, &uploads, 4 * uploads.len());
        let events = site.events("out");
        assert_events(&events, "plain", &seeds(|_| {}), start);
        let mut types = ["A", "NS", "AAAA", "TYPE65353"].into_iter();
        let ecs = seeds(|record| {
            record["dns"]["question"]["type"] = json!(types.next());
            record["dns"]["response_code"] = json!("NOERROR");
            record["dns"]["type"] = json!("answer");
            record["event"]["type"] = json!(["protocol"]);
            record["event"]["outcome"] = json!("success");
            record["network"] = json!({"protocol": "dns"});
            record["ecs"] = json!({"version": "9.4.0"});
        });
        assert_events(&events, "ecs", &ecs, start);
        let mut types = [1, 2, 28, 65353].into_iter();
        let codes = seeds(|record| {
            record.as_object_mut().and_then(|record| record.remove("@timestamp"));
            record["cloudflare"] = json!({"QueryType": types.next(), "ResponseCode": 0});
        });
        assert_events(&events, "codes", &codes, start);
        let late: Vec<_> = seeds(|_| {}).into_iter().map(|(_, record)| (None, record)).collect();
        assert_events(&events, "late", &late, start);
        let untouched: Vec<_> =
            json_lines(SEEDS).into_iter().map(|record| (None, record)).collect();
        assert_events(&events, "none", &untouched, start);
        assert_eq!(events.len(), 20);
    });
}

#[test]
fn chunks_of_foreign_records_only_can_be_dropped_whole() {
    let foreign: String =
        DNS.foreign().iter().map(|record| format!("{record}\n")).collect::<String>().repeat(50);
    each(|host| {
        let start = SystemTime::now();
        let pipeline = Pipeline::new().filter(&[("on_mismatch", "drop")]);
        let uploads = [("foreign", &*foreign), ("foreign", &*foreign), ("seeds", SEEDS)];
        let site = with_whole_log(|| receive(host, pipeline.clone(), &uploads, 4));
        let events = site.events("out");
        assert_events(&events, "seeds", &seeds(|_| {}), start);
        assert_eq!(events.len(), 4);
        let counts = "records: 4 mapped, 0 passed, 200 dropped; 0 with errors; 0 malformed chunks";
        let expected = format!("[ info] [filter:cloudflare_dns:cloudflare_dns.0] {counts}");
        assert_eq!(site.plugin_log().last(), Some(&expected));
    });
}

#[test]
fn records_of_other_instances_tags_pass_as_they_came() {
    each(|host| {
        let start = SystemTime::now();
        let Golden { tag, input, .. } = DNS;
        let pipeline = Pipeline::new().filter(&[("match", "elsewhere")]);
        let site = receive(host, pipeline, &[(tag, input)], DNS.len());
        let expected: Vec<_> = json_lines(input).into_iter().map(|record| (None, record)).collect();
        assert_events(&site.events("out"), tag, &expected, start);
    });
}

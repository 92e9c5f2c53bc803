//! Files of batches, read by in_tail.

use std::time::SystemTime;

use serde_json::json;

use crate::golden::{DNS, assert_events};
use crate::hosts::{Host, TAILS_GZIP, each, each_since};
use crate::http::gzip;
use crate::pipeline::{Pipeline, Properties};
use crate::run::{Site, with_whole_log};

/// What in_tail does by itself with a line of JSON, and with any other text: what the records of
/// the batch come to that are not ours.
fn tail(host: &Host, file: &str, content: &[u8], input: Properties, filter: Properties) -> Site {
    let site = Site::new(host);
    site.write(file, content);
    let basics = [("path", file), ("tag", DNS.tag), ("read_from_head", "true")];
    let input = [&basics[..], input].concat();
    let mut run = site.classic(&Pipeline::new().input("tail", &input).filter(filter));
    run.until_lines("out", DNS.len());
    run.stop();
    site
}

#[test]
fn lines_that_the_json_parser_has_read_become_ecs() {
    each(|host| {
        let start = SystemTime::now();
        let site = tail(host, "batch.log", DNS.input.as_bytes(), &[("parser", "json")], &[]);
        assert_events(&site.events("out"), DNS.tag, &DNS.expected(), start);
    });
}

#[test]
fn raw_lines_become_ecs_with_key_name() {
    each(|host| {
        let start = SystemTime::now();
        let site = tail(host, "batch.log", DNS.input.as_bytes(), &[], &[("key_name", "log")]);
        let mut expected = DNS.expected();
        for ((time, record), line) in expected.iter_mut().zip(DNS.lines()) {
            if time.is_none() {
                *record = json!({ "log": line });
            }
        }
        assert_events(&site.events("out"), DNS.tag, &expected, start);
    });
}

#[test]
fn raw_lines_and_their_surroundings_are_kept_when_asked_for() {
    each(|host| {
        let start = SystemTime::now();
        let input = [("key", "line"), ("path_key", "file")];
        let filter = [("key_name", "line"), ("preserve_key", "on"), ("preserve_original", "on")];
        let site = tail(host, "batch.log", DNS.input.as_bytes(), &input, &filter);
        let mut expected = DNS.expected();
        for ((time, record), line) in expected.iter_mut().zip(DNS.lines()) {
            if time.is_some() {
                // `file` is one of the top-level names of nobody's, and stays.
                record["event"]["original"] = json!(line);
                record["line"] = json!(line);
                record["file"] = json!("batch.log");
            } else {
                *record = json!({ "line": line, "file": "batch.log" });
            }
        }
        assert_events(&site.events("out"), DNS.tag, &expected, start);
    });
}

#[test]
fn gzipped_files_as_logpush_stores_them_become_ecs() {
    each_since(TAILS_GZIP, |host| {
        let start = SystemTime::now();
        let content = gzip(DNS.input.as_bytes());
        let site = tail(host, "batch.log.gz", &content, &[("parser", "json")], &[]);
        assert_events(&site.events("out"), DNS.tag, &DNS.expected(), start);
    });
}

/// The usual mistake: no parser behind `in_tail`, and no `key_name`.
#[test]
fn a_warning_says_why_none_of_many_lines_is_mapped() {
    let lines = include_str!("../data/seed-samples.ndjson").repeat(25);
    let run = |host: &Host, filter: Properties, kept: usize| {
        let site = Site::new(host);
        site.write("batch.log", &lines);
        let input = [("path", "batch.log"), ("read_from_head", "true")];
        let mut run = site.classic(&Pipeline::new().input("tail", &input).filter(filter));
        run.until_lines("out", kept);
        run.stop();
        site
    };
    let warning = "[ warn] [filter:cloudflare_dns:cloudflare_dns.0] 100 records came, and none was \
                   mapped; they pass unchanged: no QueryName; its field 'log' holds JSON text: set \
                   key_name log";
    each(|host| {
        for (filter, expected) in [(&[][..], vec![warning]), (&[("key_name", "log")], vec![])] {
            let site = with_whole_log(|| run(host, filter, 100));
            let log = site.plugin_log();
            let warnings: Vec<_> = log.iter().filter(|line| line.starts_with("[ warn]")).collect();
            assert_eq!(warnings, expected, "{log:#?}");
        }
    });
}

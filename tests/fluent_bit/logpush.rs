//! Logpush's uploads over HTTP.

use std::time::SystemTime;

use crate::golden::{ALL, DNS, Golden, assert_events};
use crate::hosts::{GZIP_BODIES, Host, NDJSON_BODIES, each};
use crate::http::{Post, free_port};
use crate::pipeline::Pipeline;
use crate::run::{Running, Site};

/// Sends a batch, and expects it to be taken.
pub(crate) fn send(run: &mut Running<'_>, port: u16, tag: &str, lines: &str) {
    let host = run.site.host.clone();
    let (path, body) = (&*format!("/{tag}"), body(&host, lines));
    run.post(port, &Post { path, gzip: host.has(GZIP_BODIES), body: body.as_bytes() });
}

/// A batch in the form that the version takes. Logpush itself always sends gzipped NDJSON:
/// versions before 2.2 ignore `Content-Encoding`, and 1.9 reads one JSON value of a body only.
pub(crate) fn body(host: &Host, lines: &str) -> String {
    if host.has(NDJSON_BODIES) {
        return lines.to_owned();
    }
    format!("[{}]", lines.lines().collect::<Vec<_>>().join(","))
}

fn receive(host: &Host, settings: &[(&str, &str)], batches: &[Golden], kept: usize) -> Site {
    let site = Site::new(host);
    let port = free_port();
    let input = [("port", &*port.to_string()), ("buffer_max_size", "64M")];
    let pipeline = Pipeline::new().input("http", &input).filter(settings);
    let mut run = site.classic(&pipeline);
    for batch in batches {
        send(&mut run, port, batch.tag, batch.input);
    }
    run.until_lines("out", kept);
    run.stop();
    site
}

#[test]
fn logpush_batches_of_each_dataset_become_ecs() {
    each(|host| {
        let start = SystemTime::now();
        let site = receive(host, &[], &ALL, ALL.iter().map(Golden::len).sum());
        let events = site.events("out");
        for batch in ALL {
            assert_events(&events, batch.tag, &batch.expected(), start);
        }
        assert_eq!(events.len(), ALL.iter().map(Golden::len).sum::<usize>());
    });
}

#[test]
fn validation_uploads_and_foreign_records_can_be_dropped() {
    each(|host| {
        let kept: Vec<_> = DNS.expected().into_iter().filter(|(time, _)| time.is_some()).collect();
        let settings = [("on_mismatch", "drop")];
        let start = SystemTime::now();
        let site = receive(host, &settings, &[DNS], kept.len());
        assert_events(&site.events("out"), DNS.tag, &kept, start);
        assert_eq!(kept.len() + DNS.foreign().len(), DNS.len());
    });
}

//! Values nested as deep as Fluent Bit reads: up to 3.2, one level more loses the rest of the chunk.

use serde_json::{Value, json};

use crate::hosts::each;
use crate::pipeline::Pipeline;
use crate::run::Site;

/// What the event's array and its record leave of the 32 levels.
const DEEPEST: usize = 30;

fn nested(levels: usize) -> Value {
    (0..levels).fold(json!(1), |value, _| json!([value]))
}

/// A name that the mapping takes, one that it cannot read, and any other, at that depth.
fn line(levels: usize) -> Value {
    let value = nested(levels);
    json!({"QueryName": levels.to_string(), "ColoCode": "FRA", "dns": value, "SourceIP": value,
           "other": value})
}

fn mapped(levels: usize) -> Value {
    let value = nested(levels);
    let below = |most: usize| if levels <= most { value.clone() } else { json!(value.to_string()) };
    json!({
        "dns": {"question": {"name": levels.to_string()}},
        "event": {"kind": "event", "category": ["network"], "type": ["info"],
                  "dataset": "dns_logs"},
        "cloudflare": {"ColoCode": "FRA", "SourceIP": below(DEEPEST - 1),
                       "unmapped": {"dns": below(DEEPEST - 2)}},
        "error": {"message": "SourceIP: not an IP address"},
        "other": value,
    })
}

#[test]
fn what_fluent_bit_could_read_comes_out_however_deep() {
    let levels = || 1..=DEEPEST;
    each(|host| {
        let site = Site::new(host);
        site.write(
            "batch.log",
            levels().map(|levels| format!("{}\n", line(levels))).collect::<String>(),
        );
        let input =
            [("path", "batch.log"), ("tag", "t"), ("read_from_head", "on"), ("parser", "json")];
        // The stack of an output. With its own of 24 KiB 5.0 writes past its end, also without a filter.
        let pipeline = Pipeline::new().service(&[("coro_stack_size", "262144")]);
        let pipeline = pipeline.input("tail", &input).filter(&[("timestamp_key", "off")]);
        let mut run = site.classic(&pipeline);
        run.until_lines("out", DEEPEST);
        run.stop();
        let records: Vec<_> = site.events("out").into_iter().map(|event| event.record).collect();
        assert_eq!(records, levels().map(mapped).collect::<Vec<_>>());
    });
}

//! What the example batches have to become: read over by eye, and kept.

use std::time::SystemTime;

use serde_json::Value;

use crate::events::{Event, json_lines};

/// A batch as Logpush sends it, and its events: `{"time": …, "record": …}`, where the time is
/// `null` for an event that keeps the time of its arrival.
pub(crate) struct Golden {
    /// The tag under which the tests send it.
    pub(crate) tag: &'static str,
    pub(crate) input: &'static str,
    expected: &'static str,
}

macro_rules! golden {
    ($tag:literal, $name:literal) => {
        Golden {
            tag: $tag,
            input: include_str!(concat!("../../examples/", $name, ".ndjson")),
            expected: include_str!(concat!("data/", $name, ".ndjson")),
        }
    };
}

pub(crate) const DNS: Golden = golden!("dns", "batch");
pub(crate) const FIREWALL: Golden = golden!("firewall", "batch-firewall");
pub(crate) const GATEWAY: Golden = golden!("gateway", "batch-gateway");
pub(crate) const ALL: [Golden; 3] = [DNS, FIREWALL, GATEWAY];

impl Golden {
    pub(crate) fn len(&self) -> usize {
        self.input.lines().count()
    }

    /// Times (or `None` for the arrival's) and records.
    pub(crate) fn expected(&self) -> Vec<(Option<String>, Value)> {
        let lines = json_lines(self.expected).into_iter();
        lines
            .map(|mut line| (line["time"].as_str().map(str::to_owned), line["record"].take()))
            .collect()
    }

    /// The records that are no DNS records stay, and are these.
    pub(crate) fn foreign(&self) -> Vec<Value> {
        let expected = self.expected().into_iter();
        expected.filter(|(time, _)| time.is_none()).map(|(_, record)| record).collect()
    }

    /// As the input has it in its lines, one by one.
    pub(crate) fn lines(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.input.lines()
    }
}

/// Whether the events of one tag, in their order, are the expected ones.
#[track_caller]
pub(crate) fn assert_events(
    events: &[Event],
    tag: &str,
    expected: &[(Option<String>, Value)],
    start: SystemTime,
) {
    let found: Vec<_> = events
        .iter()
        .filter(|event| event.tag == tag)
        .map(|event| {
            let time = (!event.arrived_after(start)).then(|| event.time.clone());
            (time, event.record.clone())
        })
        .collect();
    for (place, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert_eq!(found, expected, "event {place} of {tag}");
    }
    assert_eq!(found.len(), expected.len(), "events of {tag}");
}

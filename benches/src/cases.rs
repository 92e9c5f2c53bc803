//! What is measured: kinds of records, settings, and the peers that can do the same.

use crate::chunk;
use crate::peers::{Dataset, Input, Options};
use crate::records::{self, Record, Source};

/// One kind of chunk under one configuration.
#[derive(Clone, Copy)]
pub struct Case {
    pub name: &'static str,
    /// What the peers do with it; `None` when nothing in it is ours.
    pub dataset: Option<Dataset>,
    pub input: Input,
    pub options: Options,
    pub make: fn(&mut Source) -> Record,
}

const NONE: Options = Options { ecs: false, enrich: false };
const ECS: Options = Options { ecs: true, enrich: false };
const ALL: Options = Options { ecs: false, enrich: true };
const ECS_ALL: Options = Options { ecs: true, enrich: true };

/// All cases.
pub const CASES: [Case; 17] = [
    dataset("dns_logs", Dataset::DnsLogs, NONE),
    dataset("dns_logs, ecs", Dataset::DnsLogs, ECS),
    dataset("dns_logs, enrich all", Dataset::DnsLogs, ALL),
    dataset("dns_logs, ecs, enrich all", Dataset::DnsLogs, ECS_ALL),
    dataset("dns_firewall_logs", Dataset::DnsFirewallLogs, NONE),
    dataset("dns_firewall_logs, ecs, enrich all", Dataset::DnsFirewallLogs, ECS_ALL),
    dataset("gateway_dns", Dataset::GatewayDns, NONE),
    dataset("gateway_dns, ecs, enrich all", Dataset::GatewayDns, ECS_ALL),
    text("dns_logs, raw JSON", Dataset::DnsLogs, NONE),
    text("dns_logs, raw JSON, enrich all", Dataset::DnsLogs, ALL),
    text("dns_firewall_logs, raw JSON", Dataset::DnsFirewallLogs, NONE),
    text("gateway_dns, raw JSON", Dataset::GatewayDns, NONE),
    Case { make: records::mixed, ..dataset("mixed: half access logs", Dataset::DnsLogs, NONE) },
    not_ours("access logs", Input::Record, records::access_log),
    not_ours("container logs", Input::Record, records::container_log),
    not_ours("text lines, key_name", Input::Text, records::text_line),
    not_ours("other JSON, key_name", Input::Text, records::other_json),
];

/// Cases whose instructions are compared with each other, or with those of another version of the
/// filter (`instructions.sh`). The peers do not map them.
pub const WITHOUT_PEERS: [Case; 6] = [
    Case {
        make: records::dns_logs_spaced,
        ..text("dns_logs, raw JSON, spaces around", Dataset::DnsLogs, NONE)
    },
    Case {
        make: records::dns_logs_space_behind,
        ..text("dns_logs, raw JSON, space behind", Dataset::DnsLogs, NONE)
    },
    gateway("gateway_dns, usual fields", NONE, records::gateway_dns_usual),
    gateway("gateway_dns, ecs, usual fields", ECS, records::gateway_dns_usual),
    gateway("gateway_dns, ecs, 3 text answers", ECS, records::gateway_dns_json_answers),
    gateway("gateway_dns, ecs, 3 wire answers", ECS, records::gateway_dns_wire_answers),
];

const fn gateway(name: &'static str, options: Options, make: fn(&mut Source) -> Record) -> Case {
    Case { make, ..dataset(name, Dataset::GatewayDns, options) }
}

const fn dataset(name: &'static str, dataset: Dataset, options: Options) -> Case {
    let make = match dataset {
        Dataset::DnsLogs => records::dns_logs,
        Dataset::DnsFirewallLogs => records::dns_firewall_logs,
        Dataset::GatewayDns => records::gateway_dns,
    };
    Case { name, dataset: Some(dataset), input: Input::Record, options, make }
}

const fn text(name: &'static str, of: Dataset, options: Options) -> Case {
    Case { input: Input::Text, ..dataset(name, of, options) }
}

const fn not_ours(name: &'static str, input: Input, make: fn(&mut Source) -> Record) -> Case {
    Case { name, dataset: None, input, options: NONE, make }
}

impl Case {
    /// The case of that name.
    pub fn named(name: &str) -> Option<Self> {
        CASES.into_iter().chain(WITHOUT_PEERS).find(|case| case.name == name)
    }

    /// The filter's settings.
    pub fn settings(&self) -> Vec<(&'static str, &'static str)> {
        let all = [
            (self.options.ecs, ("convention", "ecs")),
            (self.options.enrich, ("enrich", "all")),
            (self.input == Input::Text, ("key_name", "log")),
        ];
        all.into_iter().filter_map(|(on, setting)| on.then_some(setting)).collect()
    }

    /// `n` events.
    pub fn events(&self, n: usize) -> Vec<Vec<u8>> {
        let records = Source::records(n, self.make);
        let event = |record: &Record| match (self.input, &record[..]) {
            (Input::Text, [("log", _)]) | (Input::Record, _) => chunk::event(record),
            (Input::Text, _) => chunk::event(&vec![("log", records::to_json(record).into())]),
        };
        records.iter().map(event).collect()
    }
}

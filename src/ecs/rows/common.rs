//! Rows that all datasets share.

use super::enrich;
use super::visitor::Visitor;
use crate::config::Convention;
use crate::ecs::rules::text;
use crate::msgpack::{ONE, joined, key};
use crate::source::Dataset;

/// The four constant members of `event`: kind, category, type, dataset.
macro_rules! event_members {
    ($type:expr, $dataset:expr) => {
        joined!(
            key!("kind"),
            key!("event"),
            key!("category"),
            ONE,
            key!("network"),
            key!("type"),
            ONE,
            key!($type),
            key!("dataset"),
            key!($dataset.name()),
        )
    };
}

#[inline(always)]
pub(crate) fn event<V: Visitor>(v: &mut V, dataset: Dataset) {
    v.object(key!("event"), |v| {
        use Dataset::{DnsFirewallLogs, DnsLogs, GatewayDns};
        match (v.settings().convention, dataset) {
            (Convention::Sekoia, DnsLogs) => v.constants(4, event_members!("info", DnsLogs)),
            (Convention::Sekoia, DnsFirewallLogs) => {
                v.constants(4, event_members!("info", DnsFirewallLogs));
            }
            (Convention::Sekoia, GatewayDns) => v.constants(4, event_members!("info", GatewayDns)),
            (Convention::Ecs, DnsLogs) => v.constants(4, event_members!("protocol", DnsLogs)),
            (Convention::Ecs, DnsFirewallLogs) => {
                v.constants(4, event_members!("protocol", DnsFirewallLogs));
            }
            (Convention::Ecs, GatewayDns) => {
                v.constants(4, event_members!("protocol", GatewayDns));
            }
        }
        if v.settings().enrich.outcome {
            v.derived(key!("outcome"), enrich::outcome);
        }
        if v.settings().preserve_original {
            v.derived(key!("original"), text::original);
        }
    });
}

/// `dns.type`, which ECS asks for.
#[inline(always)]
pub(crate) fn dns_type<V: Visitor>(v: &mut V) {
    if v.settings().convention == Convention::Ecs {
        v.constants(1, joined!(key!("type"), key!("answer")));
    }
}

/// `network.protocol`, where the convention or `enrich network` asks for it.
#[inline(always)]
pub(crate) fn network_protocol<V: Visitor>(v: &mut V) {
    if v.settings().convention == Convention::Ecs || v.settings().enrich.network {
        network_protocol_always(v);
    }
}

#[inline(always)]
pub(crate) fn network_protocol_always<V: Visitor>(v: &mut V) {
    v.constants(1, joined!(key!("protocol"), key!("dns")));
}

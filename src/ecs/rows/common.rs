//! Rows that all datasets share.

use super::enrich;
use super::visitor::Visitor;
use crate::config::Convention;
use crate::ecs::rules::text;
use crate::msgpack::{ONE, joined, key};
use crate::source::Dataset;

/// The constant members of `event` behind its kind: category, type, dataset.
macro_rules! event_members {
    ($type:expr, $dataset:expr) => {
        joined!(
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

/// `event`; what a dataset alone has of it is added by `rest`.
#[inline(always)]
pub(crate) fn event<V: Visitor>(v: &mut V, dataset: Dataset, rest: impl FnOnce(&mut V)) {
    use Dataset::{DnsFirewallLogs, DnsLogs, GatewayDns};
    v.object(key!("event"), |v| {
        kind(v);
        match (v.settings().convention, dataset) {
            (Convention::Sekoia, DnsLogs) => v.constants(3, event_members!("info", DnsLogs)),
            (Convention::Sekoia, DnsFirewallLogs) => {
                v.constants(3, event_members!("info", DnsFirewallLogs));
            }
            (Convention::Sekoia, GatewayDns) => v.constants(3, event_members!("info", GatewayDns)),
            (Convention::Ecs, DnsLogs) => v.constants(3, event_members!("protocol", DnsLogs)),
            (Convention::Ecs, DnsFirewallLogs) => {
                v.constants(3, event_members!("protocol", DnsFirewallLogs));
            }
            // Its type depends on the decision.
            (Convention::Ecs, GatewayDns) => v.constants(
                2,
                joined!(
                    key!("category"),
                    ONE,
                    key!("network"),
                    key!("dataset"),
                    key!(GatewayDns.name()),
                ),
            ),
        }
        rest(v);
        if v.settings().enrich.created {
            v.derived(key!("created"), |draft| draft.write_created());
        }
        if v.settings().enrich.outcome {
            v.derived(key!("outcome"), enrich::outcome);
        }
        if v.settings().preserve_original {
            v.derived(key!("original"), text::original);
        }
    });
}

/// `event.kind`; ECS defines `pipeline_error` as what came out with an error.
#[inline(always)]
fn kind<V: Visitor>(v: &mut V) {
    const EVENT: &[u8; 11] = joined!(key!("kind"), key!("event"));
    match v.settings().convention {
        Convention::Sekoia => v.constants(1, EVENT),
        Convention::Ecs => {
            v.constants_by_error(1, EVENT, joined!(key!("kind"), key!("pipeline_error")));
        }
    }
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

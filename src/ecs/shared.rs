//! Rows that all datasets share.

use super::target::Target;
use crate::config::Convention;
use crate::msgpack::{joined, key};
use crate::source::Dataset;

/// The version of ECS that `enrich version` states.
pub const ECS_VERSION: &str = "9.4.0";

/// An array of one item follows.
pub(super) const ONE: &[u8; 1] = &[0x91];

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
pub(super) fn event<T: Target>(t: &mut T, dataset: Dataset) {
    t.object(key!("event"), |t| {
        use Dataset::{DnsFirewallLogs, DnsLogs, GatewayDns};
        match (t.settings().convention, dataset) {
            (Convention::Sekoia, DnsLogs) => t.constants(4, event_members!("info", DnsLogs)),
            (Convention::Sekoia, DnsFirewallLogs) => {
                t.constants(4, event_members!("info", DnsFirewallLogs));
            }
            (Convention::Sekoia, GatewayDns) => t.constants(4, event_members!("info", GatewayDns)),
            (Convention::Ecs, DnsLogs) => t.constants(4, event_members!("protocol", DnsLogs)),
            (Convention::Ecs, DnsFirewallLogs) => {
                t.constants(4, event_members!("protocol", DnsFirewallLogs));
            }
            (Convention::Ecs, GatewayDns) => {
                t.constants(4, event_members!("protocol", GatewayDns));
            }
        }
        if t.settings().enrich.outcome {
            t.derived(key!("outcome"), super::enrich::outcome);
        }
        if t.settings().preserve_original {
            t.derived(key!("original"), super::draft::original);
        }
    });
}

/// `dns.type`, which ECS asks for.
#[inline(always)]
pub(super) fn dns_type<T: Target>(t: &mut T) {
    if t.settings().convention == Convention::Ecs {
        t.constants(1, joined!(key!("type"), key!("answer")));
    }
}

/// `network.protocol`, where the convention or `enrich network` asks for it.
#[inline(always)]
pub(super) fn network_protocol<T: Target>(t: &mut T) {
    if t.settings().convention == Convention::Ecs || t.settings().enrich.network {
        network_protocol_always(t);
    }
}

#[inline(always)]
pub(super) fn network_protocol_always<T: Target>(t: &mut T) {
    t.constants(1, joined!(key!("protocol"), key!("dns")));
}

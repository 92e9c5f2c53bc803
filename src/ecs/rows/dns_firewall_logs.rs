//! The mapping of `dns_firewall_logs`: queries through Cloudflare's DNS Firewall.

use super::visitor::Visitor;
use super::{common, enrich};
use crate::ecs::rules::{dns, name, network};
use crate::msgpack::key;
use crate::source::Dataset;
use crate::source::Field::{
    ClientResponseCode, QueryDO, QueryName, QueryRD, QueryTCP, QueryType, SourceIP, Timestamp,
    UpstreamIP, UpstreamResponseCode,
};

pub(crate) fn map<V: Visitor>(v: &mut V) {
    v.timestamp(Timestamp);
    v.object(key!("dns"), |v| {
        common::dns_type(v);
        v.object(key!("question"), |v| {
            v.row(key!("name"), [QueryName], name::question_name);
            v.row(key!("type"), [QueryType], dns::rr_type);
            enrich::domain(v);
        });
        v.row(
            key!("response_code"),
            [ClientResponseCode, UpstreamResponseCode],
            dns::client_or_upstream_response_code,
        );
        v.row(key!("header_flags"), [QueryRD, QueryDO], dns::header_flags);
    });
    common::event(v, Dataset::DnsFirewallLogs, |_| {});
    v.object(key!("source"), |v| {
        v.row(key!("ip"), [SourceIP], network::source_ip);
    });
    v.object(key!("destination"), |v| {
        v.row(key!("ip"), [UpstreamIP], network::destination_ip);
    });
    v.object(key!("network"), |v| {
        v.row(key!("transport"), [QueryTCP], network::tcp_or_udp);
        common::network_protocol(v);
        enrich::network_type(v);
    });
    enrich::observer_related_and_version(v, Dataset::DnsFirewallLogs);
}

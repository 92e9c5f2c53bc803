//! The mapping of `dns_firewall_logs`: queries through Cloudflare's DNS Firewall.

use super::target::Target;
use super::{enrich, rule, shared};
use crate::msgpack::key;
use crate::source::Dataset;
use crate::source::Field::{
    ClientResponseCode, QueryDO, QueryName, QueryRD, QueryTCP, QueryType, SourceIP, Timestamp,
    UpstreamIP, UpstreamResponseCode,
};

pub(super) fn map<T: Target>(t: &mut T) {
    t.timestamp(Timestamp);
    t.object(key!("dns"), |t| {
        shared::dns_type(t);
        t.object(key!("question"), |t| {
            t.row(key!("name"), [QueryName], rule::question_name);
            t.row(key!("type"), [QueryType], rule::rr_type);
            enrich::domain(t);
        });
        t.row(
            key!("response_code"),
            [ClientResponseCode, UpstreamResponseCode],
            rule::client_or_upstream_response_code,
        );
        t.row(key!("header_flags"), [QueryRD, QueryDO], rule::header_flags);
    });
    shared::event(t, Dataset::DnsFirewallLogs);
    t.object(key!("source"), |t| {
        t.row(key!("ip"), [SourceIP], rule::source_ip);
    });
    t.object(key!("destination"), |t| {
        t.row(key!("ip"), [UpstreamIP], rule::destination_ip);
    });
    t.object(key!("network"), |t| {
        t.row(key!("transport"), [QueryTCP], rule::tcp_or_udp);
        shared::network_protocol(t);
        enrich::network_type(t);
    });
    enrich::observer_related_and_version(t);
}

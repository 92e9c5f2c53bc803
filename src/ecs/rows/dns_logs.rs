//! The mapping of `dns_logs`: DNS queries to zones on Cloudflare.

use super::visitor::Visitor;
use super::{common, enrich};
use crate::ecs::rules::{dns, name, network};
use crate::msgpack::key;
use crate::source::Dataset;
use crate::source::Field::{QueryName, QueryType, ResponseCode, SourceIP, Timestamp};

pub(crate) fn map<V: Visitor>(v: &mut V) {
    v.timestamp(Timestamp);
    v.object(key!("dns"), |v| {
        common::dns_type(v);
        v.object(key!("question"), |v| {
            v.row(key!("name"), [QueryName], name::question_name);
            v.row(key!("type"), [QueryType], dns::rr_type);
            enrich::domain(v);
        });
        v.row(key!("response_code"), [ResponseCode], dns::response_code);
    });
    common::event(v, Dataset::DnsLogs, |_| {});
    v.object(key!("source"), |v| {
        v.row(key!("ip"), [SourceIP], network::source_ip);
    });
    v.object(key!("network"), |v| {
        common::network_protocol(v);
        enrich::network_type(v);
    });
    enrich::observer_related_and_version(v, Dataset::DnsLogs);
}

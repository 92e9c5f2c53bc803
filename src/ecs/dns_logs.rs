//! The mapping of `dns_logs`: DNS queries to zones on Cloudflare.

use super::target::Target;
use super::{enrich, rule, shared};
use crate::msgpack::key;
use crate::source::Dataset;
use crate::source::Field::{QueryName, QueryType, ResponseCode, SourceIP, Timestamp};

pub(super) fn map<T: Target>(t: &mut T) {
    t.timestamp(Timestamp);
    t.object(key!("dns"), |t| {
        shared::dns_type(t);
        t.object(key!("question"), |t| {
            t.row(key!("name"), [QueryName], rule::question_name);
            t.row(key!("type"), [QueryType], rule::rr_type);
            enrich::domain(t);
        });
        t.row(key!("response_code"), [ResponseCode], rule::response_code);
    });
    shared::event(t, Dataset::DnsLogs);
    t.object(key!("source"), |t| {
        t.row(key!("ip"), [SourceIP], rule::source_ip);
    });
    t.object(key!("network"), |t| {
        shared::network_protocol(t);
        enrich::network_type(t);
    });
    enrich::observer_related_and_version(t);
}

//! The mapping of `gateway_dns`: queries through Cloudflare Gateway.

use super::target::Target;
use super::{answers, enrich, rule, shared};
use crate::msgpack::key;
use crate::source::Dataset;
use crate::source::Field::{
    Datetime, DeviceID, DeviceName, DstIP, DstPort, Email, Protocol, QueryName, QueryType,
    QueryTypeName, RCode, ResolvedIPs, ResourceRecordsJSON, SrcIP, SrcPort, UserID,
};

pub(super) fn map<T: Target>(t: &mut T) {
    t.timestamp(Datetime);
    t.object(key!("dns"), |t| {
        shared::dns_type(t);
        t.object(key!("question"), |t| {
            t.row(key!("name"), [QueryName], rule::question_name);
            t.row(key!("type"), [QueryTypeName, QueryType], rule::rr_type_name_or_number);
            enrich::domain(t);
        });
        t.row(key!("response_code"), [RCode], rule::response_code);
        t.row(key!("resolved_ip"), [ResolvedIPs], rule::addresses);
        t.row(key!("answers"), [ResourceRecordsJSON], answers::from_json_text);
    });
    shared::event(t, Dataset::GatewayDns);
    t.object(key!("source"), |t| {
        t.row(key!("ip"), [SrcIP], rule::source_ip);
        t.row(key!("port"), [SrcPort], rule::port);
    });
    t.object(key!("destination"), |t| {
        t.row(key!("ip"), [DstIP], rule::destination_ip);
        t.row(key!("port"), [DstPort], rule::port);
    });
    t.object(key!("network"), |t| {
        t.row(key!("transport"), [Protocol], rule::transport);
        shared::network_protocol_always(t);
        enrich::network_type(t);
    });
    t.object(key!("host"), |t| {
        t.row(key!("hostname"), [DeviceName], rule::text);
        t.row(key!("name"), [DeviceName], rule::text);
    });
    t.object(key!("device"), |t| {
        t.row(key!("id"), [DeviceID], rule::text);
    });
    t.object(key!("user"), |t| {
        t.row(key!("id"), [UserID], rule::text);
        t.row(key!("email"), [Email], rule::text);
    });
    enrich::observer_related_and_version(t);
}

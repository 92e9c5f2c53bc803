//! The mapping of `gateway_dns`: queries through Cloudflare Gateway.

use super::visitor::Visitor;
use super::{common, enrich};
use crate::ecs::rules::{answers, dns, network, text};
use crate::msgpack::key;
use crate::source::Dataset;
use crate::source::Field::{
    Datetime, DeviceID, DeviceName, DstIP, DstPort, Email, Protocol, QueryName, QueryType,
    QueryTypeName, RCode, ResolvedIPs, ResourceRecordsJSON, SrcIP, SrcPort, UserID,
};

pub(crate) fn map<V: Visitor>(v: &mut V) {
    v.timestamp(Datetime);
    v.object(key!("dns"), |v| {
        common::dns_type(v);
        v.object(key!("question"), |v| {
            v.row(key!("name"), [QueryName], dns::question_name);
            v.row(key!("type"), [QueryTypeName, QueryType], dns::rr_type_name_or_number);
            enrich::domain(v);
        });
        v.row(key!("response_code"), [RCode], dns::response_code);
        v.row(key!("resolved_ip"), [ResolvedIPs], network::addresses);
        v.row(key!("answers"), [ResourceRecordsJSON], answers::from_json_text);
    });
    common::event(v, Dataset::GatewayDns);
    v.object(key!("source"), |v| {
        v.row(key!("ip"), [SrcIP], network::source_ip);
        v.row(key!("port"), [SrcPort], network::port);
    });
    v.object(key!("destination"), |v| {
        v.row(key!("ip"), [DstIP], network::destination_ip);
        v.row(key!("port"), [DstPort], network::port);
    });
    v.object(key!("network"), |v| {
        v.row(key!("transport"), [Protocol], network::transport);
        common::network_protocol_always(v);
        enrich::network_type(v);
    });
    v.object(key!("host"), |v| {
        v.row(key!("hostname"), [DeviceName], text::text);
        v.row(key!("name"), [DeviceName], text::text);
    });
    v.object(key!("device"), |v| {
        v.row(key!("id"), [DeviceID], text::text);
    });
    v.object(key!("user"), |v| {
        v.row(key!("id"), [UserID], text::text);
        v.row(key!("email"), [Email], text::text);
    });
    enrich::observer_related_and_version(v);
}

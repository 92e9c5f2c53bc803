//! The mapping of `gateway_dns`: queries through Cloudflare Gateway.

use super::visitor::Visitor;
use super::{common, enrich};
use crate::config::Convention;
use crate::ecs::rules::{answers, dns, event, name, network, text};
use crate::msgpack::key;
use crate::source::Dataset;
use crate::source::Field::{
    Datetime, DeviceID, DeviceName, DstIP, DstPort, Email, PolicyID, PolicyName, Protocol, QueryID,
    QueryName, QueryType, QueryTypeName, RCode, RData, ResolvedIPs, ResolverDecision,
    ResourceRecords, ResourceRecordsJSON, ResponseTimeMs, SrcIP, SrcIPContinentCode,
    SrcIPCountryCode, SrcPort, UserID,
};

pub(crate) fn map<V: Visitor>(v: &mut V) {
    v.timestamp(Datetime);
    v.object(key!("dns"), |v| {
        common::dns_type(v);
        v.object(key!("question"), |v| {
            v.row(key!("name"), [QueryName], name::question_name);
            v.row(key!("type"), [QueryTypeName, QueryType], dns::rr_type_name_or_number);
            enrich::domain(v);
        });
        v.row(key!("response_code"), [RCode], dns::response_code);
        answers(v);
    });
    common::event(v, Dataset::GatewayDns, event);
    v.object(key!("source"), |v| {
        match v.settings().convention {
            Convention::Sekoia => {
                v.row_twice(key!("address"), key!("ip"), [SrcIP], network::source_ip);
            }
            Convention::Ecs => v.row(key!("ip"), [SrcIP], network::source_ip),
        }
        v.row(key!("port"), [SrcPort], network::port);
        if v.settings().convention == Convention::Ecs {
            v.object(key!("geo"), |v| {
                v.row(key!("continent_code"), [SrcIPContinentCode], text::text);
                v.row(key!("country_iso_code"), [SrcIPCountryCode], text::text);
            });
        }
    });
    v.object(key!("destination"), |v| {
        match v.settings().convention {
            Convention::Sekoia => {
                v.row_twice(key!("address"), key!("ip"), [DstIP], network::destination_ip);
            }
            Convention::Ecs => v.row(key!("ip"), [DstIP], network::destination_ip),
        }
        v.row(key!("port"), [DstPort], network::port);
    });
    v.object(key!("network"), |v| {
        v.row(key!("transport"), [Protocol], network::transport);
        common::network_protocol_always(v);
        enrich::network_type(v);
    });
    v.object(key!("host"), |v| {
        if v.settings().convention == Convention::Ecs {
            v.row(key!("id"), [DeviceID], text::text);
        }
        v.row_twice(key!("hostname"), key!("name"), [DeviceName], text::text);
    });
    v.object(key!("device"), |v| {
        v.row(key!("id"), [DeviceID], text::text);
    });
    v.object(key!("user"), |v| {
        v.row(key!("id"), [UserID], text::text);
        v.row(key!("email"), [Email], text::text);
    });
    if v.settings().convention == Convention::Ecs {
        v.object(key!("rule"), |v| {
            v.row(key!("id"), [PolicyID], text::text);
            v.row(key!("name"), [PolicyName], text::text);
        });
    }
    enrich::observer_related_and_version(v, Dataset::GatewayDns);
}

#[inline(always)]
fn answers<V: Visitor>(v: &mut V) {
    match v.settings().convention {
        Convention::Sekoia => {
            v.row(key!("answers"), [ResourceRecordsJSON], answers::from_json);
            v.row(key!("resolved_ip"), [ResolvedIPs], network::addresses);
        }
        Convention::Ecs => {
            let records = [ResourceRecordsJSON, ResourceRecords, RData];
            v.row(key!("answers"), records, answers::from_json_or_wire);
            let [json, wire, data] = records;
            let from = [ResolvedIPs, json, wire, data];
            v.row(key!("resolved_ip"), from, answers::resolved);
        }
    }
}

#[inline(always)]
fn event<V: Visitor>(v: &mut V) {
    if v.settings().convention == Convention::Ecs {
        v.row(key!("action"), [ResolverDecision], event::action);
        v.row_always(key!("type"), [ResolverDecision], event::event_type);
        v.row(key!("id"), [QueryID], text::text);
        v.row(key!("duration"), [ResponseTimeMs], event::duration);
    }
}

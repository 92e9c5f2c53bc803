//! With a document tree: MessagePack (or text) to `serde_json::Value`, rearranged, and back.

use serde_json::{Map, Value, json};

use super::{Dataset, ECS_VERSION, GIGA, Input, Options, bounds, only_text};
use crate::chunk::header;

/// Rewrites a chunk.
pub fn rewrite(dataset: Dataset, input: Input, options: Options, chunk: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(chunk.len() * 3 / 2 + 256);
    let mut at = 0;
    while at < chunk.len() {
        let (start, end) = bounds(chunk, at);
        let bytes = &chunk[start..end];
        let record: Map<String, Value> = match input {
            Input::Record => rmp_serde::from_slice(bytes).expect("a record"),
            Input::Text => serde_json::from_str(only_text(bytes)).expect("a record"),
        };
        if record.get("QueryName").is_none_or(is_absent) {
            out.extend(&chunk[at..end]);
        } else {
            let (time, ecs) = to_ecs(dataset, options, record);
            out.extend(header((time / GIGA) as u32, (time % GIGA) as u32));
            rmp_serde::encode::write(&mut out, &ecs).expect("a record");
        }
        at = end;
    }
    out
}

fn is_absent(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

type Object = Map<String, Value>;

/// The time of a record in nanoseconds, and the record in ECS.
fn to_ecs(dataset: Dataset, options: Options, mut record: Object) -> (u64, Object) {
    record.retain(|_, value| !is_absent(value));
    let mut ecs = Object::new();
    let (time, code, source, destination) = match dataset {
        Dataset::DnsLogs => ("Timestamp", "ResponseCode", "SourceIP", ""),
        Dataset::DnsFirewallLogs => ("Timestamp", "ClientResponseCode", "SourceIP", "UpstreamIP"),
        Dataset::GatewayDns => ("Datetime", "RCode", "SrcIP", "DstIP"),
    };
    let time = record.remove(time).and_then(|time| time.as_u64()).expect("a time");
    ecs.insert("@timestamp".into(), super::time_text(time, &mut [0; 30]).into());
    let code = record.remove(code).and_then(|code| code.as_u64()).map(|code| code as u16);

    let mut dns = dns(dataset, options, &mut record);
    if let Some(name) = code.and_then(|code| super::response_code_name(code, options.ecs)) {
        dns.insert("response_code".into(), name.into());
    }
    ecs.insert("event".into(), event(dataset, options, code));

    let mut address = |ip: &str, port: &str| {
        let ip = record.remove(ip)?;
        let port = record.remove(port).filter(|port| port != 0);
        let parsed = super::address(ip.as_str()?)?;
        let mut endpoint = Object::from_iter([("ip".to_owned(), ip)]);
        endpoint.extend(port.map(|port| ("port".to_owned(), port)));
        Some((endpoint, parsed))
    };
    let source = address(source, "SrcPort");
    let destination = address(destination, "DstPort");
    let network = network(dataset, options, &mut record, source.as_ref().map(|(_, ip)| *ip));
    if !network.is_empty() {
        ecs.insert("network".into(), network.into());
    }
    let (source, destination) = (source.map(|(source, _)| source), destination.map(|(to, _)| to));
    if dataset == Dataset::GatewayDns {
        people(&mut ecs, &mut record);
    }
    if options.enrich {
        ecs.insert("observer".into(), json!({"vendor": "Cloudflare", "type": "dns"}));
        ecs.insert("ecs".into(), json!({"version": ECS_VERSION}));
        let related = related(&ecs, &dns, source.as_ref(), destination.as_ref());
        ecs.insert("related".into(), related.into());
    }
    ecs.extend(source.map(|source| ("source".to_owned(), source.into())));
    ecs.extend(destination.map(|to| ("destination".to_owned(), to.into())));
    ecs.insert("dns".into(), dns.into());
    if !record.is_empty() {
        ecs.insert("cloudflare".into(), record.into());
    }
    (time, ecs)
}

fn dns(dataset: Dataset, options: Options, record: &mut Object) -> Object {
    let mut dns = Object::new();
    let mut question = Object::new();
    let name = record.remove("QueryName");
    let name = super::trim_dots(name.as_ref().and_then(Value::as_str).unwrap_or_default());
    question.insert("name".into(), name.into());
    let number = record.remove("QueryType").and_then(|number| number.as_u64());
    let mnemonic = record
        .remove("QueryTypeName")
        .or_else(|| number.and_then(|number| super::type_name(number as u16)).map(Value::from));
    question.extend(mnemonic.map(|mnemonic| ("type".to_owned(), mnemonic)));
    if options.ecs {
        dns.insert("type".into(), "answer".into());
    }
    if options.enrich {
        let (registered, subdomain, suffix) = super::domain(name);
        for (key, part) in [
            ("registered_domain", registered),
            ("subdomain", subdomain),
            ("top_level_domain", suffix),
        ] {
            question.extend(part.map(|part| (key.to_owned(), part.into())));
        }
    }
    dns.insert("question".into(), question.into());
    if dataset == Dataset::DnsFirewallLogs {
        let flags: Vec<_> = [("QueryRD", "RD"), ("QueryDO", "DO")]
            .into_iter()
            .filter_map(|(key, flag)| (record.remove(key)? == true).then_some(flag))
            .collect();
        if !flags.is_empty() {
            dns.insert("header_flags".into(), flags.into());
        }
    }
    let resolved = record.remove("ResolvedIPs");
    dns.extend(resolved.map(|addresses| ("resolved_ip".to_owned(), addresses)));
    if let Some(Value::String(text)) = record.remove("ResourceRecordsJSON") {
        let mut answers: Vec<Object> = serde_json::from_str(&text).expect("resource records");
        for answer in &mut answers {
            let data = answer.remove("rdata");
            answer.extend(data.map(|data| ("data".to_owned(), data)));
            if let Some(Value::String(name)) = answer.get_mut("name") {
                name.truncate(super::trim_dots(name).len());
            }
        }
        dns.insert("answers".into(), answers.into());
    }
    dns
}

fn event(dataset: Dataset, options: Options, code: Option<u16>) -> Value {
    let mut event = json!({
        "kind": "event",
        "category": ["network"],
        "type": [if options.ecs { "protocol" } else { "info" }],
        "dataset": dataset.name(),
    });
    if let Some(code) = code.filter(|_| options.enrich) {
        event["outcome"] = if code == 0 { "success" } else { "failure" }.into();
    }
    event
}

fn network(
    dataset: Dataset,
    options: Options,
    record: &mut Object,
    source: Option<std::net::IpAddr>,
) -> Object {
    let mut network = Object::new();
    if let Some(tcp) = record.remove("QueryTCP") {
        network.insert("transport".into(), if tcp == true { "tcp" } else { "udp" }.into());
    }
    if let Some(Value::String(protocol)) = record.remove("Protocol") {
        let transport = super::transport(&protocol, options.ecs);
        network.insert("transport".into(), transport.into());
        if transport != protocol {
            record.insert("Protocol".into(), protocol.into());
        }
    }
    if options.ecs || options.enrich || dataset == Dataset::GatewayDns {
        network.insert("protocol".into(), "dns".into());
    }
    if let Some(address) = source.filter(|_| options.enrich) {
        network.insert("type".into(), super::network_type(address).into());
    }
    network
}

fn people(ecs: &mut Object, record: &mut Object) {
    if let Some(name) = record.remove("DeviceName") {
        ecs.insert("host".into(), json!({"hostname": name, "name": name}));
    }
    if let Some(id) = record.remove("DeviceID") {
        ecs.insert("device".into(), json!({"id": id}));
    }
    let mut user = Object::new();
    for (key, field) in [("id", "UserID"), ("email", "Email")] {
        user.extend(record.remove(field).map(|value| (key.to_owned(), value)));
    }
    if !user.is_empty() {
        ecs.insert("user".into(), user.into());
    }
}

fn related(
    ecs: &Object,
    dns: &Object,
    source: Option<&Object>,
    destination: Option<&Object>,
) -> Object {
    fn push(all: &mut Vec<Value>, value: Option<&Value>) {
        if let Some(value) = value.filter(|&value| !all.contains(value)) {
            all.push(value.clone());
        }
    }
    let (mut ip, mut hosts, mut user) = (Vec::new(), Vec::new(), Vec::new());
    for endpoint in [source, destination].into_iter().flatten() {
        push(&mut ip, endpoint.get("ip"));
    }
    for address in dns.get("resolved_ip").and_then(Value::as_array).into_iter().flatten() {
        push(&mut ip, Some(address));
    }
    for answer in dns.get("answers").and_then(Value::as_array).into_iter().flatten() {
        let data =
            answer.get("data").filter(|data| data.as_str().and_then(super::address).is_some());
        push(&mut ip, data);
    }
    push(&mut hosts, dns["question"].get("name"));
    push(&mut hosts, ecs.get("host").and_then(|host| host.get("name")));
    let person = ecs.get("user");
    push(&mut user, person.and_then(|person| person.get("id")));
    push(&mut user, person.and_then(|person| person.get("email")));
    let all = [("ip", ip), ("hosts", hosts), ("user", user)];
    all.into_iter()
        .filter(|(_, values)| !values.is_empty())
        .map(|(key, values)| (key.to_owned(), values.into()))
        .collect()
}

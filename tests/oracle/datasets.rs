//! The rows of the mapping, dataset by dataset.

use super::draft::Draft;
use super::json;
use super::tables;
use super::typed::{self, address, code, integer, trimmed, truth};
use super::value::Val;

/// Rows that all datasets share, up to the address of the source.
pub(crate) fn constants(draft: &mut Draft<'_>) {
    let kind = if draft.settings.ecs { "protocol" } else { "info" };
    draft.set("event.kind", "event");
    draft.set("event.category", Val::Array(vec!["network".into()]));
    draft.set("event.type", Val::Array(vec![kind.into()]));
    draft.set("event.dataset", draft.dataset);
    if draft.settings.ecs {
        draft.set("dns.type", "answer");
    }
    if draft.settings.ecs || draft.dataset == "gateway_dns" || draft.settings.enriches("network") {
        draft.set("network.protocol", "dns");
    }
}

fn question_name(draft: &mut Draft<'_>) {
    draft.map("QueryName", "dns.question.name", |value| value.text().map(trimmed).map(Val::from));
}

/// Writes the type; keeps the number where that is wanted.
fn question_type(draft: &mut Draft<'_>) {
    let Some((name, value)) = draft.take("QueryType") else { return };
    let ecs = draft.settings.ecs;
    match code(&value) {
        Some(number) => {
            if let Some(mnemonic) = tables::type_name(number, ecs) {
                draft.set("dns.question.type", mnemonic);
            }
            if draft.settings.keep_codes {
                draft.keep_number(name, &value);
            }
        }
        None => match value.text().filter(|text| is_mnemonic(text)) {
            Some(mnemonic) => draft.set("dns.question.type", mnemonic),
            None => draft.refuse(name, &value),
        },
    }
}

/// Letters, digits and dashes, a letter first; or `*`.
fn is_mnemonic(text: &str) -> bool {
    let letter_first = text.starts_with(|first: char| first.is_ascii_alphabetic());
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    text == "*" || (letter_first && text.bytes().all(plain))
}

/// Writes the response code from a field's value, when it is one; tells whether it has a name.
fn response_code(draft: &mut Draft<'_>, value: &Val) -> Option<bool> {
    let number = typed::response_code(value)?;
    let name = tables::code_name(number, draft.settings.ecs);
    let has_name = name.is_some();
    if let Some(name) = name {
        draft.set("dns.response_code", name);
    }
    if draft.settings.enriches("outcome") {
        draft.set("event.outcome", if number == 0 { "success" } else { "failure" });
    }
    Some(has_name)
}

fn response_code_from(draft: &mut Draft<'_>, name: &str) {
    let Some((name, value)) = draft.take(name) else { return };
    match response_code(draft, &value) {
        None => draft.refuse(name, &value),
        // A number without a name would be nowhere.
        Some(has_name) if !has_name || draft.settings.keep_codes => {
            draft.keep_number(name, &value);
        }
        Some(_) => {}
    }
}

fn ip(draft: &mut Draft<'_>, name: &str, path: &str) {
    draft.map(name, path, |value| address(value).map(Val::from));
}

pub(crate) fn dns_logs(draft: &mut Draft<'_>) {
    question_name(draft);
    question_type(draft);
    response_code_from(draft, "ResponseCode");
    ip(draft, "SourceIP", "source.ip");
    draft.rest();
}

pub(crate) fn dns_firewall_logs(draft: &mut Draft<'_>) {
    question_name(draft);
    question_type(draft);
    if draft.has("ClientResponseCode") {
        response_code_from(draft, "ClientResponseCode");
    } else {
        upstream_code(draft);
    }
    let mut flags = Vec::new();
    for (name, flag) in [("QueryRD", "RD"), ("QueryDO", "DO")] {
        let Some((name, value)) = draft.take(name) else { continue };
        match truth(&value) {
            Some(true) => flags.push(Val::from(flag)),
            Some(false) => {}
            None => draft.refuse(name, &value),
        }
    }
    if !flags.is_empty() {
        draft.set("dns.header_flags", Val::Array(flags));
    }
    ip(draft, "SourceIP", "source.ip");
    ip(draft, "UpstreamIP", "destination.ip");
    draft.map("QueryTCP", "network.transport", |value| {
        truth(value).map(|tcp| Val::from(if tcp { "tcp" } else { "udp" }))
    });
    draft.rest();
}

/// The upstream's code in place of the client's; it stays under `cloudflare` in any case. A 0
/// without an upstream says nothing.
fn upstream_code(draft: &mut Draft<'_>) {
    let Some((name, value)) = draft.take("UpstreamResponseCode") else { return };
    if !draft.has("UpstreamIP") && typed::response_code(&value) == Some(0) {
        return draft.put_back(name, value);
    }
    match response_code(draft, &value) {
        // A name in text is no number: the rest of the fields tells so.
        Some(_) => draft.put_back(name, value),
        None => draft.refuse(name, &value),
    }
}

pub(crate) fn gateway_dns(draft: &mut Draft<'_>) {
    question_name(draft);
    gateway_type(draft);
    response_code_from(draft, "RCode");
    resolved_ips(draft);
    answers(draft);
    ip(draft, "SrcIP", "source.ip");
    port(draft, "SrcPort", "source.port");
    ip(draft, "DstIP", "destination.ip");
    port(draft, "DstPort", "destination.port");
    protocol(draft);
    let text = |value: &Val| value.text().map(Val::from);
    if let Some((name, value)) = draft.take("DeviceName") {
        match value.text() {
            Some(host) => {
                draft.set("host.hostname", host);
                draft.set("host.name", host);
            }
            None => draft.refuse(name, &value),
        }
    }
    draft.map("DeviceID", "device.id", text);
    draft.map("UserID", "user.id", text);
    draft.map("Email", "user.email", text);
    draft.rest();
}

fn port(draft: &mut Draft<'_>, name: &str, path: &str) {
    draft.map(name, path, |value| code(value).map(Val::Int));
}

/// From QueryTypeName, else QueryType, which is dropped beside a name unless `keep_codes`.
fn gateway_type(draft: &mut Draft<'_>) {
    let Some((name, value)) = draft.take("QueryTypeName") else { return question_type(draft) };
    let Some(told) = value.text() else {
        draft.refuse(name, &value);
        return question_type(draft);
    };
    draft.set("dns.question.type", told);
    if let Some((name, value)) = draft.take("QueryType") {
        if code(&value).is_none() && !value.text().is_some_and(is_mnemonic) {
            draft.refuse(name, &value);
        } else if code(&value).is_some() && draft.settings.keep_codes {
            draft.keep_number(name, &value);
        }
    }
}

fn resolved_ips(draft: &mut Draft<'_>) {
    let Some((name, value)) = draft.take("ResolvedIPs") else { return };
    let Val::Array(items) = &value else { return draft.refuse(name, &value) };
    let valid: Vec<_> = items.iter().filter_map(address).map(Val::from).collect();
    if valid.len() < items.len() {
        draft.refuse(name, &value);
    }
    if !valid.is_empty() {
        draft.set("dns.resolved_ip", Val::Array(valid));
    }
}

fn protocol(draft: &mut Draft<'_>) {
    let Some((name, value)) = draft.take("Protocol") else { return };
    let Some(text) = value.text() else { return draft.refuse(name, &value) };
    if !draft.settings.ecs {
        return draft.set("network.transport", text);
    }
    let transport = match text.to_ascii_lowercase().as_str() {
        "udp" => Some("udp"),
        "tcp" | "https" | "tls" | "doh" => Some("tcp"),
        _ => None,
    };
    if transport != Some(text) {
        draft.set_below("cloudflare", name, text.into());
    }
    if let Some(transport) = transport {
        draft.set("network.transport", transport);
    }
}

fn answers(draft: &mut Draft<'_>) {
    let Some((name, value)) = draft.take("ResourceRecordsJSON") else { return };
    match value.text().and_then(|text| all_answers(text, draft.settings.ecs)) {
        Some(answers) if answers.is_empty() => {}
        Some(answers) => draft.set("dns.answers", Val::Array(answers)),
        None => draft.refuse(name, &value),
    }
}

fn all_answers(text: &str, ecs: bool) -> Option<Vec<Val>> {
    let Some(Val::Array(items)) = json::parse(text) else { return None };
    items.iter().map(|item| answer(item, ecs)).collect()
}

/// One answer; `None` when a member of it cannot be read. Members of other names stay.
fn answer(item: &Val, ecs: bool) -> Option<Val> {
    let Val::Map(members) = item else { return None };
    let there = members.iter().filter(|(_, value)| !value.is_absent());
    let data = |(name, _): &&(Val, Val)| matches!(name.text(), Some("rdata" | "data"));
    if there.clone().filter(data).count() > 1 {
        return None;
    }
    there.map(|(name, value)| answer_member(name, value, ecs)).collect::<Option<_>>().map(Val::Map)
}

fn answer_member(name: &Val, value: &Val, ecs: bool) -> Option<(Val, Val)> {
    let number = code(value);
    let (name, value) = match name.text()? {
        "name" => ("name", trimmed(value.text()?).into()),
        "type" => match number {
            // The text is not kept, so a number without a name is told as RFC 3597 does.
            Some(number) => ("type", tables::type_name(number, ecs || is_unnamed(number))?.into()),
            None => ("type", value.text().filter(|text| is_mnemonic(text))?.into()),
        },
        "class" => match number {
            Some(number) => ("class", tables::class_name(number).into()),
            None => ("class", value.text()?.into()),
        },
        "ttl" => ("ttl", Val::Int(integer(value).filter(|ttl| *ttl >= 0)?)),
        "rdata" => ("data", value.plain()),
        other => (other, value.plain()),
    };
    Some((name.into(), value))
}

fn is_unnamed(number: i128) -> bool {
    tables::type_name(number, false).is_none()
}

//! The rows of the mapping, dataset by dataset.

use super::draft::Draft;
use super::json;
use super::settings::Settings;
use super::tables;
use super::typed::{self, address, code, integer, trimmed, truth};
use super::value::Val;
use super::wire::{self, Wire};

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
    let settings = draft.settings;
    draft.map("QueryName", "dns.question.name", |value| {
        let name = value.text().map(trimmed)?;
        let name = if settings.ecs { without_controls(name) } else { name.to_owned() };
        Some(in_case(settings, &name))
    });
}

/// A name with the bytes escaped that ECS has escaped.
fn without_controls(name: &str) -> String {
    let escape = |char: char| match char {
        '\t' => "\\t".to_owned(),
        '\r' => "\\r".to_owned(),
        '\n' => "\\n".to_owned(),
        '\0'..='\x1f' | '\x7f' => format!("\\{:03}", u32::from(char)),
        char => char.to_string(),
    };
    name.chars().map(escape).collect()
}

fn in_case(settings: &Settings, name: &str) -> Val {
    if settings.lower { name.to_ascii_lowercase().into() } else { name.into() }
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
            Some(mnemonic) => draft.set("dns.question.type", mnemonic_in(ecs, mnemonic)),
            None => draft.refuse(name, &value),
        },
    }
}

/// A type that came as text.
fn mnemonic_in(ecs: bool, mnemonic: &str) -> &str {
    if ecs && mnemonic == "*" { "ANY" } else { mnemonic }
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
    let ecs = draft.settings.ecs;
    let text = |value: &Val| value.text().map(Val::from);
    question_name(draft);
    gateway_type(draft);
    response_code_from(draft, "RCode");
    answers(draft);
    resolved_ips(draft);
    if ecs {
        decision(draft);
        draft.map("QueryID", "event.id", text);
        draft.map("ResponseTimeMs", "event.duration", |value| {
            let nanoseconds = integer(value)?.checked_mul(1_000_000)?;
            (0..=i128::from(i64::MAX)).contains(&nanoseconds).then_some(Val::Int(nanoseconds))
        });
    }
    ip(draft, "SrcIP", "source.ip");
    port(draft, "SrcPort", "source.port");
    if ecs {
        draft.map("SrcIPContinentCode", "source.geo.continent_code", text);
        draft.map("SrcIPCountryCode", "source.geo.country_iso_code", text);
    }
    ip(draft, "DstIP", "destination.ip");
    port(draft, "DstPort", "destination.port");
    if !ecs {
        for side in ["source", "destination"] {
            if let Some(address) = draft.get(&format!("{side}.ip")).cloned() {
                draft.set(&format!("{side}.address"), address);
            }
        }
    }
    protocol(draft);
    let device_id = |draft: &mut Draft<'_>| {
        draft.map("DeviceID", "device.id", text);
        if let (true, Some(id)) = (ecs, draft.get("device.id").cloned()) {
            draft.set("host.id", id);
        }
    };
    let device_name = |draft: &mut Draft<'_>| {
        draft.map("DeviceName", "host.hostname", text);
        if let Some(name) = draft.get("host.hostname").cloned() {
            draft.set("host.name", name);
        }
    };
    // `host` comes first, and its `id` is the device's.
    if ecs {
        device_id(draft);
        device_name(draft);
    } else {
        device_name(draft);
        device_id(draft);
    }
    draft.map("UserID", "user.id", text);
    draft.map("Email", "user.email", text);
    if ecs {
        draft.map("PolicyID", "rule.id", text);
        draft.map("PolicyName", "rule.name", text);
    }
    draft.rest();
}

/// What the resolver did: a text, or a number that may have one.
fn decision(draft: &mut Draft<'_>) {
    let Some((name, value)) = draft.take("ResolverDecision") else { return };
    let decision = match integer(&value) {
        Some(number) => {
            let decision = tables::decision(number);
            if decision.is_none() || draft.settings.keep_codes {
                draft.keep_number(name, &value);
            }
            decision.map(str::to_owned)
        }
        None => match value.text() {
            Some(text) => Some(text.to_owned()),
            None => return draft.refuse(name, &value),
        },
    };
    let Some(decision) = decision else { return };
    let effect = [("blocked", "denied"), ("allowed", "allowed")]
        .into_iter()
        .find(|(beginning, _)| decision.starts_with(beginning));
    if let Some((_, effect)) = effect {
        draft.replace("event.type", Val::Array(vec!["protocol".into(), effect.into()]));
    }
    draft.set("event.action", decision);
}

fn port(draft: &mut Draft<'_>, name: &str, path: &str) {
    draft.map(name, path, |value| code(value).map(Val::Int));
}

/// From QueryTypeName, else QueryType.
fn gateway_type(draft: &mut Draft<'_>) {
    let Some((name, value)) = draft.take("QueryTypeName") else { return question_type(draft) };
    let Some(told) = value.text() else {
        draft.refuse(name, &value);
        return question_type(draft);
    };
    let ecs = draft.settings.ecs;
    draft.set("dns.question.type", mnemonic_in(ecs, told));
    let Some((name, value)) = draft.take("QueryType") else { return };
    match (code(&value), value.text().filter(|text| is_mnemonic(text))) {
        (None, None) => draft.refuse(name, &value),
        // Sekoia's parser keeps it as text.
        (Some(number), _) if !ecs => draft.set_below("cloudflare", name, number.to_string().into()),
        (None, Some(mnemonic)) if !ecs => draft.set_below("cloudflare", name, mnemonic.into()),
        (Some(_), _) if draft.settings.keep_codes => draft.keep_number(name, &value),
        _ => {}
    }
}

fn resolved_ips(draft: &mut Draft<'_>) {
    let Some((name, value)) = draft.take("ResolvedIPs") else {
        if draft.settings.ecs {
            resolved_by_answers(draft);
        }
        return;
    };
    let Val::Array(items) = &value else { return draft.refuse(name, &value) };
    let valid: Vec<_> = items.iter().filter_map(address).map(Val::from).collect();
    if valid.len() < items.len() {
        draft.refuse(name, &value);
    }
    if !valid.is_empty() {
        draft.set("dns.resolved_ip", Val::Array(valid));
    }
}

/// The addresses of the answers of types A and AAAA, each once.
fn resolved_by_answers(draft: &mut Draft<'_>) {
    let Some(Val::Array(answers)) = draft.get("dns.answers") else { return };
    let mut resolved: Vec<Val> = Vec::new();
    for answer in answers {
        let rr_type = answer.members("type").last().and_then(Val::text);
        let Some(data) = answer.members("data").next().and_then(address) else { continue };
        let is_v6 = data.contains(':');
        if rr_type == Some(if is_v6 { "AAAA" } else { "A" }) && !resolved.contains(&data.into()) {
            resolved.push(data.into());
        }
    }
    if !resolved.is_empty() {
        draft.set("dns.resolved_ip", Val::Array(resolved));
    }
}

fn protocol(draft: &mut Draft<'_>) {
    let Some((name, value)) = draft.take("Protocol") else { return };
    let Some(text) = value.text() else { return draft.refuse(name, &value) };
    if !draft.settings.ecs {
        return draft.set("network.transport", text);
    }
    let transport = match text.to_ascii_lowercase().as_str() {
        "udp" | "doq" | "quic" | "h3" => Some("udp"),
        "tcp" | "https" | "tls" | "dot" | "doh" | "h2" => Some("tcp"),
        _ => None,
    };
    if transport != Some(text) {
        draft.set_below("cloudflare", name, text.into());
    }
    if let Some(transport) = transport {
        draft.set("network.transport", transport);
    }
}

/// From ResourceRecordsJSON; without it, in `convention ecs`, from records in wire format.
fn answers(draft: &mut Draft<'_>) {
    let json = draft.take("ResourceRecordsJSON");
    let is_null = |text: &str| text.trim_matches([' ', '\t', '\r', '\n']) == "null";
    let json = json.filter(|(_, value)| !value.text().is_some_and(is_null));
    let (name, value, records) = match json {
        Some((name, value)) => {
            let records = match value.text() {
                Some(text) => json::parse(text),
                None => Some(value.clone()),
            };
            (name, value, records)
        }
        None if draft.settings.ecs => {
            let field = draft.take("ResourceRecords").or_else(|| draft.take("RData"));
            let Some((name, value)) = field else { return };
            let records = match wire_records(&value) {
                Ok(records) => Some(Val::Array(records)),
                Err(is_beyond) => {
                    draft.is_beyond |= is_beyond;
                    None
                }
            };
            (name, value, records)
        }
        None => return,
    };
    match records.and_then(|records| all_answers(&records, draft.settings)) {
        Some(answers) if answers.is_empty() => {}
        Some(answers) => draft.set("dns.answers", Val::Array(answers)),
        None => draft.refuse(name, &value),
    }
}

/// Records in wire format as ResourceRecordsJSON has them; or whether one is of a type that is not
/// read here, and none is wrong.
fn wire_records(items: &Val) -> Result<Vec<Val>, bool> {
    let Val::Array(items) = items else { return Err(false) };
    let read: Option<Vec<_>> =
        items.iter().map(|item| Some(wire::read(wire_text(item)?))).collect();
    let read = read.ok_or(false)?;
    let is_wrong = read.contains(&Wire::Wrong);
    let record = |read| match read {
        Wire::Record(record) => Ok(Val::Map(vec![
            ("name".into(), record.name.into()),
            ("type".into(), Val::Int(record.rr_type.into())),
            ("class".into(), Val::Int(record.class.into())),
            ("ttl".into(), Val::Int(record.ttl.into())),
            ("rdata".into(), record.data.into()),
        ])),
        Wire::Wrong | Wire::Unknown => Err(!is_wrong),
    };
    read.into_iter().map(record).collect()
}

/// The base64 of an item: its `data`, beside which it has a `type` alone.
fn wire_text(item: &Val) -> Option<&str> {
    let Val::Map(members) = item else { return None };
    let known = |(name, _): &(Val, Val)| matches!(name.text(), Some("type" | "data"));
    let data = item.members("data").map(Val::text);
    let all: Option<Vec<_>> = data.collect();
    all?.last().copied().filter(|_| members.iter().all(known))
}

fn all_answers(records: &Val, settings: &Settings) -> Option<Vec<Val>> {
    let Val::Array(items) = records else { return None };
    let is_empty = |item: &&Val| match item {
        Val::Nil => true,
        Val::Map(members) => members.is_empty(),
        _ => false,
    };
    let answers = items.iter().filter(|item| !is_empty(item)).map(|item| answer(item, settings));
    let mut answers: Vec<_> = answers.collect::<Option<_>>()?;
    answers.retain(|answer| !answer.is_absent());
    Some(answers)
}

/// One answer; `None` when a member of it cannot be read. Members of other names stay.
fn answer(item: &Val, settings: &Settings) -> Option<Val> {
    let Val::Map(members) = item else { return None };
    let there = members.iter().filter(|(_, value)| !value.is_absent());
    let data = |(name, _): &&(Val, Val)| matches!(name.text(), Some("rdata" | "data"));
    if there.clone().filter(data).count() > 1 {
        return None;
    }
    let members = there.map(|(name, value)| answer_member(name, value, settings));
    members.collect::<Option<_>>().map(Val::Map)
}

fn answer_member(name: &Val, value: &Val, settings: &Settings) -> Option<(Val, Val)> {
    let number = code(value);
    let ecs = settings.ecs;
    let (name, value) = match name.text()? {
        "name" => ("name", in_case(settings, trimmed(value.text()?))),
        "type" => match number {
            // The field is not kept, so a number without a name is told as RFC 3597 does.
            Some(number) => ("type", tables::type_name(number, ecs || is_unnamed(number))?.into()),
            None => {
                let mnemonic = value.text().filter(|text| is_mnemonic(text))?;
                ("type", mnemonic_in(ecs, mnemonic).into())
            }
        },
        "class" => match number {
            Some(number) => ("class", tables::class_name(number).into()),
            None => ("class", value.text()?.into()),
        },
        "ttl" => ("ttl", Val::Int(integer(value).filter(|ttl| *ttl >= 0)?)),
        "rdata" | "data" => ("data", typed::without_maps(value)),
        other => (other, value.plain()),
    };
    Some((name.into(), value))
}

fn is_unnamed(number: i128) -> bool {
    tables::type_name(number, false).is_none()
}

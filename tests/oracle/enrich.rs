//! Fields that are derived from the mapped ones.

use std::net::IpAddr;

use super::draft::Draft;
use super::typed;
use super::value::Val;

/// The version in the head of the table of ECS's fields.
pub(crate) fn ecs_version() -> &'static str {
    let head = include_str!("../data/ecs-fields.csv").split(',').next();
    head.and_then(|head| head.strip_prefix("ECS ")).expect("a version")
}

pub(crate) fn enrich(draft: &mut Draft<'_>) {
    if draft.settings.enriches("domain") {
        domain(draft);
    }
    if draft.settings.enriches("related") {
        related(draft);
    }
    if draft.settings.enriches("observer") {
        draft.set("observer.vendor", "Cloudflare");
        draft.set("observer.type", "dns");
    }
    if draft.settings.enriches("network") {
        let source = draft.get("source.ip").and_then(Val::text);
        match source.and_then(|text| text.parse().ok()) {
            Some(IpAddr::V4(_)) => draft.set("network.type", "ipv4"),
            Some(IpAddr::V6(_)) => draft.set("network.type", "ipv6"),
            None => {}
        }
    }
    if draft.settings.ecs || draft.settings.enriches("version") {
        draft.set("ecs.version", ecs_version());
    }
}

/// The parts of the name, counted in labels from the right, so that their case is kept.
fn domain(draft: &mut Draft<'_>) {
    let Some(name) = draft.get("dns.question.name").and_then(Val::text) else { return };
    let name = name.to_owned();
    // Nothing longer is a name (RFC 1035, section 2.3.4, less the root's dot).
    if name == "." || name.len() > 253 || name.parse::<IpAddr>().is_ok() {
        return;
    }
    let labels = typed::labels(&name);
    if labels.contains(&"") {
        return;
    }
    let from_right = |count: usize| labels[labels.len() - count..].join(".");
    // No suffix of the list has a label with an escape in it: any other label stands for one.
    let in_list = |label: &&str| label.replace('.', "-").to_lowercase();
    let folded = labels.iter().map(in_list).collect::<Vec<_>>().join(".");
    let Some(suffix) = psl::suffix(folded.as_bytes()) else { return };
    let count = suffix.as_bytes().split(|byte| *byte == b'.').count();
    draft.set("dns.question.top_level_domain", from_right(count));
    if labels.len() > count {
        draft.set("dns.question.registered_domain", from_right(count + 1));
    }
    if labels.len() > count + 1 {
        let subdomain = labels[..labels.len() - count - 1].join(".");
        draft.set("dns.question.subdomain", subdomain);
    }
}

fn related(draft: &mut Draft<'_>) {
    let mut addresses = list(draft, &["source.ip", "destination.ip"]);
    if let Some(Val::Array(resolved)) = draft.get("dns.resolved_ip") {
        addresses.extend(resolved.iter().cloned());
    }
    if let Some(Val::Array(answers)) = draft.get("dns.answers") {
        let data = answers.iter().flat_map(|answer| answer.members("data"));
        addresses.extend(data.filter_map(typed::address).map(Val::from));
    }
    for name in ["InitialResolvedIPs", "AuthoritativeNameServerIPs"] {
        let items = draft.texts(name).into_iter().map(Val::from);
        addresses.extend(items.filter(|item| typed::address(item).is_some()));
    }
    let mut hosts = list(draft, &["dns.question.name"]);
    hosts.extend(draft.texts("CNAMEs").into_iter().map(typed::trimmed).map(Val::from));
    hosts.extend(list(draft, &["host.name"]));
    if draft.settings.lower {
        let lower = |name: &Val| name.text().expect("a name").to_ascii_lowercase().into();
        hosts = hosts.iter().map(lower).collect();
    }
    let users = list(draft, &["user.id", "user.email"]);
    for (path, all) in
        [("related.ip", addresses), ("related.hosts", hosts), ("related.user", users)]
    {
        let mut once: Vec<Val> = Vec::new();
        for value in all {
            if !once.contains(&value) {
                once.push(value);
            }
        }
        if !once.is_empty() {
            draft.set(path, Val::Array(once));
        }
    }
}

fn list(draft: &Draft<'_>, paths: &[&str]) -> Vec<Val> {
    paths.iter().filter_map(|path| draft.get(path)).cloned().collect()
}

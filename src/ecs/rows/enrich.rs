//! The groups of `enrich`: ECS fields derived from what the rows found.

use super::visitor::Visitor;
use crate::config::Convention;
use crate::ecs::draft::Draft;
use crate::ecs::rules::related;
use crate::ecs::values::ip::Family;
use crate::ecs::values::name::Domain;
use crate::msgpack::{fixstr, joined, key};
use crate::source::Dataset;

/// The version of ECS that `ecs.version` states.
pub const ECS_VERSION: &str = "9.4.0";

/// `dns.question.registered_domain`, `.subdomain` and `.top_level_domain`.
#[inline(always)]
pub(crate) fn domain<V: Visitor>(v: &mut V) {
    if v.settings().enrich.domain {
        v.derived(key!("registered_domain"), |draft| {
            write_part(draft, |domain, size| Some((domain.registered?, size)))
        });
        v.derived(key!("subdomain"), |draft| {
            write_part(draft, |domain, _| Some((0, domain.registered?.checked_sub(1)?)))
        });
        v.derived(key!("top_level_domain"), |draft| {
            write_part(draft, |domain, size| Some((domain.suffix, size)))
        });
    }
}

/// Writes the part of the name between the offsets that `part` gives, told the name's size.
#[inline(always)]
fn write_part(
    draft: &mut Draft<'_, '_>,
    part: impl FnOnce(Domain, usize) -> Option<(usize, usize)>,
) -> bool {
    let (Some(domain), Some(name)) = (draft.found.domain, draft.found.question_name) else {
        return false;
    };
    let name = name.part(draft.changed_name);
    let Some((start, end)) = part(domain, name.size()) else { return false };
    draft.writer.str_part(name.within(start, end - start));
    true
}

/// `event.outcome`.
pub(crate) fn outcome(draft: &mut Draft<'_, '_>) -> bool {
    match draft.found.response_code {
        Some(0) => draft.writer.str(b"success"),
        Some(_) => draft.writer.str(b"failure"),
        None => return false,
    }
    true
}

/// `network.type`.
#[inline(always)]
pub(crate) fn network_type<V: Visitor>(v: &mut V) {
    if v.settings().enrich.network {
        v.derived(key!("type"), |draft| {
            match draft.found.source_ip {
                Some((_, Family::V4)) => draft.writer.str(b"ipv4"),
                Some((_, Family::V6)) => draft.writer.str(b"ipv6"),
                None => return false,
            }
            true
        });
    }
}

/// `observer`, `related` and `ecs`.
#[inline(always)]
pub(crate) fn observer_related_and_version<V: Visitor>(v: &mut V, dataset: Dataset) {
    let enrich = v.settings().enrich;
    if enrich.observer {
        v.object(key!("observer"), |v| {
            v.constants(2, joined!(key!("vendor"), key!("Cloudflare"), key!("type"), key!("dns")));
        });
    }
    if enrich.related {
        v.object(key!("related"), |v| match dataset {
            Dataset::DnsLogs | Dataset::DnsFirewallLogs => {
                v.derived(key!("ip"), related::ip);
                v.derived(key!("hosts"), related::hosts);
            }
            Dataset::GatewayDns => {
                v.derived(key!("ip"), related::ip_of_gateway);
                v.derived(key!("hosts"), related::hosts_of_gateway);
                v.derived(key!("user"), related::user_of_gateway);
            }
        });
    }
    // ECS requires it.
    if enrich.version || v.settings().convention == Convention::Ecs {
        v.object(key!("ecs"), |v| {
            v.constants(
                1,
                joined!(key!("version"), &fixstr::<{ ECS_VERSION.len() + 1 }>(ECS_VERSION)),
            );
        });
    }
}

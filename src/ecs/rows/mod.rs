//! What goes where: a file for each dataset that reads like its table, a row for each ECS field, in
//! the order of the output. How a value is read is told by the rules.

mod common;
mod dns_firewall_logs;
mod dns_logs;
pub(super) mod enrich;
mod gateway_dns;
pub(super) mod visitor;

use crate::source::Dataset;
use visitor::Visitor;

/// Goes through the rows of a dataset, in the order of the output.
#[inline(always)]
pub(super) fn map_rows<V: Visitor>(visitor: &mut V, dataset: Dataset) {
    match dataset {
        Dataset::DnsLogs => dns_logs::map(visitor),
        Dataset::DnsFirewallLogs => dns_firewall_logs::map(visitor),
        Dataset::GatewayDns => gateway_dns::map(visitor),
    }
}

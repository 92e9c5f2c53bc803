//! The mapping: a Cloudflare record in, an ECS record out, written once.
//!
//! Each dataset's mapping is one function in a file of its own that reads like its table: a row
//! for each ECS field, in the order of the output. What no row takes goes to `cloudflare.<name>`
//! by its type ([`typed`]), and what cannot be read stays there as it came, with a note in
//! `error.message` ([`notes`]). The same functions also give the outline that README's table and
//! the rule for clashing names come from ([`outline`]).
//!
//! Source: the mapping's contract (README, "Mapping"); ECS 9; the tables it cites.

mod answers;
mod depth;
mod dns_firewall_logs;
mod dns_logs;
mod draft;
mod enrich;
mod frame;
mod framed;
mod gateway_dns;
mod ip;
mod notes;
mod number;
mod outline;
mod rule;
mod settings;
mod shared;
mod target;
mod typed;
mod unreadable;
mod whole;

pub use draft::{Event, Place, Scratch, Shortage, write_event};
pub use notes::{Notes, Reason};
pub use outline::{Line, outline};
pub use settings::Settings;
pub use shared::ECS_VERSION;
pub use unreadable::Unreadable;

use crate::source::Dataset;
use target::Target;

/// Goes through the rows of a dataset, in the order of the output.
#[inline(always)]
fn map_rows<T: Target>(target: &mut T, dataset: Dataset) {
    match dataset {
        Dataset::DnsLogs => dns_logs::map(target),
        Dataset::DnsFirewallLogs => dns_firewall_logs::map(target),
        Dataset::GatewayDns => gateway_dns::map(target),
    }
}

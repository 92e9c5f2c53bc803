//! Which dataset a record is from, and whether it is ours at all.

use super::fields::Field::{
    ClientResponseCode, ClusterID, ColoCode, Datetime, QueryName, QueryNameReversed, QueryType,
    RCode, ResolverDecision, ResponseCode, SourceIP, Timestamp, UpstreamIP, UpstreamResponseCode,
};
use super::fields::{Dataset, FieldSet};
use super::record::Record;

/// The keys that tell a dataset, even with an empty value; the first that matches counts.
const TELLTALES: [(FieldSet, Dataset); 3] = [
    (FieldSet::of(&[Datetime, RCode, ResolverDecision, QueryNameReversed]), Dataset::GatewayDns),
    (
        FieldSet::of(&[ClientResponseCode, ClusterID, UpstreamIP, UpstreamResponseCode]),
        Dataset::DnsFirewallLogs,
    ),
    (FieldSet::of(&[QueryType, ResponseCode, Timestamp, SourceIP, ColoCode]), Dataset::DnsLogs),
];

impl Record {
    /// The dataset to map this record by; `None` when the record is not ours. `forced` is the
    /// configured dataset, beside which a QueryName alone is enough.
    #[inline]
    pub fn dataset(&self, forced: Option<Dataset>) -> Option<Dataset> {
        if !self.present().has(QueryName) || self.is_ecs() {
            return None;
        }
        forced.or_else(|| {
            let told = TELLTALES.iter().find(|(keys, _)| !self.seen().and(*keys).is_empty());
            told.map(|(_, dataset)| *dataset)
        })
    }
}

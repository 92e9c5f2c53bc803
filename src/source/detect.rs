//! Which dataset a record is from, told by its keys.

use super::fields::Field::{
    AccountID, ApplicationID, ApplicationName, DeviceID, DeviceName, Email, Location, LocationID,
    Policy, PolicyID, PolicyName, Protocol, QueryID, QueryName, QuerySize, RegistrationID,
    TenantID, TimeZone, UserID,
};
use super::fields::{Dataset, Field, FieldSet};

/// Names that other logs have, too: with these alone, no dataset is told.
pub const GENERAL: FieldSet = FieldSet::of(&[
    QueryName,
    AccountID,
    ApplicationID,
    ApplicationName,
    DeviceID,
    DeviceName,
    Email,
    Location,
    LocationID,
    Policy,
    PolicyID,
    PolicyName,
    Protocol,
    QueryID,
    QuerySize,
    RegistrationID,
    TenantID,
    TimeZone,
    UserID,
]);

/// The keys that tell a record of Cloudflare's, even with an empty value.
const TELLING: FieldSet = FieldSet::of(&Field::ALL).without(GENERAL);

/// The dataset that has the most of these keys; on a tie the first. `None` when none tells.
#[cold]
pub(super) fn dataset_of(seen: FieldSet) -> Option<Dataset> {
    if seen.and(TELLING).is_empty() {
        return None;
    }
    let keys = |dataset: &Dataset| seen.and(dataset.fields()).len();
    Dataset::ALL.into_iter().rev().max_by_key(keys)
}

//! The facts: fields, types and codes, read from `tests/data/*.csv`.

use std::collections::HashMap;
use std::sync::LazyLock;

/// The top-level names that the mapping writes for some record, in the order of the output; the time
/// comes before them, under the name that is configured.
pub(crate) const TOP_LEVEL: [&str; 14] = [
    "dns",
    "event",
    "source",
    "destination",
    "network",
    "host",
    "device",
    "user",
    "rule",
    "observer",
    "related",
    "ecs",
    "cloudflare",
    "error",
];

/// What the values of a field are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Int,
    Bool,
    Time,
    Texts,
    Ints,
    Objects,
}

/// One row of `fields.csv`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) dataset: &'static str,
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
}

pub(crate) const DATASETS: [&str; 3] = ["dns_logs", "dns_firewall_logs", "gateway_dns"];

pub(crate) static FIELDS: LazyLock<Vec<Field>> = LazyLock::new(|| {
    let row = |line: &'static str| {
        let mut columns = line.split(',');
        let mut column = || columns.next().expect("a column");
        let (dataset, name) = (column(), column());
        let kind = match column() {
            "string" => Kind::Text,
            "int" => Kind::Int,
            "bool" => Kind::Bool,
            "int or string" => Kind::Time,
            "array[string]" => Kind::Texts,
            "array[int]" => Kind::Ints,
            "array[object]" => Kind::Objects,
            other => panic!("{other}: no type"),
        };
        Field { dataset, name, kind }
    };
    include_str!("../data/fields.csv").lines().skip(1).map(row).collect()
});

/// The fields of one dataset, in the order of the CSV.
pub(crate) fn fields(dataset: &str) -> impl Iterator<Item = &'static Field> {
    FIELDS.iter().filter(move |field| field.dataset == dataset)
}

/// Fields with names that other logs have, too: they tell no dataset.
pub(crate) const GENERAL: [&str; 19] = [
    "QueryName",
    "AccountID",
    "ApplicationID",
    "ApplicationName",
    "DeviceID",
    "DeviceName",
    "Email",
    "Location",
    "LocationID",
    "Policy",
    "PolicyID",
    "PolicyName",
    "Protocol",
    "QueryID",
    "QuerySize",
    "RegistrationID",
    "TenantID",
    "TimeZone",
    "UserID",
];

/// Whether a key shows that a record is one of Cloudflare's DNS records.
pub(crate) fn is_telling(name: &str) -> bool {
    FIELDS.iter().any(|field| field.name == name) && !GENERAL.contains(&name)
}

fn names(csv: &'static str, column: usize) -> HashMap<i128, &'static str> {
    let row = |line: &'static str| {
        let columns: Vec<_> = line.split(',').collect();
        (columns[0].parse().expect("a number"), columns[column])
    };
    csv.lines().skip(1).map(row).filter(|(_, name)| !name.is_empty()).collect()
}

static TYPES: LazyLock<HashMap<i128, &str>> =
    LazyLock::new(|| names(include_str!("../data/rrtypes.csv"), 1));

static SEKOIA_CODES: LazyLock<HashMap<i128, &str>> =
    LazyLock::new(|| names(include_str!("../data/rcodes.csv"), 2));

/// The name of a type in the convention, if it has one.
pub(crate) fn type_name(number: i128, ecs: bool) -> Option<String> {
    match (TYPES.get(&number), ecs) {
        (Some(_), true) if number == 255 => Some("ANY".to_owned()),
        (Some(name), _) => Some((*name).to_owned()),
        (None, true) => Some(format!("TYPE{number}")),
        (None, false) => None,
    }
}

/// The name of a response code in the convention, if it has one.
pub(crate) fn code_name(number: i128, ecs: bool) -> Option<String> {
    let name = SEKOIA_CODES.get(&number)?;
    Some(match (number, ecs) {
        (16, true) => "BADVERS".to_owned(),
        (_, true) => name.to_uppercase(),
        (_, false) => (*name).to_owned(),
    })
}

/// The response code of that name, in any convention and any case. Two names share 16.
pub(crate) fn code_named(name: &str) -> Option<i128> {
    let is_name = |known: &&str| known.eq_ignore_ascii_case(name);
    let in_row = |known: &str| known.split(" OR ").chain([known]).any(|known| is_name(&known));
    SEKOIA_CODES.iter().find(|(_, known)| in_row(known)).map(|(number, _)| *number)
}

/// The name of a decision that came as a number.
pub(crate) fn decision(number: i128) -> Option<&'static str> {
    let name = match number {
        0 => "unknown",
        1 => "allowedByQueryName",
        2 => "blockedByQueryName",
        3 => "blockedByCategory",
        4 => "allowedOnNoLocation",
        5 => "allowedOnNoPolicyMatch",
        6 => "blockedAlwaysCategory",
        7 => "overrideForSafeSearch",
        8 => "overrideApplied",
        9 => "blockedRule",
        10 => "allowedRule",
        _ => return None,
    };
    Some(name)
}

/// Names of classes (RFC 6895, section 3.2).
pub(crate) fn class_name(number: i128) -> String {
    match number {
        1 => "IN".to_owned(),
        3 => "CH".to_owned(),
        4 => "HS".to_owned(),
        254 => "NONE".to_owned(),
        255 => "ANY".to_owned(),
        _ => format!("CLASS{number}"),
    }
}

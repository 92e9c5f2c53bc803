//! What of a record must be found again in its output, told without the oracle's mapping.

use std::collections::BTreeSet;

use crate::oracle::settings::SHARED;
use crate::oracle::tables::{self, Kind};
use crate::oracle::value::Val;
use crate::oracle::wire::{self, Wire};
use crate::oracle::{json, time, typed};

/// The scalars in a value, numbers and truth values in whichever form they come.
fn scalars(value: &Val, into: &mut BTreeSet<String>) {
    match value {
        Val::Array(items) => items.iter().for_each(|item| scalars(item, into)),
        Val::Map(pairs) => pairs.iter().for_each(|(key, value)| {
            scalars(key, into);
            scalars(value, into);
        }),
        other => {
            into.insert(scalar(other));
        }
    }
}

fn scalar(value: &Val) -> String {
    if let Some(text) = value.text() {
        return text.trim_matches('.').to_owned();
    }
    match value {
        Val::Float(number) if number.fract() == 0.0 => format!("{number:.0}"),
        other => format!("{other:?}"),
    }
}

/// Fields of the input that the output has lost, though no rule drops them.
pub(crate) fn lost(dataset: &str, input: &Val, output: &Val) -> Vec<String> {
    let mut there = BTreeSet::new();
    scalars(output, &mut there);
    let mut lost = Vec::new();
    for (place, (key, value)) in input.pairs().iter().enumerate() {
        let Some(name) = key.text() else { continue };
        let field = tables::fields(dataset).find(|field| field.name == name);
        let again = input.pairs()[place + 1..].iter().any(|(later, _)| later.text() == Some(name));
        if field.is_some_and(|field| again || value.is_absent() || is_dropped(input, field, value))
        {
            continue;
        }
        // A null says nothing where other records have an object.
        if field.is_none() && SHARED.contains(&name) && matches!(value, Val::Nil) {
            continue;
        }
        let mut wanted = BTreeSet::new();
        scalars(value, &mut wanted);
        let text = json::print(&value.plain());
        if field.is_some_and(|field| field.kind != Kind::Objects) && there.contains(&text) {
            wanted = BTreeSet::from([text]);
        }
        if field.is_none() {
            wanted.insert(scalar(key));
        }
        if !wanted.is_subset(&there) {
            lost.push(format!("{name}: {:?}", wanted.difference(&there).collect::<Vec<_>>()));
        }
    }
    lost
}

/// Whether the mapping has another form for the value, or none.
fn is_dropped(record: &Val, field: &tables::Field, value: &Val) -> bool {
    let number = matches!(value, Val::Int(_) | Val::Float(_))
        || value.text().is_some_and(|text| text.parse::<i128>().is_ok());
    let truth = typed::truth(value).is_some();
    let is_named = || typed::response_code(value).and_then(|code| tables::code_name(code, false));
    let has_name = record.members("QueryTypeName").last().and_then(Val::text);
    match (field.name, field.kind) {
        (_, Kind::Time) => time::parse(value).is_some(),
        // Beside a QueryTypeName it is dropped in any form.
        ("QueryType", _) => {
            number
                || value.text() == Some("*")
                || (field.dataset == "gateway_dns" && has_name.is_some())
        }
        ("ResponseCode" | "ClientResponseCode" | "RCode", _) => is_named().is_some(),
        (_, Kind::Bool) => truth,
        ("SrcPort" | "DstPort", _) => {
            value.text().is_some_and(|text| text.parse::<i128>() == Ok(0)) || scalar(value) == "0"
        }
        ("ResourceRecordsJSON", _) => match value.text() {
            Some(text) => text.starts_with('[') || text.trim() == "null",
            None => matches!(value, Val::Array(_)),
        },
        ("ResourceRecords" | "RData", _) => {
            let Val::Array(items) = value else { return false };
            let texts = items.iter().map(|item| item.members("data").next().and_then(Val::text));
            texts.map(Option::unwrap_or_default).all(|text| wire::read(text) != Wire::Wrong)
        }
        ("QueryName", _) => value.text().is_some_and(|text| text.contains(char::is_control)),
        ("QueryTypeName", _) => value.text() == Some("*"),
        ("ResolverDecision" | "ResponseTimeMs", _) => number,
        _ => false,
    }
}

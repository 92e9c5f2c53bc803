//! The mapping once more, as plainly as it can be written: trees in, trees out.
//!
//! Written from the contract alone. It shares no code with the mapper but the Public Suffix List;
//! its tables are read from `tests/data/`. It tells which fields an `error.message` names and in
//! which order, not the reasons.

#![allow(dead_code, reason = "each test takes what it needs")]

mod datasets;
mod draft;
pub(crate) mod enrich;
pub(crate) mod json;
pub(crate) mod msgpack;
pub(crate) mod settings;
pub(crate) mod tables;
pub(crate) mod through;
pub(crate) mod time;
pub(crate) mod typed;
pub(crate) mod value;
pub(crate) mod wire;

use std::collections::BTreeSet;

use draft::Draft;
use settings::Settings;
use time::SECOND;
use value::Val;

/// What becomes of an event.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Verdict {
    Mapped {
        record: Val,
        /// The event's new time, in nanoseconds; `None` when it keeps its own.
        time: Option<i128>,
    },
    Passed,
    Dropped,
    /// There is something in the record that this mapping does not read: a resource record in wire
    /// format of a type that only the mapper knows.
    Beyond,
}

/// Why an event is not mapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    MappedBefore,
    NoQueryName,
    NotTold,
    NotJson,
}

/// What becomes of an event with that record and that time in its header.
pub(crate) fn judge(settings: &Settings, event_time: &Val, record: &Val) -> Verdict {
    match map(settings, event_time, record) {
        Ok(mapped) => mapped,
        Err(why) if settings.drop && why != Why::MappedBefore => Verdict::Dropped,
        Err(_) => Verdict::Passed,
    }
}

/// Why an event with that record is not mapped, when it is not.
pub(crate) fn why(settings: &Settings, record: &Val) -> Option<Why> {
    map(settings, &Val::Nil, record).err()
}

fn map(settings: &Settings, event_time: &Val, event: &Val) -> Result<Verdict, Why> {
    if is_ecs(event) {
        return Err(Why::MappedBefore);
    }
    let text = match &settings.key_name {
        Some(key_name) => {
            let text = event.members(key_name).last().and_then(Val::text);
            Some(text.ok_or(Why::NotJson)?.to_owned())
        }
        None => None,
    };
    let record = match &text {
        Some(text) => json::parse_object(text).ok_or(Why::NotJson)?,
        None => event.clone(),
    };
    if is_ecs(&record) {
        return Err(Why::MappedBefore);
    }
    if record.members("QueryName").last().is_none_or(Val::is_absent) {
        return Err(Why::NoQueryName);
    }
    let dataset = match settings.dataset {
        Some(dataset) => dataset,
        None => detect(&record).ok_or(Why::NotTold)?,
    };

    let mut draft = Draft::new(settings, dataset, &record);
    datasets::constants(&mut draft);
    let time = timestamp(&mut draft, event_time);
    match dataset {
        "dns_logs" => datasets::dns_logs(&mut draft),
        "dns_firewall_logs" => datasets::dns_firewall_logs(&mut draft),
        _ => datasets::gateway_dns(&mut draft),
    }
    if settings.enriches("created") {
        if let Some(time) = time::of_event(event_time) {
            draft.set("event.created", time::format(time));
        }
    }
    enrich::enrich(&mut draft);
    if draft.is_beyond {
        return Ok(Verdict::Beyond);
    }
    if settings.preserve_original {
        draft.set("event.original", text.unwrap_or_else(|| json::print(&record)));
    }
    let mut behind = Vec::new();
    for (key, value) in foreign(settings, dataset, event, &record) {
        match place(settings, dataset, &key, &value) {
            Place::Unmapped => draft.set_below("cloudflare.unmapped", key, value),
            Place::Behind => behind.push((key, value)),
            Place::Nowhere => {}
        }
    }
    let mut mapped = draft.finish();
    mapped.append(&mut behind);
    Ok(Verdict::Mapped { record: Val::Map(mapped), time })
}

/// Where a foreign field goes.
enum Place {
    Behind,
    Unmapped,
    Nowhere,
}

fn place(settings: &Settings, dataset: &str, key: &Val, value: &Val) -> Place {
    let Some(name) = key.text() else { return Place::Behind };
    let is_reserved = settings.reserved(dataset).iter().any(|own| own == name);
    // Other records of the index have objects there, or their time.
    let is_shared = settings::SHARED.contains(&name) && !matches!(value, Val::Map(_));
    match value {
        _ if is_reserved || name == "@timestamp" => Place::Unmapped,
        Val::Nil if is_shared => Place::Nowhere,
        _ if is_shared => Place::Unmapped,
        _ => Place::Behind,
    }
}

/// Whether the record's `event.dataset` is one of the three.
fn is_ecs(record: &Val) -> bool {
    record
        .members("event")
        .flat_map(|event| event.members("dataset"))
        .any(|dataset| dataset.text().is_some_and(|name| tables::DATASETS.contains(&name)))
}

/// The dataset that has the most of the record's keys; on a tie the first.
fn detect(record: &Val) -> Option<&'static str> {
    let keys: BTreeSet<_> = record.pairs().iter().filter_map(|(key, _)| key.text()).collect();
    if !keys.iter().any(|key| tables::is_telling(key)) {
        return None;
    }
    let has = |dataset: &str| tables::fields(dataset).filter(|f| keys.contains(f.name)).count();
    tables::DATASETS.into_iter().rev().max_by_key(|dataset| has(dataset))
}

/// Writes the time and gives what the event's header is to tell.
fn timestamp(draft: &mut Draft<'_>, event_time: &Val) -> Option<i128> {
    let name = if draft.dataset == "gateway_dns" { "Datetime" } else { "Timestamp" };
    let (mut read, taken) = (None, draft.take(name));
    if let Some((name, value)) = &taken {
        read = time::parse(value);
        if read.is_none() {
            draft.refuse(name, value);
        }
    }
    if let (Some(key), Some(time)) =
        (&draft.settings.timestamp_key, read.or_else(|| time::of_event(event_time)))
    {
        let key = key.clone();
        draft.set_top(&key, time::format(time).into());
    }
    let fits = |time: &i128| (0..=i128::from(i32::MAX)).contains(&time.div_euclid(SECOND));
    let told = read.filter(|_| draft.settings.set_time).filter(fits);
    let has_no_place = told.is_none() && draft.settings.timestamp_key.is_none();
    let stays = taken.filter(|_| read.is_some() && has_no_place);
    if let Some((name, value)) = stays {
        draft.set_below("cloudflare", name, kept_value(&name.into(), &value));
    }
    told
}

/// The fields that are not Cloudflare's and stay, in their order: first those in the JSON text,
/// then those beside it.
fn foreign(settings: &Settings, dataset: &str, event: &Val, record: &Val) -> Vec<(Val, Val)> {
    let own = |key: &Val| tables::fields(dataset).any(|field| key.text() == Some(field.name));
    let inner = record.pairs().iter().filter(|(key, _)| !own(key));
    let mut kept: Vec<_> =
        inner.map(|(key, value)| (key.clone(), kept_value(key, value))).collect();
    if !settings.reserve_data {
        kept.clear();
    }
    let Some(key_name) = &settings.key_name else { return kept };
    let is_text = |(key, _): &(Val, Val)| key.text() == Some(key_name);
    let text = event.pairs().iter().rposition(is_text);
    for (place, pair) in event.pairs().iter().enumerate() {
        let stays = if Some(place) == text { settings.preserve_key } else { settings.reserve_data };
        if stays {
            kept.push(pair.clone());
        }
    }
    kept
}

/// A value that stays, as MessagePack. A time, of whichever dataset, keeps its digits, as text, where
/// the nearest double is another time.
fn kept_value(key: &Val, value: &Val) -> Val {
    let is_time = ["Timestamp", "Datetime"].map(Some).contains(&key.text());
    let rounded = value.plain();
    match value {
        Val::Number(digits)
            if is_time
                && time::parse(value).is_some_and(|time| time::parse(&rounded) != Some(time)) =>
        {
            digits.as_str().into()
        }
        _ => rounded,
    }
}

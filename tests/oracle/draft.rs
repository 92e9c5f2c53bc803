//! A record that is being mapped: what is left of the input, and what is written so far.

use super::settings::Settings;
use super::tables::{self, Kind};
use super::typed;
use super::value::Val;

pub(crate) struct Draft<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) dataset: &'static str,
    /// Fields of Cloudflare's that were not read yet: the last of each name, none absent.
    left: Vec<(&'static str, Val)>,
    /// All of them, read or not.
    all: Vec<(&'static str, Val)>,
    written: Vec<(Vec<Val>, Val)>,
    /// The names of fields that could not be read.
    notes: Vec<&'static str>,
    /// Whether there is something in the record that this mapping does not read.
    pub(crate) is_beyond: bool,
}

impl<'a> Draft<'a> {
    /// A draft from the record's own pairs.
    pub(crate) fn new(settings: &'a Settings, dataset: &'static str, record: &Val) -> Self {
        let last = |field: &tables::Field| {
            let value = record.members(field.name).last()?;
            let port = ["SrcPort", "DstPort"].contains(&field.name);
            let absent = value.is_absent() || (port && typed::integer(value) == Some(0));
            (!absent).then(|| (field.name, value.clone()))
        };
        let all: Vec<_> = tables::fields(dataset).filter_map(last).collect();
        Self {
            settings,
            dataset,
            left: all.clone(),
            all,
            written: Vec::new(),
            notes: Vec::new(),
            is_beyond: false,
        }
    }

    /// Whether the field is there and not read yet.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.left.iter().any(|(field, _)| *field == name)
    }

    /// The texts in a field that is an array.
    pub(crate) fn texts(&self, name: &str) -> Vec<&str> {
        let field = self.all.iter().find(|(field, _)| *field == name);
        let Some((_, Val::Array(items))) = field else { return Vec::new() };
        items.iter().filter_map(Val::text).filter(|text| !text.is_empty()).collect()
    }

    /// Takes a field out.
    pub(crate) fn take(&mut self, name: &str) -> Option<(&'static str, Val)> {
        let place = self.left.iter().position(|(field, _)| *field == name)?;
        Some(self.left.remove(place))
    }

    /// Leaves a field to be read once more.
    pub(crate) fn put_back(&mut self, name: &'static str, value: Val) {
        self.left.push((name, value));
    }

    /// Writes a field of the record itself; its name may have any spelling.
    pub(crate) fn set_top(&mut self, name: &str, value: Val) {
        self.written.push((vec![name.into()], value));
    }

    /// Writes a member; the path is dotted.
    pub(crate) fn set(&mut self, path: &str, value: impl Into<Val>) {
        let path = path.split('.').map(Val::from).collect();
        self.written.push((path, value.into()));
    }

    /// Writes a member in place of the one that is there.
    pub(crate) fn replace(&mut self, path: &str, value: Val) {
        let at: Vec<_> = path.split('.').map(Val::from).collect();
        self.written.retain(|(known, _)| *known != at);
        self.set(path, value);
    }

    /// Writes a member whose last name may have any spelling.
    pub(crate) fn set_below(&mut self, path: &str, last: impl Into<Val>, value: Val) {
        let path = path.split('.').map(Val::from).chain([last.into()]).collect();
        self.written.push((path, value));
    }

    /// Keeps a field as it came; as JSON where it has a map and the field never holds one.
    pub(crate) fn refuse(&mut self, name: &'static str, value: &Val) {
        let field = tables::fields(self.dataset).find(|field| field.name == name);
        let kept = match field.map(|field| field.kind) {
            Some(Kind::Objects) => value.plain(),
            _ => typed::without_maps(value),
        };
        self.set_below("cloudflare", name, kept);
        self.notes.push(name);
    }

    /// Takes a field; what `read` makes of it goes to `path`, or it is refused.
    pub(crate) fn map<T: Into<Val>>(
        &mut self,
        name: &str,
        path: &str,
        read: impl Fn(&Val) -> Option<T>,
    ) -> bool {
        let Some((name, value)) = self.take(name) else { return false };
        match read(&value) {
            Some(read) => self.set(path, read),
            None => self.refuse(name, &value),
        }
        true
    }

    /// Everything that is left goes under `cloudflare`.
    pub(crate) fn rest(&mut self) {
        for field in tables::fields(self.dataset) {
            self.map(field.name, &format!("cloudflare.{}", field.name), |value| {
                typed::typed(field.kind, value)
            });
        }
    }

    /// Adds one typed copy of a field that was mapped elsewhere.
    pub(crate) fn keep_number(&mut self, name: &'static str, value: &Val) {
        if let Some(number) = typed::typed(Kind::Int, value) {
            self.set_below("cloudflare", name, number);
        }
    }

    pub(crate) fn get(&self, path: &str) -> Option<&Val> {
        let path: Vec<_> = path.split('.').map(Val::from).collect();
        self.written.iter().find(|(at, _)| *at == path).map(|(_, value)| value)
    }

    /// The ECS record, without the foreign fields.
    pub(crate) fn finish(mut self) -> Vec<(Val, Val)> {
        if !self.notes.is_empty() {
            let notes: Vec<_> = self.notes.iter().map(|name| format!("{name}: …")).collect();
            self.set("error.message", notes.join("; "));
            if self.settings.ecs {
                self.replace("event.kind", "pipeline_error".into());
            }
        }
        let mut record = Vec::new();
        for (path, value) in &self.written {
            insert(&mut record, path, value);
        }
        // The time comes first, also under a name that the mapping does not write here.
        let time = self.settings.timestamp_key.as_deref();
        let own =
            |name: &Val| tables::TOP_LEVEL.iter().position(|known| name.text() == Some(known));
        record.sort_by_key(|(name, _)| match name.text() == time {
            true => 0,
            false => own(name).map_or(0, |place| place + 1),
        });
        record
    }
}

fn insert(into: &mut Vec<(Val, Val)>, path: &[Val], value: &Val) {
    let Some((name, rest)) = path.split_first() else { return };
    if rest.is_empty() {
        into.push((name.clone(), value.clone()));
        return;
    }
    let place = into.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
        into.push((name.clone(), Val::Map(Vec::new())));
        into.len() - 1
    });
    if let Val::Map(inner) = &mut into[place].1 {
        insert(inner, rest, value);
    }
}

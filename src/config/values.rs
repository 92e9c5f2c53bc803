//! The settings, and the values that they take.

use std::fmt;

use crate::source::Dataset;

/// How a record is laid out in ECS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Convention {
    /// As Sekoia's published samples have it: IANA's spelling, types without a name left out.
    Sekoia,
    /// As ECS 9 and Elastic's detection rules expect.
    Ecs,
}

impl Convention {
    pub(crate) const ALL: [Self; 2] = [Self::Sekoia, Self::Ecs];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Sekoia => "sekoia",
            Self::Ecs => "ecs",
        }
    }
}

/// What to do with a record that is not a Cloudflare DNS record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnMismatch {
    /// It passes byte for byte.
    Keep,
    /// It is removed.
    Drop,
}

impl OnMismatch {
    pub(super) const ALL: [Self; 2] = [Self::Keep, Self::Drop];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Drop => "drop",
        }
    }
}

/// The letters of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameCase {
    /// As they came.
    Keep,
    /// Small, the ASCII ones.
    Lower,
}

impl NameCase {
    pub(super) const ALL: [Self; 2] = [Self::Keep, Self::Lower];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Lower => "lower",
        }
    }
}

/// Groups of ECS fields that are derived from the mapped ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(clippy::struct_excessive_bools, reason = "independent switches")]
pub struct Enrich {
    /// `event.created`.
    pub created: bool,
    /// `dns.question.registered_domain`, `.subdomain` and `.top_level_domain`.
    pub domain: bool,
    /// `related.ip`, `related.hosts` and `related.user`.
    pub related: bool,
    /// `observer.vendor` and `observer.type`.
    pub observer: bool,
    /// `network.protocol` and `network.type`.
    pub network: bool,
    /// `event.outcome`.
    pub outcome: bool,
    /// `ecs.version`.
    pub version: bool,
}

pub(super) type Group = (&'static str, fn(&mut Enrich) -> &mut bool);

impl Enrich {
    pub(super) const GROUPS: [Group; 7] = [
        ("created", |enrich| &mut enrich.created),
        ("domain", |enrich| &mut enrich.domain),
        ("related", |enrich| &mut enrich.related),
        ("observer", |enrich| &mut enrich.observer),
        ("network", |enrich| &mut enrich.network),
        ("outcome", |enrich| &mut enrich.outcome),
        ("version", |enrich| &mut enrich.version),
    ];

    /// All groups.
    pub(crate) fn all() -> Self {
        let mut all = Self::default();
        Self::GROUPS.iter().for_each(|(_, group)| *group(&mut all) = true);
        all
    }

    /// Switches the groups of that name on: one, all or none.
    pub(super) fn switch(&mut self, name: &str) -> Option<()> {
        let is = |word: &str| word.eq_ignore_ascii_case(name);
        let mut known = is("") || is("none");
        for (_, group) in Self::GROUPS.iter().filter(|(group, _)| is("all") || is(group)) {
            *group(self) = true;
            known = true;
        }
        known.then_some(())
    }
}

impl fmt::Display for Enrich {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut enrich = *self;
        let on = Self::GROUPS.into_iter().filter(|(_, switch)| *switch(&mut enrich));
        let names: Vec<_> = on.map(|(name, _)| name).collect();
        match names.is_empty() {
            true => f.write_str("none"),
            false => f.write_str(&names.join(",")),
        }
    }
}

/// The settings of one filter instance.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the key of that name in `KEYS`")]
#[allow(clippy::struct_excessive_bools, reason = "independent switches, named as configured")]
pub struct Config {
    pub convention: Convention,
    /// The one dataset, or `None` to detect it for each record.
    pub dataset: Option<Dataset>,
    pub enrich: Enrich,
    pub keep_codes: bool,
    pub key_name: Option<String>,
    pub name_case: NameCase,
    pub on_mismatch: OnMismatch,
    pub preserve_key: bool,
    pub preserve_original: bool,
    pub reserve_data: bool,
    pub set_time: bool,
    /// `None` when no time field is written.
    pub timestamp_key: Option<String>,
}

impl Config {
    /// What was set and does nothing, for want of another setting: a sentence for each.
    pub fn without_effect(&self) -> impl Iterator<Item = &'static str> + use<> {
        let preserve_key = self.preserve_key && self.key_name.is_none();
        preserve_key.then_some("preserve_key has no effect without key_name").into_iter()
    }

    /// The datasets whose records these settings can meet.
    pub fn datasets(&self) -> impl Iterator<Item = Dataset> + use<> {
        let only = self.dataset;
        Dataset::ALL.into_iter().filter(move |&dataset| only.is_none_or(|only| only == dataset))
    }
}

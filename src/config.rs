//! The configuration keys: one table that serves parsing, the host's config map and README.
//!
//! Source: the mapping's contract (README, "Configuration keys"). A key that the user did not set
//! has its default; the host never passes defaults on. Values are checked here, because the host
//! checks only whether a key exists.

#![forbid(unsafe_code)]

use std::ffi::CStr;
use std::fmt::{self, Display as _};

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
    const ALL: [Self; 2] = [Self::Sekoia, Self::Ecs];

    const fn name(self) -> &'static str {
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
    const ALL: [Self; 2] = [Self::Keep, Self::Drop];

    const fn name(self) -> &'static str {
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
    const ALL: [Self; 2] = [Self::Keep, Self::Lower];

    const fn name(self) -> &'static str {
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

type Group = (&'static str, fn(&mut Enrich) -> &mut bool);

impl Enrich {
    const GROUPS: [Group; 7] = [
        ("created", |enrich| &mut enrich.created),
        ("domain", |enrich| &mut enrich.domain),
        ("related", |enrich| &mut enrich.related),
        ("observer", |enrich| &mut enrich.observer),
        ("network", |enrich| &mut enrich.network),
        ("outcome", |enrich| &mut enrich.outcome),
        ("version", |enrich| &mut enrich.version),
    ];

    /// Switches the groups of that name on: one, all or none.
    fn switch(&mut self, name: &str) -> Option<()> {
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

/// What values a key takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `true`/`on`/`yes` or `false`/`off`/`no`, in any case.
    Bool,
    /// One of these, in any case.
    Choice(&'static [&'static str]),
    /// Any of these, in any case, separated by commas; or empty.
    List(&'static [&'static str]),
    /// Any text; described for the message that refuses a wrong one.
    Text(&'static str),
}

/// One configuration key. Its texts are C strings, which the host's config map takes as they are.
#[derive(Debug)]
pub struct Key {
    /// Its name, lower snake case.
    pub name: &'static CStr,
    /// What values it takes.
    pub kind: Kind,
    /// Its value when it is not set; `None` when that means nothing at all.
    pub default: Option<&'static CStr>,
    /// What it does, in one sentence.
    pub help: &'static CStr,
    set: fn(&mut Config, &str) -> Option<()>,
    /// Shows its value, as the line at the start does.
    show: Show,
}

type Show = fn(&Config, &mut fmt::Formatter<'_>) -> fmt::Result;

const DATASETS: &[&str] =
    &["auto", Dataset::DnsLogs.name(), Dataset::DnsFirewallLogs.name(), Dataset::GatewayDns.name()];

#[expect(clippy::indexing_slicing, reason = "evaluated when compiling")]
const GROUPS: [&str; Enrich::GROUPS.len() + 1] = {
    let mut names = ["all"; Enrich::GROUPS.len() + 1];
    let mut i = 0;
    while i < Enrich::GROUPS.len() {
        names[i] = Enrich::GROUPS[i].0;
        i += 1;
    }
    names
};

/// The values of `timestamp_key` that stand for no field.
const OFF: [&str; 4] = ["off", "false", "no", "none"];

/// All keys, in the order of their names.
pub const KEYS: [Key; 12] = [
    Key {
        name: c"convention",
        kind: Kind::Choice(&[Convention::Sekoia.name(), Convention::Ecs.name()]),
        default: Some(c"sekoia"),
        help: c"How records are laid out: 'sekoia' as in Sekoia's samples, 'ecs' as ECS 9 and \
               Elastic's detection rules expect",
        set: |config, value| {
            config.convention = Convention::ALL.into_iter().find(|of| of.name() == value)?;
            Some(())
        },
        show: |config, f| f.write_str(config.convention.name()),
    },
    Key {
        name: c"dataset",
        kind: Kind::Choice(DATASETS),
        default: Some(c"auto"),
        help: c"The Cloudflare dataset of the records, or 'auto' to tell it from their fields",
        set: |config, value| {
            config.dataset = match value {
                "auto" => None,
                name => Some(Dataset::named(name)?),
            };
            Some(())
        },
        show: |config, f| f.write_str(config.dataset.map_or("auto", Dataset::name)),
    },
    Key {
        name: c"enrich",
        kind: Kind::List(&GROUPS),
        default: Some(c"none"),
        help: c"Groups of derived ECS fields to add, as one comma-separated string",
        set: |config, value| {
            config.enrich = Enrich::default();
            value.split(',').try_for_each(|group| config.enrich.switch(group.trim()))
        },
        show: |config, f| config.enrich.fmt(f),
    },
    Key {
        name: c"keep_codes",
        kind: Kind::Bool,
        default: Some(c"false"),
        help: c"Also keep the numbers of types and response codes, under 'cloudflare'",
        set: |config, value| boolean(value, &mut config.keep_codes),
        show: |config, f| config.keep_codes.fmt(f),
    },
    Key {
        name: c"key_name",
        kind: Kind::Text(
            "the name of a field, which does not begin with $: record accessors are not read",
        ),
        default: None,
        help: c"The field that holds the Cloudflare record as raw JSON text",
        set: |config, value| {
            config.key_name = (!value.is_empty()).then(|| value.to_owned());
            (!value.starts_with('$')).then_some(())
        },
        // A name may hold anything, `none` too.
        show: |config, f| show_text(config.key_name.as_deref().unwrap_or(""), f),
    },
    Key {
        name: c"name_case",
        kind: Kind::Choice(&[NameCase::Keep.name(), NameCase::Lower.name()]),
        default: Some(c"keep"),
        help: c"The case of names in 'dns' and 'related.hosts': 'keep' it, or 'lower' it, because \
               clients vary the case of queries",
        set: |config, value| {
            config.name_case = NameCase::ALL.into_iter().find(|of| of.name() == value)?;
            Some(())
        },
        show: |config, f| f.write_str(config.name_case.name()),
    },
    Key {
        name: c"on_mismatch",
        kind: Kind::Choice(&[OnMismatch::Keep.name(), OnMismatch::Drop.name()]),
        default: Some(c"keep"),
        help: c"What to do with a record that is not a Cloudflare DNS record",
        set: |config, value| {
            config.on_mismatch = OnMismatch::ALL.into_iter().find(|of| of.name() == value)?;
            Some(())
        },
        show: |config, f| f.write_str(config.on_mismatch.name()),
    },
    Key {
        name: c"preserve_key",
        kind: Kind::Bool,
        default: Some(c"false"),
        help: c"Keep the field that 'key_name' names",
        set: |config, value| boolean(value, &mut config.preserve_key),
        show: |config, f| config.preserve_key.fmt(f),
    },
    Key {
        name: c"preserve_original",
        kind: Kind::Bool,
        default: Some(c"false"),
        help: c"Keep the record as it came, as JSON text in 'event.original'",
        set: |config, value| boolean(value, &mut config.preserve_original),
        show: |config, f| config.preserve_original.fmt(f),
    },
    Key {
        name: c"reserve_data",
        kind: Kind::Bool,
        default: Some(c"true"),
        help: c"Keep the fields that are not Cloudflare's, after the ECS fields",
        set: |config, value| boolean(value, &mut config.reserve_data),
        show: |config, f| config.reserve_data.fmt(f),
    },
    Key {
        name: c"set_time",
        kind: Kind::Bool,
        default: Some(c"true"),
        help: c"Set the event's time from the record",
        set: |config, value| boolean(value, &mut config.set_time),
        show: |config, f| config.set_time.fmt(f),
    },
    Key {
        name: c"timestamp_key",
        kind: Kind::Text(
            "off, false, no, none, or the name of a field outside of those that the mapping writes",
        ),
        default: Some(c"@timestamp"),
        help: c"The field to write the record's time to, or 'off' for outputs that write their own",
        set: |config, value| {
            if value.is_empty() {
                return None;
            }
            let off = OFF.iter().any(|off| value.eq_ignore_ascii_case(off));
            config.timestamp_key = (!off).then(|| value.to_owned());
            Some(())
        },
        show: |config, f| show_text(config.timestamp_key.as_deref().unwrap_or("off"), f),
    },
];

fn boolean(value: &str, setting: &mut bool) -> Option<()> {
    *setting = match value {
        "true" | "on" | "yes" => true,
        "false" | "off" | "no" => false,
        _ => return None,
    };
    Some(())
}

impl Default for Config {
    /// The defaults of [`KEYS`].
    fn default() -> Self {
        // Before any key is applied.
        let mut config = Self {
            convention: Convention::Sekoia,
            dataset: None,
            enrich: Enrich::default(),
            keep_codes: false,
            key_name: None,
            name_case: NameCase::Keep,
            on_mismatch: OnMismatch::Keep,
            preserve_key: false,
            preserve_original: false,
            reserve_data: false,
            set_time: false,
            timestamp_key: None,
        };
        for key in &KEYS {
            let default = key.default.map(|default| default.to_str().unwrap_or_default());
            // A default is a value that the key allows: the tests apply each.
            default.and_then(|default| (key.set)(&mut config, default));
        }
        config
    }
}

impl Config {
    /// Reads the settings; `property` gives the configured text of a key, or `None`.
    ///
    /// # Errors
    /// [`WrongValue`] for the first key, in the order of [`KEYS`], whose value is not allowed.
    pub fn read<S: AsRef<str>>(
        mut property: impl FnMut(&CStr) -> Option<S>,
    ) -> Result<Self, WrongValue> {
        let mut config = Self::default();
        for key in &KEYS {
            if let Some(value) = property(key.name) {
                key.apply(&mut config, value.as_ref())?;
            }
        }
        Ok(config)
    }

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

impl Key {
    /// Its name.
    pub fn name(&self) -> &'static str {
        self.name.to_str().unwrap_or_default()
    }

    fn apply(&self, config: &mut Config, value: &str) -> Result<(), WrongValue> {
        let folded = match self.kind {
            Kind::Bool | Kind::Choice(_) => value.to_ascii_lowercase(),
            Kind::List(_) | Kind::Text(_) => value.to_owned(),
        };
        (self.set)(config, &folded).ok_or_else(|| self.wrong(value))
    }

    fn wrong(&self, value: &str) -> WrongValue {
        WrongValue { key: self.name(), value: value.to_owned(), allowed: self.kind.to_string() }
    }
}

impl Kind {
    /// What a boolean may be.
    pub(crate) const BOOL: &'static str = "true, on, yes, false, off, no";
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => f.write_str(Self::BOOL),
            Self::Choice(values) => f.write_str(&values.join(", ")),
            Self::List(values) => write!(f, "any of {}, separated by commas", values.join(", ")),
            Self::Text(what) => f.write_str(what),
        }
    }
}

/// The characters of a configured text that a line shows.
const LONGEST_SHOWN: usize = 80;

/// A key has a value that it does not allow.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WrongValue {
    key: &'static str,
    value: String,
    allowed: String,
}

impl fmt::Display for WrongValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, value, allowed } = self;
        let (shown, more) = beginning(value);
        write!(f, "{key}: wrong value \"{}\"{more}; allowed: {allowed}", shown.escape_debug())
    }
}

impl std::error::Error for WrongValue {}

impl WrongValue {
    /// The error for `value` of the key of that name.
    pub fn of(name: &'static str, value: &str) -> Self {
        let key = KEYS.iter().find(|key| key.name() == name);
        key.map_or_else(Self::default, |key| key.wrong(value))
    }
}

/// As much of a configured text as a line shows, and dots for the rest: a very long text must not
/// push what stands behind it off the line.
fn beginning(text: &str) -> (&str, &'static str) {
    match text.char_indices().nth(LONGEST_SHOWN) {
        Some((end, _)) => (text.get(..end).unwrap_or_default(), "..."),
        None => (text, ""),
    }
}

/// The effective settings, `key=value` for every key, as the start-up line shows them.
impl fmt::Display for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, key) in KEYS.iter().enumerate() {
            write!(f, "{}{}=", if place > 0 { " " } else { "" }, key.name())?;
            (key.show)(self, f)?;
        }
        Ok(())
    }
}

/// Shows a configured text in one line.
fn show_text(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let (shown, more) = beginning(text);
    write!(f, "{}{more}", shown.escape_debug())
}

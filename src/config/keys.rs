//! The table of the keys: for each its name, its values, its default, and what it does.

use std::ffi::CStr;
use std::fmt::{self, Display as _};

use super::values::{Config, Convention, Enrich, NameCase, OnMismatch};
use super::wrong_value::{WrongValue, show_text};
use crate::source::Dataset;

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
    pub(super) set: fn(&mut Config, &str) -> Option<()>,
    /// Shows its value, as the line at the start does.
    pub(super) show: Show,
}

pub(super) type Show = fn(&Config, &mut fmt::Formatter<'_>) -> fmt::Result;

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
            choice(Convention::ALL, Convention::name, value, &mut config.convention)
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
        set: |config, value| choice(NameCase::ALL, NameCase::name, value, &mut config.name_case),
        show: |config, f| f.write_str(config.name_case.name()),
    },
    Key {
        name: c"on_mismatch",
        kind: Kind::Choice(&[OnMismatch::Keep.name(), OnMismatch::Drop.name()]),
        default: Some(c"keep"),
        help: c"What to do with a record that is not a Cloudflare DNS record",
        set: |config, value| {
            choice(OnMismatch::ALL, OnMismatch::name, value, &mut config.on_mismatch)
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

fn choice<T: Copy, const N: usize>(
    all: [T; N],
    name: fn(T) -> &'static str,
    value: &str,
    setting: &mut T,
) -> Option<()> {
    *setting = all.into_iter().find(|of| name(*of) == value)?;
    Some(())
}

fn boolean(value: &str, setting: &mut bool) -> Option<()> {
    *setting = match value {
        "true" | "on" | "yes" => true,
        "false" | "off" | "no" => false,
        _ => return None,
    };
    Some(())
}

impl Key {
    /// Its name.
    pub fn name(&self) -> &'static str {
        self.name.to_str().unwrap_or_default()
    }

    pub(super) fn apply(&self, config: &mut Config, value: &str) -> Result<(), WrongValue> {
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

impl WrongValue {
    /// The error for `value` of the key of that name.
    pub fn of(name: &'static str, value: &str) -> Self {
        let key = KEYS.iter().find(|key| key.name() == name);
        key.map_or_else(Self::default, |key| key.wrong(value))
    }
}

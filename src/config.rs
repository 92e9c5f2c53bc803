//! The configuration keys: one table that serves parsing, the host's config map and README.
//!
//! Source: the mapping's contract (README, "Configuration keys"). A key that the user did not set
//! has its default; the host never passes defaults on. Values are checked here, because the host
//! checks only whether a key exists.

#![forbid(unsafe_code)]

use std::ffi::CStr;
use std::fmt;

use crate::source::Dataset;

/// How a record is laid out in ECS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Convention {
    /// As Sekoia's published samples have it: IANA's spelling, types without a name left out.
    #[default]
    Sekoia,
    /// As ECS 9 and Elastic's detection rules expect.
    Ecs,
}

/// What to do with a record that is not a Cloudflare DNS record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnMismatch {
    /// It passes byte for byte.
    #[default]
    Keep,
    /// It is removed.
    Drop,
}

/// Groups of ECS fields that are derived from the mapped ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(clippy::struct_excessive_bools, reason = "six independent switches")]
pub struct Enrich {
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

impl Enrich {
    const ALL: Self = Self {
        domain: true,
        related: true,
        observer: true,
        network: true,
        outcome: true,
        version: true,
    };

    fn switch(&mut self, group: &str) -> Option<()> {
        match group.to_ascii_lowercase().as_str() {
            "domain" => self.domain = true,
            "related" => self.related = true,
            "observer" => self.observer = true,
            "network" => self.network = true,
            "outcome" => self.outcome = true,
            "version" => self.version = true,
            "all" => *self = Self::ALL,
            "" | "none" => {}
            _ => return None,
        }
        Some(())
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
}

const DATASETS: &[&str] = &["auto", "dns_logs", "dns_firewall_logs", "gateway_dns"];
const GROUPS: &[&str] = &["domain", "related", "observer", "network", "outcome", "version", "all"];

/// All keys, in the order of their names.
pub const KEYS: [Key; 11] = [
    Key {
        name: c"convention",
        kind: Kind::Choice(&["sekoia", "ecs"]),
        default: Some(c"sekoia"),
        help: c"How records are laid out: 'sekoia' as in Sekoia's samples, 'ecs' as ECS 9 and \
               Elastic's detection rules expect",
        set: |config, value| {
            config.convention = match value {
                "sekoia" => Convention::Sekoia,
                "ecs" => Convention::Ecs,
                _ => return None,
            };
            Some(())
        },
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
    },
    Key {
        name: c"enrich",
        kind: Kind::List(GROUPS),
        default: Some(c"none"),
        help: c"Groups of derived ECS fields to add, as one comma-separated string",
        set: |config, value| {
            config.enrich = Enrich::default();
            value.split(',').try_for_each(|group| config.enrich.switch(group.trim()))
        },
    },
    Key {
        name: c"keep_codes",
        kind: Kind::Bool,
        default: Some(c"false"),
        help: c"Also keep the numbers of types and response codes, under 'cloudflare'",
        set: |config, value| boolean(value, &mut config.keep_codes),
    },
    Key {
        name: c"key_name",
        kind: Kind::Text("the name of a field"),
        default: None,
        help: c"The field that holds the Cloudflare record as raw JSON text",
        set: |config, value| {
            config.key_name = (!value.is_empty()).then(|| value.to_owned());
            Some(())
        },
    },
    Key {
        name: c"on_mismatch",
        kind: Kind::Choice(&["keep", "drop"]),
        default: Some(c"keep"),
        help: c"What to do with a record that is not a Cloudflare DNS record",
        set: |config, value| {
            config.on_mismatch = match value {
                "keep" => OnMismatch::Keep,
                "drop" => OnMismatch::Drop,
                _ => return None,
            };
            Some(())
        },
    },
    Key {
        name: c"preserve_key",
        kind: Kind::Bool,
        default: Some(c"false"),
        help: c"Keep the field that 'key_name' names",
        set: |config, value| boolean(value, &mut config.preserve_key),
    },
    Key {
        name: c"preserve_original",
        kind: Kind::Bool,
        default: Some(c"false"),
        help: c"Keep the record as it came, as JSON text in 'event.original'",
        set: |config, value| boolean(value, &mut config.preserve_original),
    },
    Key {
        name: c"reserve_data",
        kind: Kind::Bool,
        default: Some(c"true"),
        help: c"Keep the fields that are not Cloudflare's, after the ECS fields",
        set: |config, value| boolean(value, &mut config.reserve_data),
    },
    Key {
        name: c"set_time",
        kind: Kind::Bool,
        default: Some(c"true"),
        help: c"Set the event's time from the record",
        set: |config, value| boolean(value, &mut config.set_time),
    },
    Key {
        name: c"timestamp_key",
        kind: Kind::Text("'off', or the name of a field that the mapping does not write itself"),
        default: Some(c"@timestamp"),
        help: c"The field to write the record's time to, or 'off' for outputs that write their own",
        set: |config, value| {
            if value.is_empty() {
                return None;
            }
            let off = value.eq_ignore_ascii_case("off");
            config.timestamp_key = (!off).then(|| value.to_owned());
            Some(())
        },
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
    fn default() -> Self {
        Self {
            convention: Convention::Sekoia,
            dataset: None,
            enrich: Enrich::default(),
            keep_codes: false,
            key_name: None,
            on_mismatch: OnMismatch::Keep,
            preserve_key: false,
            preserve_original: false,
            reserve_data: true,
            set_time: true,
            timestamp_key: Some("@timestamp".to_owned()),
        }
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
        let convention = match self.convention {
            Convention::Sekoia => "sekoia",
            Convention::Ecs => "ecs",
        };
        let on_mismatch = match self.on_mismatch {
            OnMismatch::Keep => "keep",
            OnMismatch::Drop => "drop",
        };
        write!(f, "convention={convention} ")?;
        write!(f, "dataset={} ", self.dataset.map_or("auto", Dataset::name))?;
        write!(f, "enrich={} ", self.enrich)?;
        write!(f, "keep_codes={} ", self.keep_codes)?;
        // A name may hold anything, `none` too; the line is one line in any case.
        let (key_name, more) = beginning(self.key_name.as_deref().unwrap_or(""));
        write!(f, "key_name={}{more} ", key_name.escape_debug())?;
        write!(f, "on_mismatch={on_mismatch} ")?;
        write!(f, "preserve_key={} ", self.preserve_key)?;
        write!(f, "preserve_original={} ", self.preserve_original)?;
        write!(f, "reserve_data={} ", self.reserve_data)?;
        write!(f, "set_time={} ", self.set_time)?;
        let (timestamp_key, more) = beginning(self.timestamp_key.as_deref().unwrap_or("off"));
        write!(f, "timestamp_key={}{more}", timestamp_key.escape_debug())
    }
}

impl fmt::Display for Enrich {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let groups = [
            (self.domain, "domain"),
            (self.related, "related"),
            (self.observer, "observer"),
            (self.network, "network"),
            (self.outcome, "outcome"),
            (self.version, "version"),
        ];
        let on: Vec<_> = groups.iter().filter(|(on, _)| *on).map(|(_, name)| *name).collect();
        f.write_str(if on.is_empty() { "none" } else { return f.write_str(&on.join(",")) })
    }
}

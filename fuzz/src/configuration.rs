//! Any values of the configuration keys: which are accepted, what the error says, and whether records
//! are mapped as configured.

use flb_filter_cloudflare_dns::{Config, Mapper};

use crate::bytes::Bytes;
use crate::oracle::settings::Settings;
use crate::oracle::tables::DATASETS;
use crate::oracle::through::HEADER;
use crate::promises;
use crate::records::EXAMPLES;

/// The keys in the order in which they are read, which is that of their names.
pub(crate) const KEYS: [&str; 12] = [
    "convention",
    "dataset",
    "enrich",
    "keep_codes",
    "key_name",
    "name_case",
    "on_mismatch",
    "preserve_key",
    "preserve_original",
    "reserve_data",
    "set_time",
    "timestamp_key",
];

/// Values that some key takes, and near misses.
pub(crate) const VALUES: [&str; 38] = [
    "",
    "sekoia",
    "ecs",
    "ECS",
    "auto",
    "dns_logs",
    "dns_firewall_logs",
    "Gateway_DNS",
    "all",
    "domain, related",
    "OUTCOME,,version",
    "network ,observer",
    "none",
    "domain;related",
    "true",
    "On",
    "YES",
    "false",
    "oFF",
    "no",
    "1",
    "keep",
    "DROP",
    "log",
    "@timestamp",
    "destination",
    "device",
    "related",
    "event",
    " true",
    "maſk",
    "off\n",
    "$log",
    "source.ip",
    "None",
    "1.dns",
    "LOWER",
    "created,domain",
];

/// The byte that stands for a key that is not set.
pub(crate) const UNSET: u8 = 0;
/// The byte behind which a length and a text follow.
pub(crate) const TEXT: u8 = 255;

/// A value for each key, and a record to map with them.
pub fn configuration(input: &[u8]) {
    let mut bytes = Bytes::new(input);
    let values = KEYS.map(|_| match bytes.byte() {
        UNSET => None,
        TEXT => Some(String::from_utf8_lossy(bytes.some()).into_owned()),
        value => Some(VALUES[usize::from(value - 1) % VALUES.len()].to_owned()),
    });
    let value =
        |key: &str| values[KEYS.iter().position(|known| *known == key).expect("a key")].clone();
    let read = Config::read(|key| value(key.to_str().expect("a key")));
    let made = read.clone().and_then(|config| Mapper::new(&config));
    match (settings(value), made) {
        (Ok(settings), Ok(_)) => {
            check_line(&read.expect("as the mapper").to_string());
            let record = bytes.one_of(&EXAMPLES.iter().collect::<Vec<_>>());
            promises::check(&settings, &promises::event(&HEADER, record));
        }
        (Err(key), Err(wrong)) => {
            let wrong = wrong.to_string();
            check_line(&wrong);
            assert!(wrong.starts_with(&format!("{key}: wrong value \"")), "{key}: {wrong}");
            assert!(wrong.contains("; allowed: "), "{wrong}");
            // However long the value is; an escaped character takes up to ten.
            assert!(wrong.len() < 1200, "{wrong}");
        }
        (settings, made) => panic!("{settings:?}, but {made:?}"),
    }
}

/// What is logged is one line.
fn check_line(line: &str) {
    assert!(!line.contains(char::is_control), "{line:?}");
}

/// The settings that the values ask for, or the first key with a wrong value.
fn settings(value: impl Fn(&str) -> Option<String>) -> Result<Settings, &'static str> {
    let mut settings = Settings::default();
    let choice = |key: &'static str, choices: &[&'static str], default: &'static str| {
        let Some(value) = value(key) else { return Ok(default) };
        let chosen = choices.iter().find(|choice| choice.eq_ignore_ascii_case(&value));
        chosen.copied().ok_or(key)
    };
    let switch = |key, default| {
        let default = if default { "true" } else { "false" };
        let chosen = choice(key, &["true", "on", "yes", "false", "off", "no"], default)?;
        Ok(["true", "on", "yes"].contains(&chosen))
    };
    settings.ecs = choice("convention", &["sekoia", "ecs"], "sekoia")? == "ecs";
    let dataset = choice("dataset", &[&["auto"][..], &DATASETS].concat(), "auto")?;
    settings.dataset = DATASETS.into_iter().find(|known| *known == dataset);
    settings.enrich = groups(&value("enrich").unwrap_or_default()).ok_or("enrich")?;
    settings.keep_codes = switch("keep_codes", false)?;
    settings.key_name = value("key_name").filter(|name| !name.is_empty());
    if settings.key_name.as_ref().is_some_and(|name| name.starts_with('$')) {
        return Err("key_name");
    }
    settings.lower = choice("name_case", &["keep", "lower"], "keep")? == "lower";
    settings.drop = choice("on_mismatch", &["keep", "drop"], "keep")? == "drop";
    settings.preserve_key = switch("preserve_key", false)?;
    settings.preserve_original = switch("preserve_original", false)?;
    settings.reserve_data = switch("reserve_data", true)?;
    settings.set_time = switch("set_time", true)?;
    settings.timestamp_key = timestamp_key(&settings, value("timestamp_key"))?;
    Ok(settings)
}

fn groups(value: &str) -> Option<Vec<&'static str>> {
    const GROUPS: [&str; 10] = [
        "created", "domain", "related", "observer", "network", "outcome", "version", "all", "none",
        "",
    ];
    let group = |text: &str| GROUPS.into_iter().find(|name| name.eq_ignore_ascii_case(text.trim()));
    value.split(',').map(group).collect()
}

fn timestamp_key(
    settings: &Settings,
    value: Option<String>,
) -> Result<Option<String>, &'static str> {
    let Some(value) = value else { return Ok(Some("@timestamp".to_owned())) };
    if ["off", "false", "no", "none"].iter().any(|off| off.eq_ignore_ascii_case(&value)) {
        return Ok(None);
    }
    let own = Settings { timestamp_key: None, ..settings.clone() };
    let datasets = DATASETS.iter().filter(|name| own.dataset.is_none_or(|only| only == **name));
    let mut names = datasets.flat_map(|dataset| own.reserved(dataset));
    let is_below = |name: &str| value.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
    if value.is_empty() || names.any(|name| name == value || is_below(&name)) {
        return Err("timestamp_key");
    }
    Ok(Some(value))
}

//! A configuration out of the first bytes of an input: every key in every value that differs.

use flb_filter_cloudflare_dns::{Config, Mapper};

use crate::bytes::Bytes;
use crate::oracle::settings::Settings;
use crate::oracle::tables::DATASETS;

/// The bytes that a configuration takes.
pub(crate) const SIZE: usize = 6;

const GROUPS: [&str; 6] = ["domain", "related", "observer", "network", "outcome", "version"];

const TIMESTAMP_KEYS: [Option<&str>; 10] = [
    Some("@timestamp"),
    None,
    Some("tag"),
    Some("a.b"),
    Some("Timestamp"),
    Some("QueryName"),
    Some("log"),
    Some("a name of 31 bytes, the longest "),
    Some("a name of more than 31 bytes, which takes a longer form of string"),
    Some("é"),
];

pub(crate) const KEY_NAMES: [&str; 6] =
    ["log", "QueryName", "event", "@timestamp", "Timestamp", "message"];

/// The configuration that the next bytes stand for; zeros are the default.
pub(crate) fn settings(bytes: &mut Bytes<'_>) -> Settings {
    let switches = bytes.byte();
    let on = |bit: u8| switches >> bit & 1 == 1;
    let dataset = bytes.pick(4).checked_sub(1).map(|dataset| DATASETS[dataset]);
    let groups = bytes.byte();
    let enrich = match groups >> 6 {
        0 => (0..6).filter(|bit| groups >> bit & 1 == 1).map(|bit| GROUPS[bit]).collect(),
        1 => vec!["all"],
        2 => vec!["related"],
        _ => vec!["domain", "all"],
    };
    let timestamp_key = bytes.one_of(&TIMESTAMP_KEYS).map(str::to_owned);
    let key_name = bytes.pick(2 * KEY_NAMES.len()).checked_sub(KEY_NAMES.len());
    let more = bytes.byte();
    let created = (more & 2 != 0).then_some("created");
    Settings {
        ecs: on(0),
        dataset,
        enrich: enrich.into_iter().chain(created).collect(),
        keep_codes: on(1),
        key_name: key_name.map(|name| KEY_NAMES[name].to_owned()),
        lower: more & 1 != 0,
        drop: on(2),
        preserve_key: on(3),
        preserve_original: on(4),
        reserve_data: !on(5),
        set_time: !on(6),
        timestamp_key,
    }
}

/// A mapper with that configuration.
pub(crate) fn mapper(settings: &Settings) -> Mapper {
    let properties = settings.properties();
    let config = Config::read(|key| properties.get(key.to_str().expect("a key")));
    Mapper::new(&config.expect("valid settings")).expect("valid settings")
}

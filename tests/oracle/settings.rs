//! The configuration, as the text that a user writes.

use std::collections::BTreeMap;

use super::tables::TOP_LEVEL;

/// All keys with their defaults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settings {
    pub(crate) ecs: bool,
    pub(crate) dataset: Option<&'static str>,
    pub(crate) enrich: Vec<&'static str>,
    pub(crate) keep_codes: bool,
    pub(crate) key_name: Option<String>,
    /// `name_case lower`.
    pub(crate) lower: bool,
    pub(crate) drop: bool,
    pub(crate) preserve_key: bool,
    pub(crate) preserve_original: bool,
    pub(crate) reserve_data: bool,
    pub(crate) set_time: bool,
    pub(crate) timestamp_key: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            ecs: false,
            dataset: None,
            enrich: Vec::new(),
            keep_codes: false,
            key_name: None,
            lower: false,
            drop: false,
            preserve_key: false,
            preserve_original: false,
            reserve_data: true,
            set_time: true,
            timestamp_key: Some("@timestamp".to_owned()),
        }
    }
}

impl Settings {
    /// Whether that group of derived fields is wanted.
    pub(crate) fn enriches(&self, group: &str) -> bool {
        self.enrich.iter().any(|wanted| [group, "all"].contains(wanted))
    }

    /// As the configuration's properties.
    pub(crate) fn properties(&self) -> BTreeMap<&'static str, String> {
        let mut properties = BTreeMap::from([
            ("convention", if self.ecs { "ecs" } else { "sekoia" }.to_owned()),
            ("dataset", self.dataset.unwrap_or("auto").to_owned()),
            ("enrich", self.enrich.join(",")),
            ("keep_codes", self.keep_codes.to_string()),
            ("name_case", if self.lower { "lower" } else { "keep" }.to_owned()),
            ("on_mismatch", if self.drop { "drop" } else { "keep" }.to_owned()),
            ("preserve_key", self.preserve_key.to_string()),
            ("preserve_original", self.preserve_original.to_string()),
            ("reserve_data", self.reserve_data.to_string()),
            ("set_time", self.set_time.to_string()),
            ("timestamp_key", self.timestamp_key.clone().unwrap_or_else(|| "off".to_owned())),
        ]);
        if let Some(key_name) = &self.key_name {
            properties.insert("key_name", key_name.clone());
        }
        properties
    }

    /// The top-level names that the mapping may write for records of `dataset`.
    pub(crate) fn reserved(&self, dataset: &str) -> Vec<String> {
        let gateway = dataset == "gateway_dns";
        let firewall = dataset == "dns_firewall_logs";
        let written = TOP_LEVEL.into_iter().filter(|name| match *name {
            "destination" => gateway || firewall,
            "network" => gateway || firewall || self.ecs || self.enriches("network"),
            "host" | "device" | "user" => gateway,
            "observer" => self.enriches("observer"),
            "related" => self.enriches("related"),
            "ecs" => self.ecs || self.enriches("version"),
            "rule" => gateway && self.ecs,
            _ => true,
        });
        self.timestamp_key.iter().cloned().chain(written.map(str::to_owned)).collect()
    }
}

/// The top-level names that only some mappings write: all records of an index share them.
pub(crate) const SHARED: [&str; 9] =
    ["host", "user", "device", "destination", "rule", "observer", "related", "network", "ecs"];

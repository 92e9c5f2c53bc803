//! A configuration of Fluent Bit's as data, read from either format, so that both can be compared.

use std::path::Path;

use yaml_rust2::{Yaml, YamlLoader};

pub(crate) type Properties = Vec<(String, String)>;

/// One section: `SERVICE`, `INPUT`, `FILTER` or `OUTPUT`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Section {
    pub(crate) kind: &'static str,
    pub(crate) properties: Properties,
}

impl Section {
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.properties.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }
}

/// The lists of a YAML pipeline, in their order, and what classic configuration calls them.
const LISTS: [(&str, &str); 3] =
    [("inputs", "INPUT"), ("filters", "FILTER"), ("outputs", "OUTPUT")];

/// Reads a file by its extension.
pub(crate) fn read(path: &Path) -> Vec<Section> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("conf") => classic(&text),
        Some("yaml") => yaml(&text),
        _ => panic!("{} is no configuration", path.display()),
    }
}

pub(crate) fn classic(text: &str) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(kind) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            let kinds = ["SERVICE", "INPUT", "FILTER", "OUTPUT"];
            let kind = kinds.into_iter().find(|known| *known == kind).expect("a known section");
            sections.push(Section { kind, properties: Vec::new() });
            continue;
        }
        let (key, value) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let section = sections.last_mut().expect("a section");
        section.properties.push((key.to_owned(), value.trim().to_owned()));
    }
    sections
}

pub(crate) fn yaml(text: &str) -> Vec<Section> {
    let documents = YamlLoader::load_from_str(text).expect("YAML");
    let [root] = documents.as_slice() else { panic!("not one document") };
    let mut sections = vec![Section { kind: "SERVICE", properties: properties(&root["service"]) }];
    for (list, kind) in LISTS {
        let items = root["pipeline"][list].as_vec().into_iter().flatten();
        sections.extend(items.map(|item| Section { kind, properties: properties(item) }));
    }
    sections
}

/// The plain properties of a section; `processors` are a section of their own in no format.
fn properties(yaml: &Yaml) -> Properties {
    let hash = yaml.as_hash().into_iter().flatten();
    let plain = hash.filter(|(key, _)| key.as_str() != Some("processors"));
    plain.map(|(key, value)| (scalar(key), scalar(value))).collect()
}

fn scalar(yaml: &Yaml) -> String {
    match yaml {
        Yaml::String(text) | Yaml::Real(text) => text.clone(),
        Yaml::Integer(number) => number.to_string(),
        Yaml::Boolean(value) => value.to_string(),
        _ => panic!("no plain value: {yaml:?}"),
    }
}

/// The names in `${…}`.
pub(crate) fn variables(text: &str) -> Vec<String> {
    let parts = text.split("${").skip(1);
    let names = parts.map(|part| part.split_once('}').expect("a closing brace").0.to_owned());
    names.collect()
}

//! A pipeline, written as classic or as YAML configuration.

use std::fmt::Write;

/// Properties, as they stand in a section.
pub(crate) type Properties<'a> = &'a [(&'a str, &'a str)];

type Owned = Vec<(String, String)>;

fn owned(properties: Properties<'_>) -> Owned {
    properties.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect()
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Pipeline {
    service: Owned,
    inputs: Vec<Owned>,
    /// Filters that run as processors of the input before them; YAML only.
    processors: Vec<(usize, Owned)>,
    filters: Vec<Owned>,
    outputs: Vec<Owned>,
}

impl Pipeline {
    /// No input, no filter; what arrives anywhere goes to the file `out`.
    pub(crate) fn new() -> Self {
        let pipeline = Self::bare().service(&[("flush", "0.2"), ("grace", "5")]);
        pipeline.output("file", &[("file", "out")])
    }

    pub(crate) fn bare() -> Self {
        Self::default()
    }

    pub(crate) fn service(mut self, properties: Properties<'_>) -> Self {
        self.service.extend(owned(properties));
        self
    }

    pub(crate) fn input(mut self, name: &str, properties: Properties<'_>) -> Self {
        self.inputs.push(owned(&[&[("name", name)], properties].concat()));
        self
    }

    /// A filter of ours for all tags, unless the properties say otherwise.
    pub(crate) fn filter(mut self, properties: Properties<'_>) -> Self {
        self.filters.push(ours(properties, true));
        self
    }

    /// The same as a processor of the last input.
    pub(crate) fn processor(mut self, properties: Properties<'_>) -> Self {
        self.processors.push((self.inputs.len() - 1, ours(properties, false)));
        self
    }

    pub(crate) fn output(mut self, name: &str, properties: Properties<'_>) -> Self {
        self.outputs.push(owned(&[&[("name", name), ("match", "*")], properties].concat()));
        self
    }

    pub(crate) fn classic(&self) -> String {
        assert!(self.processors.is_empty(), "classic configuration has no processors");
        let mut text = String::new();
        section(&mut text, "SERVICE", &self.service);
        self.inputs.iter().for_each(|input| section(&mut text, "INPUT", input));
        self.filters.iter().for_each(|filter| section(&mut text, "FILTER", filter));
        self.outputs.iter().for_each(|output| section(&mut text, "OUTPUT", output));
        text
    }

    pub(crate) fn yaml(&self) -> String {
        let mut text = String::from("service:\n");
        properties(&mut text, "  ", "  ", &self.service);
        text.push_str("pipeline:\n  inputs:\n");
        for (place, input) in self.inputs.iter().enumerate() {
            item(&mut text, 4, input);
            let processors: Vec<_> =
                self.processors.iter().filter(|(at, _)| *at == place).collect();
            if !processors.is_empty() {
                text.push_str("      processors:\n        logs:\n");
            }
            processors.iter().for_each(|(_, processor)| item(&mut text, 10, processor));
        }
        for (name, items) in [("filters", &self.filters), ("outputs", &self.outputs)] {
            if !items.is_empty() {
                let _ = writeln!(text, "  {name}:");
            }
            items.iter().for_each(|properties| item(&mut text, 4, properties));
        }
        text
    }
}

fn ours(properties: Properties<'_>, everything: bool) -> Owned {
    let mut all = owned(&[("name", "cloudflare_dns")]);
    if everything && !properties.iter().any(|(key, _)| *key == "match") {
        all.extend(owned(&[("match", "*")]));
    }
    all.extend(owned(properties));
    all
}

fn section(text: &mut String, name: &str, properties: &Owned) {
    let _ = writeln!(text, "[{name}]");
    for (key, value) in properties {
        let _ = writeln!(text, "    {key} {value}");
    }
}

fn item(text: &mut String, indent: usize, all: &Owned) {
    let indent = " ".repeat(indent);
    properties(text, &format!("{indent}- "), &format!("{indent}  "), all);
}

/// A JSON string is a YAML string.
fn properties(text: &mut String, first: &str, next: &str, properties: &Owned) {
    for (place, (key, value)) in properties.iter().enumerate() {
        let indent = if place == 0 { first } else { next };
        let value = serde_json::to_string(value).expect("text is JSON");
        let _ = writeln!(text, "{indent}{key}: {value}");
    }
}

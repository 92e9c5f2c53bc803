//! A recipe of `examples/`, and how it is started.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::hosts::{Host, Version, YAML, each_since};
use crate::model::{self, Properties, Section};
use crate::plugin::plugin;
use crate::run::{Running, Site};
use crate::strict;

/// All recipes that are a pipeline with input, both formats and expected output.
pub(crate) const ALL: [Recipe; 10] = [
    Recipe { name: "https" },
    Recipe { name: "files" },
    Recipe { name: "elasticsearch" },
    Recipe { name: "opensearch" },
    Recipe { name: "sekoia" },
    Recipe { name: "kafka" },
    Recipe { name: "split" },
    Recipe { name: "dead-letters" },
    Recipe { name: "tiers/agent" },
    Recipe { name: "tiers/aggregator" },
];

pub(crate) fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Recipe {
    pub(crate) name: &'static str,
}

/// The two files of a recipe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Classic,
    Yaml,
}

impl Format {
    pub(crate) const BOTH: [Self; 2] = [Self::Classic, Self::Yaml];

    fn file(self) -> &'static str {
        match self {
            Self::Classic => "fluent-bit.conf",
            Self::Yaml => "fluent-bit.yaml",
        }
    }

    fn since(self) -> Version {
        match self {
            Self::Classic => Version(0, 0, 0),
            Self::Yaml => YAML,
        }
    }
}

/// Runs a test in every executable of that version or newer, with each format that it reads.
pub(crate) fn each_format(since: Version, test: impl Fn(&Host, Format) + Sync) {
    for format in Format::BOTH {
        each_since(since.max(format.since()), |host| test(host, format));
    }
}

impl Recipe {
    pub(crate) fn path(self, file: &str) -> PathBuf {
        examples().join(self.name).join(file)
    }

    pub(crate) fn text(self, file: &str) -> String {
        let path = self.path(file);
        fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    }

    pub(crate) fn input(self) -> String {
        self.text("input.ndjson")
    }

    /// What comes out, line by line.
    pub(crate) fn expected(self) -> Vec<Value> {
        strict::json_lines(&self.text("expected.ndjson"))
    }

    /// What comes out elsewhere: the recipe of dead letters has such.
    pub(crate) fn dead_letters(self) -> Vec<Value> {
        let there = self.path("dead-letters.ndjson").exists();
        if there { strict::json_lines(&self.text("dead-letters.ndjson")) } else { Vec::new() }
    }

    pub(crate) fn configuration(self, format: Format) -> PathBuf {
        self.path(format.file())
    }

    pub(crate) fn sections(self, format: Format) -> Vec<Section> {
        model::read(&self.configuration(format))
    }

    /// The properties of its filter of ours.
    pub(crate) fn filter(self) -> Properties {
        let sections = self.sections(Format::Classic).into_iter();
        let mut filters = sections.filter(|section| section.get("name") == Some("cloudflare_dns"));
        let mut properties = filters.next().expect("a filter").properties;
        properties.retain(|(key, _)| !matches!(key.as_str(), "name" | "match" | "log_level"));
        properties
    }

    /// The settings of `recipe.env`.
    pub(crate) fn settings(self) -> Properties {
        let text = self.text("recipe.env");
        let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let pair = |line: &str| {
            let (key, value) = line.split_once('=').expect("NAME=value");
            (key.to_owned(), value.to_owned())
        };
        lines.map(pair).collect()
    }

    /// The command that its head names, with some settings changed.
    pub(crate) fn command(self, site: &Site, format: Format, changed: &[(&str, &str)]) -> Command {
        let mut command = site.command(["-e"]);
        command.arg(plugin()).arg("-c").arg(self.configuration(format)).envs(self.settings());
        for &(name, value) in changed {
            let known = self.settings().iter().any(|(setting, _)| setting == name);
            assert!(known, "{name} is no setting of {}", self.name);
            command.env(name, value);
        }
        command
    }

    pub(crate) fn start<'a>(
        self,
        site: &'a Site,
        format: Format,
        changed: &[(&str, &str)],
    ) -> Running<'a> {
        site.spawn(self.command(site, format, changed))
    }
}

/// The records on standard output, and not Fluent Bit's own lines.
pub(crate) fn records_on_stdout(site: &Site) -> Vec<Value> {
    let text = site.text("stdout");
    let end = text.rfind('\n').map_or(0, |end| end + 1);
    let lines: Vec<_> = text[..end].lines().filter(|line| line.starts_with('{')).collect();
    strict::json_lines(&lines.join("\n"))
}

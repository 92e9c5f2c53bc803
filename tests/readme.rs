//! README's tables are the code's own: they are made from it and compared with it.
//!
//! After a change to the keys or the mapping, `UPDATE_README=1 cargo test --test readme` writes
//! them anew.

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use flb_filter_cloudflare_dns::Config;
use flb_filter_cloudflare_dns::config::KEYS;
use flb_filter_cloudflare_dns::ecs::{ECS_VERSION, Settings, outline};
use flb_filter_cloudflare_dns::source::Dataset;

const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");

/// The table of the configuration keys.
fn configuration() -> String {
    let mut table =
        String::from("| key | default | values | what it does |\n| --- | --- | --- | --- |\n");
    for key in &KEYS {
        let text = |text: Option<&std::ffi::CStr>| {
            text.map_or("*none*".to_owned(), |text| format!("`{}`", text.to_string_lossy()))
        };
        let (default, help) = (text(key.default), key.help.to_string_lossy());
        writeln!(table, "| `{}` | {default} | {} | {help} |", key.name(), key.kind)
            .expect("a String takes it");
    }
    table
}

/// The table of one dataset's fields: each field, its type, and where it goes.
fn fields(dataset: Dataset) -> String {
    let settings = Settings::new(&Config::default()).expect("the defaults");
    let lines = outline(&settings, dataset);
    let mut table = String::from("| field | type | goes to |\n| --- | --- | --- |\n");
    for field in dataset.fields() {
        let places: Vec<_> = lines
            .iter()
            .filter(|line| line.from.contains(&field))
            .map(|line| format!("`{}`", line.path))
            .collect();
        assert!(!places.is_empty(), "{field:?} has no place");
        let of_type = field.of_type().name();
        writeln!(table, "| `{}` | {of_type} | {} |", field.name(), places.join(", "))
            .expect("a String takes it");
    }
    table
}

/// Replaces what stands between the two comments that name a section.
fn with_section(readme: &str, name: &str, text: &str) -> String {
    let begin = format!("<!-- begin {name} -->\n");
    let end = format!("<!-- end {name} -->");
    let (before, rest) = readme.split_once(&begin).unwrap_or_else(|| panic!("no {begin}"));
    let (_, after) = rest.split_once(&end).unwrap_or_else(|| panic!("no {end}"));
    format!("{before}{begin}{text}{end}{after}")
}

#[test]
fn the_tables_of_readme_are_those_of_the_code() {
    let readme = fs::read_to_string(README).expect("README.md");
    let mut wanted = with_section(&readme, "configuration", &configuration());
    for dataset in Dataset::ALL {
        wanted = with_section(&wanted, dataset.name(), &fields(dataset));
    }
    if std::env::var_os("UPDATE_README").is_some() {
        fs::write(README, &wanted).expect("README.md");
        return;
    }
    assert!(
        readme == wanted,
        "README.md is behind the code: UPDATE_README=1 cargo test --test readme"
    );
}

#[test]
fn readme_names_the_version_of_ecs_that_is_stated() {
    let readme = fs::read_to_string(README).expect("README.md");
    assert!(readme.contains(&format!("`ecs.version` (`{ECS_VERSION}`)")));
}

/// The project's pages, without what was built.
fn pages(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).expect("a directory") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_dir() && !name.starts_with('.') && !["target", "dist"].contains(&name) {
            pages(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
}

/// The targets of the links in a page: `[text](target)`.
fn links(page: &str) -> impl Iterator<Item = &str> {
    page.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0))
}

#[test]
fn links_between_the_pages_lead_somewhere() {
    let mut found = Vec::new();
    pages(Path::new(env!("CARGO_MANIFEST_DIR")), &mut found);
    let mut dead = Vec::new();
    for path in &found {
        let page = fs::read_to_string(path).expect("a page");
        for link in links(&page).filter(|link| !link.contains("://")) {
            let (file, _) = link.split_once('#').unwrap_or((link, ""));
            let target = path.parent().expect("a directory").join(file);
            if !target.exists() {
                dead.push(format!("{}: {link}", path.display()));
            }
        }
    }
    assert!(found.len() > 5 && dead.is_empty(), "{dead:#?}");
}

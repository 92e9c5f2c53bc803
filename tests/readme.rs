//! The pages: their tables are the code's own, their links lead somewhere, and the lines of ours that
//! they quote are those that the filter logs.
//!
//! After a change to the keys or the mapping, `make readme` writes the tables anew.

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use flb_filter_cloudflare_dns::Config;
use flb_filter_cloudflare_dns::config::{Convention, KEYS};
use flb_filter_cloudflare_dns::ecs::{ECS_VERSION, Line, Settings, outline};
use flb_filter_cloudflare_dns::source::{Dataset, Field, GENERAL};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: impl AsRef<Path>) -> String {
    let path = root().join(name);
    fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

// ---- tables ----

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

/// The table of one dataset's fields: each field, its type, and where it goes in each convention.
fn fields(dataset: Dataset) -> String {
    let [sekoia, ecs] = [Convention::Sekoia, Convention::Ecs].map(|convention| {
        let config = Config { convention, ..Config::default() };
        outline(&Settings::new(&config).expect("the defaults"), dataset)
    });
    let mut table =
        String::from("| field | type | `sekoia` | `ecs` |\n| --- | --- | --- | --- |\n");
    for field in dataset.fields() {
        let (name, kind) = (field.name(), field.of_type().name());
        let [sekoia, ecs] = [&sekoia, &ecs].map(|outline| places(outline, field));
        let ecs = if ecs == sekoia { "the same".to_owned() } else { ecs };
        writeln!(table, "| `{name}` | {kind} | {sekoia} | {ecs} |").expect("a String takes it");
    }
    table
}

/// The fields that tell no dataset.
fn general() -> String {
    let names: Vec<_> = GENERAL.map(|field| format!("`{}`", field.name())).collect();
    let mut text = String::new();
    for line in names.chunks(6) {
        text += &format!("{},\n", line.join(", "));
    }
    text.trim_end_matches(",\n").to_owned() + "\n"
}

/// Where a field goes, by the outline of its dataset.
fn places(outline: &[Line], field: Field) -> String {
    let lines = outline.iter().filter(|line| line.from.contains(&field));
    let places: Vec<_> = lines.map(|line| format!("`{}`", line.path)).collect();
    assert!(!places.is_empty(), "{field:?} has no place");
    places.join(", ")
}

/// Replaces what stands between the two comments that name a section.
fn with_section(page: &str, name: &str, text: &str) -> String {
    let begin = format!("<!-- begin {name} -->\n");
    let end = format!("<!-- end {name} -->");
    let (before, rest) = page.split_once(&begin).unwrap_or_else(|| panic!("no {begin}"));
    let (_, after) = rest.split_once(&end).unwrap_or_else(|| panic!("no {end}"));
    format!("{before}{begin}{text}{end}{after}")
}

/// Compares a page with what its sections have to be, or writes it.
#[track_caller]
fn has_sections<'a>(name: &str, sections: impl IntoIterator<Item = (&'a str, String)>) {
    let page = read(name);
    let sections = sections.into_iter();
    let wanted = sections.fold(page.clone(), |page, (name, text)| with_section(&page, name, &text));
    if std::env::var_os("UPDATE_README").is_some() {
        fs::write(root().join(name), wanted).expect("a page that can be written");
    } else {
        assert!(page == wanted, "{name} is behind the code: make readme");
    }
}

#[test]
fn the_keys_in_readme_are_those_of_the_code() {
    has_sections("README.md", [("configuration", configuration())]);
}

#[test]
fn the_tables_of_the_mapping_are_those_of_the_code() {
    let tables = Dataset::ALL.map(|dataset| (dataset.name(), fields(dataset)));
    has_sections("docs/mapping.md", tables.into_iter().chain([("general", general())]));
}

#[test]
fn the_mapping_names_the_version_of_ecs_that_is_stated() {
    assert!(read("docs/mapping.md").contains(&format!("`ecs.version` (`{ECS_VERSION}`)")));
}

// ---- pictures ----

#[test]
fn the_chart_is_drawn_from_the_tables_beside_it() {
    let drawn = Command::new(root().join("benches/chart.py")).output();
    let drawn = drawn.expect("python3 is needed (make deps)");
    assert!(drawn.status.success(), "{}", String::from_utf8_lossy(&drawn.stderr));
    let drawn = String::from_utf8(drawn.stdout).expect("UTF-8");
    assert!(drawn == read("docs/cost.svg"), "docs/cost.svg is behind its tables: make chart");
}

// ---- links ----

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

/// The lines of a page that are not code.
fn prose(page: &str) -> impl Iterator<Item = &str> {
    let mut in_code = false;
    page.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        in_code ^= fence;
        !in_code && !fence
    })
}

/// The targets of the links in a line: `[text](target)`.
fn links(line: &str) -> impl Iterator<Item = &str> {
    line.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0))
}

/// The names by which a link reaches the headings of a page, as GitHub makes them.
fn anchors(page: &str) -> Vec<String> {
    let headings = prose(page).filter(|line| line.starts_with('#'));
    let anchor = |heading: &str| {
        let text = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = text.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    };
    headings.map(anchor).collect()
}

/// What is wrong with a link of a page, if anything.
fn fault(page: &Path, link: &str) -> Option<&'static str> {
    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
    let target = page.parent().expect("a directory").join(file);
    let target = if file.is_empty() { page.to_owned() } else { target };
    if !target.exists() {
        return Some("there is no such file");
    }
    if is_packaged(page) && !is_packaged(&target) {
        return Some("the packages do not have it");
    }
    let there = anchor.is_empty() || anchors(&read(&target)).iter().any(|name| name == anchor);
    (!there).then_some("the page has no such heading")
}

/// Whether a file is in the packages, too, at the same place beside the pages (packaging/dist.sh).
fn is_packaged(path: &Path) -> bool {
    let path = path.canonicalize().expect("a file that exists");
    let name = path.strip_prefix(root()).expect("a file of the project");
    let alone =
        ["README.md", "CHANGELOG.md", "SECURITY.md"].iter().any(|file| name == Path::new(file));
    let with_others = name.starts_with("docs") || name.starts_with("examples");
    alone || with_others && name.extension().is_none_or(|extension| extension != "rs")
}

#[test]
fn links_between_the_pages_lead_somewhere_in_the_packages_too() {
    let mut found = Vec::new();
    pages(root(), &mut found);
    let mut dead = Vec::new();
    for path in &found {
        let page = read(path);
        let links = prose(&page).flat_map(links).filter(|link| !link.contains("://"));
        dead.extend(links.filter_map(|link| {
            Some(format!("{}: {link}: {}", path.display(), fault(path, link)?))
        }));
    }
    assert!(found.len() > 5 && dead.is_empty(), "{dead:#?}");
}

// ---- quoted lines ----

/// The text of all sources, with string literals that go on in the next line joined.
fn sources(dir: &Path, text: &mut String) {
    for entry in fs::read_dir(dir).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, text);
        } else {
            let source = read(&path);
            let mut lines = source.split("\\\n");
            text.push_str(lines.next().unwrap_or_default());
            lines.for_each(|line| text.push_str(line.trim_start()));
        }
    }
}

/// What Troubleshooting quotes of the filter, in headings and at the beginning of list items: `…`
/// stands for what differs, and the parts between, split at quotation marks too, are those of the code.
#[test]
fn the_quoted_lines_are_those_of_the_filter() {
    let page = read("docs/troubleshooting.md");
    let (_, own) = page.split_once("\n## What the filter itself says\n").expect("the section");
    let mut code = String::new();
    sources(&root().join("src"), &mut code);
    let quotes = own.replace("\n  ", " ");
    let quotes = quotes.lines().filter_map(|line| {
        let quote = line.strip_prefix("### `").or(line.strip_prefix("- `"))?;
        Some(quote.split_once('`')?.0)
    });
    let quoted: Vec<_> = quotes.collect();
    for line in &quoted {
        let parts = line.split(['…', '"']);
        parts.for_each(|part| assert!(code.contains(part), "not in src/: {part} of {line}"));
    }
    assert!(quoted.len() > 3, "{quoted:?}");
}

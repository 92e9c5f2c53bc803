//! What can be said of the recipes without starting anything, and that each Fluent Bit reads them.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::hosts::{Version, each_since};
use crate::model;
use crate::plugin::plugin;
use crate::recipe::{ALL, Format, Recipe, each_format, examples};
use crate::routes::{AGENT, AGGREGATOR};
use crate::run::Site;
use crate::{mapper, strict};

#[test]
fn both_formats_of_a_recipe_say_the_same() {
    for recipe in ALL {
        let [classic, yaml] = Format::BOTH.map(|format| recipe.sections(format));
        assert_eq!(classic, yaml, "{}", recipe.name);
    }
    let [classic, yaml] = ["fluent-bit.conf", "fluent-bit.yaml"].map(|file| examples().join(file));
    assert_eq!(model::read(&classic), model::read(&yaml));
}

#[test]
fn the_variables_of_a_recipe_are_those_of_its_settings() {
    for recipe in ALL {
        let settings: BTreeSet<_> = recipe.settings().into_iter().map(|(name, _)| name).collect();
        for format in Format::BOTH {
            let sections = recipe.sections(format);
            let values = sections.iter().flat_map(|section| &section.properties);
            let used: BTreeSet<_> = values.flat_map(|(_, value)| model::variables(value)).collect();
            assert_eq!(used, settings, "{} {format:?}", recipe.name);
        }
    }
}

#[test]
fn the_keys_of_the_filter_exist() {
    for recipe in ALL {
        for (key, _) in recipe.filter() {
            assert!(mapper::has_key(&key), "{}: {key}", recipe.name);
        }
    }
}

/// The records that the mapper makes of a recipe's input are those that the recipe says come
/// out, but for the time field where the output writes it. Their order is for the deliveries to say.
#[test]
fn the_mapper_makes_of_the_input_what_is_expected() {
    for recipe in ALL {
        if std::env::var_os("UPDATE_EXAMPLES").is_some() {
            update(recipe);
        }
        let mut mapped = mapper::map(&recipe.filter(), &recipe.input());
        let by_output = recipe.filter().contains(&("timestamp_key".into(), "off".into()));
        let mut expected = documents(recipe);
        for record in &mut expected {
            let record = record.as_object_mut().expect("an object");
            if by_output {
                record.remove("@timestamp");
            } else {
                let time = record.get("@timestamp");
                assert!(time.is_some_and(Value::is_string), "{}: {record:?}", recipe.name);
            }
        }
        expected.extend(recipe.dead_letters());
        mapped.sort_by_key(Value::to_string);
        expected.sort_by_key(Value::to_string);
        assert_eq!(mapped, expected, "{}", recipe.name);
    }
}

#[test]
fn the_aggregator_gets_what_its_agent_hands_on() {
    if std::env::var_os("UPDATE_EXAMPLES").is_some() {
        return; // it is being written
    }
    let input = AGGREGATOR.input();
    let handed = AGENT.text("expected.ndjson");
    for line in handed.lines() {
        assert!(input.lines().any(|got| got == line), "UPDATE_EXAMPLES=1 puts it in: {line}");
    }
}

/// What tells a mapped record of a recipe from the others.
fn known_by(text: &str) -> [String; 3] {
    let record = strict::json(text).expect("JSON");
    let question = &record["dns"]["question"];
    [&record["event"]["dataset"], &question["name"], &question["type"]].map(Value::to_string)
}

/// What agents hand on, the aggregator's input has too.
fn update_input() {
    let handed = AGENT.text("expected.ndjson");
    let anew = |line| handed.lines().find(|text| known_by(text) == known_by(line)).unwrap_or(line);
    let input = AGGREGATOR.input();
    let lines: String = input.lines().map(|line| format!("{}\n", anew(line))).collect();
    fs::write(AGGREGATOR.path("input.ndjson"), lines).expect("a file that can be written");
}

/// Writes the expected records anew, each in its place, with the time that its output wrote.
fn update(recipe: Recipe) {
    if recipe == AGGREGATOR {
        update_input();
    }
    let texts = mapper::texts(&recipe.filter(), &recipe.input());
    let anew = |line: &str| {
        let old = strict::json(line).expect("JSON");
        if old.get("create").is_some() {
            return format!("{line}\n");
        }
        let text = texts.iter().find(|text| known_by(text) == known_by(line));
        let text = text.unwrap_or_else(|| panic!("nothing for {line}"));
        match &old["@timestamp"] {
            time @ Value::String(_) if !text.starts_with("{\"@timestamp\":") => {
                format!("{{\"@timestamp\":{time},{}\n", &text[1..])
            }
            _ => format!("{text}\n"),
        }
    };
    let lines: String = recipe.text("expected.ndjson").lines().map(anew).collect();
    fs::write(recipe.path("expected.ndjson"), lines).expect("a file that can be written");
}

/// The expected records, without the action lines of a bulk request.
fn documents(recipe: Recipe) -> Vec<Value> {
    let lines = recipe.expected().into_iter();
    lines.filter(|line| line.get("create").is_none()).collect()
}

#[test]
fn every_fluent_bit_reads_every_recipe() {
    each_format(Version(0, 0, 0), |host, format| {
        for recipe in ALL {
            let site = Site::new(host);
            let mut command = recipe.command(&site, format, &[]);
            command.arg("--dry-run");
            site.spawn(command).ends();
        }
    });
}

#[test]
fn every_fluent_bit_reads_the_configurations_to_start_from() {
    // 2.1 to 3.0 crash at the end of a dry run with threaded inputs; files.rs runs that recipe there.
    for (file, since) in [
        ("fluent-bit.conf", Version(0, 0, 0)),
        ("fluent-bit.yaml", crate::hosts::YAML),
        ("threads/fluent-bit.yaml", crate::hosts::YAML_PLUGINS),
    ] {
        each_since(since, |host| {
            let site = Site::new(host);
            let mut command = site.command(["--dry-run", "-e"]);
            command.arg(plugin()).arg("-c").arg(examples().join(file));
            site.spawn(command).ends();
        });
    }
}

/// `--dry-run` is worth something: it refuses what is wrong.
#[test]
fn a_dry_run_refuses_a_recipe_with_a_wrong_section() {
    // 1.9.3 tells of it, and goes on.
    each_since(Version(1, 9, 10), |host| {
        let site = Site::new(host);
        let wrong = ALL[0].text("fluent-bit.conf").replace("[OUTPUT]", "[OUTPUT");
        site.write("wrong.conf", wrong);
        let mut command = site.command(["--dry-run", "-c", "wrong.conf", "-e"]);
        command.arg(plugin());
        site.spawn(command).refuses();
    });
}

/// A directory of `examples/` that no test knows would be a recipe that nobody ran.
#[test]
fn every_directory_of_the_examples_is_known() {
    let directory = |recipe: &Recipe| recipe.name.split('/').next();
    let known: BTreeSet<_> = ALL.iter().filter_map(directory).collect();
    let others = BTreeSet::from(["kubernetes", "logpush", "threads"]);
    let entries = fs::read_dir(examples()).expect("examples").map(|entry| entry.expect("an entry"));
    let names: BTreeSet<_> = entries
        .filter(|entry| entry.file_type().expect("a type").is_dir())
        .map(|entry| entry.file_name().into_string().expect("UTF-8"))
        .collect();
    let names: BTreeSet<_> = names.iter().map(String::as_str).collect();
    assert_eq!(names, &known | &others);
}

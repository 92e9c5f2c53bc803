//! `make demo`: what it shows is what the mapper makes, in every Fluent Bit and in the test host.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::Once;

use serde_json::Value;

use crate::hosts::each;
use crate::mapper;
use crate::plugin::plugin;
use crate::recipe::examples;

/// The columns that every line keeps to.
const WIDTH: usize = 100;

/// The demonstration, in one Fluent Bit or, without one, in the test host.
fn demo(fluent_bit: Option<&Path>) -> Command {
    let mut demo = Command::new(examples().join("demo.sh"));
    let program = fluent_bit.unwrap_or(Path::new(""));
    demo.env("FLB_PLUGIN", plugin()).env("FLUENT_BIT", program).env_remove("NO_COLOR");
    if fluent_bit.is_none() {
        let path = std::env::var_os("PATH").expect("PATH");
        let dirs = std::env::split_paths(&path).filter(|dir| !dir.join("fluent-bit").exists());
        demo.env("PATH", std::env::join_paths(dirs).expect("what was split"));
        // The first builds the test host, which several could not do at once.
        static BUILT: Once = Once::new();
        BUILT.call_once(|| drop(demo.output().expect("a shell")));
    }
    demo
}

fn everywhere(test: impl Fn(Option<&Path>) + Sync) {
    test(None);
    each(|host| test(Some(&host.path)));
}

fn text(output: Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && said.is_empty(), "{} {said}", output.status);
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn input(file: &str) -> String {
    std::fs::read_to_string(examples().join(file)).expect("an example")
}

/// The records that a text shows on one side, each laid out over some lines.
fn shown(text: &str, side: &str) -> Vec<Value> {
    let label = format!("\n   {side:<8}");
    let records = text.split(&label).skip(1).map(|after| {
        // It ends where a line is less indented.
        let mut lines = after.lines();
        let first = lines.next().expect("a line");
        let rest = lines.take_while(|line| line.starts_with("           "));
        std::iter::once(first).chain(rest).collect::<Vec<_>>().join("\n")
    });
    let records = records.filter(|record| record.starts_with('{'));
    records.map(|record| serde_json::from_str(&record).expect("JSON")).collect()
}

fn json_lines(lines: &str) -> Vec<Value> {
    lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn mapped(lines: &str, properties: &[(&str, &str)]) -> Vec<Value> {
    let properties = [&[("on_mismatch", "drop")], properties].concat();
    let own = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    mapper::map(&properties.iter().map(own).collect::<Vec<_>>(), lines)
}

fn take_created(record: &mut Value) -> Value {
    record["event"].as_object_mut().and_then(|event| event.remove("created")).expect("created")
}

#[test]
fn it_shows_each_case_before_and_after() {
    everywhere(|fluent_bit| {
        let text = text(demo(fluent_bit).output().expect("a shell"));
        let lines = input("demo.ndjson");
        assert_eq!(shown(&text, "before"), json_lines(&lines));
        let mut after = mapped(&lines, &[]);
        let mut shown_after = shown(&text, "after");
        // Behind the first case stands the same record in another convention.
        let first = lines.lines().next().expect("a record");
        after.splice(1..1, mapped(first, &[("convention", "ecs"), ("enrich", "all")]));
        // When the record arrived is each host's own.
        let created = [&mut shown_after, &mut after].map(|records| take_created(&mut records[1]));
        assert!(created.iter().all(Value::is_string), "{created:?}");
        assert_eq!(shown_after, after);
        assert!(text.contains("\n5 in, 4 mapped, 1 dropped\n"), "{text}");
    });
}

#[test]
fn it_shows_where_each_field_goes() {
    let text = text(demo(None).output().expect("a shell"));
    let (before, after) = (&shown(&text, "before")[0], &shown(&text, "after")[0]);
    let rows = text.lines().filter_map(|line| line.split_once("→ "));
    let rows = rows.map(|(from, to)| {
        let (field, value) = from.trim().split_once(' ').expect("a field and a value");
        let (path, result) = to.split_once(' ').expect("a path and a value");
        assert_eq!(bare(&before[field]), value.trim(), "{field}");
        let found = path.split('.').fold(after, |object, key| &object[key]);
        assert_eq!(bare(found), result.trim(), "{path}");
        field.to_owned()
    });
    let fields: Vec<_> = before.as_object().expect("an object").keys().cloned().collect();
    assert_eq!(rows.collect::<Vec<_>>(), fields);
}

fn bare(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[test]
fn it_shows_the_whole_batch() {
    everywhere(|fluent_bit| {
        let output = demo(fluent_bit).arg("examples/batch.ndjson").output().expect("a shell");
        let text = text(output);
        let lines = input("batch.ndjson");
        assert_eq!(shown(&text, "before"), json_lines(&lines));
        assert_eq!(shown(&text, "after"), mapped(&lines, &[]));
        assert!(text.contains("\n36 in, 34 mapped, 2 dropped\n"), "{text}");
    });
}

/// On a terminal there are colours, unless NO_COLOR is set; the text is the same.
#[test]
fn it_is_coloured_on_a_terminal_only() {
    let plain = text(demo(None).output().expect("a shell"));
    assert!(!plain.contains('\u{1b}'), "{plain}");
    let too_wide = plain.lines().find(|line| line.chars().count() > WIDTH);
    assert_eq!(too_wide, None);

    let on_a_terminal = |no_color| {
        let demo = demo(None);
        let mut script = Command::new("script");
        script.args(["-qec", &demo.get_program().to_string_lossy(), "/dev/null"]);
        script.envs(demo.get_envs().filter_map(|(key, value)| Some((key, value?))));
        script.env("TERM", "xterm").env("NO_COLOR", no_color);
        text(script.output().expect("script, of bsdutils")).replace("\r\n", "\n")
    };
    let coloured = on_a_terminal("");
    assert!(coloured.contains("\u{1b}[31m\"SourceIP: not an IP address\""), "{coloured}");
    assert_eq!(without_colours(&coloured), plain);
    assert_eq!(on_a_terminal("1"), plain);
}

fn without_colours(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('m').expect("a colour").1)
}

/// A host that fails, or gives what it was not given, ends the demonstration with an error.
#[test]
fn it_fails_when_the_host_does() {
    let failed = demo(Some(Path::new("/bin/false"))).output().expect("a shell");
    assert_eq!(failed.status.code(), Some(1), "{failed:?}");
    assert!(String::from_utf8_lossy(&failed.stderr).contains("this failed: "), "{failed:?}");
}

//! `examples/threads/`, and the demonstration: scripts that start a Fluent Bit themselves.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::files::FILES;
use crate::hosts::{PROCESSORS, TAILS_GZIP, each, each_since};
use crate::plugin::plugin;
use crate::recipe::{examples, records_on_stdout};
use crate::run::{Site, with_whole_log};
use crate::{mapper, strict};

/// Each input and its filter in a thread of its own, and each filter counts for itself.
#[test]
fn two_threads_read_two_sets_of_files() {
    each_since(PROCESSORS, |host| {
        let site = with_whole_log(|| {
            let site = Site::new(host);
            let input = FILES.input();
            let lines: Vec<_> = input.lines().collect();
            for (name, part) in [("1.log", &lines[..2]), ("2.log", &lines[2..])] {
                site.write(name, part.join("\n") + "\n");
            }
            let mut command = site.command(["-e"]);
            command.arg(plugin()).arg("-c").arg(examples().join("threads/fluent-bit.yaml"));
            command.env("FILES_1", site.path("1.log")).env("FILES_2", site.path("2.log"));
            let mut run = site.spawn(command);
            let count = FILES.expected().len();
            run.until("the records", |site| (records_on_stdout(site).len() >= count).then_some(()));
            run.stop();
            site
        });
        let (mut records, mut expected) = (records_on_stdout(&site), FILES.expected());
        // Which of the two comes first is open.
        records.sort_by_key(Value::to_string);
        expected.sort_by_key(Value::to_string);
        assert_eq!(records, expected);
        let log = site.plugin_log();
        for (instance, counts) in [(1, "2 mapped, 0 passed, 0 dropped"), (2, "3 mapped")] {
            let line = format!(
                "[filter:cloudflare_dns:cloudflare_dns.files.{instance}] records: {counts}"
            );
            assert!(log.iter().any(|told| told.contains(&line)), "{line}: {log:#?}");
        }
    });
}

fn measure(program: &Path, plugin: &Path, args: &[&str]) -> Output {
    let mut measure = Command::new("python3");
    measure.arg(examples().join("threads/measure.py")).arg(program).arg(plugin).args(args);
    measure.output().expect("python3 is needed (make deps)")
}

/// `measure.py` comes to a result; which one is not for a test to say.
#[test]
fn the_measurement_measures() {
    each_since(TAILS_GZIP, |host| {
        for set_up in ["2 threaded tails, filter as processor", "http, filter"] {
            let args = ["--records", "2000", "--rounds", "1", "--only", set_up];
            let output = measure(&host.path, plugin(), &args);
            assert!(output.status.success(), "{output:?}");
            let table = String::from_utf8_lossy(&output.stdout).into_owned();
            let last = table.lines().last().expect("a line");
            assert!(last.starts_with(&format!("| {set_up} | ")), "{table}");
        }
    });
}

/// A wrong argument is told in a line, and so is a Fluent Bit that ends too early.
#[test]
fn the_measurement_says_what_is_wrong() {
    let (program, nothing) = (Path::new("/bin/false"), Path::new("/no/such/file"));
    let few = &["--records", "10", "--rounds", "1", "--only", "tail, no filter"][..];
    for (program, file, args, status, told) in [
        (nothing, plugin(), few, 2, "no program: /no/such/file"),
        (Path::new("/"), plugin(), few, 2, "no program: /"),
        (program, nothing, few, 2, "no file: /no/such/file"),
        (program, plugin(), &["--only", "udp"], 2, "--only: none of tail, no filter"),
        (program, plugin(), &["--records", "1"], 2, "at least 2, and 1"),
        (program, plugin(), few, 1, "Fluent Bit ended before it had all records"),
    ] {
        let output = measure(program, file, args);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(status), "{error}");
        assert!(error.contains(told) && !error.contains("Traceback"), "{error}");
    }
}

fn demo(fluent_bit: &Path) -> Output {
    let mut demo = Command::new(examples().join("demo.sh"));
    demo.env("FLUENT_BIT", fluent_bit).env("FLB_PLUGIN", plugin());
    demo.output().expect("a shell")
}

/// The lines of the demonstration that show records: as they were, and as they are.
fn shown(output: &Output) -> [Vec<Value>; 2] {
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout.clone()).expect("UTF-8");
    ["before  ", "after   "].map(|side| {
        let lines: Vec<_> = text.lines().filter_map(|line| line.strip_prefix(side)).collect();
        strict::json_lines(&lines.join("\n"))
    })
}

#[test]
fn the_demonstration_shows_each_record_before_and_after() {
    let batch = fs::read_to_string(examples().join("batch.ndjson")).expect("a batch");
    each(|host| {
        let [before, mut after] = shown(&demo(&host.path));
        assert_eq!(before, strict::json_lines(&batch));
        for record in &mut after {
            record.as_object_mut().and_then(|record| record.remove("date")).expect("a date");
        }
        let mut expected = mapper::map(&[], &batch);
        // What is not mapped comes out as in_tail gave it: a line in a field.
        for (expected, line) in expected.iter_mut().zip(batch.lines()) {
            if expected["event"].is_null() {
                *expected = serde_json::json!({ "log": line });
            }
        }
        assert_eq!(after, expected);
    });
}

/// What Fluent Bit has written of its last line may be a part when the demonstration looks.
#[test]
fn the_demonstration_waits_for_its_last_line_to_be_whole() {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("demo-{}", std::process::id()));
    fs::create_dir_all(&dir).expect("a directory");
    let program = dir.join("fluent-bit");
    // Ends its last line when it is told to end, as a buffer does.
    let script = "#!/bin/sh\n\
        [ \"$1\" != --version ] || { echo 'Fluent Bit v0.0.0'; exit; }\n\
        trap 'echo \"\\\"end\\\":true}\"; exit 0' TERM\n\
        sed '$s/}$/,/' examples/batch.ndjson | head -c -1\n\
        while :; do sleep 0.05; done\n";
    fs::write(&program, script).expect("a script");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("an executable");
    let [before, mut after] = shown(&demo(&program));
    let last = after.last_mut().and_then(Value::as_object_mut).expect("a record");
    assert_eq!(last.remove("end"), Some(Value::Bool(true)));
    assert_eq!(after, before);
    fs::remove_dir_all(&dir).expect("a directory");
}

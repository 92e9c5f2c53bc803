//! `examples/threads/`: the recipe, and the script that measures.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::files::FILES;
use crate::hosts::{PROCESSORS, TAILS_GZIP, each_since};
use crate::plugin::plugin;
use crate::recipe::{examples, records_on_stdout};
use crate::run::{Site, with_whole_log};

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
    let output = measure.env_remove("PYTHONDONTWRITEBYTECODE").output();
    assert!(!examples().join("logpush/__pycache__").exists(), "a folder of Python's is left");
    output.expect("python3 is needed (make deps)")
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

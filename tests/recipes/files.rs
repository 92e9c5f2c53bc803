//! Files of Logpush's as they lie in R2 or S3, read by in_tail.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::hosts::{PROCESSORS, TAILS_GZIP, Version, each_since};
use crate::http::gzip;
use crate::plugin::plugin;
use crate::recipe::{Recipe, each_format, examples, records_on_stdout};
use crate::run::Site;

const FILES: Recipe = Recipe { name: "files" };
/// As Logpush names them: the time of the first record, that of the last, and a hash.
const FILE: &str = "20260801/20260801T101000Z_20260801T101030Z_1a2b3c4d.log.gz";

/// Writes the input, packed, as a bucket has it.
fn fetch(dir: &Path) {
    let file = dir.join(FILE);
    fs::create_dir_all(file.parent().expect("a directory")).expect("a directory");
    fs::write(&file, gzip(FILES.input().as_bytes())).expect("a file");
}

fn unpack(dir: &Path) -> std::process::Output {
    Command::new(FILES.path("unpack.sh")).arg(dir).output().expect("a shell")
}

/// Reads the files once, and, started again, not a second time.
fn reads(site: &Site, format: crate::recipe::Format, files: &str) {
    let files = site.path(files).display().to_string();
    let database = site.path("files.db").display().to_string();
    let settings = [("FILES", &*files), ("DATABASE", &database)];
    let expected = FILES.expected();
    let mut run = FILES.start(site, format, &settings);
    let found = |site: &Site| (records_on_stdout(site).len() >= expected.len()).then_some(());
    run.until("the records", found);
    run.stop();
    assert_eq!(records_on_stdout(site), expected);
}

#[test]
fn packed_files_are_read_by_in_tail() {
    each_format(TAILS_GZIP, |host, format| {
        let site = Site::new(host);
        fetch(&site.path("logpush"));
        reads(&site, format, "logpush/*/*.log.gz");
    });
}

#[test]
fn unpacked_files_are_read_by_every_in_tail() {
    each_format(Version(0, 0, 0), |host, format| {
        let site = Site::new(host);
        fetch(&site.path("logpush"));
        let output = unpack(&site.path("logpush"));
        assert!(output.status.success(), "{output:?}");
        reads(&site, format, "logpush/*/*.log");
    });
}

/// `examples/threads/`: each input and its filter in a thread of its own.
#[test]
fn two_threads_read_two_sets_of_files() {
    each_since(PROCESSORS, |host| {
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
        let mut expected = FILES.expected();
        let found = |site: &Site| (records_on_stdout(site).len() >= expected.len()).then_some(());
        run.until("the records", found);
        run.stop();
        let mut records = records_on_stdout(&site);
        // Which of the two comes first is open.
        records.sort_by_key(Value::to_string);
        expected.sort_by_key(Value::to_string);
        assert_eq!(records, expected);
    });
}

/// `examples/threads/measure.py` comes to a result; which one is not for a test to say.
#[test]
fn the_measurement_measures() {
    each_since(TAILS_GZIP, |host| {
        for set_up in ["2 threaded tails, filter as processor", "http, filter"] {
            let mut measure = Command::new("python3");
            measure.arg(examples().join("threads/measure.py")).arg(&host.path).arg(plugin());
            measure.args(["--records", "2000", "--rounds", "1", "--only", set_up]);
            let output = measure.output().expect("python3 is needed (make deps)");
            assert!(output.status.success(), "{output:?}");
            let table = String::from_utf8_lossy(&output.stdout).into_owned();
            let last = table.lines().last().expect("a line");
            assert!(last.starts_with(&format!("| {set_up} | ")), "{table}");
        }
    });
}

#[test]
fn unpacking_does_each_file_once_and_names_the_damaged() {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("unpack-{}", std::process::id()));
    fetch(&dir);
    let (packed, unpacked) = (dir.join(FILE), dir.join(FILE.trim_end_matches(".gz")));
    let (damaged, content) =
        (dir.join("20260801/0 damaged.log.gz"), fs::read(&packed).expect("a file"));
    fs::write(&damaged, &content[..content.len() / 2]).expect("a file");

    let output = unpack(&dir);
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.ends_with(&format!("not unpacked:\n{}\n", damaged.display())), "{told}");
    assert_eq!(fs::read_to_string(&unpacked).expect("a file"), FILES.input());

    fs::remove_file(&damaged).expect("a file");
    fs::write(&unpacked, "as it was").expect("a file");
    assert!(unpack(&dir).status.success());
    assert_eq!(fs::read_to_string(&unpacked).expect("a file"), "as it was");
    let names = fs::read_dir(dir.join("20260801")).expect("a directory").count();
    assert_eq!(names, 2, "no other file is left");
    fs::remove_dir_all(&dir).expect("a directory");
}

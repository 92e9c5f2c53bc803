//! Files of Logpush's as they lie in R2 or S3, read by in_tail.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::hosts::{TAILS_GZIP, Version};
use crate::http::gzip;
use crate::recipe::{Recipe, each_format, records_on_stdout};
use crate::run::Site;

pub(crate) const FILES: Recipe = Recipe { name: "files" };
/// As Logpush names them: the time of the first record, that of the last, and a hash.
const FILE: &str = "20260801/20260801T101000Z_20260801T101030Z_1a2b3c4d.log.gz";

/// Writes the input, packed, as a bucket has it.
pub(crate) fn fetch(dir: &Path) {
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

/// A directory for `unpack.sh`, with the packed file in it.
fn directory(name: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let dir = dir.join(format!("unpack-{name}-{}", std::process::id()));
    fetch(&dir);
    dir
}

#[test]
fn unpacking_does_each_file_once_and_names_the_damaged() {
    let dir = directory("damaged");
    let (packed, unpacked) = (dir.join(FILE), dir.join(FILE.trim_end_matches(".gz")));
    let content = fs::read(&packed).expect("a file");
    let damaged =
        ["0 damaged.log.gz", "1 empty.log.gz"].map(|name| dir.join("20260801").join(name));
    fs::write(&damaged[0], &content[..content.len() / 2]).expect("a file");
    fs::write(&damaged[1], "").expect("a file");

    let output = unpack(&dir);
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let named = damaged.each_ref().map(|path| format!("{}\n", path.display())).concat();
    assert!(told.ends_with(&format!("not unpacked:\n{named}")), "{told}");
    assert_eq!(fs::read_to_string(&unpacked).expect("a file"), FILES.input());

    damaged.iter().for_each(|path| fs::remove_file(path).expect("a file"));
    fs::write(&unpacked, "as it was").expect("a file");
    assert!(unpack(&dir).status.success());
    assert_eq!(fs::read_to_string(&unpacked).expect("a file"), "as it was");
    let names = fs::read_dir(dir.join("20260801")).expect("a directory").count();
    assert_eq!(names, 2, "no other file is left");
    fs::remove_dir_all(&dir).expect("a directory");
}

/// A bucket, or what fetches from it, that unpacks by itself leaves the name as it was.
#[test]
fn a_plain_file_with_the_name_of_a_packed_one_is_taken_as_it_is() {
    let dir = directory("plain");
    let plain = dir.join("20260801/0 plain.log");
    fs::write(dir.join("20260801/0 plain.log.gz"), FILES.input()).expect("a file");
    let output = unpack(&dir);
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    for unpacked in [plain, dir.join(FILE.trim_end_matches(".gz"))] {
        assert_eq!(fs::read_to_string(unpacked).expect("a file"), FILES.input());
    }
    fs::remove_dir_all(&dir).expect("a directory");
}

//! The corpus through the targets, without libFuzzer: what every change must pass.
//!
//! `FUZZ_FOUND=1` adds the inputs that fuzzing found on this machine (`found/`).

use std::fs;
use std::path::{Path, PathBuf};

use fuzz::{TARGETS, Target};

fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
}

fn replay(name: &str) {
    let (_, target): (_, Target) =
        TARGETS.into_iter().find(|(known, _)| *known == name).expect("a target");
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut inputs = files(&here.join("corpus").join(name));
    assert!(inputs.len() >= 20, "a corpus of {} files", inputs.len());
    if std::env::var_os("FUZZ_FOUND").is_some() {
        inputs.extend(files(&here.join("found").join(name)));
    }
    for path in inputs {
        let input = fs::read(&path).expect("a file");
        if std::panic::catch_unwind(|| target(&input)).is_err() {
            panic!("{} fails", path.display());
        }
    }
}

#[test]
fn chunk() {
    replay("chunk");
}

#[test]
fn records() {
    replay("records");
}

#[test]
fn json() {
    replay("json");
}

#[test]
fn times() {
    replay("times");
}

#[test]
fn configuration() {
    replay("configuration");
}

#[test]
fn wire() {
    replay("wire");
}

#[test]
fn the_seeds_are_those_of_the_generator() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let is_seed = |path: &PathBuf| {
        path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"seed-"))
    };
    let mut there: Vec<_> = TARGETS
        .into_iter()
        .flat_map(|(target, _)| files(&corpus.join(target)))
        .filter(is_seed)
        .map(|path| (path.clone(), fs::read(path).expect("a file")))
        .collect();
    let mut made: Vec<_> = fuzz::seeds::seeds()
        .into_iter()
        .map(|(target, name, seed)| (corpus.join(target).join(format!("seed-{name}")), seed))
        .collect();
    there.sort();
    made.sort();
    assert!(there == made, "run `cargo run --example seeds` in fuzz/");
}

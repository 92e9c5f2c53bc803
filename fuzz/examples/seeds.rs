//! Writes the seeds to `corpus/`, in place of the ones there.

use std::fs;
use std::path::Path;

fn main() -> std::io::Result<()> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for (target, _) in fuzz::TARGETS {
        let folder = corpus.join(target);
        fs::create_dir_all(&folder)?;
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            if entry.file_name().as_encoded_bytes().starts_with(b"seed-") {
                fs::remove_file(entry.path())?;
            }
        }
    }
    for (target, name, seed) in fuzz::seeds::seeds() {
        fs::write(corpus.join(target).join(format!("seed-{name}")), seed)?;
    }
    Ok(())
}

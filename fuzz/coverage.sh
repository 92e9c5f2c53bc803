#!/usr/bin/env bash
# Prints how much of src/ the corpus covers, file by file, and writes every line with its count to
# fuzz/coverage/. Inputs that fuzzing found on this machine (fuzz/found) count, too.
#
# The compiler's own llvm-profdata and llvm-cov come only with rustup. Debian's, of the same major
# version, read the same profiles.
set -euo pipefail
cd "$(dirname "$0")"

version=$(rustc -vV | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')
if ! command -v "llvm-cov-$version" >/dev/null; then
    echo "installing: llvm-$version"
    as_root=
    [ "$(id -u)" -eq 0 ] || as_root=sudo
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 update -qq
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 \
        install -y -qq --no-install-recommends "llvm-$version" >/dev/null
fi

rm -rf coverage
mkdir coverage
# One binary for all targets, without libFuzzer: the corpus test.
RUSTFLAGS=-Cinstrument-coverage LLVM_PROFILE_FILE=$PWD/coverage/%p.profraw \
    cargo test --locked --no-default-features --target-dir target/coverage --test corpus --no-run
binary=$(find target/coverage/debug/deps -maxdepth 1 -name 'corpus-*' -type f -executable \
    -printf '%T@ %p\n' | sort -n | tail -n 1 | cut -d' ' -f2)
FUZZ_FOUND=1 LLVM_PROFILE_FILE=$PWD/coverage/%p.profraw "$binary" --quiet
"llvm-profdata-$version" merge -sparse coverage/*.profraw -o coverage/corpus.profdata
only_src() {
    "llvm-cov-$version" "$@" --instr-profile=coverage/corpus.profdata "$binary" "$(realpath ../src)"
}
only_src show --show-instantiations=false >coverage/lines.txt
only_src report --show-region-summary=false --show-branch-summary=false

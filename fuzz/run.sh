#!/usr/bin/env bash
# Builds the fuzz targets and runs each of them for some seconds, several at a time.
#
#   fuzz/run.sh SECONDS [TARGET]...
#
# This script needs neither cargo-fuzz nor a nightly compiler. The folder has cargo-fuzz's layout, so
# where cargo-fuzz is installed, `RUSTC_BOOTSTRAP=1 cargo fuzz run TARGET FILE` and `cargo fuzz tmin`
# work, too.
#
# JOBS targets run at once (default: one per processor). SANITIZER=address adds AddressSanitizer. It is
# off by default: it is slow, and finds faults of unsafe code only. The mapper has no unsafe code, and
# the targets count its memory themselves. New inputs go to fuzz/found/TARGET; corpus/TARGET does not
# change. An input that fails is kept in fuzz/artifacts/TARGET, and the run ends with an error.
set -euo pipefail
cd "$(dirname "$0")"

seconds=$1
shift
[ $# -gt 0 ] || set -- chunk records json times configuration wire
sanitizer=${SANITIZER:-none}
host=$(rustc -vV | sed -n 's/^host: //p')

# The flags of `cargo fuzz build`. The stable compiler takes them all, but for a sanitizer.
flags="--cfg fuzzing -Cpasses=sancov-module"
for option in level=4 inline-8bit-counters pc-table trace-compares; do
    flags="$flags -Cllvm-args=-sanitizer-coverage-$option"
done
if [ "$sanitizer" != none ]; then
    export RUSTC_BOOTSTRAP=1
    flags="$flags -Zsanitizer=$sanitizer"
fi
# With --target, the flags are not for build scripts and macros.
bins=target/fuzz-$sanitizer/$host/release
RUSTFLAGS=$flags cargo build --release --locked --bins --target "$host" \
    --target-dir "target/fuzz-$sanitizer"

# Runs one target; its log goes to a file, and its end to the terminal when it failed.
fuzz_one() {
    local target=$1 log=artifacts/$1.log
    mkdir -p "found/$target" "artifacts/$target"
    if "$bins/$target" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -max_len=16384 \
        -dict=dictionary -artifact_prefix="artifacts/$target/" -print_final_stats=1 \
        "found/$target" "corpus/$target" >"$log" 2>&1; then
        awk -v target="$target" '
            /cov: / { for (i = 1; i < NF; i++) if ($i == "cov:") coverage = $(i + 1) }
            /number_of_executed_units/ { executions = $2 }
            /average_exec_per_sec/ { speed = $2 }
            END {
                printf "%-14s %12d executions, %6d a second, %6d edges, no finding\n",
                    target, executions, speed, coverage
            }' "$log"
    else
        echo "$target: FAILED; the input is in fuzz/artifacts/$target, the log is fuzz/$log:" >&2
        tail -n 60 "$log" >&2
        return 1
    fi
}
export -f fuzz_one
export bins seconds

mkdir -p artifacts
# xargs ends with an error when any of them does.
printf '%s\n' "$@" | xargs -P "${JOBS:-$(nproc)}" -I{} bash -c 'fuzz_one {}'

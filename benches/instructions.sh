#!/bin/sh
# Prints how many instructions a record costs, counted by callgrind. Other work on the machine does
# not change this number.
#
#   instructions.sh              all cases
#   instructions.sh CASE...      these cases, named as in the table of `make bench`
#
# FLB_PLUGIN names another plugin than the one that `make build` makes.
# hot_spots.py shows the functions that they are spent in.
set -eu

cd "$(dirname "$0")"
cargo build --quiet --release --locked
profile="${CARGO_TARGET_DIR:-target}/release/profile"
counts=$(mktemp)
trap 'rm -f "$counts"' EXIT

# glibc copies a few KB and more by one instruction (rep movsb), of which callgrind would count each byte.
GLIBC_TUNABLES=glibc.cpu.x86_rep_movsb_threshold=1000000000
export GLIBC_TUNABLES

# What the rounds of one contestant cost, the start of the program included.
instructions() {
    if ! valgrind --tool=callgrind --callgrind-out-file=/dev/null "$profile" "$@" 2>"$counts"; then
        cat "$counts" >&2
        exit 1
    fi
    sed -n 's/.*Collected : \([0-9]*\).*/\1/p' "$counts"
}

# per_record CASE CONTESTANT RECORDS: by the difference of two runs, without the start.
per_record() {
    few=$(instructions "$1" "$2" "$3" 1)
    many=$(instructions "$1" "$2" "$3" 11)
    echo $(((many - few) / 10 / $3))
}

printf '%-36s%10s%10s%12s%10s%12s\n' 'instructions a record' ours floor 'JSON parse' structs 'ours, alone'
{
    if [ $# -gt 0 ]; then printf '%s\n' "$@"; else "$profile"; fi
} | while read -r case; do
    ours=$(per_record "$case" ours 1000)
    floor=$(per_record "$case" floor 1000)
    structs=$(per_record "$case" structs 1000)
    parse=-
    case $case in *JSON* | *key_name*) parse=$(per_record "$case" parse 1000) ;; esac
    # "Alone": a chunk of one record.
    alone=$(per_record "$case" ours 1)
    printf '%-36s%10s%10s%12s%10s%12s\n' "$case" "$ours" "$floor" "$parse" "$structs" "$alone"
done

#!/bin/sh
# Shows Cloudflare records before and after the filter.
#
#   demo.sh            five cases, explained (`make demo`)
#   demo.sh FILE       every record of a file of JSON lines (`make demo-all`)
#
# In the first Fluent Bit that FLUENT_BIT or PATH has, otherwise in the test host, which loads the plugin
# as Fluent Bit does. FLB_PLUGIN names another plugin than the one that `make` builds. Colours are for
# terminals, and NO_COLOR turns them off.
set -eu
cd "$(dirname "$0")/.."

plugin=${FLB_PLUGIN:-$PWD/target/release/flb-filter_cloudflare_dns.so}
records=${1:-examples/demo.ndjson}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fluent_bit=${FLUENT_BIT:-}
fluent_bit=${fluent_bit%%:*}
[ -n "$fluent_bit" ] || fluent_bit=$(command -v fluent-bit || true)

# The test host: the newest that the tests build.
host=target/harness/gen4raw
if [ -n "$fluent_bit" ]; then
    where="$("$fluent_bit" --version | head -n 1), $fluent_bit"
else
    where="the test host, because FLUENT_BIT and PATH have no Fluent Bit"
    make --silent -C tests/harness "../../$host" >"$work/log" 2>&1 || {
        cat "$work/log" >&2
        exit 1
    }
fi

# map INPUT OUTPUT [KEY=VALUE]...: what the filter makes of a file of JSON lines. Either host ends by itself
# when it has read the file.
map() {
    input=$1 output=$2
    shift 2
    for property; do
        shift
        set -- "$@" -p "$property"
    done
    if [ -n "$fluent_bit" ]; then
        set -- timeout 60 "$fluent_bit" -f 1 -e "$plugin" \
            -i tail -p path="$input" -p read_from_head=on -p exit_on_eof=on \
            -F cloudflare_dns -p key_name=log -p on_mismatch=drop "$@" -m '*' \
            -o stdout -p format=json_lines -p json_date_key=false -m '*'
    else
        set -- "$host" "$plugin" --ndjson "$input" --out-json - -p on_mismatch=drop "$@"
    fi
    if ! "$@" >"$work/out" 2>"$work/log"; then
        echo "this failed: $*" >&2
        cat "$work/log" >&2
        exit 1
    fi
    # The test host prints events, of which these are the records.
    sed -n -e 's/^{"time":.*,"metadata":{},"record":\(.*\)}$/\1/' -e '/^{/p' "$work/out" >"$output"
}

map "$records" "$work/after"
if [ "$records" = examples/demo.ndjson ]; then
    head -n 1 "$records" >"$work/first"
    map "$work/first" "$work/as-ecs" convention=ecs enrich=all
fi

colours=
[ -z "${NO_COLOR:-}" ] && [ -t 1 ] && [ "${TERM:-dumb}" != dumb ] && colours=yes
awk -v where="$where" -v colours="$colours" -v as_ecs="$work/as-ecs" -f examples/demo.awk \
    docs/mapping.md "$work/after" "$records"

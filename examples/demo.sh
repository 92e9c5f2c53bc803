#!/bin/sh
# Shows a batch of Cloudflare records before and after the filter: in the real Fluent Bit when
# FLUENT_BIT or PATH has one, otherwise in the C harness, which loads the plugin as Fluent Bit does.
# FLB_PLUGIN names another file than the one that `make` builds.
set -eu
cd "$(dirname "$0")/.."

plugin=${FLB_PLUGIN:-$PWD/target/release/flb-filter_cloudflare_dns.so}
batch=examples/batch.ndjson
work=$(mktemp -d)
host=
trap '[ -z "$host" ] || kill "$host" 2>/dev/null || true; rm -rf "$work"' EXIT

fluent_bit=${FLUENT_BIT:-}
fluent_bit=${fluent_bit%%:*}
[ -n "$fluent_bit" ] || fluent_bit=$(command -v fluent-bit || true)

if [ -n "$fluent_bit" ]; then
    echo "in the real $("$fluent_bit" --version | head -n 1) ($fluent_bit)"
    : >"$work/stdout"
    "$fluent_bit" -f 1 -e "$plugin" \
        -i tail -p path="$batch" -p read_from_head=on -p tag=demo \
        -F cloudflare_dns -p key_name=log -m '*' \
        -o stdout -p format=json_lines -m '*' >>"$work/stdout" 2>"$work/log" &
    host=$!
    wanted=$(grep -c . "$batch")
    tries=0
    until [ "$(grep -c '^{' "$work/stdout")" -ge "$wanted" ]; do
        tries=$((tries + 1))
        if [ "$tries" -gt 150 ] || ! kill -0 "$host" 2>/dev/null; then
            echo "Fluent Bit did not give $wanted records:" >&2
            cat "$work/log" >&2
            exit 1
        fi
        sleep 0.2
    done
    # Its last line may be there in part: it is whole when Fluent Bit has ended.
    kill "$host" && wait "$host" 2>/dev/null || true
    host=
    grep '^{' "$work/stdout" >"$work/after"
else
    echo "no Fluent Bit on PATH or in FLUENT_BIT: in the C harness, as Fluent Bit 5.1 loads it"
    make --silent -C tests/harness >/dev/null
    target/harness/gen4raw "$plugin" --ndjson "$batch" --out-json - >"$work/after" 2>"$work/log"
fi

paste -d '\n' "$batch" "$work/after" | while IFS= read -r before && IFS= read -r after; do
    printf '\nbefore  %s\nafter   %s\n' "$before" "$after"
done
printf '\n'
grep -h 'filter:cloudflare_dns' "$work/log" || true

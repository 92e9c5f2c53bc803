#!/bin/sh
# Unpacks Logpush's files for Fluent Bit before 3.0, which reads no .gz.
#
#   unpack.sh /var/lib/logpush      (from cron or a systemd timer, after each fetch)
#
# Each FILE.log.gz gets a FILE.log beside it, once. in_tail must never see half a file, so a file gets its
# name only when it is complete. A damaged file is reported, and the others are still unpacked. A file
# that is not gzip, as from a bucket that unpacks by itself, is copied.
set -eu

[ $# -eq 1 ] && [ -d "$1" ] || { echo "usage: $0 DIRECTORY" >&2; exit 2; }

# What begins with gzip's two bytes, and what is empty, is for gzip to judge.
unpack() {
    case $(od -An -tx1 -N2 "$1" | tr -d ' ') in
    1f8b | "") gzip -dc "$1" ;;
    *) cat "$1" ;;
    esac
}

failed=$(find "$1" -type f -name '*.log.gz' | sort | while IFS= read -r packed; do
    file=${packed%.gz}
    [ ! -e "$file" ] || continue
    if unpack "$packed" >"$file.part"; then
        mv "$file.part" "$file"
    else
        rm -f "$file.part"
        echo "$packed"
    fi
done)

[ -z "$failed" ] || { printf 'not unpacked:\n%s\n' "$failed" >&2; exit 1; }

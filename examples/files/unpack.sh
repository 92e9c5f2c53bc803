#!/bin/sh
# Unpacks Logpush's files for Fluent Bit before 3.0, which reads no .gz.
#
#   unpack.sh /var/lib/logpush      (from cron or a systemd timer, after each fetch)
#
# Each FILE.log.gz gets a FILE.log beside it, once. in_tail must never see half a file: it appears
# under its name when it is whole. A damaged file is named, and the others are still unpacked.
set -eu

[ $# -eq 1 ] && [ -d "$1" ] || { echo "usage: $0 DIRECTORY" >&2; exit 2; }

failed=$(find "$1" -type f -name '*.log.gz' | sort | while IFS= read -r packed; do
    file=${packed%.gz}
    [ ! -e "$file" ] || continue
    if gzip -dc "$packed" >"$file.part"; then
        mv "$file.part" "$file"
    else
        rm -f "$file.part"
        echo "$packed"
    fi
done)

[ -z "$failed" ] || { printf 'not unpacked:\n%s\n' "$failed" >&2; exit 1; }

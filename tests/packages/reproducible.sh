#!/usr/bin/env bash
# Builds the packages of dist/ a second time, elsewhere, and compares: same bytes, or failure.
set -euo pipefail
cd "$(dirname "$0")/../.."

clone=target/packages/another/directory/with-a-longer-name
tests/packages/elsewhere.sh "$clone"
if ! diff dist/SHA256SUMS "$clone/dist/SHA256SUMS"; then
    echo "two builds differ: compare dist/ with $clone/dist/" >&2
    exit 1
fi
echo "two builds, one checksum each:"
cat dist/SHA256SUMS
rm -rf target/packages/another

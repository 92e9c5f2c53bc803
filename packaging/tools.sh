#!/usr/bin/env bash
# Installs what making the packages needs and has not: zig, the linker that knows every glibc, and
# the Cargo commands. Everything goes into $DIST_TOOLS (target/dist-tools); versions are
# pinned, for another linker makes another file.
set -euo pipefail
cd "$(dirname "$0")/.."

wheels="ziglang==0.17.1 cargo-zigbuild==0.24.0"
crates="cargo-deb@3.8.0 cargo-generate-rpm@0.21.1 cargo-auditable@0.7.7 cargo-cyclonedx@0.5.9"

tools=${DIST_TOOLS:-$PWD/target/dist-tools}
stamp="$tools/installed"
[ "$(cat "$stamp" 2>/dev/null)" = "$wheels $crates" ] && exit 0

echo "installing into $tools: $wheels $crates"
mkdir -p "$tools"
python3 -m venv "$tools" || {
    echo "python3 with venv is needed (Debian: apt-get install python3-venv)" >&2
    exit 1
}
# shellcheck disable=SC2086 # lists of words
"$tools/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: $wheels
# shellcheck disable=SC2086
CARGO_TARGET_DIR="$tools/build" cargo install --quiet --locked --root "$tools" $crates
rm -rf "$tools/build"
echo "$wheels $crates" >"$stamp"

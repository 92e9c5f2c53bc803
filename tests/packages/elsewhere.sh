#!/usr/bin/env bash
# Builds the packages of the commit that is checked out in a clone of its own:
#
#   tests/packages/elsewhere.sh DIRECTORY [VERSION]
#
# With VERSION the clone is given that version first. The clone shares the tools of this one and
# nothing else: the crates are fetched anew, zig builds its unwinder anew.
set -euo pipefail
cd "$(dirname "$0")/../.."

directory=$(realpath -m "$1")
next=${2:-}
DIST_TOOLS=${DIST_TOOLS:-$PWD/target/dist-tools}
PLUGIN_COMMIT=${PLUGIN_COMMIT:-$(git rev-parse --short=12 HEAD)}
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export DIST_TOOLS PLUGIN_COMMIT SOURCE_DATE_EPOCH

rm -rf "$directory"
git clone --quiet --no-hardlinks . "$directory"
if [ -n "$next" ]; then
    sed -i "0,/^version = .*/s//version = \"$next\"/" "$directory/Cargo.toml"
    sed -i "/^name = \"flb-filter-cloudflare-dns\"/{n;s/.*/version = \"$next\"/}" "$directory/Cargo.lock"
    "$directory/packaging/dist.sh"
else
    # Commit and time as git tells them there; and other ways of the shell, of which nothing may show.
    unset PLUGIN_COMMIT SOURCE_DATE_EPOCH
    home=$directory/target/cargo-home
    mkdir -p "$home"
    cp "${CARGO_HOME:-$HOME/.cargo}"/config.toml "$home" 2>/dev/null || true
    umask 077
    CARGO_HOME=$home TZ=Asia/Tokyo "$directory/packaging/dist.sh"
fi

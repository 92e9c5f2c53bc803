#!/usr/bin/env bash
# Makes the packages for another architecture in a fresh Debian 13, on a clean clone of HEAD, and
# puts them in dist/: for a machine whose Rust has no standard library for it. Debian has it as a
# package. packaging/dist.sh calls this; the tools that it has installed serve there, too.
set -euo pipefail
cd "$(dirname "$0")/../.."

if [ "${1:-}" = inside ]; then
    export ARCH=$2 DIST_TOOLS=$3
    deb_arch=$([ "$ARCH" = x86_64 ] && echo amd64 || echo arm64)
    dpkg --add-architecture "$deb_arch"
    apt-get -qq update
    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends \
        "libstd-rust-dev:$deb_arch" >/dev/null
    packaging/dist.sh
    cp dist/* "$4"
    exit
fi

: "${DIST_TOOLS:=$PWD/target/dist-tools}"
mkdir -p dist
BIND="$DIST_TOOLS $PWD/dist" tests/debian/system.sh trixie:debian "gcc libclang-dev python3" \
    tests/debian/dist.sh inside "$ARCH" "$DIST_TOOLS" "$PWD/dist"

#!/usr/bin/env bash
# Builds everything for arm64 in a fresh Debian 13, on a clean clone of HEAD, and runs it under
# qemu: the tests of the library, and the C harness with the plugin that `make` builds.
#
# Debian has the standard library and the C libraries of arm64 as packages.
set -euo pipefail
cd "$(dirname "$0")/../.."

if [ "${1:-}" = inside ]; then
    dpkg --add-architecture arm64
    apt-get -qq update
    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends \
        gcc-aarch64-linux-gnu libc6-dev:arm64 libgcc-s1:arm64 libstd-rust-dev:arm64 \
        libmsgpack-c-dev:arm64 >/dev/null

    export CARGO_BUILD_TARGET=aarch64-unknown-linux-gnu
    export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc
    export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER=qemu-aarch64
    # For the hosts of tests/harness.
    export CC=aarch64-linux-gnu-gcc PKG_CONFIG_LIBDIR=/usr/lib/aarch64-linux-gnu/pkgconfig
    export HARNESS_RUNNER=qemu-aarch64
    # Random records are as random as elsewhere; under qemu each takes ten times as long.
    export PROPTEST_CASES=100
    library="--lib --test mapping --test wire --test properties --test bounds --test allocations"

    SECONDS=0
    cargo build --locked --release --lib
    cargo test --locked --no-run --test harness
    echo "arm64: the plugin and the harness were built in $SECONDS s"
    SECONDS=0
    plugin=target/flb-filter_cloudflare_dns.so
    cp "target/$CARGO_BUILD_TARGET/release/libflb_filter_cloudflare_dns.so" "$plugin"
    FLB_PLUGIN=$plugin cargo test --locked --test harness -- \
        --skip memcheck --skip instructions --skip system_calls
    echo "arm64: the harness took $SECONDS s"
    SECONDS=0
    # shellcheck disable=SC2086 # a list of words
    cargo test --locked $library
    echo "arm64: the library's tests were built and passed in $SECONDS s"
    cat <<'END'
arm64: NOT TESTED under qemu, but in the workflow, on an arm64 machine (.ci/run):
  harness, memcheck and instructions: valgrind cannot run a program of another processor
  harness, system_calls: strace sees the calls that qemu makes, not the plugin's
  recipes, fluent_bit: there is no Fluent Bit for arm64 here
  readme, architecture: they look at sources only
END
    exit
fi

if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "arm64: NOT TESTED: it takes root" >&2 && exit 1; }
    exec sudo env "PATH=$PATH" "HOME=$HOME" "DEBIAN_MIRROR=${DEBIAN_MIRROR:-}" "$0"
fi
SECONDS=0
tests/debian/system.sh trixie:debian "gcc pkg-config libclang-dev binutils qemu-user" \
    tests/debian/arm64.sh inside
echo "arm64: passed in $SECONDS s"

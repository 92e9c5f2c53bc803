#!/usr/bin/env bash
# Builds the plugin as the packages have it:
#
#   packaging/build.sh FILE [options for cargo build]
#
# Linked by zig against glibc 2.17, so that it loads on every Linux that Fluent Bit still runs on,
# with zig's own unwinder inside. cargo auditable adds the names of the crates, for scanners. The
# same sources and tools give the same bytes in any directory: no path of this machine gets into the
# file. ARCH (x86_64, aarch64) is the machine's own if unset.
set -euo pipefail
cd "$(dirname "$0")/.."

file=$1
shift
target=${ARCH:-$(uname -m)}-unknown-linux-gnu
tools=${DIST_TOOLS:-$PWD/target/dist-tools}

if [ ! -d "$(rustc --print target-libdir --target "$target")" ]; then
    echo "Rust has no standard library for $target here: rustup target add $target" >&2
    exit 1
fi

# Cargo takes the flags of this variable with a separator that no path has.
remap() { printf -- '--remap-path-prefix\x1f%s=%s' "$1" "$2"; }
cargo_home=${CARGO_HOME:-$HOME/.cargo}
CARGO_ENCODED_RUSTFLAGS=$(printf '%s\x1f%s' "$(remap "$PWD" .)" "$(remap "$cargo_home" /cargo)")
export CARGO_ENCODED_RUSTFLAGS
unset RUSTFLAGS
export CARGO_TARGET_DIR=$PWD/target/dist/build
# Function names stay, for the stack that a crashing host prints; lines do not.
export CARGO_PROFILE_RELEASE_DEBUG=0 CARGO_PROFILE_RELEASE_STRIP=debuginfo
# zig keeps the unwinder and the stubs of glibc that it has built here.
export ZIG_GLOBAL_CACHE_DIR=$PWD/target/dist/zig ZIG_LOCAL_CACHE_DIR=$PWD/target/dist/zig
export CARGO_ZIGBUILD_CACHE_DIR=$PWD/target/dist/zigbuild

CARGO_ZIGBUILD_ZIG_PATH=$(echo "$tools"/lib/python3*/site-packages/ziglang/zig)
export CARGO_ZIGBUILD_ZIG_PATH
PATH=$tools/bin:$PATH cargo auditable zigbuild --release --lib --locked --target "$target.2.17" "$@"
mkdir -p "$(dirname "$file")"
cp -f "$CARGO_TARGET_DIR/$target/release/libflb_filter_cloudflare_dns.so" "$file"

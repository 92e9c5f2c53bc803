#!/usr/bin/env bash
# Runs the tests of the file itself, panics included, on the plugin of the tar.gz: another linker
# made it, with another unwinder. Each Fluent Bit of FLUENT_BIT or PATH runs it, too.
set -euo pipefail
cd "$(dirname "$0")/../.."

arch=${ARCH:-$(uname -m)}
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
name=flb-filter_cloudflare_dns-$version-linux-$arch
packaged=target/packages/suite
if [ "$arch" != "$(uname -m)" ]; then
    echo "NOT TESTED: a plugin for $arch does not run on $(uname -m)" >&2
    exit 1
fi

rm -rf "$packaged" && mkdir -p "$packaged"
tar -xzf "dist/$name.tar.gz" -C "$packaged"
# The same build with the feature that makes callbacks panic, which no package has.
packaging/build.sh "$packaged/inject-panic/flb-filter_cloudflare_dns.so" --features inject-panic

export FLB_PLUGIN=$PWD/$packaged/$name/flb-filter_cloudflare_dns.so
export FLB_PLUGIN_INJECT_PANIC=$PWD/$packaged/inject-panic/flb-filter_cloudflare_dns.so
cargo test --locked --no-fail-fast --test harness --test fluent_bit

#!/usr/bin/env bash
# Makes the packages, in dist/: a tar.gz, a .deb, a .rpm, the bill of materials, and SHA256SUMS.
#
# The same commit and tools give the same bytes (tests/packages/reproducible.sh): times are the
# commit's, names are sorted, owners are root. Sources with changes that no commit has are refused,
# unless PLUGIN_COMMIT says what to call them. ARCH chooses another architecture than this one.
set -euo pipefail
cd "$(dirname "$0")/.."
umask 022
export LC_ALL=C TZ=UTC

arch=${ARCH:-$(uname -m)}
case $arch in
    x86_64) deb_arch=amd64 ;;
    aarch64) deb_arch=arm64 ;;
    *) echo "packages are made for x86_64 and aarch64, not for $arch" >&2 && exit 1 ;;
esac
tools=${DIST_TOOLS:-$PWD/target/dist-tools}
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
name=flb-filter_cloudflare_dns-$version-linux-$arch
# The folder that the packages' metadata in Cargo.toml takes its files from.
stage=target/dist/stage

# Sources unpacked from an archive are of no repository, whatever lies above them.
if [ -e .git ]; then
    changes=$(git status --porcelain --untracked-files=no)
    if [ -n "$changes" ] && [ -z "${PLUGIN_COMMIT:-}" ]; then
        printf 'changes without a commit; commit them, or set PLUGIN_COMMIT:\n%s\n' "$changes" >&2
        exit 1
    fi
    time=$(git log -1 --format=%ct)
    extras() { git ls-files examples docs; }
else
    time=315532800 # 1980, the oldest that every archive format can hold
    extras() { find examples docs -type f 2>/dev/null || true; }
fi
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$time}

packaging/notices.py --check "$arch-unknown-linux-gnu"
packaging/tools.sh
if [ ! -d "$(rustc --print target-libdir --target "$arch-unknown-linux-gnu")" ]; then
    echo "no standard library for $arch here (rustup target add): made in a fresh Debian 13"
    [ -z "${changes:-}" ] || { echo "these changes have to be committed first: $changes" >&2 && exit 1; }
    ARCH=$arch DIST_TOOLS=$tools exec tests/debian/dist.sh
fi
rm -rf "$stage" && mkdir -p "$stage" dist
packaging/build.sh "$stage/flb-filter_cloudflare_dns.so"

cp README.md CHANGELOG.md SECURITY.md LICENSE "$stage"
packaging/notices.py "$arch-unknown-linux-gnu" "$tools" >"$stage/THIRD-PARTY-NOTICES.txt"
# The bill's times and paths are the commit's, too.
PATH=$tools/bin:$PATH cargo cyclonedx --quiet --format json --target "$arch-unknown-linux-gnu" \
    --spec-version 1.5 --no-build-deps --override-filename bill
sed "s|$PWD|/$name|g" bill.json >"$stage/flb-filter_cloudflare_dns.cdx.json"
rm bill.json
rust_notices=$(rustc --print sysroot)/share/doc/rust/COPYRIGHT-library.html
if [ -f "$rust_notices" ]; then
    cp "$rust_notices" "$stage/RUST-STANDARD-LIBRARY.html"
else # Debian's Rust
    { echo '<pre>' && sed 's/&/\&amp;/g; s/</\&lt;/g' /usr/share/doc/libstd-rust-dev/copyright &&
        echo '</pre>'; } >"$stage/RUST-STANDARD-LIBRARY.html"
fi
# What is of use without the sources: no Rust program, and not the demo that builds the plugin.
extras | grep -v -e '\.rs$' -e '^examples/demo\.' | tar -cf - -T - | tar -xf - -C "$stage"
chmod -R u=rwX,go=rX "$stage"
chmod 644 "$stage"/*.so
find "$stage" -exec touch --no-dereference --date "@$SOURCE_DATE_EPOCH" {} +

tarball() {
    local root=target/dist/$name
    rm -rf "$root" && cp -a "$stage" "$root"
    # shellcheck disable=SC2094 # find leaves the file out
    (cd "$root" && find . -type f ! -name SHA256SUMS -printf '%P\n' | sort |
        xargs -d '\n' sha256sum >SHA256SUMS)
    tar -C target/dist --sort=name --format=ustar --owner=0 --group=0 --numeric-owner \
        --mtime "@$SOURCE_DATE_EPOCH" -cf - "$name" | gzip -9n >"dist/$name.tar.gz"
}

rm -f dist/*"$arch".* dist/*"$deb_arch".*
tarball
cp "$stage/flb-filter_cloudflare_dns.cdx.json" "dist/$name.cdx.json"
PATH=$tools/bin:$PATH
cargo deb --quiet --no-build --no-strip --no-dbgsym --no-separate-debug-symbols --locked \
    --target "$arch-unknown-linux-gnu" --output dist/
cargo generate-rpm --target "$arch-unknown-linux-gnu" --auto-req disabled \
    --payload-compress gzip --output dist/
(cd dist && rm -f SHA256SUMS && sha256sum -- * >../target/dist/sums)
mv target/dist/sums dist/SHA256SUMS
cat dist/SHA256SUMS

#!/usr/bin/env bash
# Looks at the packages in a directory (dist/ when none is named): what is in them, and whether
# the plugin loads on old systems. Runs at the end of every `make dist`.
set -euo pipefail
cd "$(dirname "$0")/../.."
export LC_ALL=C

dist=$(realpath "${1:-dist}")
arch=${ARCH:-$(uname -m)}
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    echo "packages: $*" >&2
    exit 1
}
# same WHAT EXPECTED FOUND
same() { [ "$2" = "$3" ] || fail "$1: expected"$'\n'"$2"$'\n'"found"$'\n'"$3"; }
modes() { (cd "$1" && find . -type f -printf '%m %p\n' | sort); }

# ---- the three packages ----

(cd "$dist" && sha256sum --quiet --strict --check SHA256SUMS) || fail "SHA256SUMS is wrong"
case $arch in x86_64) deb_arch=amd64 ;; *) deb_arch=arm64 ;; esac
name=flb-filter_cloudflare_dns-$version-linux-$arch
package=flb-filter-cloudflare-dns
deb=$dist/${package}_$version-1_$deb_arch.deb
rpm=$dist/$package-$version-1.$arch.rpm

mkdir "$work/tar" "$work/deb" "$work/rpm"
tar -xzf "$dist/$name.tar.gz" -C "$work/tar"
dpkg-deb -x "$deb" "$work/deb"
rpm --checksig "$rpm" >/dev/null || fail "the .rpm's digests are wrong"
# rpm2cpio asks for a size that the tool that made the .rpm does not write; the digests are right.
(rpm2cpio "$rpm" || true) | (cd "$work/rpm" && cpio --quiet -idm)

tree=$work/tar/$name
plugin=$tree/flb-filter_cloudflare_dns.so
for root in deb rpm; do
    cmp "$plugin" "$work/$root/usr/lib/fluent-bit/flb-filter_cloudflare_dns.so"
    same "$root: files beside the documentation" usr/lib/fluent-bit/flb-filter_cloudflare_dns.so \
        "$(cd "$work/$root" && find . -type f -printf '%P\n' | grep -v -e ^usr/share/doc/$package/ \
            -e ^usr/share/licenses/$package/)"
    same "$root: the examples and their modes" "$(modes "$tree/examples")" \
        "$(modes "$work/$root/usr/share/doc/$package/examples")"
    diff -r "$tree/examples" "$work/$root/usr/share/doc/$package/examples"
    diff -r "$tree/docs" "$work/$root/usr/share/doc/$package/docs"
done
same "the .deb's depends" "libc6 (>= 2.17)" "$(dpkg-deb -f "$deb" Depends)"
same "the .deb's owners" root/root "$(dpkg-deb -c "$deb" | awk '{print $2}' | sort -u | sed s/0/root/g)"
same "the .rpm's owners" "root root" "$(rpm -qp --qf '[%{FILEUSERNAME} %{FILEGROUPNAME}\n]' "$rpm" | sort -u)"
same "the .rpm's requires" "glibc >= 2.17" "$(rpm -qp --requires "$rpm" | grep -v '^rpmlib(')"

(cd "$tree" && sha256sum --quiet --strict --check SHA256SUMS) || fail "the tar.gz's SHA256SUMS is wrong"
same "what the tar.gz's SHA256SUMS covers" \
    "$(cd "$tree" && find . -type f ! -name SHA256SUMS -printf '%P\n' | sort)" \
    "$(cut -c 67- "$tree/SHA256SUMS")"
for file in README.md LICENSE THIRD-PARTY-NOTICES.txt RUST-STANDARD-LIBRARY.html \
    examples/fluent-bit.yaml examples/fluent-bit.conf; do
    [ -s "$tree/$file" ] || fail "the tar.gz has no $file"
done
# Each link of a page leads to something that lies beside it.
for pages in "$tree" "$work"/{deb,rpm}/usr/share/doc/$package; do
    find "$pages" -name '*.md' | while read -r page; do
        (grep -oP '\]\(\K[^):#]+(?=[)#])' "$page" || true) | while read -r link; do
            [ -e "$(dirname "$page")/$link" ] || fail "${page#"$work/"}: a dead link to $link"
        done
    done
done
# Each crate of the file is named in the notices. (`cargo tree` finds them without our script.)
cargo tree --locked --edges normal,no-proc-macro --prefix none --target "$arch-unknown-linux-gnu" \
    --format '{p}' | sed 's/ v\([^ ]*\).*/ \1/' | sort -u | grep -v "^$package " |
    while read -r crate; do
        grep -qx "$crate" "$tree/THIRD-PARTY-NOTICES.txt" || fail "no notice of $crate"
    done
cmp "$dist/$name.cdx.json" "$tree/flb-filter_cloudflare_dns.cdx.json"
tests/packages/bill.py "$plugin" "$dist/$name.cdx.json" "$arch-unknown-linux-gnu"

# ---- the plugin ----

glibc=$(readelf --wide --version-info "$plugin" | grep -o 'GLIBC_[0-9.]*' | sort -uV | tail -n 1)
[ -n "$glibc" ] || fail "no versions of glibc found in the plugin"
same "the newest glibc needed, of 2.17 and what is asked for" GLIBC_2.17 \
    "$(printf 'GLIBC_2.17\n%s\n' "$glibc" | sort -V | tail -n 1)"
same "exported symbols" filter_cloudflare_dns_plugin "$(readelf --wide --dyn-syms "$plugin" |
    awk '$1 ~ /^[0-9]+:$/ && $7 != "UND" && $8 != "" {print $8}')"
dynamic=$(readelf --wide --dynamic "$plugin")
segments=$(readelf --wide --program-headers "$plugin")
other=$(sed -n 's/.*(NEEDED).*\[\(.*\)\]$/\1/p' <<<"$dynamic" |
    grep -vx -e 'libc\.so\.6' -e 'libpthread\.so\.0' -e 'libdl\.so\.2' -e 'ld-linux-.*' || true)
same "libraries beside glibc's own" "" "$other"
[[ $dynamic == *BIND_NOW* ]] || fail "not bound at once"
[[ $segments == *GNU_RELRO* ]] || fail "no RELRO"
[[ $segments =~ GNU_STACK[\ 0-9a-fx]*\ RW\  ]] || fail "the stack is executable: $segments"
for path in "$PWD" "$HOME" "${CARGO_HOME:-$HOME}"; do
    ! grep -qaF "$path" "$plugin" || fail "the plugin holds the path $path"
done
told=$(strings -a "$plugin" | grep '^version ')
[[ $told == "version $version ("?*")" ]] || fail "the plugin calls itself '$told'"

echo "packages: $told, $(stat -c %s "$plugin") bytes, newest glibc symbol $glibc, one export: checked"

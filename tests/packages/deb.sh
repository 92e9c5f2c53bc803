#!/usr/bin/env bash
# Installs, upgrades and removes the .deb of dist/ with apt, in a fresh Debian of its own:
#
#   [SUITES="bullseye bookworm trixie"] tests/packages/deb.sh
#
# The system comes from the mirror that this machine's own apt uses, by debootstrap (root only).
# After each step the files are compared with what ought to be there; the loader loads the plugin.
set -euo pipefail
cd "$(dirname "$0")/../.."
export LC_ALL=C DEBIAN_FRONTEND=noninteractive

fail() {
    echo "deb: $*" >&2
    exit 1
}
[ "$(id -u)" -eq 0 ] || fail "NOT TESTED: a system of its own takes root (debootstrap, chroot)"

# shellcheck source=/dev/null
. /etc/os-release
mirror=$(tests/packages/mirror.sh) || fail "NOT TESTED: no mirror"

version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
next=${version%.*}.$((${version##*.} + 1))
arch=$(dpkg --print-architecture)
package=flb-filter-cloudflare-dns
file=usr/lib/fluent-bit/flb-filter_cloudflare_dns.so
deb=dist/${package}_$version-1_$arch.deb
[ -f "$deb" ] || fail "no $deb; run make dist"

upgrade=target/packages/next/dist/${package}_$next-1_$arch.deb
tests/packages/elsewhere.sh target/packages/next "$next"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Everything but what apt and dpkg keep for themselves.
files() { (cd "$root" && find . -xdev -path ./proc -prune -o -path ./sys -prune -o \
    -path ./var/lib/dpkg -prune -o -path ./var/lib/apt -prune -o -path ./var/log -prune -o \
    -path ./var/cache -prune -o -path ./debs -prune -o -path ./tmp -prune -o -print | sort); }
in_root() { chroot "$root" "$@"; }
apt() { in_root apt-get -qq -o Dpkg::Use-Pty=0 "$@" >"$work/log" 2>&1 || { cat "$work/log"; fail "apt-get $*"; }; }
# shellcheck disable=SC2016 # dpkg-query fills these in
state() { in_root dpkg-query -W -f '${Version} ${db:Status-Status}' "$package" 2>/dev/null || true; }
# installed VERSION DEB
installed() {
    [ "$(state)" = "$1-1 installed" ] || fail "after installing $1: $(state)"
    dpkg-deb -x "$2" "$work/content"
    cmp "$work/content/$file" "$root/$file"
    [[ $(strings -a "$root/$file" | grep '^version ') == "version $1 ("* ]] || fail "not version $1"
    [ "$(in_root dpkg -V "$package")" = "" ] || fail "dpkg -V finds changes"
    (cd "$work/content" && find . | sort) | grep -vxFf <(files) && fail "not all was installed"
    rm -rf "$work/content"
    # The dynamic loader maps it and runs its constructor, in a process that is no Fluent Bit.
    [ "$(in_root env LD_BIND_NOW=1 LD_PRELOAD="/$file" /bin/true 2>&1)" = "" ] || fail "does not load"
}

for suite in ${SUITES:-$VERSION_CODENAME}; do
    root=$work/$suite
    debootstrap --variant=minbase "$suite" "$root" "$mirror" >"$work/log" 2>&1 || {
        tail -n 20 "$work/log" >&2
        fail "debootstrap of $suite failed"
    }
    mkdir "$root/debs"
    cp "$deb" "$root/debs/old.deb"
    cp "$upgrade" "$root/debs/new.deb"
    # Somebody else's plugin in the same directory, and the user's configuration, are left alone.
    mkdir -p "$root/usr/lib/fluent-bit" "$root/etc/fluent-bit"
    echo other >"$root/usr/lib/fluent-bit/flb-filter_other.so"
    echo mine >"$root/etc/fluent-bit/fluent-bit.conf"
    files >"$work/before"

    apt install --no-install-recommends /debs/old.deb
    installed "$version" "$deb"
    apt install --no-install-recommends /debs/new.deb
    installed "$next" "$upgrade"
    apt remove "$package"
    diff "$work/before" <(files) || fail "$suite: removing leaves or takes files"
    # A second time with a purge, and with nobody else in the directory.
    rm -r "$root/usr/lib/fluent-bit"
    files >"$work/before"
    apt install --no-install-recommends /debs/new.deb
    installed "$next" "$upgrade"
    apt purge "$package"
    diff "$work/before" <(files) || fail "$suite: purging leaves or takes files"
    [ "$(state)" = "" ] || fail "$suite: after purging: $(state)"
    grep -qx mine "$root/etc/fluent-bit/fluent-bit.conf"
    echo "deb: $suite (glibc $(in_root ldd --version | sed -n '1s/.* //p')):" \
        "installed $version, upgraded to $next, removed, purged; nothing left behind"
done
rm -rf target/packages/next

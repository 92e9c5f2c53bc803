#!/bin/sh
# Installs the Debian packages that building and testing need, and says which. Asks nothing.
set -eu

# gcc and make: the C harness. libclang-dev: bindgen. libmsgpack-dev: the harness decodes with the
# library that Fluent Bit itself uses. valgrind: the harness runs under memcheck. strace: what the
# plugin asks of the kernel. binutils: readelf looks at the built file.
packages="gcc binutils make pkg-config libclang-dev libmsgpack-dev valgrind strace"

missing=
for package in $packages; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
        missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null; then
    echo "missing, and this is no Debian to install them on:$missing" >&2
    exit 1
fi
echo "installing:$missing"
as_root=
[ "$(id -u)" -eq 0 ] || as_root=sudo
$as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 update -qq
# shellcheck disable=SC2086 # a list of words
$as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends $missing >/dev/null

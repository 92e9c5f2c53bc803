#!/bin/sh
# Installs the Debian packages that are missing, and says which. Asks nothing.
#
#   install-packages.sh demo    what building and the demonstration need
#   install-packages.sh test    what the tests need, too
#   install-packages.sh dist    what it takes to make the packages, and to test them
#   install-packages.sh fresh   what it takes to run the two commands in a fresh Debian
set -eu

# gcc, make, pkg-config, msgpack-c: the C harness, which decodes with the library that Fluent Bit
# itself uses. libclang-dev: bindgen.
packages="gcc make pkg-config msgpack-c libclang-dev"
if [ "${1:-test}" = test ]; then
    # valgrind: the harness runs under memcheck. strace: what the plugin asks of the kernel.
    # binutils: readelf looks at the built file. g++: libFuzzer. python3, openssl, curl, nginx-light:
    # the recipes of examples/ are run with them, and envsubst of gettext-base, too. python3-venv: make
    # kubernetes.
    packages="$packages valgrind strace binutils g++ python3 python3-venv openssl curl nginx-light"
    packages="$packages gettext-base"
fi
if [ "${1:-test}" = dist ]; then
    # python3-venv: where zig is installed. binutils, cpio, rpm: the packages are taken apart.
    # debootstrap: a fresh Debian that the .deb is installed in.
    packages="$packages python3 python3-venv binutils cpio rpm debootstrap"
fi
if [ "${1:-test}" = fresh ]; then
    packages="debootstrap debian-archive-keyring"
fi

is_installed() {
    # shellcheck disable=SC2016 # dpkg-query fills it in
    dpkg-query -W -f '${Status}\n' "$@" 2>/dev/null | grep -q 'ok installed'
}
# Debian's names of msgpack-c: the first from Debian 13 and Ubuntu 24.04 on.
msgpack_c="libmsgpack-c-dev libmsgpack-dev"
missing=
for package in $packages; do
    names=$package
    [ "$package" != msgpack-c ] || names=$msgpack_c
    # shellcheck disable=SC2086 # a list of words
    is_installed $names || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null; then
    echo "missing, and this is no Debian to install them on:$missing" >&2
    exit 1
fi
echo "installing:$missing"
as_root=
[ "$(id -u)" -eq 0 ] || as_root=sudo

# No service starts because its package is installed (nginx): Debian's way to say so.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap '$as_root rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
    $as_root chmod +x "$policy"
fi

apt_get() {
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@"
}
apt_get update
case "$missing " in *" msgpack-c "*)
    for name in $msgpack_c; do
        if apt-cache show "$name" >/dev/null 2>&1; then break; fi
    done
    missing=$(echo "$missing " | sed "s/ msgpack-c / $name /")
    ;;
esac
# shellcheck disable=SC2086 # a list of words
apt_get install -y --no-install-recommends $missing >/dev/null

#!/usr/bin/env bash
# Runs a command in a fresh Debian, in a clean clone of HEAD:
#
#   tests/debian/system.sh SUITE:RUST "PACKAGE..." COMMAND...
#
# The system has make, git, a Rust and the packages named. RUST is `debian` for the suite's own, or
# `newest` for the one that rustup has here. The system comes from the mirror of this machine's own
# apt, or from DEBIAN_MIRROR, by debootstrap (root only). Its mounts and processes live in
# namespaces, which end with this script, however that ends. BIND names folders to be seen inside, too.
set -euo pipefail
cd "$(dirname "$0")/../.."
# Looking at the clone leaves nothing of root's in it.
export GIT_OPTIONAL_LOCKS=0

fail() {
    echo "debian: $*" >&2
    exit 1
}

# The second half: in namespaces of its own.
if [ "$1" = inside ]; then
    root=$2 rust=$3 packages=$4
    shift 4
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    if [ "$rust" = newest ]; then
        mkdir "$root/opt/rust"
        mount --bind "$(rustc --print sysroot)" "$root/opt/rust"
        mount -o remount,bind,ro "$root/opt/rust"
    fi
    for folder in ${BIND:-}; do
        mkdir -p "$root$folder"
        mount --bind "$folder" "$root$folder"
    done
    in_root() {
        env -i HOME=/root LANG=C.UTF-8 ${http_proxy:+http_proxy="$http_proxy"} \
            ${https_proxy:+https_proxy="$https_proxy"} \
            PATH=/opt/rust/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
            chroot "$root" "$@"
    }
    [ "$rust" = newest ] || packages="$packages cargo"
    in_root apt-get -qq update
    # shellcheck disable=SC2086 # a list of words
    in_root env DEBIAN_FRONTEND=noninteractive \
        apt-get -qq install -y --no-install-recommends make git ca-certificates $packages >/dev/null
    # crates.io may only be reached through a proxy whose authority this machine knows.
    cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
    # debootstrap leaves it to an installer.
    [ -s "$root/etc/hosts" ] || echo "127.0.0.1 localhost" >"$root/etc/hosts"
    in_root env --chdir=/root/project "$@"
    exit
fi

[ "$(id -u)" -eq 0 ] || fail "a system of its own takes root"
system=$1
suite=${system%:*}
# shellcheck source=/dev/null
. /etc/os-release
mirror=${DEBIAN_MIRROR:-}
[ -n "$mirror" ] || [ "$ID" = debian ] || mirror=http://deb.debian.org/debian
[ -n "$mirror" ] || mirror=$(tests/packages/mirror.sh) || fail "no mirror; set DEBIAN_MIRROR"
[ -z "$(git status --porcelain --untracked-files=no)" ] ||
    echo "debian: what no commit has is not seen there" >&2

mkdir -p target
work=$(mktemp -d "$PWD/target/debian.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
debootstrap --variant=minbase "$suite" "$work/root" "$mirror" >"$work/log" 2>&1 || {
    tail -n 20 "$work/log" >&2
    fail "debootstrap of $suite failed"
}
git clone --quiet --no-hardlinks . "$work/root/root/project"
unshare --mount --propagation private --pid --fork --kill-child \
    tests/debian/system.sh inside "$work/root" "${system#*:}" "${@:2}"

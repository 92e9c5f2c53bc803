#!/usr/bin/env bash
# Runs README's two commands as a new user would, on a clean clone of HEAD, in Debians with nothing
# but make, git and a Rust:
#
#   [SYSTEMS="trixie:debian trixie:newest bookworm:newest"] tests/debian/fresh.sh
#
# system.sh says what a system is. Debian 12's own Rust is too old.
set -euo pipefail
cd "$(dirname "$0")/../.."

# In the fresh system.
if [ "${1:-}" = inside ]; then
    log=$(mktemp)
    cargo --version
    # Debian's Rust brings a C compiler; libclang is missing, and the last word is its package.
    if command -v cc >/dev/null; then
        if make >"$log" 2>&1 || ! grep -q '^error: .*libclang-dev' "$log" ||
            grep -q -e panicked -e backtrace "$log"; then
            cat "$log"
            echo "make without libclang does not say what to install" >&2
            exit 1
        fi
        rm "$log"
    fi
    for command in demo test; do
        SECONDS=0
        make "$command"
        echo "fresh: make $command took $SECONDS s"
    done
    [ -z "$(git status --porcelain)" ] || { git status && exit 1; }
    exit
fi

if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "fresh: NOT TESTED: it takes root" >&2 && exit 1; }
    exec sudo env "PATH=$PATH" "HOME=$HOME" "SYSTEMS=${SYSTEMS:-}" \
        "DEBIAN_MIRROR=${DEBIAN_MIRROR:-}" "$0"
fi
for system in ${SYSTEMS:-trixie:debian trixie:newest bookworm:newest}; do
    SECONDS=0
    tests/debian/system.sh "$system" "" tests/debian/fresh.sh inside
    echo "fresh: $system passed in $SECONDS s"
done

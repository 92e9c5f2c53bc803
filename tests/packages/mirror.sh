#!/usr/bin/env bash
# Prints the mirror of the distribution that this machine's own apt uses.
set -euo pipefail

# shellcheck source=/dev/null
. /etc/os-release
# shellcheck disable=SC2016 # apt fills these in, not the shell
targets=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT)' 'Created-By: Packages')
mirror=$(awk -v suite="$VERSION_CODENAME" '$2 == suite && $3 == "main" {print $1; exit}' <<<"$targets")
# A list of mirrors in a file: the first one.
case $mirror in mirror+file:*) mirror=$(awk '{print $1; exit}' "${mirror#mirror+file:}") ;; esac
if [ -z "$mirror" ]; then
    echo "apt knows no $VERSION_CODENAME/main here; run apt-get update" >&2
    exit 1
fi
echo "$mirror"

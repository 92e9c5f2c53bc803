#!/usr/bin/env python3
"""Prints the licences of everything that is linked into the plugin.

    packaging/notices.py TARGET DIST_TOOLS
    packaging/notices.py --check TARGET...      prints none, and says whether each crate has one

The crates are those that Cargo links for TARGET (no build or test dependencies, no macros); each
distinct text is printed once, below the names it is for. A crate that ships no licence text gets
the text of the licence that it names, from licences/; one that has none there is an error. Behind
them: the data of the Public Suffix List, and what zig brings. The notices of Rust's standard
library are a file of their own, which comes with the compiler.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

NAMES = ("license", "licence", "copying", "copyright", "notice", "unlicense")
LICENCES = Path(__file__).parent / "licences"
RULE = "=" * 80


def linked(target):
    """The packages that end up in the file, without the plugin itself."""
    command = ["cargo", "metadata", "--locked", "--format-version", "1", "--filter-platform", target]
    metadata = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    packages = {package["id"]: package for package in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    root = metadata["resolve"]["root"]
    found, waiting = set(), [root]
    while waiting:
        for dependency in nodes[waiting.pop()]["deps"]:
            package = dependency["pkg"]
            normal = any(kind["kind"] is None for kind in dependency["dep_kinds"])
            macro = any("proc-macro" in goal["kind"] for goal in packages[package]["targets"])
            if normal and not macro and package not in found:
                found.add(package)
                waiting.append(package)
    return sorted((packages[id] for id in found), key=lambda package: package["name"])


def texts(package):
    """The licence texts of a crate."""
    root = Path(package["manifest_path"]).parent
    files = [file for file in root.iterdir() if file.name.lower().startswith(NAMES)]
    if not files:
        return [named(package)]
    return [tidy(file) for file in sorted(files)]


def named(package):
    """The text of the licence that a crate names, or of one of those it leaves the choice of."""
    authors = ", ".join(re.sub(" *<.*>", "", author) for author in package["authors"])
    for name in re.split(" OR |/", package["license"] or ""):
        file = LICENCES / f"{name}.txt"
        if authors and file.exists():
            return tidy(file).replace("<authors>", authors)
    sys.exit(f"{package['name']} {package['version']} ships no licence text, and {LICENCES.name}/"
             f" has none for '{package['license']}', or it names no authors")


def tidy(file):
    lines = file.read_text(encoding="utf-8").splitlines()
    return "\n".join(line.rstrip() for line in lines).strip("\n")


def section(heading, text):
    print(f"{RULE}\n{heading}\n{RULE}\n\n{text}\n")


def check(targets):
    for target in targets:
        packages = linked(target)
        for package in packages:
            texts(package)
        print(f"notices: {len(packages)} crates in the plugin for {target}, each with its licence")


def main():
    if sys.argv[1] == "--check":
        return check(sys.argv[2:])
    target, tools = sys.argv[1:]
    packages = linked(target)
    print("What is linked into flb-filter_cloudflare_dns.so beside its own code, and under which\n"
          "licences. The notices of Rust's standard library are in RUST-STANDARD-LIBRARY.html.\n")
    used = {}
    for package in packages:
        label = f"{package['name']} {package['version']}"
        print(f"- {label}: {package['license']}, {package['repository']}")
        for text in texts(package):
            used.setdefault(text, []).append(label)
    print("- the Public Suffix List, in the crate psl: MPL-2.0; its source is at\n"
          "  https://publicsuffix.org/list/\n"
          "- zig's compiler runtime: MIT; LLVM's libunwind: Apache-2.0 WITH LLVM-exception;\n"
          "  a few lines of glibc that are linked statically into every program that uses it\n")
    for text, labels in used.items():
        section("\n".join(labels), text)
    [zig] = Path(tools).glob("lib/python3*/site-packages/ziglang")
    section("zig's compiler runtime", tidy(zig / "LICENSE"))
    section("libunwind", tidy(zig / "lib/libunwind/LICENSE.TXT"))
    section("glibc", tidy(zig / "lib/libc/glibc/LICENSES"))


main()

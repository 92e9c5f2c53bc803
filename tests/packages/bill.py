#!/usr/bin/env python3
"""Compares what a plugin and its bill of materials say is inside with Cargo.lock and Cargo.

    tests/packages/bill.py PLUGIN BILL TARGET

Cargo says which crates it links for TARGET, Cargo.lock their versions and checksums. The plugin
names them in its section `.dep-v0` (`cargo auditable`), the bill as CycloneDX has it.
"""

import json
import re
import subprocess
import sys
import zlib
from pathlib import Path

ROOT = "flb-filter-cloudflare-dns"


def fail(text):
    sys.exit(f"packages: {text}")


def same(what, expected, found):
    if expected != found:
        fail(f"{what}: missing {sorted(expected - found)}, too many {sorted(found - expected)}")


def locked():
    """Cargo.lock: the checksum of each (name, version)."""
    crates = {}
    for block in Path("Cargo.lock").read_text(encoding="utf-8").split("[[package]]")[1:]:
        values = dict(re.findall(r'^(name|version|checksum) = "(.*)"$', block, re.M))
        crates[values["name"], values["version"]] = values.get("checksum")
    return crates


def tree(target, edges):
    """The (name, version) of each crate that Cargo uses for TARGET."""
    command = ["cargo", "tree", "--locked", "--edges", edges, "--prefix", "none", "--target", target,
               "--format", "{p}"]
    lines = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    return {tuple(line.replace(" v", " ").split()[:2]) for line in lines}


def section(plugin, name):
    """The bytes of a section; objcopy would have to know the architecture."""
    command = ["readelf", "--wide", "--sections", plugin]
    table = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    found = re.search(rf"\] {re.escape(name)}\s+\S+\s+\S+\s+(\S+)\s+(\S+)", table)
    if not found:
        fail(f"the plugin has no section {name}: it does not name its crates")
    offset, size = (int(number, 16) for number in found.groups())
    return Path(plugin).read_bytes()[offset:offset + size]


def main():
    plugin, bill, target = sys.argv[1:]
    lock = locked()
    linked = tree(target, "normal,no-proc-macro")

    named = json.loads(zlib.decompress(section(plugin, ".dep-v0")))["packages"]
    pairs = {(crate["name"], crate["version"]) for crate in named}
    same("crates named in the plugin and not in Cargo.lock", set(), pairs - set(lock))
    runtime = {(crate["name"], crate["version"]) for crate in named
               if crate.get("kind", "runtime") == "runtime"}
    same("the crates that the plugin names", linked, runtime)

    text = Path(bill).read_text(encoding="utf-8")
    for here in (str(Path.cwd()), str(Path.home())):
        if here in text:
            fail(f"the bill holds the path {here}")
    bill = json.loads(text)
    if bill["bomFormat"] != "CycloneDX" or bill["metadata"]["component"]["name"] != ROOT:
        fail("the bill is not ours")
    [root] = [pair for pair in lock if pair[0] == ROOT]
    if bill["metadata"]["component"]["version"] != root[1]:
        fail(f"the bill is of another version than {root[1]}")
    components = {(part["name"], part["version"]): part for part in bill["components"]}
    same("the crates of the bill", tree(target, "normal") - {root}, set(components))
    for pair, part in components.items():
        hashes = [entry["content"] for entry in part.get("hashes", []) if entry["alg"] == "SHA-256"]
        if hashes != [lock[pair]]:
            fail(f"{pair[0]}: the bill's checksum is {hashes}, Cargo.lock's {lock[pair]}")
    print(f"packages: {len(linked)} crates named in the plugin, {len(components)} in the bill: checked")


main()

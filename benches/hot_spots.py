#!/usr/bin/env python3
"""Prints where the filter's instructions go, by callgrind, functions that were inlined included.

    hot_spots.py CASE [RECORDS]     the case as in the table of `make bench`; 1000 records a chunk

"self" is what stands in a function itself; "all" counts what was inlined into it or called by it
in the library, too. Both are instructions a record. Needs valgrind and llvm-symbolizer.
FLB_PLUGIN names another plugin than the one that `make build` makes.
"""

import collections
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROUNDS = 10
SHOWN = 40


def costs_by_address(case, records, profile):
    """The instructions counted in the filter's callback: {(object, address or function): count}."""
    with tempfile.NamedTemporaryFile() as out:
        command = [
            "valgrind", "--tool=callgrind", "--dump-instr=yes", "--dump-line=no",
            "--compress-strings=no", "--compress-pos=no", "--toggle-collect=*cb_filter*",
            f"--callgrind-out-file={out.name}", profile, case, "ours", str(records), str(ROUNDS),
        ]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with open(out.name, encoding="utf-8", errors="replace") as lines:
            return parse(lines)


def parse(lines):
    """Reads callgrind's file; the line behind `calls=` repeats what the callee counts itself."""
    costs = collections.Counter()
    where = {"ob": "", "fn": ""}
    inclusive = False
    for line in lines:
        key, equals, value = line.rstrip("\n").partition("=")
        if equals and key in where:
            where[key] = value
        elif key == "calls":
            inclusive = True
        elif line.startswith("0x"):
            address, _, count = line.split()[:3] if line.count(" ") > 1 else (*line.split()[:1], 0, line.split()[1])
            if not inclusive:
                costs[(where["ob"], where["fn"], int(address, 16))] += int(count)
            inclusive = False
    return costs


def inlined_chains(library, addresses):
    """For each address: the functions it was inlined through, the innermost first."""
    answer = subprocess.run(
        ["llvm-symbolizer", f"--obj={library}", "--inlines", "--functions=linkage", "--demangle"],
        input="".join(f"{address:#x}\n" for address in addresses),
        capture_output=True, check=True, text=True,
    ).stdout
    chains = []
    for block in answer.strip("\n").split("\n\n"):
        rows = block.split("\n")
        chains.append([short(name) for name in rows[::2]])
    return dict(zip(addresses, chains))


def short(name):
    name = re.sub(r"::h[0-9a-f]{16}$", "", name)
    name = re.sub(r"flb_filter_cloudflare_dns::", "", name)
    return name if len(name) <= 110 else name[:107] + "..."


def main():
    case = sys.argv[1]
    records = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    subprocess.run(["cargo", "build", "--quiet", "--release", "--locked"], cwd=HERE, check=True)
    target = os.environ.get("CARGO_TARGET_DIR", os.path.join(HERE, "target"))
    costs = costs_by_address(case, records, os.path.join(target, "release", "profile"))
    # `profile` filters the chunk once more, to know the output.
    divisor = records * (ROUNDS + 1)
    own, all_ = collections.Counter(), collections.Counter()
    plugin = [key for key in costs if "cloudflare_dns" in os.path.basename(key[0])]
    for library in {key[0] for key in plugin}:
        addresses = sorted({key[2] for key in plugin if key[0] == library})
        chains = inlined_chains(library, addresses)
        for key in plugin:
            chain = chains[key[2]] if key[0] == library else []
            if chain:
                own[chain[0]] += costs[key]
                for name in set(chain):
                    all_[name] += costs[key]
    for (library, function, _), count in costs.items():
        if "cloudflare_dns" not in os.path.basename(library):
            name = f"{function} ({os.path.basename(library)})"
            own[name] += count
            all_[name] += count
    total = sum(costs.values())
    print(f"{case}: {total / divisor:.1f} instructions a record, chunks of {records}")
    print(f"{'self':>8}{'%':>7}{'all':>8}  function")
    for name, count in own.most_common(SHOWN):
        print(f"{count / divisor:8.1f}{100 * count / total:7.1f}{all_[name] / divisor:8.1f}  {name}")
    print("\nBy what was inlined or stands in them:")
    for name, count in all_.most_common(SHOWN):
        print(f"{own[name] / divisor:8.1f}{100 * count / total:7.1f}{count / divisor:8.1f}  {name}")


main()

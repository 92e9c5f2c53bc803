#!/usr/bin/env python3
"""Changes the code in one place at a time, and tells which changes no test notices (`make mutants`).

    SHARD=k/n    one part of all mutants, of every folder; k counts from 0
    FILES=glob   only these files, such as 'src/source/**'

Most mutants are noticed by the tests that take seconds. What lives on goes to the slower ones, step by
step, so that each mutant costs little. How it is built and what is left out is in .cargo/mutants.toml.
What was found is in target/mutants/, one folder for each step. Exits with 1 when fewer than 97 % of the
mutants that compile were noticed.
"""

import collections
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
OUT = ROOT / "target/mutants"

# Built anew for each mutant, or slow, or about the file alone.
NOT_FOR_THE_MAPPER = "memcheck fence:: system_calls:: hardening:: stack:: layouts:: threads".split()

PLUGIN = ["src/host/**", "src/plugin/**"]
# Which files, and the tests that judge them, the quickest first.
GROUPS = {
    "mapper": (
        [arg for glob in PLUGIN for arg in ("--exclude", glob)],
        [
            ["--lib", "--test", "mapping", "--test", "wire"],
            ["--test", "allocations", "--test", "bounds", "--test", "properties"],
            ["--test", "harness", "--"] + [arg for test in NOT_FOR_THE_MAPPER for arg in ("--skip", test)],
        ],
    ),
    "plugin": (
        [arg for glob in PLUGIN for arg in ("--file", glob)],
        [["--lib"], ["--test", "harness"]],
    ),
}


def names(folder, kind):
    """The names of the mutants of one kind in what a step has left."""
    path = folder / "mutants.out" / f"{kind}.txt"
    return path.read_text().splitlines() if path.exists() else []


def run(group, number, select, tests):
    """Runs one step; gives the folder with what it found."""
    folder = OUT / f"{group}-{number}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    command = ["cargo", "mutants", "--output", folder, "--no-times", *select]
    command += ["--", "--locked", *tests]
    # Other packages are built once for all steps: the copies of the tree share this directory.
    env = {**os.environ, "CARGO_TARGET_DIR": str(OUT / "build")}
    if "bounds" in tests:
        # Megabytes of data: optimizing takes less time than it saves.
        env["CARGO_PROFILE_MUTANTS_OPT_LEVEL"] = "1"
    code = subprocess.run(command, cwd=ROOT, env=env)
    # 2: some were missed. 3: some took too long.
    if code.returncode not in (0, 2, 3):
        sys.exit(f"cargo mutants failed: {code.returncode}")
    return folder


def judge(group, files, steps):
    """Gives each mutant of the group with what became of it."""
    select = list(files)
    if os.environ.get("FILES"):
        wanted = os.environ["FILES"]
        if any(wanted.startswith(glob.rstrip("*")) for glob in PLUGIN) != (group == "plugin"):
            return {}
        select += ["--file", wanted]
    if os.environ.get("SHARD"):
        select += ["--shard", os.environ["SHARD"]]
    became = {}
    for number, tests in enumerate(steps, 1):
        folder = run(group, number, select, tests)
        for kind in ("caught", "timeout", "unviable", "missed"):
            for name in names(folder, kind):
                # Its --re lets some others through, which an earlier step has judged.
                if number == 1 or became.get(name) == "missed":
                    became[name] = kind
        living = [name for name, kind in became.items() if kind == "missed"]
        if not living:
            break
        select = list(files) + [arg for name in living for arg in ("--re", f"^{re.escape(name)}$")]
    return became


def main():
    became = {}
    for group, (files, steps) in GROUPS.items():
        became |= judge(group, files, steps)
    table = collections.defaultdict(collections.Counter)
    for name, kind in became.items():
        path = name.split(":")[0]
        table[path if path.count("/") == 1 else os.path.dirname(path)][kind] += 1
    print("| folder | viable | noticed | |\n| --- | ---: | ---: | ---: |")
    total = collections.Counter()
    for folder, counts in [*sorted(table.items()), ("all", total)]:
        viable = counts.total() - counts["unviable"]
        noticed = counts["caught"] + counts["timeout"]
        print(f"| `{folder}` | {viable} | {noticed} | {100 * noticed / max(viable, 1):.1f} % |")
        total.update(counts if folder != "all" else {})
    living = sorted(name for name, kind in became.items() if kind == "missed")
    (OUT / "became.json").write_text(json.dumps(became, indent=1))
    print("", *(f"not noticed: {name}" for name in living), sep="\n")
    viable = total.total() - total["unviable"]
    sys.exit(1 if len(living) > 0.03 * viable else 0)


main()

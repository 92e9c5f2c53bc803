#!/usr/bin/env python3
"""Changes the code in one place at a time, and tells which changes no test notices (`make mutants`).

    SHARD=k/n    one part of all mutants, of every folder; k counts from 0
    FILES=glob   only these files, such as 'src/source/**'
    JOBS=n       so many at a time; 2 unless told otherwise

cargo-mutants lists the changes; what is left out is in .cargo/mutants.toml. They are all built at once,
in a copy of the tree: each function has a copy of its body for each of its mutants, and MUTANT tells the
one that runs. So a mutant costs no build. What cannot be chosen when it runs (`const`, `impl Trait`) is
built by itself. A mutant is noticed when a test fails, or takes five times as long as usual, or memory
without end. target/mutants/became.json tells of each mutant what noticed it. Exits with 1 when fewer
than 97 % of the mutants that compile were noticed.
"""

import collections
import concurrent.futures
import json
import os
import pathlib
import queue
import re
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
OUT = ROOT / "target/mutants"
ENV = {
    **os.environ,
    # A function with all its mutants is long: the registers are given out the quick way.
    "RUSTFLAGS": "--cap-lints=allow -Cllvm-args=-optimize-regalloc=0 -Cllvm-args=-regalloc=fast",
    # Each unit of code generation has its own copy of what is inlined, with all its mutants.
    "CARGO_INCREMENTAL": "0",
    "CARGO_PROFILE_MUTANTS_CODEGEN_UNITS": "2",
}


def without(tests):
    return [arg for test in tests.split() for arg in ("--skip", test)]


# About the file alone, or about how many instructions there are: more, with a switch in each function.
OTHERS = "system_calls:: hardening:: stack:: instructions::"
PLUGIN = ("src/host/", "src/plugin/")
# The tests that judge, the quickest first, each with its arguments, in rounds: what lives on after one
# goes to the next.
MAPPER_ROUNDS = [
    [("lib", []), ("mapping", []), ("wire", [])],
    [("allocations", []), ("properties", []), ("bounds", [])],
    [("harness", without(f"{OTHERS} memcheck fence:: layouts:: threads"))],
]
PLUGIN_ROUNDS = [
    [("lib", [])],
    [("harness", without(f"{OTHERS} memcheck"))],
    [("harness", ["memcheck"])],
]


SWITCH = """
/// Which mutant runs.
#[allow(unsafe_code, missing_docs)]
pub mod mutant {
    use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
    static ID: AtomicU32 = AtomicU32::new(u32::MAX);
    #[inline]
    pub fn id() -> u32 {
        let id = ID.load(Relaxed);
        if id == u32::MAX { first() } else { id }
    }
    #[cold]
    fn first() -> u32 {
        // SAFETY: the name ends with NUL, and so does what is found.
        let id = unsafe {
            let text = libc::getenv(c"MUTANT".as_ptr());
            if text.is_null() { 0 } else { libc::atoi(text) as u32 }
        };
        ID.store(id, Relaxed);
        id
    }
}
"""


class Place:
    """A copy of the tree, and where it is built."""

    def __init__(self, name):
        self.tree = OUT / name
        self.env = {**ENV, "CARGO_TARGET_DIR": str(OUT / f"{name}-build")}

    def copy(self):
        shutil.rmtree(self.tree, ignore_errors=True)
        shutil.copytree(ROOT, self.tree, ignore=shutil.ignore_patterns("target", ".git"), symlinks=True)

    def cargo(self, *args, level="1", seconds=1800):
        """What Cargo says, each message as JSON. It is stopped when a constant takes for ever."""
        command = ["timeout", str(seconds), "cargo", *args, "--profile=mutants", "--locked", "--message-format=json"]
        env = {**self.env, "CARGO_PROFILE_MUTANTS_OPT_LEVEL": level}
        if level == "0":
            env |= {"CARGO_INCREMENTAL": "1", "RUSTFLAGS": "", "CARGO_PROFILE_MUTANTS_CODEGEN_UNITS": "256"}
        done = subprocess.run(command, cwd=self.tree, env=env, capture_output=True, text=True)
        return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")], done

    def build(self, names, level="1", seconds=1800):
        """Builds tests; gives their files by name, or None."""
        args = ["--lib" if name == "lib" else f"--test={name}" for name in names]
        messages, done = self.cargo("test", "--no-run", *args, level=level, seconds=seconds)
        if done.returncode:
            return None, done
        files = {}
        for message in messages:
            if message["reason"] == "compiler-artifact" and message.get("executable"):
                kind = message["target"]["kind"]
                files["lib" if "test" not in kind else message["target"]["name"]] = message["executable"]
        return files, done

    def fails(self, file, args, mutant, seconds):
        """Why a test fails; None when it does not. It ends as soon as one case has failed."""
        env = {**self.env, "MUTANT": str(mutant), "RUST_BACKTRACE": "0", "CARGO": shutil.which("cargo")}
        test = subprocess.Popen(
            [file, *args], cwd=self.tree, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True, errors="replace", start_new_session=True, preexec_fn=limits,
        )
        late = threading.Event()

        def stop():
            try:
                os.killpg(test.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

        def too_late():
            late.set()
            stop()

        timer = threading.Timer(seconds, too_late)
        timer.start()
        why = None
        for line in test.stdout:
            if line.endswith("... FAILED\n"):
                why = line.split()[1]
                stop()
                break
        timer.cancel()
        code = test.wait()
        if late.is_set():
            return "timeout"
        return why or (f"ended with {code}" if code else None)


def limits():
    resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))


class Source:
    """A file, and the places in it by line and column, both from 1, columns in characters."""

    def __init__(self, path):
        self.text = (ROOT / path).read_text()
        self.starts = [0]
        for line in self.text.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))

    def span(self, span):
        return tuple(self.starts[at["line"] - 1] + at["column"] - 1 for at in (span["start"], span["end"]))


def listed():
    """All mutants that are wanted, numbered from 1."""
    command = ["cargo", "mutants", "--list", "--json"]
    if os.environ.get("FILES"):
        command += ["--file", os.environ["FILES"]]
    if os.environ.get("SHARD"):
        command += ["--shard", os.environ["SHARD"]]
    found = json.loads(subprocess.check_output(command, cwd=ROOT))
    return [{**mutant, "id": number} for number, mutant in enumerate(found, 1)]


def changed(source, mutant, start, end):
    """The text from start to end with the mutant in it."""
    at, to = source.span(mutant["span"])
    new = mutant["replacement"]
    return source.text[start:at] + (" " + new + " ") + source.text[to:end]


def constants(text, start, end):
    """Where constants are worked out in a body: when it is built."""
    for found in re.finditer(r"\bconst\b", text[start:end]):
        at, depth = start + found.end(), 0
        is_block = text[at:end].lstrip().startswith("{")
        while at < end:
            depth += (text[at] in "({[") - (text[at] in ")}]")
            if depth == 0 and text[at] == ("}" if is_block else ";"):
                break
            at += 1
        yield start + found.start(), at


def switchable(source, mutants):
    """The mutants by the place of the body that they are in, without those that cannot be chosen late."""
    bodies = collections.defaultdict(list)
    for mutant in mutants:
        if mutant["function"] is None:
            continue
        start, end = source.span(mutant["function"]["span"])
        fn = re.compile(r"\bfn\b").search(source.text, start)
        open_brace = source.text.index("{", fn.start())
        head = source.text[start:open_brace]
        is_const = re.search(r"\bconst (unsafe )?fn\b", head)
        is_opaque = re.search(r"->.*\bimpl\b", head, re.S)
        at = source.span(mutant["span"])[0]
        in_const = mutant["genre"] != "FnValue" and any(
            a < at < b for a, b in constants(source.text, open_brace, end)
        )
        if not is_const and not is_opaque and not in_const and at > open_brace:
            bodies[open_brace + 1, end - 1].append(mutant)
    # A function in a function belongs to both.
    for inner in list(bodies):
        if any(outer[0] < inner[0] and inner[1] < outer[1] for outer in list(bodies)):
            del bodies[inner]
    return bodies


def write(place, path, source, bodies, unviable):
    """Writes the file with all mutants in it; gives the lines of each."""
    pieces, lines, at = [], {}, 0
    line = 1

    def add(text):
        nonlocal line
        pieces.append(text)
        line += text.count("\n")

    for (start, end), mutants in sorted(bodies.items()):
        add(source.text[at:start])
        add("\nmatch crate::mutant::id() {\n")
        for mutant in mutants:
            if mutant["id"] in unviable:
                continue
            first = line
            add(f"{mutant['id']} => {{{changed(source, mutant, start, end)}}}\n")
            lines[mutant["id"]] = (first, line)
        add(f"_ => {{{source.text[start:end]}}}\n}}")
        at = end
    add(source.text[at:])
    if path == "src/lib.rs":
        add(SWITCH)
    # Inlined, all mutants of a function would be built in many places.
    (place.tree / path).write_text(re.sub(r"#\[inline(\(\w+\))?\]", "", "".join(pieces)))
    return lines


def errors(messages):
    """The files and lines that errors are at."""
    for message in messages:
        if message["reason"] == "compiler-message" and message["message"]["level"] == "error":
            for span in message["message"]["spans"]:
                while span.get("expansion") and not span["file_name"].startswith("src/"):
                    span = span["expansion"]["span"]
                if span["is_primary"]:
                    yield span["file_name"], span["line_start"], message["message"]["message"]


def build_all_at_once(place, sources, bodies):
    """Builds the tree with all mutants that compile; gives the tests and the others."""
    unviable = set()
    while True:
        lines = {path: write(place, path, sources[path], bodies[path], unviable) for path in sources}
        messages, done = place.cargo("check", "--lib")
        if done.returncode == 0:
            return unviable
        found = set()
        for path, line, text in errors(messages):
            of = [id for id, (a, b) in lines.get(path, {}).items() if a <= line <= b]
            if not of:
                print(f"an error outside of all mutants: {path}:{line}: {text}", file=sys.stderr)
            found.update(of)
        if not found:
            sys.exit(done.stderr[-3000:])
        print(f"{len(found)} do not compile")
        unviable |= found


def baseline(place, files, mutants):
    """The seconds that each test may take."""
    allowed = {}
    tests = [test for mutant in mutants for tests in rounds(mutant) for test in tests]
    for name, args in {(name, *args): args for name, args in tests}.items():
        start = time.monotonic()
        if why := place.fails(files[name[0]], args, 0, 900):
            sys.exit(f"{name} fails without a mutant: {why}")
        took = time.monotonic() - start
        print(f"{took:5.1f} s: {' '.join(name)}")
        allowed[name] = max(5, 5 * took)
    return allowed


def rounds(mutant):
    return PLUGIN_ROUNDS if mutant["file"].startswith(PLUGIN) else MAPPER_ROUNDS


def judge(place, mutant, files, allowed, tests):
    """What becomes of a mutant in a round."""
    for name, args in tests:
        if why := place.fails(files[name], args, mutant["id"], allowed[name, *args]):
            return f"{name}: {why}"
    return "missed"


def by_itself(place, mutant, source, allowed):
    """What becomes of a mutant that has to be built."""
    path = place.tree / mutant["file"]
    path.write_text(changed(source, mutant, 0, len(source.text)))
    try:
        is_plugin = mutant["file"].startswith(PLUGIN)
        for number, tests in enumerate(rounds(mutant)):
            # What takes long is optimized.
            level = "1" if number > 0 and not is_plugin else "0"
            # To build the next test takes longer than to run one.
            for test in tests:
                files, done = place.build({test[0]}, level, 120)
                if done.returncode == 124:
                    return "build: timeout"
                if files is None:
                    return "unviable"
                became = judge(place, mutant, files, allowed, [test])
                if became != "missed":
                    return became
        return "missed"
    finally:
        path.write_text(source.text)


def prepared(place):
    """The place with the other packages built in it, which may take longer than a mutant."""
    place.copy()
    place.build({name for name, _ in MAPPER_ROUNDS[0]}, "0")
    place.build({name for name, _ in sum(MAPPER_ROUNDS[1:], [])})
    return place


def save(mutants, became):
    named = {mutant["name"]: became.get(mutant["id"]) for mutant in mutants}
    (OUT / "became.json").write_text(json.dumps(named, indent=1))


def report(mutants, became):
    """Prints the table and what lived; gives the sums."""
    table = collections.defaultdict(collections.Counter)
    total = collections.Counter()
    for mutant in mutants:
        path, what = mutant["file"], became.get(mutant["id"])
        if what is None:
            continue
        kind = what if what in ("missed", "unviable") else "noticed"
        for counts in (table[path if path.count("/") == 1 else os.path.dirname(path)], total):
            counts[kind] += 1
    print("| folder | viable | noticed | |\n| --- | ---: | ---: | ---: |")
    for folder, counts in [*sorted(table.items()), ("all", total)]:
        viable = counts["noticed"] + counts["missed"]
        print(f"| `{folder}` | {viable} | {counts['noticed']} | {100 * counts['noticed'] / max(viable, 1):.1f} % |")
    print()
    for mutant in mutants:
        if became.get(mutant["id"]) == "missed":
            print("not noticed:", mutant["name"])
    return total


def main():
    sys.stdout.reconfigure(line_buffering=True)
    mutants = listed()
    print(f"{len(mutants)} mutants")
    place = Place("tree")
    place.copy()
    sources = {path: Source(path) for path in {"src/lib.rs", *(mutant["file"] for mutant in mutants)}}
    bodies = {
        path: switchable(source, [mutant for mutant in mutants if mutant["file"] == path])
        for path, source in sources.items()
    }
    late = {mutant["id"] for of in bodies.values() for group in of.values() for mutant in group}
    unviable = build_all_at_once(place, sources, bodies)
    became = dict.fromkeys(unviable, "unviable")
    files, done = place.build(sorted({name for name, _ in sum(MAPPER_ROUNDS, [])}))
    if files is None:
        sys.exit(done.stderr[-5000:])
    allowed = baseline(place, files, mutants)
    jobs = int(os.environ.get("JOBS", "2"))
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for number in range(len(MAPPER_ROUNDS)):
            left = [m for m in mutants if m["id"] in late and became.get(m["id"], "missed") == "missed"]
            print(f"round {number + 1}: {len(left)} mutants")
            judged = pool.map(lambda m: judge(place, m, files, allowed, rounds(m)[number]), left)
            for mutant, what in zip(left, judged):
                became[mutant["id"]] = what
                save(mutants, became)
        left = [mutant for mutant in mutants if mutant["id"] not in late]
        print(f"by themselves: {len(left)} mutants")
        places = queue.SimpleQueue()
        for number in range(jobs):
            places.put(prepared(Place(f"tree{number + 1}")))

        def alone(mutant):
            place = places.get()
            try:
                return by_itself(place, mutant, sources[mutant["file"]], allowed)
            finally:
                places.put(place)

        for mutant, what in zip(left, pool.map(alone, left)):
            became[mutant["id"]] = what
            save(mutants, became)
    total = report(mutants, became)
    sys.exit(1 if total["missed"] > 0.03 * (total["missed"] + total["noticed"]) else 0)


main()

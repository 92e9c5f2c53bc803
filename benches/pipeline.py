#!/usr/bin/env python3
"""`make bench-pipeline`: what a filter adds to a record's processor time in the real Fluent Bit.

A file of records of dns_logs goes through in_tail and the json parser to the null output: without a
filter, with this one, with a Lua filter that does the same mapping, and with a chain of modify and
nest filters that does a part of it (benches/pipeline/). A filter that only copies shows what Fluent Bit
itself spends around every filter that changes something. All take turns, and a round runs the quick ones
several times. The processor time of the whole process is measured. What a filter adds is the difference
to the runs without one in the same round; the median over the rounds is printed. Before anything is
timed, each pipeline's output is compared with what it should be.

Environment: FLUENT_BIT names the executable (several with colons between), else it is taken from
PATH; FLB_PLUGIN another plugin than the one that `make build` makes; RECORDS and ROUNDS the size.
"""

import json
import os
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
PIPELINES = HERE / "pipeline"
PLUGIN = os.environ.get("FLB_PLUGIN") or HERE.parent / "target/release/flb-filter_cloudflare_dns.so"
RECORDS = int(os.environ.get("RECORDS", 500_000))
ROUNDS = int(os.environ.get("ROUNDS", 5))
# The runs of one round, and the filter's name in the table.
TURNS = ["none", "ours", "copy", "none", "lua", "ours", "copy", "modify-nest", "none", "ours", "copy"]
NAMES = {
    "copy": "a filter that hands back a copy",
    "ours": "cloudflare_dns",
    "lua": "lua, the same mapping",
    "modify-nest": "modify and five nest, a part of it",
}
# The file that pipeline/copy.c becomes; Fluent Bit takes the filter's name from it.
COPY = "flb-filter_copy.so"
# At most this part of what Lua adds.
TARGET = 40
# For the comparison of outputs, and for the records that differ from one another.
CHECKED = 2_000
DISTINCT = 50_000

LABELS = "abcdefghijklmnopqrstuvwxyz"
SUFFIXES = ["com"] * 4 + ["net", "org", "de", "co.uk", "io", "com.au", "github.io", "dev", "fr"]
HOSTS = ["www.", "api.", "", "mail.", "cdn.", "static.", "_dmarc.", "ns1.", "img.eu.", "vpn."]
TYPES = {1: "A", 28: "AAAA", 65: "HTTPS", 15: "MX", 16: "TXT", 2: "NS", 12: "PTR"}


def records(count):
    """Records as Logpush writes them, the same in each run."""
    source = random.Random(1)
    milliseconds = 1_759_968_000_000
    for _ in range(count):
        milliseconds += source.randrange(7)
        label = "".join(source.choices(LABELS, k=source.randint(2, 10)))
        octets = [source.randint(1, 223)] + [source.randrange(256) for _ in range(3)]
        has_subnet = source.random() < 0.4
        yield {
            "ColoCode": source.choice(["FRA", "AMS", "LHR", "CDG", "IAD", "SJC", "NRT"]),
            "EDNSSubnet": f"{octets[0]}.{octets[1]}.{octets[2]}.0" if has_subnet else "",
            "EDNSSubnetLength": 24 if has_subnet else 0,
            "QueryName": source.choice(HOSTS) + label + "." + source.choice(SUFFIXES),
            "QueryType": source.choice([1, 1, 1, 1, 28, 28, 65, 65, 15, 16, 2, 12]),
            "ResponseCached": source.random() < 0.5,
            "ResponseCode": source.choice([0] * 8 + [3, 3, 3, 2, 5]),
            "SourceIP": ".".join(map(str, octets))
            if source.random() < 0.83
            else f"2a00:{source.randrange(65536):x}::{source.randrange(1, 65536):x}",
            "Timestamp": milliseconds * 1_000_000,
        }


def write_lines(path, lines, times):
    with open(path, "w", encoding="utf-8") as file:
        for _ in range(times):
            file.write(lines)


def configuration(directory, pipeline, lines, output):
    """The path of a configuration that reads the file `lines` once, and ends."""
    text = f"""
[SERVICE]
    Flush               1
    Grace               5
    Log_Level           error
    Parsers_File        {PIPELINES}/parsers.conf

[INPUT]
    Name                tail
    Path                {lines}
    Tag                 dns
    Parser              json
    Read_from_Head      true
    Exit_On_Eof         true
    Refresh_Interval    1

"""
    if pipeline != "none":
        filters = (PIPELINES / f"{pipeline}.conf").read_text(encoding="utf-8")
        text += filters.replace("map.lua", str(PIPELINES / "map.lua"))
    path = directory / f"{pipeline}.conf"
    path.write_text(text + output, encoding="utf-8")
    return path


def run(fluent_bit, configuration_path):
    """Runs Fluent Bit to its end; gives the processor time that it took."""
    copy = configuration_path.parent / COPY
    command = [fluent_bit, "-e", str(PLUGIN), "-e", str(copy), "-c", str(configuration_path)]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        log.seek(0)
        said = log.read().decode(errors="replace")
    if process.returncode != 0 or "[error]" in said:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}:\n{said}")
    return usage.ru_utime + usage.ru_stime


def build_copy(directory):
    """Compiles the filter that copies."""
    compiler = os.environ.get("CC", "cc")
    options = ["-O2", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared"]
    subprocess.run([compiler, *options, "-o", directory / COPY, PIPELINES / "copy.c"], check=True)


def expected_of_chain(record):
    return {
        "dns": {
            "question": {"name": record["QueryName"], "type": record["QueryType"]},
            "response_code": record["ResponseCode"],
        },
        "event": {"kind": "event", "dataset": "dns_logs"},
        "source": {"ip": record["SourceIP"]},
        "cloudflare": {
            key: record[key]
            for key in ["ColoCode", "EDNSSubnet", "EDNSSubnetLength", "ResponseCached", "Timestamp"]
        },
    }


def check(fluent_bit, directory):
    """Compares what comes out: ours with Lua's, and each with what went in."""
    sample = list(records(CHECKED))
    lines = directory / "sample.ndjson"
    write_lines(lines, "".join(json.dumps(r, separators=(",", ":")) + "\n" for r in sample), 1)
    outputs = {}
    for pipeline in ["none", *NAMES]:
        file = directory / f"{pipeline}.out"
        output = f"\n[OUTPUT]\n    Name file\n    Match *\n    Path {directory}\n    File {file.name}\n    Format plain\n"
        run(fluent_bit, configuration(directory, pipeline, lines, output))
        outputs[pipeline] = [json.loads(line) for line in file.read_text().splitlines()]
    for name, output in outputs.items():
        assert len(output) == CHECKED, f"{name}: {len(output)} records came out of {CHECKED}"
    for record, plain, copy, ours, lua, chain in zip(sample, *outputs.values()):
        assert plain == record, f"no filter: {plain} is not {record}"
        assert copy == record, f"a copy: {copy} is not {record}"
        assert ours["dns"]["question"]["type"] == TYPES[record["QueryType"]], ours
        assert ours == lua, f"Lua maps otherwise: {lua} is not {ours}"
        assert chain == expected_of_chain(record), f"modify and nest: {chain}"


def measure(fluent_bit, directory):
    """For each filter the nanoseconds added to a record, round by round; and those of no filter."""
    lines = directory / "records.ndjson"
    distinct = min(DISTINCT, RECORDS)
    text = "".join(json.dumps(r, separators=(",", ":")) + "\n" for r in records(distinct))
    times = RECORDS // distinct
    write_lines(lines, text, times)
    output = "\n[OUTPUT]\n    Name null\n    Match *\n"
    paths = {p: configuration(directory, p, lines, output) for p in ["none", *NAMES]}
    run(fluent_bit, paths["none"])  # the file is in the page cache then
    alone, added = [], {name: [] for name in NAMES}
    for _ in range(ROUNDS):
        spent = {pipeline: [] for pipeline in paths}
        for pipeline in TURNS:
            seconds = run(fluent_bit, paths[pipeline])
            spent[pipeline].append(seconds * 1e9 / (distinct * times))
        medians = {pipeline: statistics.median(all_) for pipeline, all_ in spent.items()}
        alone.append(medians["none"])
        for name in NAMES:
            added[name].append(medians[name] - medians["none"])
    return alone, added


def report(fluent_bit, alone, added):
    version = subprocess.run([fluent_bit, "--version"], capture_output=True, text=True, check=True)
    print(f"\n{version.stdout.splitlines()[0]}: {RECORDS} records of dns_logs, {ROUNDS} rounds")
    print(f"{'':<38}{'ns/record':>10}{'rounds from':>13}{'to':>8}{'to ours':>10}")
    ours = statistics.median(added["ours"])

    def row(name, values, ratio):
        middle = statistics.median(values)
        print(f"{name:<38}{middle:>10.0f}{min(values):>13.0f}{max(values):>8.0f}{ratio:>10}")

    row("no filter: in_tail, json, null", alone, "-")
    for name, label in NAMES.items():
        row("added by " + label, added[name], f"{statistics.median(added[name]) / ours:.1f}")
    median = {name: statistics.median(values) for name, values in added.items()}
    ratio = median["lua"] / median["ours"]
    met = "met" if ratio >= TARGET else "NOT met"
    print(f"Target: at most a fortieth of what Lua adds; measured: 1/{ratio:.1f}  {met}")
    own, lua = median["ours"] - median["copy"], median["lua"] - median["copy"]
    print(f"Without what a copy adds: {own:.0f} ns beside {lua:.0f} ns, 1/{lua / max(own, 1):.1f}")


def main():
    named = [path for path in os.environ.get("FLUENT_BIT", "").split(":") if path]
    found = named or [path for path in [shutil.which("fluent-bit")] if path]
    if not found:
        sys.exit(
            "NOTHING WAS MEASURED: there is no Fluent Bit.\n"
            "Name one: make bench-pipeline FLUENT_BIT=/path/to/fluent-bit"
        )
    if not os.path.exists(PLUGIN):
        sys.exit(f"NOTHING WAS MEASURED: there is no {PLUGIN}; make build makes it")
    for fluent_bit in found:
        with tempfile.TemporaryDirectory() as directory:
            build_copy(pathlib.Path(directory))
            check(fluent_bit, pathlib.Path(directory))
            alone, added = measure(fluent_bit, pathlib.Path(directory))
        report(fluent_bit, alone, added)


main()

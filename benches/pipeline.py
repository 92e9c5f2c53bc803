#!/usr/bin/env python3
"""`make bench-pipeline`: the processor time of a record in the real Fluent Bit, by several ways.

A file of records of dns_logs goes through in_tail to the null output: as raw lines, through the json
parser, through this filter without and with that parser, and behind the parser through a Lua filter that
does the same mapping, or a chain of modify and nest filters that does a part of it (benches/pipeline/). A
filter that counts the events and hands back as many ready-made ones of ECS (those of the first records,
again and again) is the floor: what Fluent Bit spends around any filter that makes such events, and one
reading and one copy.
All take turns, and a round runs the quick ones several times. The processor time of the whole process is
measured, and the median over the rounds is printed. What a filter adds is the difference to the runs
without one in the same round. Before anything is timed, each pipeline's output is compared with what it
should be.

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
# The runs of one round.
TURNS = [
    "raw", "json", "ours-raw", "ours", "ready", "lua", "json", "ours-raw", "ours", "raw",
    "modify-nest", "json", "ready", "ours-raw", "raw", "ours", "ready",
]
# The ways of a record, and their names in the table. All but the first and the third use the json
# parser; all but the first two have a filter.
WAYS = {
    "raw": "no parsing",
    "json": "Fluent Bit's JSON parser alone",
    "ours-raw": "this filter on the raw line",
    "ours": "JSON parser and this filter",
    "ready": "JSON parser and ready-made ECS, the floor",
    "lua": "JSON parser and Lua, the same mapping",
    "modify-nest": "JSON parser, modify and five nest, a part of it",
}
UNPARSED = ["raw", "ours-raw"]
UNFILTERED = ["raw", "json"]
# The file that pipeline/ready.c becomes; Fluent Bit takes the filter's name from it.
READY = "flb-filter_ready.so"
# The output where nothing is compared.
NULL = "\n[OUTPUT]\n    Name null\n    Match *\n"
# What this filter may add, in what the floor adds.
MOST_OF_FLOOR = 1.4
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
    {"" if pipeline in UNPARSED else "Parser json"}
    Read_from_Head      true
    Exit_On_Eof         true
    Refresh_Interval    1

"""
    if pipeline not in UNFILTERED:
        filters = (PIPELINES / f"{pipeline}.conf").read_text(encoding="utf-8")
        text += filters.replace("map.lua", str(PIPELINES / "map.lua"))
    path = directory / f"{pipeline}.conf"
    path.write_text(text + output, encoding="utf-8")
    return path


def run(fluent_bit, configuration_path, recording=False):
    """Runs Fluent Bit to its end; gives the processor time that it took."""
    directory = configuration_path.parent
    command = [fluent_bit, "-e", str(PLUGIN), "-e", str(directory / READY), "-c", str(configuration_path)]
    env = {**os.environ, "READY": str(directory / "ready"), **({"READY_RECORD": "1"} if recording else {})}
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=env)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        log.seek(0)
        said = log.read().decode(errors="replace")
    if process.returncode != 0 or "[error]" in said:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}:\n{said}")
    return usage.ru_utime + usage.ru_stime


def build_ready(directory):
    """Compiles the filter that hands back ready-made events."""
    compiler = os.environ.get("CC", "cc")
    options = ["-O2", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared"]
    subprocess.run([compiler, *options, "-o", directory / READY, PIPELINES / "ready.c"], check=True)


def make_ready(fluent_bit, directory, lines):
    """Has this filter make the events of the file `lines`, for the filter that hands them back."""
    (directory / "ready").unlink(missing_ok=True)
    run(fluent_bit, configuration(directory, "record", lines, NULL), recording=True)


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
    make_ready(fluent_bit, directory, lines)
    outputs = {}
    for pipeline in WAYS:
        file = directory / f"{pipeline}.out"
        output = f"\n[OUTPUT]\n    Name file\n    Match *\n    Path {directory}\n    File {file.name}\n    Format plain\n"
        run(fluent_bit, configuration(directory, pipeline, lines, output))
        outputs[pipeline] = [json.loads(line) for line in file.read_text().splitlines()]
    for name, output in outputs.items():
        assert len(output) == CHECKED, f"{name}: {len(output)} records came out of {CHECKED}"
    texts = lines.read_text().splitlines()
    ways = zip(sample, texts, *outputs.values())
    for record, text, raw, plain, of_text, ours, ready, lua, chain in ways:
        assert raw == {"log": text}, f"no parsing: {raw} is not {text}"
        assert plain == record, f"no filter: {plain} is not {record}"
        assert ours == ready, f"ready-made: {ready} is not {ours}"
        assert ours["dns"]["question"]["type"] == TYPES[record["QueryType"]], ours
        assert ours == of_text, f"the raw line: {of_text} is not {ours}"
        assert ours == lua, f"Lua maps otherwise: {lua} is not {ours}"
        assert chain == expected_of_chain(record), f"modify and nest: {chain}"


def measure(fluent_bit, directory):
    """For each way the nanoseconds of a record, round by round."""
    lines = directory / "records.ndjson"
    distinct = min(DISTINCT, RECORDS)
    text = "".join(json.dumps(r, separators=(",", ":")) + "\n" for r in records(distinct))
    times = RECORDS // distinct
    write_lines(lines, text, times)
    paths = {way: configuration(directory, way, lines, NULL) for way in WAYS}
    run(fluent_bit, paths["raw"])  # the file is in the page cache then
    taken = {way: [] for way in WAYS}
    for _ in range(ROUNDS):
        spent = {way: [] for way in WAYS}
        for way in TURNS:
            seconds = run(fluent_bit, paths[way])
            spent[way].append(seconds * 1e9 / (distinct * times))
        for way in WAYS:
            taken[way].append(statistics.median(spent[way]))
    return taken


def report(fluent_bit, taken):
    """Prints the table as docs/performance.md has it, and what the filters add."""
    version = subprocess.run([fluent_bit, "--version"], capture_output=True, text=True, check=True)
    print(f"\n{version.stdout.splitlines()[0]}: {RECORDS} records of dns_logs, {ROUNDS} rounds\n")
    median = {way: statistics.median(rounds) for way, rounds in taken.items()}
    print("| way of a record | ns | rounds from | to | times the JSON parser alone |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for way, name in WAYS.items():
        least, most, middle = min(taken[way]), max(taken[way]), median[way]
        print(f"| {name} | {middle:.0f} | {least:.0f} | {most:.0f} | {middle / median['json']:.2f} |")
    print()
    floor, ours = added(taken, "ready"), added(taken, "ours")
    for way in ["ready", "ours", "lua", "modify-nest"]:
        more = added(taken, way)
        print(f"{WAYS[way]}: {more:.0f} ns more than the parser, {more / ours:.2f} times ours")
    met = "met" if ours <= MOST_OF_FLOOR * floor else "NOT met"
    print(f"ours, times the floor: {ours / floor:.2f}, at most {MOST_OF_FLOOR:.2f}: {met}")


def added(taken, way):
    """The nanoseconds that a filter adds to the parser's, by the rounds."""
    return statistics.median(more - alone for more, alone in zip(taken[way], taken["json"]))


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
            build_ready(pathlib.Path(directory))
            check(fluent_bit, pathlib.Path(directory))
            taken = measure(fluent_bit, pathlib.Path(directory))
        report(fluent_bit, taken)


main()

#!/usr/bin/env python3
"""Prints how many instructions one call of cb_filter takes in the real Fluent Bit, by callgrind.

    FLUENT_BIT=/path/to/fluent-bit one_record.py

Chunks of one record are what in_http makes; in_dummy makes them, too. The metrics are on, and what
the host's own functions take in the call (malloc, the counters) is counted with it. Needs valgrind.
FLB_PLUGIN names another plugin than the one that `make build` makes.
"""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

PLUGIN = pathlib.Path(__file__).resolve().parent.parent / "target/release/flb-filter_cloudflare_dns.so"
FEW, MANY = 40, 200
# A start under valgrind takes this long at the most.
DEADLINE = 120

DNS_LOGS = {
    "ColoCode": "FRA", "EDNSSubnet": "192.0.2.0", "EDNSSubnetLength": 24,
    "QueryName": "www.example.com", "QueryType": 1, "ResponseCached": False, "ResponseCode": 0,
    "SourceIP": "192.0.2.53", "Timestamp": 1715065689123456789,
}
RECORDS = {
    "dns_logs, unixnano": DNS_LOGS,
    "dns_logs, rfc3339": {**DNS_LOGS, "Timestamp": "2024-05-07T07:08:09.123456Z"},
    "access log": {"host": "192.0.2.53", "method": "GET", "path": "/", "code": 200, "size": 1234},
}

CONFIGURATION = """
[SERVICE]
    flush     0.2
    grace     1
    log_level info
[INPUT]
    name    dummy
    samples {samples}
    rate    2000
    dummy   {record}
[FILTER]
    name  cloudflare_dns
    match *
[OUTPUT]
    name   file
    match  *
    path   {place}
    file   records
    format plain
"""


def instructions(record, samples):
    """What the calls for so many records take together."""
    plugin = os.environ.get("FLB_PLUGIN", str(PLUGIN))
    fluent_bit = os.environ.get("FLUENT_BIT", "fluent-bit").split(":")[0]
    if not shutil.which(fluent_bit) or not shutil.which("valgrind"):
        sys.exit(f"one_record.py: {fluent_bit} or valgrind is not there")
    with tempfile.TemporaryDirectory() as place:
        file = pathlib.Path(place, "fluent-bit.conf")
        file.write_text(CONFIGURATION.format(samples=samples, record=json.dumps(record), place=place))
        command = [
            "valgrind", "--tool=callgrind", "--toggle-collect=*cb_filter*",
            "--callgrind-out-file=/dev/null", fluent_bit, "-e", plugin, "-c", str(file),
        ]
        with open(pathlib.Path(place, "log"), "w+", encoding="utf-8", errors="replace") as log:
            process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
            wait_for(pathlib.Path(place, "records"), samples, process)
            process.send_signal(signal.SIGINT)
            process.wait()
            log.seek(0)
            output = log.read()
    counts = re.search(r"records: (\d+) mapped, (\d+) passed", output)
    if not counts or sum(map(int, counts.groups())) != samples:
        sys.exit(f"one_record.py: not all of {samples} records came:\n{output}")
    return int(re.search(r"Collected : (\d+)", output)[1])


def wait_for(file, lines, process):
    """Waits until so many lines came out, the process has ended, or the deadline is over."""
    deadline = time.monotonic() + DEADLINE
    while process.poll() is None and time.monotonic() < deadline:
        if file.exists() and file.read_bytes().count(b"\n") >= lines:
            return
        time.sleep(0.2)


def main():
    print("instructions of a call for one record")
    for name, record in RECORDS.items():
        taken = instructions(record, MANY) - instructions(record, FEW)
        print(f"{name:<24}{taken // (MANY - FEW):>8}", flush=True)


main()

#!/usr/bin/env python3
"""Measures how many records a second a Fluent Bit takes, and what one costs, in several set-ups.

    measure.py FLUENT_BIT PLUGIN [--records 1000000] [--rounds 5] [--only NAME]

Each set-up handles the same records, which ../logpush/send.py makes: from two files, by in_tail, or from
gzipped batches of 5 MB, by in_http. They go to out_counter, so only the input, the filter and the engine are
measured. The set-ups take turns, round by round. The median round of each is printed, and the spread.
The numbers in docs/sizing.md were measured with this script. It needs Linux and Python 3.8.
"""

import argparse
import gzip
import http.client
import importlib.util
import os
import pathlib
import pty
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
PATIENCE = 300
TICK = os.sysconf("SC_CLK_TCK")

FILTER = "name: cloudflare_dns"
SERVICE = "service:\n  flush: 0.1\n  grace: 1\n  log_level: error\n"
OUTPUT = "  outputs:\n    - name: counter\n      match: '*'\n"


def tail(files, threaded, where):
    """A pipeline of one in_tail for each file; `where` is the place of the filter, if any."""
    text = SERVICE + "pipeline:\n  inputs:\n"
    for file in files:
        text += f"    - name: tail\n      tag: t\n      path: {file}\n      read_from_head: on\n"
        text += "      buffer_chunk_size: 256k\n      buffer_max_size: 4M\n"
        text += "      threaded: on\n" if threaded else ""
        if where == "processors":
            text += f"      processors:\n        logs:\n          - {FILTER}\n            key_name: log\n"
    if where == "filters":
        text += f"  filters:\n    - {FILTER}\n      match: '*'\n      key_name: log\n"
    return text + OUTPUT


def in_http(threaded, where):
    text = SERVICE + "pipeline:\n  inputs:\n    - name: http\n      listen: 127.0.0.1\n      port: {port}\n      buffer_max_size: 64M\n"
    text += "      threaded: on\n" if threaded else ""
    if where == "processors":
        text += f"      processors:\n        logs:\n          - {FILTER}\n"
    if where == "filters":
        text += f"  filters:\n    - {FILTER}\n      match: '*'\n"
    return text + OUTPUT


SETUPS = {
    "tail, no filter": lambda both, two: tail([both], False, None),
    "tail, filter": lambda both, two: tail([both], False, "filters"),
    "tail, filter as processor": lambda both, two: tail([both], False, "processors"),
    "2 threaded tails, no filter": lambda both, two: tail(two, True, None),
    "2 threaded tails, filter in the engine": lambda both, two: tail(two, True, "filters"),
    "2 threaded tails, filter as processor": lambda both, two: tail(two, True, "processors"),
    "http, no filter": lambda both, two: in_http(False, None),
    "http, filter": lambda both, two: in_http(False, "filters"),
}


def sender():
    """The module ../logpush/send.py, which makes the records. Nothing is left beside it."""
    sys.dont_write_bytecode = True
    spec = importlib.util.spec_from_file_location("send", HERE.parent / "logpush" / "send.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# What out_counter tells of each chunk: {"ts":…,"log_records":N,…}, or `time,N (total = …)`.
COUNTED = re.compile(r'"log_records":(\d+)|^[\d.]+,(\d+) \(total = ')


def wait_for(output, count):
    """Reads what out_counter tells until it has seen so many records; says whether it has."""
    seen = 0
    try:
        for line in output:
            found = COUNTED.search(line)
            seen += int(found[1] or found[2]) if found else 0
            if seen >= count:
                return True
    except OSError:
        pass  # the end of a terminal whose other side is closed
    return False


def too_long(*_):
    raise SystemExit(f"no end after {PATIENCE} s")


def post(port, batches):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    for batch in batches:
        for _ in range(100):
            try:
                connection.request("POST", "/t", batch, headers)
                response = connection.getresponse()
                response.read()
                assert response.status == 201, response.status
                break
            except OSError:
                connection.close()
                time.sleep(0.05)
        else:
            raise SystemExit("in_http does not answer")


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def peak_memory(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def run(options, text, count, batches, work):
    """One round: seconds, seconds of CPU, peak memory in MiB."""
    port, config = free_port(), work / "fluent-bit.yaml"
    config.write_text(text.format(port=port))
    command = [options.fluent_bit, "-e", options.plugin, "-c", str(config)]
    start = time.monotonic()
    # A terminal: what Fluent Bit writes to a pipe comes in lumps of 4 KB.
    ours, its = pty.openpty()
    with open(work / "log", "w", encoding="utf-8") as log:
        process = subprocess.Popen(command, stdin=its, stdout=its, stderr=log)
    os.close(its)
    signal.alarm(PATIENCE)
    try:
        if "name: http\n" in text:
            for part in (batches[::2], batches[1::2]):
                threading.Thread(target=post, args=(port, part), daemon=True).start()
        with open(ours, encoding="utf-8", errors="replace", closefd=False) as output:
            whole = wait_for(output, count)
        if not whole:
            raise SystemExit(f"Fluent Bit ended before it had all records:\n{(work / 'log').read_text()}")
        return time.monotonic() - start, cpu_seconds(process.pid), peak_memory(process.pid)
    finally:
        signal.alarm(0)
        process.terminate()
        os.close(ours)
        process.wait()


def main():
    parser = argparse.ArgumentParser(description="Measures records a second, and CPU for each.")
    parser.add_argument("fluent_bit")
    parser.add_argument("plugin")
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", help="set-ups whose name has this text")
    options = parser.parse_args()
    if not os.access(options.fluent_bit, os.X_OK) or os.path.isdir(options.fluent_bit):
        parser.error(f"no program: {options.fluent_bit}")
    if not os.path.isfile(options.plugin):
        parser.error(f"no file: {options.plugin}")
    if not any(options.only is None or options.only in name for name in SETUPS):
        parser.error(f"--only: none of {', '.join(SETUPS)}")
    if options.records < 2 or options.rounds < 1:
        parser.error("--records and --rounds: at least 2, and 1")
    signal.signal(signal.SIGALRM, too_long)
    send = sender()
    work = pathlib.Path(tempfile.mkdtemp())
    try:
        maker = send.Maker("dns_logs", "unixnano", 1)
        lines = [maker.line() for _ in range(options.records // 2 * 2)]
        half = len(lines) // 2
        both, two = work / "both.log", [work / "1.log", work / "2.log"]
        for file, part in ((both, lines), (two[0], lines[:half]), (two[1], lines[half:])):
            file.write_bytes(b"\n".join(part) + b"\n")
        batches = [gzip.compress(b"\n".join(batch) + b"\n", 6) for batch in send.batches(lines, 5_000_000, 10**9)]
        chosen = {name: make for name, make in SETUPS.items() if not options.only or options.only in name}
        rounds = {name: [] for name in chosen}
        for _ in range(options.rounds):
            for name, make in chosen.items():
                rounds[name].append(run(options, make(both, two), len(lines), batches, work))
        print("| set-up | records/s | lowest to highest | CPU, µs a record | peak memory, MiB |")
        print("| --- | ---: | ---: | ---: | ---: |")
        for name, results in rounds.items():
            rates = sorted(len(lines) / seconds for seconds, _, _ in results)
            cpu = statistics.median(cpu for _, cpu, _ in results) / len(lines) * 1e6
            memory = statistics.median(memory for _, _, memory in results)
            print(f"| {name} | {statistics.median(rates):,.0f} | {rates[0]:,.0f} to {rates[-1]:,.0f} | {cpu:.2f} | {memory:.0f} |")
    finally:
        shutil.rmtree(work)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Sends DNS records as Cloudflare Logpush does, to a receiver of your own.

    send.py 'https://localhost:8443/cloudflare.SECRET.dns_logs?header_Content-Type=application%2Fjson'

The destination is written as in a Logpush job: parameters that begin with `header_` become headers
of the request. First comes the validation upload, {"content":"tests"}; then batches of
newline-delimited JSON, gzipped. An answer of 5xx or 429, or none, is tried again with a growing
pause; any other refusal ends the run, as it would end the job.

Only addresses of this machine are sent to, unless --anywhere is given. Records are made up, the
same ones for the same --seed, or come from --file. It needs Python 3.8 or newer, and nothing else.
"""

import argparse
import gzip
import http.client
import ipaddress
import json
import random
import socket
import ssl
import sys
import time
from datetime import datetime, timezone
from urllib.parse import parse_qsl, urlencode, urlsplit

VALIDATION = b'{"content":"tests"}'
MOST_RECORDS = 10_000_000
LONGEST_PAUSE = 60.0


class Refused(Exception):
    """The receiver will not have it, now or later."""


# --- records -----------------------------------------------------------------

COLOS = ("AMS", "FRA", "CDG", "LHR", "IAD", "SJC", "SIN", "NRT", "GRU", "JNB")
# Types by how often they are asked for; 65 is HTTPS.
QUERY_TYPES = ((1, 55), (28, 25), (65, 12), (15, 2), (16, 3), (2, 1), (6, 1), (12, 1))
TYPE_NAMES = {1: "A", 28: "AAAA", 65: "HTTPS", 15: "MX", 16: "TXT", 2: "NS", 6: "SOA", 12: "PTR"}
CODES = ((0, 88), (3, 9), (2, 2), (5, 1))
HOSTS = ("www", "api", "mail", "cdn", "img", "login", "static", "_dmarc", "edge", "vpn")
DOMAINS = ("example.com", "example.net", "example.org", "shop.example.co.uk", "example")


class Maker:
    """Makes records of one dataset, each a little later than the one before."""

    def __init__(self, dataset, timestamp_format, seed):
        self.random = random.Random(seed)
        self.record = {
            "dns_logs": self.dns_logs,
            "dns_firewall_logs": self.dns_firewall_logs,
            "gateway_dns": self.gateway_dns,
        }[dataset]
        self.timestamp_format = timestamp_format
        self.now = 1_785_579_000_000_000_000

    def line(self):
        self.now += self.random.randrange(1_000, 4_000_000)
        return json.dumps(self.record(), separators=(",", ":")).encode()

    def weighted(self, choices):
        values, weights = zip(*choices)
        return self.random.choices(values, weights)[0]

    def time(self):
        if self.timestamp_format == "unixnano":
            return self.now
        seconds, nanoseconds = divmod(self.now, 1_000_000_000)
        if self.timestamp_format == "unix":
            return seconds
        text = datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
        digits = {"rfc3339": 0, "rfc3339ms": 3, "rfc3339ns": 9}[self.timestamp_format]
        fraction = f".{nanoseconds:09}"[: digits + 1] if digits else ""
        return f"{text}{fraction}Z"

    def address(self):
        if self.random.random() < 0.3:
            return f"2001:db8:{self.random.randrange(65536):x}::{self.random.randrange(1, 65536):x}"
        return f"{self.random.choice(('192.0.2', '198.51.100', '203.0.113'))}.{self.random.randrange(1, 255)}"

    def name(self):
        label = self.random.choice(HOSTS)
        if self.random.random() < 0.4:
            label += f"-{self.random.randrange(10_000)}"
        return f"{label}.{self.random.choice(DOMAINS)}"

    def subnet(self):
        return ("198.51.100.0", 24) if self.random.random() < 0.3 else ("", 0)

    def dns_logs(self):
        subnet, length = self.subnet()
        return {
            "ColoCode": self.random.choice(COLOS),
            "EDNSSubnet": subnet,
            "EDNSSubnetLength": length,
            "QueryName": self.name(),
            "QueryType": self.weighted(QUERY_TYPES),
            "ResponseCached": self.random.random() < 0.6,
            "ResponseCode": self.weighted(CODES),
            "SourceIP": self.address(),
            "Timestamp": self.time(),
        }

    def dns_firewall_logs(self):
        cached, code = self.random.random() < 0.7, self.weighted(CODES)
        subnet, length = self.subnet()
        return {
            "ClientResponseCode": code,
            "ClusterID": "9f1c0a6e2b7d4c58a3e65b0d17c2f849",
            "ColoCode": self.random.choice(COLOS),
            "EDNSSubnet": subnet,
            "EDNSSubnetLength": length,
            "QueryDO": self.random.random() < 0.5,
            "QueryName": self.name(),
            "QueryRD": self.random.random() < 0.9,
            "QuerySize": self.random.randrange(30, 90),
            "QueryTCP": self.random.random() < 0.03,
            "QueryType": self.weighted(QUERY_TYPES),
            "ResponseCached": cached,
            "ResponseCachedStale": cached and self.random.random() < 0.02,
            "ResponseReason": "success",
            "SourceIP": self.address(),
            "Timestamp": self.time(),
            "UpstreamIP": "" if cached else "198.51.100.53",
            "UpstreamResponseCode": 0 if cached else code,
            "UpstreamResponseTimeMs": 0 if cached else self.random.randrange(1, 120),
        }

    def gateway_dns(self):
        name, query_type, code = self.name(), self.weighted(QUERY_TYPES), self.weighted(CODES)
        device = self.random.randrange(200)
        addresses = [self.address() for _ in range(self.random.randrange(1, 4))] if code == 0 else []
        answers = [
            {"name": f"{name}.", "type": TYPE_NAMES[query_type], "class": "IN", "ttl": 300, "rdata": address}
            for address in addresses
        ]
        return {
            "AccountID": "023e105f4ecef8ad9ca31a8372d0c353",
            "ColoCode": self.random.choice(COLOS),
            "Datetime": self.time(),
            "DeviceID": f"3f1f3ad0-9a2e-4d0a-8c0e-{device:012x}",
            "DeviceName": f"LAPTOP-{device:04}",
            "DstIP": "203.0.113.53",
            "DstPort": 443,
            "Email": f"user{device}@example.com",
            "IsResponseCached": self.random.random() < 0.5,
            "Location": "Office Berlin",
            "MatchedCategoryIDs": [155],
            "MatchedCategoryNames": ["Technology"],
            "PolicyID": "",
            "PolicyName": "",
            "Protocol": self.random.choice(("https", "tls", "udp")),
            "QueryCategoryIDs": [155, 26],
            "QueryCategoryNames": ["Technology", "Information Technology"],
            "QueryName": name,
            "QueryNameReversed": ".".join(reversed(name.split("."))),
            "QuerySize": self.random.randrange(30, 90),
            "QueryType": query_type,
            "QueryTypeName": TYPE_NAMES[query_type],
            "RCode": code,
            "ResolvedIPs": addresses,
            "ResolverDecision": "allowedOnNoPolicyMatch",
            "ResourceRecordsJSON": json.dumps(answers, separators=(",", ":")),
            "SrcIP": self.address(),
            "SrcPort": self.random.randrange(1024, 65536),
            "UserID": f"f174e90a-fafe-4643-bbbc-{device:012x}",
        }


def made_up(options):
    maker = Maker(options.dataset, options.timestamp_format, options.seed)
    return (maker.line() for _ in range(options.records))


def batches(lines, most_bytes, most_records):
    """Joins lines to batches that are as large as a batch may be."""
    batch, size = [], 0
    for line in lines:
        if batch and (size + len(line) + 1 > most_bytes or len(batch) == most_records):
            yield batch
            batch, size = [], 0
        batch.append(line)
        size += len(line) + 1
    if batch:
        yield batch


# --- sending -----------------------------------------------------------------


class Destination:
    """Where a Logpush job sends: an address, and the headers among its parameters."""

    def __init__(self, text, options):
        url = urlsplit(text)
        if url.scheme not in ("http", "https") or not url.hostname:
            sys.exit(f"no http:// or https:// destination: {text}")
        if not options.anywhere:
            only_this_machine(url.hostname)
        parameters = parse_qsl(url.query, keep_blank_values=True)
        prefix = "header_"
        self.headers = {k[len(prefix):]: v for k, v in parameters if k.startswith(prefix)}
        self.headers["Content-Encoding"] = "gzip"
        left = urlencode([(k, v) for k, v in parameters if not k.startswith(prefix)])
        self.path = (url.path or "/") + (f"?{left}" if left else "")
        self.url, self.options, self.connection = url, options, None

    def connect(self):
        where = (self.url.hostname, self.url.port)
        if self.url.scheme == "http":
            return http.client.HTTPConnection(*where, timeout=self.options.timeout)
        context = ssl.create_default_context(cafile=self.options.cafile)
        if self.options.insecure:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return http.client.HTTPSConnection(*where, timeout=self.options.timeout, context=context)

    def post(self, body):
        """Posts once, and gives the status."""
        if self.connection is None:
            self.connection = self.connect()
        try:
            self.connection.request("POST", self.path, body, self.headers)
            response = self.connection.getresponse()
            response.read()
        except ssl.SSLCertVerificationError as error:
            raise Refused(f"its certificate: {error.verify_message}") from error
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        if response.will_close:
            self.close()
        return response.status

    def close(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None

    def deliver(self, content, tell):
        """Posts until it is accepted; gives the number of attempts beyond the first."""
        body = gzip.compress(content, 6)
        for attempt in range(self.options.retries + 1):
            try:
                status = self.post(body)
                if 200 <= status < 300:
                    return attempt
                trouble = f"status {status}"
                if status < 500 and status != 429:
                    raise Refused(trouble)
            except (OSError, http.client.HTTPException) as error:
                trouble = str(error) or type(error).__name__
            if attempt < self.options.retries:
                pause = min(self.options.pause * 2**attempt, LONGEST_PAUSE)
                pause *= random.uniform(0.8, 1.2)
                tell(f"{trouble}; again in {pause:.1f} s")
                time.sleep(pause)
        raise Refused(f"{trouble}, {self.options.retries + 1} times")


def only_this_machine(host):
    try:
        found = {info[4][0] for info in socket.getaddrinfo(host, None)}
    except socket.gaierror as error:
        sys.exit(f"{host}: {error.strerror}")
    if not all(ipaddress.ip_address(address.split("%")[0]).is_loopback for address in found):
        sys.exit(f"{host} is not this machine: --anywhere sends there all the same")


class Progress:
    """A bar on standard error, when that is a terminal or when asked for."""

    WIDTH = 30

    def __init__(self, total, shown):
        self.total, self.shown, self.done = total, shown, 0
        self.start, self.last = time.monotonic(), 0.0

    def add(self, records, retries):
        self.done += records
        now = time.monotonic()
        if not self.shown or (now - self.last < 0.1 and self.done < self.total):
            return
        self.last = now
        filled = self.WIDTH * self.done // max(self.total, 1)
        rate = self.done / max(now - self.start, 1e-6)
        bar = "█" * filled + "░" * (self.WIDTH - filled)
        again = f", {retries} sent again" if retries else ""
        sys.stderr.write(f"\r{bar} {self.done:,} of {self.total:,} records, {rate:,.0f}/s{again}\033[K")
        if self.done >= self.total:
            sys.stderr.write("\n")
        sys.stderr.flush()

    def tell(self, text):
        sys.stderr.write(f"\r{text}\033[K\n" if self.shown else f"{text}\n")


def read_options(arguments):
    parser = argparse.ArgumentParser(
        description="Sends DNS records as Cloudflare Logpush does.",
        epilog="The destination is written as in a Logpush job, header_ parameters included.",
    )
    add = parser.add_argument
    add("destination", help="where to send, as in a Logpush job: https://localhost:8443/tag?header_Content-Type=application%%2Fjson")
    add("--dataset", choices=("dns_logs", "dns_firewall_logs", "gateway_dns"), default="dns_logs")
    add("--records", type=int, default=10_000, help=f"how many to make up (10000; at most {MOST_RECORDS})")
    add("--file", help="send these lines instead")
    add("--seed", type=int, default=1, help="other made-up records (1)")
    add("--timestamp-format", choices=("unixnano", "unix", "rfc3339", "rfc3339ms", "rfc3339ns"), default="unixnano")
    add("--max-upload-bytes", type=int, default=5_000_000, help="of a batch, before gzip (5000000)")
    add("--max-upload-records", type=int, default=100_000, help="of a batch (100000)")
    add("--rate", type=float, help="records a second, at most")
    add("--retries", type=int, default=8, help="of a batch (8)")
    add("--pause", type=float, default=0.5, help="seconds before the first retry; each next one doubles it (0.5)")
    add("--timeout", type=float, default=60, help="seconds to wait for an answer (60)")
    add("--cafile", help="certificates to trust, for https")
    add("--insecure", action="store_true", help="trust any certificate")
    add("--anywhere", action="store_true", help="send to other machines, too")
    add("--progress", action="store_true", help="show the bar even when this is no terminal")
    options = parser.parse_args(arguments)
    if not 0 <= options.records <= MOST_RECORDS:
        parser.error(f"--records: from 0 to {MOST_RECORDS}")
    if options.max_upload_bytes < 1 or options.max_upload_records < 1:
        parser.error("a batch has at least one record")
    if options.retries < 0 or options.pause < 0 or (options.rate is not None and options.rate <= 0):
        parser.error("--retries, --pause and --rate count upwards")
    return options


def lines_of(path):
    try:
        with open(path, "rb") as file:
            return [line.rstrip(b"\r\n") for line in file if line.strip()]
    except OSError as error:
        sys.exit(f"{path}: {error.strerror}")


def run(options):
    destination = Destination(options.destination, options)
    given = lines_of(options.file) if options.file else None
    total = options.records if given is None else len(given)
    progress = Progress(total, options.progress or sys.stderr.isatty())
    sent, raw, retries = 0, 0, destination.deliver(VALIDATION, progress.tell)
    lines = made_up(options) if given is None else given
    for batch in batches(lines, options.max_upload_bytes, options.max_upload_records):
        content = b"\n".join(batch) + b"\n"
        retries += destination.deliver(content, progress.tell)
        sent, raw = sent + 1, raw + len(content)
        progress.add(len(batch), retries)
        if options.rate:
            ahead = progress.done / options.rate - (time.monotonic() - progress.start)
            time.sleep(max(ahead, 0))
    destination.close()
    print(f"{progress.done} records in {sent} batches, {raw} bytes before gzip, {retries} sent again")


def main():
    options = read_options(sys.argv[1:])
    try:
        run(options)
    except Refused as error:
        sys.exit(f"refused: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Prints wire-records.tsv: resource records as Gateway logs them, and what dnspython makes of them.

    python3 -m venv venv && venv/bin/pip install dnspython==2.9.2
    venv/bin/python tests/data/wire-records.py > tests/data/wire-records.tsv

A line is base64 of a record in wire format (RFC 1035, section 3.2.1), then name, time to live,
class, type and data in presentation form, between tabs. Long base64 and hex stay in one piece.
"""
import base64

import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype

# Owner, time to live, class, type, data.
RECORDS = r"""
www.Example.com. 300 IN A 192.0.2.1
. 0 IN A 255.255.255.255
x. 2147483647 IN AAAA 2001:db8::1
x. 60 IN AAAA ::
x. 60 IN AAAA ::1
x. 60 IN AAAA ::ffff:192.0.2.1
x. 60 IN AAAA 2001:db8:0:1:1:1:1:1
x. 60 IN AAAA 2001:db8:0:0:1:0:0:1
x. 60 IN CNAME target.Example.com.
x. 60 IN CNAME .
a\.b.c\032d.\000\255x\"y\;z\(\)\@\$\\.e. 60 IN NS a\.b.c\032d.\000\255x\"y\;z\(\)\@\$\\.e.
_x._tcp.*.xn--bcher-kva. 60 IN NS _x._tcp.*.xn--bcher-kva.
1.2.0.192.in-addr.arpa. 60 IN PTR host.example.com.
x. 60 IN DNAME y.
x. 60 IN SOA ns1.example.com. host\.master.example.com. 4294967295 7200 3600 1209600 0
x. 60 IN MX 10 mail.example.com.
x. 60 IN MX 0 .
x. 60 IN TXT "one"
x. 60 IN TXT "v=spf1 include:_spf.example.com ~all" "" "two; (three)"
x. 60 IN TXT "\"quoted\" back\\slash \000\009\010\127\128\255 @$"
_s._tcp.x. 60 IN SRV 1 2 443 y.
x. 60 IN CAA 0 issue "ca.example; account=230123"
x. 60 IN CAA 128 iodef "mailto:\"x\"\\\000"
x. 60 IN CAA 0 issue ""
x. 60 IN SVCB 0 svc.example.com.
x. 60 IN SVCB 1 .
x. 60 IN SVCB 16 foo.example.org. mandatory=alpn,ipv4hint alpn=h2,h3-19 no-default-alpn port=53 ipv4hint=192.0.2.1 dohpath=/dns-query{?dns}
x. 60 IN SVCB 16 foo.example.org. alpn="f\\\\oo\\,bar,h2"
x. 60 IN SVCB 1 . key667=hello
x. 60 IN SVCB 1 . key667="hello\210qoo"
x. 60 IN SVCB 1 . key667=""
x. 60 IN SVCB 1 . key667="a b\"c\\d;e"
x. 60 IN SVCB 1 . ohttp
x. 60 IN HTTPS 1 . alpn=h3,h2 ipv4hint=104.18.4.35,104.18.5.35 ech=AEX+DQBBHwAgACB8mMAmZ1QhCHFIeJTRJNL8AL3BvyNfHSAJSElzIpOiIQAEAAEAAQASY2xvdWRmbGFyZS1lY2guY29tAAA= ipv6hint=2606:4700::6812:423,2606:4700::6812:523
x. 60 IN DS 60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118
x. 60 IN CDS 0 0 0 00
x. 60 IN DNSKEY 256 3 5 AQPSKmynfzW4kyBv015MUG2DeIQ3Cbl+BBZH4b/0PY1kxkmvHjcZc8nokfzj31GajIQKY+5CptLr3buXA10hWqTkF7H6RfoRqXQeogmMHfpftf6zMv1LyBUgia7za6ZEzOJBOztyvhjL742iU/TpPSEDhm2SNKLijfUppn1UaNvv4w==
x. 60 IN CDNSKEY 0 3 0 AA==
x. 60 IN RRSIG A 5 3 86400 20030322173103 20030220173103 2642 example.com. oJB1W6WNGv+ldvQ3WDG0MQkg5IEhjRip8WTrPYGv07h108dUKGMeDPKijVCHX3DDKdfb+v6oB9wfuh3DTJXUAfI/M0zmO/zz8bW0Rznl8O3tGNazPwQKkRN20XPXV6nwwfoXmJQbsLNrLfkGJ5D6fwFm8nN+6pBzeDQfsS3Ap3o=
x. 60 IN RRSIG TYPE65280 13 0 4294967295 21060207062815 19700101000000 0 . AA==
x. 60 IN NSEC host.example.com. A MX RRSIG NSEC TYPE1234
x. 60 IN NSEC .
x. 60 IN NSEC3 1 1 12 aabbccdd 2t7b4g4vsa5smi47k61mv5bv1a22bojr NS SOA MX RRSIG
x. 60 IN NSEC3PARAM 1 0 0 -
x. 60 IN HINFO "a b" "c"
x. 60 IN NAPTR 100 50 "s" "z3950+I2L+I2C" "" _z3950._tcp.gatech.edu.
x. 60 IN ZONEMD 2018031500 1 1 FEBE3D4CE2EC2FFA4BA99D46CD69D6D29711E55217057BEE7EB1A7B641A47BA7FED2DD5B97AE499FAFA4F22C6BD647DE
x. 60 IN TYPE65353 \# 4 c0000201
x. 60 IN TYPE731 \# 0
x. 60 CLASS32 TXT "a class without a name"
version.bind. 0 CH TXT "9.18"
"""

# Those that have no presentation form, or are in a class for which theirs is not defined: the data.
BYTES = [
    (".", 0x8000, 1232, "OPT", "000a00080123456789abcdef"),
    ("x.", 60, 1, "NULL", "0001"),
    ("x.", 60, 4, "A", "c0000201"),
    ("x.", 60, 4, "AAAA", "20010db8000000000000000000000001"),
]

# From Sekoia's published sample (github.com/SEKOIA-IO/intake-formats, Cloudflare/gateway_dns).
PUBLISHED = (
    "GmNvbW1hbmRhbmRjb250cm9sYW5kYm90bmV0DHRlc3RjYXRlZ29yeQNjb20AAEEAAQAAADwAOgABAAABAAMC"
    "aDIABAAIaBIEI2gSBSMABgAgJgZHAAAAAAAAAAAAaBIEIyYGRwAAAAAAAAAAAGgSBSM="
)


def wire(name, ttl, rdclass, rdtype, data):
    """The record's bytes."""
    head = rdtype.to_bytes(2) + rdclass.to_bytes(2) + ttl.to_bytes(4) + len(data).to_bytes(2)
    return name.to_wire() + head + data


def show(record):
    """Prints a record as base64 and in presentation form, as dnspython reads it."""
    name, end = dns.name.from_wire(record, 0)
    rdtype, rdclass = (int.from_bytes(record[end + at : end + at + 2]) for at in (0, 2))
    ttl = int.from_bytes(record[end + 4 : end + 8])
    size = int.from_bytes(record[end + 8 : end + 10])
    data = dns.rdata.from_wire(rdclass, rdtype, record, end + 10, size)
    rdclass, rdtype = dns.rdataclass.to_text(rdclass), dns.rdatatype.to_text(rdtype)
    text = data.to_text(chunksize=0).rstrip()
    print(base64.b64encode(record).decode(), name, ttl, rdclass, rdtype, text, sep="\t")


def main():
    """Prints all records."""
    for line in RECORDS.strip().splitlines():
        name, ttl, rdclass, rdtype, text = line.split(" ", 4)
        name = dns.name.from_text(name)
        rdclass, rdtype = dns.rdataclass.from_text(rdclass), dns.rdatatype.from_text(rdtype)
        data = dns.rdata.from_text(rdclass, rdtype, text)
        show(wire(name, int(ttl), rdclass, rdtype, data.to_wire()))
    for name, ttl, rdclass, rdtype, data in BYTES:
        rdtype = dns.rdatatype.from_text(rdtype)
        show(wire(dns.name.from_text(name), ttl, rdclass, rdtype, bytes.fromhex(data)))
    show(base64.b64decode(PUBLISHED))


main()

#!/usr/bin/env python3
"""Prints ecs-fields.csv: what ECS says of the fields that the mapping may write.

    git clone --branch v9.4.0 https://github.com/elastic/ecs && cd ecs
    ecs-fields.py "$(git describe --tags)" generated/ecs/ecs_flat.yml > ecs-fields.csv

Facts alone: each field's name, type, whether it is an array ("normalize"), whether every event must
have it, and the values allowed. It needs PyYAML.
"""
import sys

import yaml

FIELDS = """
@timestamp
destination.address destination.ip destination.port
device.id
dns.answers dns.answers.class dns.answers.data dns.answers.name dns.answers.ttl dns.answers.type
dns.header_flags
dns.question.name dns.question.registered_domain dns.question.subdomain
dns.question.top_level_domain dns.question.type
dns.resolved_ip dns.response_code dns.type
ecs.version
error.message
event.action event.category event.created event.dataset event.duration event.id event.kind
event.original event.outcome event.type
host.hostname host.id host.name
network.protocol network.transport network.type
observer.type observer.vendor
related.hosts related.ip related.user
rule.id rule.name
source.address source.geo.continent_code source.geo.country_iso_code source.ip source.port
user.email user.id
"""


def main():
    version, flat = sys.argv[1].removeprefix("v"), sys.argv[2]
    with open(flat, encoding="utf-8") as file:
        known = yaml.safe_load(file)
    print(f"ECS {version},type,array,required,values")
    for name in FIELDS.split():
        field = known[name]
        values = "|".join(value["name"] for value in field.get("allowed_values", []))
        array = "yes" if "array" in field["normalize"] else "no"
        required = "yes" if field.get("required") else "no"
        print(name, field["type"], array, required, values, sep=",")


main()

//! `gateway_dns` in `convention ecs`: what has a field in ECS goes there.

use crate::support::{Case, check};

#[test]
fn the_decision_is_the_action_and_tells_what_became_of_the_query() {
    const CASES: &[Case] = &[
        (
            "allowed",
            r#""ResolverDecision":"allowedOnNoPolicyMatch""#,
            r#"{"event":{"action":"allowedOnNoPolicyMatch","type":["protocol","allowed"]}}"#,
        ),
        (
            "blocked",
            r#""ResolverDecision":"blockedByCategory""#,
            r#"{"event":{"action":"blockedByCategory","type":["protocol","denied"]}}"#,
        ),
        (
            "neither",
            r#""ResolverDecision":"overrideApplied""#,
            r#"{"event":{"action":"overrideApplied","type":["protocol"]}}"#,
        ),
        (
            "a beginning alone",
            r#""ResolverDecision":"blocked""#,
            r#"{"event":{"action":"blocked","type":["protocol","denied"]}}"#,
        ),
        (
            "not at its beginning, not in another case",
            r#""ResolverDecision":"notBlocked""#,
            r#"{"event":{"action":"notBlocked","type":["protocol"]}}"#,
        ),
        (
            "another case",
            r#""ResolverDecision":"Blocked""#,
            r#"{"event":{"action":"Blocked","type":["protocol"]}}"#,
        ),
        ("none", r#""ResolverDecision":null"#, r#"{"event":{"type":["protocol"]}}"#),
        (
            "a number that has no name stays",
            r#""ResolverDecision":11"#,
            r#"{"cloudflare":{"ResolverDecision":11}}"#,
        ),
        (
            "one below zero, in text",
            r#""ResolverDecision":"-1""#,
            r#"{"cloudflare":{"ResolverDecision":-1}}"#,
        ),
        (
            "neither text nor number",
            r#""ResolverDecision":true"#,
            r#"{"cloudflare":{"ResolverDecision":true},
            "error":{"message":"ResolverDecision: not a string"}}"#,
        ),
    ];
    check("convention=ecs", "gateway_dns", CASES);
}

#[test]
fn decisions_by_number() {
    const NAMES: [(&str, &str); 11] = [
        ("unknown", ""),
        ("allowedByQueryName", "allowed"),
        ("blockedByQueryName", "denied"),
        ("blockedByCategory", "denied"),
        ("allowedOnNoLocation", "allowed"),
        ("allowedOnNoPolicyMatch", "allowed"),
        ("blockedAlwaysCategory", "denied"),
        ("overrideForSafeSearch", ""),
        ("overrideApplied", ""),
        ("blockedRule", "denied"),
        ("allowedRule", "allowed"),
    ];
    for (number, (name, effect)) in NAMES.into_iter().enumerate() {
        let effect = if effect.is_empty() { String::new() } else { format!(r#","{effect}""#) };
        let added = format!(r#"{{"event":{{"action":"{name}","type":["protocol"{effect}]}}}}"#);
        let added: &str = added.leak();
        for value in [format!("{number}"), format!(r#""{number}""#), format!("{number}.0")] {
            let fields: &str = format!(r#""ResolverDecision":{value}"#).leak();
            check("convention=ecs", "gateway_dns", &[("by number", fields, added)]);
        }
    }
}

#[test]
fn durations_are_nanoseconds() {
    const CASES: &[Case] = &[
        ("0", r#""ResponseTimeMs":0"#, r#"{"event":{"duration":0}}"#),
        ("digits", r#""ResponseTimeMs":"12""#, r#"{"event":{"duration":12000000}}"#),
        (
            "the longest",
            r#""ResponseTimeMs":9223372036854"#,
            r#"{"event":{"duration":9223372036854000000}}"#,
        ),
        (
            "a longer one",
            r#""ResponseTimeMs":9223372036855"#,
            r#"{"cloudflare":{"ResponseTimeMs":9223372036855},
            "error":{"message":"ResponseTimeMs: not a number of milliseconds"}}"#,
        ),
        (
            "beyond all",
            r#""ResponseTimeMs":18446744073709551615"#,
            r#"{"cloudflare":{"ResponseTimeMs":18446744073709551615},
            "error":{"message":"ResponseTimeMs: not a number of milliseconds"}}"#,
        ),
        (
            "below zero",
            r#""ResponseTimeMs":-1"#,
            r#"{"cloudflare":{"ResponseTimeMs":-1},
            "error":{"message":"ResponseTimeMs: not a number of milliseconds"}}"#,
        ),
        (
            "text",
            r#""ResponseTimeMs":"fast""#,
            r#"{"cloudflare":{"ResponseTimeMs":"fast"},
            "error":{"message":"ResponseTimeMs: not a number of milliseconds"}}"#,
        ),
    ];
    check("convention=ecs", "gateway_dns", CASES);
}

#[test]
fn ids_names_and_places() {
    const CASES: &[Case] = &[
        ("query", r#""QueryID":"q""#, r#"{"event":{"id":"q"}}"#),
        (
            "policy",
            r#""PolicyID":"p","PolicyName":"Block threats","Policy":"old""#,
            r#"{"rule":{"id":"p","name":"Block threats"},"cloudflare":{"Policy":"old"}}"#,
        ),
        (
            "place",
            r#""SrcIP":"::1","SrcPort":53,"SrcIPContinentCode":"EU","SrcIPCountryCode":"FR""#,
            r#"{"source":{"ip":"::1","port":53,
            "geo":{"continent_code":"EU","country_iso_code":"FR"}}}"#,
        ),
        (
            "device",
            r#""DeviceID":"d","DeviceName":"n""#,
            r#"{"host":{"id":"d","hostname":"n","name":"n"},"device":{"id":"d"}}"#,
        ),
        (
            "no texts",
            r#""DeviceID":5,"PolicyID":[],"PolicyName":true,"QueryID":["q"],"SrcIPCountryCode":{"a":1}"#,
            r#"{"cloudflare":{"DeviceID":5,"PolicyName":true,"QueryID":["q"],
            "SrcIPCountryCode":"{\"a\":1}"},"error":{"message":"QueryID: not a string; SrcIPCountryCode: not a string; DeviceID: not a string; PolicyName: not a string"}}"#,
        ),
    ];
    check("convention=ecs", "gateway_dns", CASES);
}

#[test]
fn addresses_of_answers_are_what_the_name_resolved_to() {
    const CASES: &[Case] = &[
        (
            "of types A and AAAA, each once, in order",
            r#""ResourceRecordsJSON":"[{\"type\":28,\"rdata\":\"::1\"},{\"type\":\"A\",\"rdata\":\"1.2.3.4\"},{\"type\":\"28\",\"rdata\":\"::1\"},{\"type\":16,\"rdata\":\"5.6.7.8\"},{\"rdata\":\"5.6.7.8\"}]""#,
            r#"{"dns":{"answers":[{"type":"AAAA","data":"::1"},{"type":"A","data":"1.2.3.4"},
            {"type":"AAAA","data":"::1"},{"type":"TXT","data":"5.6.7.8"},{"data":"5.6.7.8"}],
            "resolved_ip":["::1","1.2.3.4"]}}"#,
        ),
        (
            "of the other kind, or none",
            r#""ResourceRecordsJSON":"[{\"type\":1,\"rdata\":\"::1\"},{\"type\":28,\"rdata\":\"1.2.3.4\"},{\"type\":1,\"rdata\":\"x.\"}]""#,
            r#"{"dns":{"answers":[{"type":"A","data":"::1"},{"type":"AAAA","data":"1.2.3.4"},
            {"type":"A","data":"x."}]}}"#,
        ),
        (
            "beside a list, which is enough",
            r#""ResolvedIPs":["9.9.9.9"],"ResourceRecordsJSON":"[{\"type\":1,\"rdata\":\"1.2.3.4\"}]""#,
            r#"{"dns":{"answers":[{"type":"A","data":"1.2.3.4"}],"resolved_ip":["9.9.9.9"]}}"#,
        ),
        (
            "beside a list that cannot be read",
            r#""ResolvedIPs":"x","ResourceRecordsJSON":"[{\"type\":1,\"rdata\":\"1.2.3.4\"}]""#,
            r#"{"dns":{"answers":[{"type":"A","data":"1.2.3.4"}]},"cloudflare":{"ResolvedIPs":"x"},
            "error":{"message":"ResolvedIPs: not an array of IP addresses only"}}"#,
        ),
    ];
    check("convention=ecs", "gateway_dns", CASES);
    const SEKOIA: &[Case] = &[(
        "not in Sekoia's layout",
        r#""ResourceRecordsJSON":"[{\"type\":1,\"rdata\":\"1.2.3.4\"}]""#,
        r#"{"dns":{"answers":[{"type":"A","data":"1.2.3.4"}]}}"#,
    )];
    check("convention=sekoia", "gateway_dns", SEKOIA);
}

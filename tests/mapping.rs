//! The mapping, case by case: what goes in, and the whole record that comes out.
//!
//! A case is one line: a claim, the fields that come beside a usual QueryName, and what they add
//! to a usual output. Every case goes through the mapper twice, as a record of MessagePack and as
//! JSON text in a field.

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

#[path = "mapping/addresses.rs"]
mod addresses;
#[path = "mapping/again.rs"]
mod again;
#[path = "mapping/answers.rs"]
mod answers;
#[path = "mapping/bad_values.rs"]
mod bad_values;
#[path = "mapping/codes.rs"]
mod codes;
#[path = "mapping/configuration.rs"]
mod configuration;
#[path = "mapping/convention.rs"]
mod convention;
#[path = "mapping/dns_firewall_logs.rs"]
mod dns_firewall_logs;
#[path = "mapping/dns_logs.rs"]
mod dns_logs;
#[path = "mapping/ecs_fields.rs"]
mod ecs_fields;
#[path = "mapping/enrich.rs"]
mod enrich;
#[path = "mapping/event_time.rs"]
mod event_time;
#[path = "mapping/fields.rs"]
mod fields;
#[path = "mapping/foreign.rs"]
mod foreign;
#[path = "mapping/found_by_fuzzing.rs"]
mod found_by_fuzzing;
#[path = "mapping/gateway_dns.rs"]
mod gateway_dns;
#[path = "mapping/gateway_ecs.rs"]
mod gateway_ecs;
#[path = "mapping/key_name.rs"]
mod key_name;
#[path = "mapping/mismatch.rs"]
mod mismatch;
#[path = "mapping/name_case.rs"]
mod name_case;
mod oracle;
#[path = "mapping/original.rs"]
mod original;
#[path = "mapping/ours.rs"]
mod ours;
#[path = "mapping/sekoia.rs"]
mod sekoia;
#[path = "mapping/shortest.rs"]
mod shortest;
#[path = "mapping/support.rs"]
mod support;
#[path = "mapping/times.rs"]
mod times;

//! The plugin in the real Fluent Bit, in every version that `FLUENT_BIT` names.
//!
//! `FLUENT_BIT=/path/to/fluent-bit:/path/to/another cargo test --test fluent_bit` runs each test in
//! each executable; without it the `fluent-bit` on `PATH` serves, and without that the tests say
//! loudly that they tested nothing. `FLB_PLUGIN=<file>` tests a packaged library instead of the
//! one that Cargo has just built.
//!
//! Records go in by the inputs that people use and come out through out_file; whole events are
//! compared. `SOAK=<records>` makes the tests of endurance long (`tests/fluent_bit/soak.rs`).

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

#[path = "fluent_bit/events.rs"]
mod events;
#[path = "fluent_bit/golden.rs"]
mod golden;
#[path = "fluent_bit/hosts.rs"]
mod hosts;
#[path = "fluent_bit/http.rs"]
mod http;
#[path = "fluent_bit/numbered.rs"]
mod numbered;
#[path = "fluent_bit/pipeline.rs"]
mod pipeline;
mod plugin;
#[path = "fluent_bit/run.rs"]
mod run;
#[path = "fluent_bit/traffic.rs"]
mod traffic;

#[path = "fluent_bit/depth.rs"]
mod depth;
#[path = "fluent_bit/groups.rs"]
mod groups;
#[path = "fluent_bit/layout.rs"]
mod layout;
#[path = "fluent_bit/logpush.rs"]
mod logpush;
#[path = "fluent_bit/metrics.rs"]
mod metrics;
#[path = "fluent_bit/reload.rs"]
mod reload;
#[path = "fluent_bit/several.rs"]
mod several;
#[path = "fluent_bit/soak.rs"]
mod soak;
#[path = "fluent_bit/startup.rs"]
mod startup;
#[path = "fluent_bit/tail.rs"]
mod tail;
#[path = "fluent_bit/time.rs"]
mod time;
#[path = "fluent_bit/yaml.rs"]
mod yaml;

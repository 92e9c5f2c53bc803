//! The recipes of `examples/`: their very files, run.
//!
//! Each recipe is a directory with an input, one configuration in both formats, its settings
//! (`recipe.env`) and what comes out (`expected.ndjson`). The files are started as they are, in
//! each Fluent Bit that `FLUENT_BIT` or `PATH` names (see `fluent_bit/hosts.rs`; without one a banner
//! says that nothing of this was tested); only variables of `recipe.env` change, for ports and
//! paths. What they send is caught by stand-ins on loopback.
//!
//! Without any Fluent Bit the files are still checked against each other, against the keys of the
//! filter, and against the mapper itself. `UPDATE_EXAMPLES=1` writes the index templates and what is
//! expected anew: look at the difference before you keep it.

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]
#![allow(dead_code, reason = "the modules shared with fluent_bit.rs have more than is used here")]

#[path = "fluent_bit/events.rs"]
mod events;
#[path = "fluent_bit/hosts.rs"]
mod hosts;
#[path = "fluent_bit/http.rs"]
mod http;
mod index_template;
#[path = "fluent_bit/pipeline.rs"]
mod pipeline;
mod plugin;
#[path = "fluent_bit/run.rs"]
mod run;

#[path = "recipes/kafka.rs"]
mod kafka;
#[path = "recipes/machine.rs"]
mod machine;
#[path = "recipes/mapper.rs"]
mod mapper;
#[path = "recipes/model.rs"]
mod model;
#[path = "recipes/receiver.rs"]
mod receiver;
#[path = "recipes/recipe.rs"]
mod recipe;
#[path = "recipes/strict.rs"]
mod strict;

#[path = "recipes/chains.rs"]
mod chains;
#[path = "recipes/delivery.rs"]
mod delivery;
#[path = "recipes/demo.rs"]
mod demo;
#[path = "recipes/docs.rs"]
mod docs;
#[path = "recipes/files.rs"]
mod files;
#[path = "recipes/front_page.rs"]
mod front_page;
#[path = "recipes/https.rs"]
mod https;
#[path = "recipes/in_the_way.rs"]
mod in_the_way;
#[path = "recipes/job.rs"]
mod job;
#[path = "recipes/kubernetes.rs"]
mod kubernetes;
#[path = "recipes/pages.rs"]
mod pages;
#[path = "recipes/routes.rs"]
mod routes;
#[path = "recipes/statics.rs"]
mod statics;
#[path = "recipes/template.rs"]
mod template;
#[path = "recipes/threads.rs"]
mod threads;
#[path = "recipes/troubleshooting.rs"]
mod troubleshooting;

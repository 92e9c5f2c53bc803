//! The context of one filter instance: what it does at its start, for each chunk, and at its end.

use std::fmt;

use super::exported::registered;
use super::metrics::Metrics;
use super::version::version;
use super::warnings::{Malformed, Unmapped, Unread, warn_of_unmapped};
use crate::abi;
use crate::config::{Config, OnMismatch};
use crate::host::{self, HostBuffer, Instance, Internals, Layout, Log};
use crate::inject_panic::inject_panic;
use crate::rewrite::{Answer, Counts, Mapper, Outcome, Tally};

/// Everything that belongs to one filter instance.
pub(super) struct Context {
    // On the heap, for a host may start the filter on a small stack.
    mapper: Box<Mapper>,
    /// Of all chunks but those that failed for want of memory.
    counts: Counts,
    log: Log,
    /// None in a host whose instances do not show theirs.
    metrics: Option<Metrics>,
    unread: Unread,
    malformed: Malformed,
    unmapped: Unmapped,
    on_mismatch: OnMismatch,
    has_panicked: bool,
}

/// What the settings of an instance come to: the same before a start and at it.
struct Opening {
    name: String,
    layout: Layout,
    /// None in a host whose instances do not show theirs.
    internals: Option<Internals>,
    log: Log,
    settings: Config,
    mapper: Box<Mapper>,
}

impl Opening {
    /// Reads the settings; `None` when they are wrong, which the log then tells.
    fn read(instance: Instance, config: *const abi::flb_config) -> Option<Self> {
        let name = instance.name().unwrap_or_else(|| "cloudflare_dns".to_owned());
        let layout = host::layout().ok()?;
        let internals = instance.internals(registered(layout.shape), config);
        let log = Log::new(&name, internals.and_then(|internals| internals.log_level));
        let settings = Config::read(|key| instance.property(key));
        match settings.and_then(|settings| Ok((Box::new(Mapper::new(&settings)?), settings))) {
            Ok((mapper, settings)) => Some(Self { name, layout, internals, log, settings, mapper }),
            Err(wrong) => {
                log.error(format_args!("{wrong}"));
                None
            }
        }
    }
}

/// Whether an instance can start with its settings; `None` when not, which the log then tells.
/// Nothing stays of it.
pub(super) fn check(instance: Instance, config: *const abi::flb_config) -> Option<()> {
    inject_panic("pre_run");
    Opening::read(instance, config).map(drop)
}

impl Context {
    /// Starts an instance; `None` when its settings are wrong, which the log then tells.
    pub(super) fn new(instance: Instance, config: *const abi::flb_config) -> Option<Self> {
        inject_panic("init");
        let opening = Opening::read(instance, config)?;
        let Opening { name, layout, internals, log, settings, mapper } = opening;
        if let Some(internals) = internals {
            log.debug(format_args!("{layout}; instance: {internals}"));
        }
        log.info(format_args!("{}, {settings}", version()));
        for idle in settings.without_effect() {
            log.warn(format_args!("{idle}"));
        }
        let metrics = internals.and_then(|it| Metrics::new(it, &name, &settings));
        let (counts, unread, malformed, unmapped) = Default::default();
        let on_mismatch = settings.on_mismatch;
        Some(Self {
            mapper,
            counts,
            log,
            metrics,
            unread,
            malformed,
            unmapped,
            on_mismatch,
            has_panicked: false,
        })
    }

    /// Maps a chunk; gives the new one where anything changes.
    pub(super) fn filter(&mut self, chunk: &[u8]) -> Option<HostBuffer> {
        inject_panic("filter");
        let mut output = HostBuffer::default();
        let Ok(outcome) = self.mapper.rewrite(chunk, &mut output) else {
            self.log.error(format_args!("out of memory: passing this chunk through unchanged"));
            return None;
        };
        let Outcome { answer, counts, unreadable, malformed_from } = outcome;
        // One reading of the clock serves all.
        let now = host::now();
        self.counts.add(counts);
        if let Some(metrics) = &mut self.metrics {
            metrics.add(counts, now);
        }
        if let Some(example) = unreadable {
            self.unread.add(&self.log, counts.with_errors(), example, now);
        }
        let unmapped = self.unmapped.add(counts, now);
        if let Some(from) = malformed_from {
            self.malformed.add(&self.log, from, chunk.len(), now);
        }
        if let Some(records) = unmapped {
            self.warn_of_unmapped(records, chunk);
        }
        match answer {
            Answer::Untouched => None,
            Answer::Rewritten => Some(output),
            // Most hosts do not free the buffer of an empty chunk.
            Answer::Emptied => Some(HostBuffer::default()),
        }
    }

    /// Warns that none of so many records was mapped, and why.
    #[cold]
    fn warn_of_unmapped(&mut self, records: u64, chunk: &[u8]) {
        if let Some(why) = self.mapper.explain(chunk) {
            warn_of_unmapped(&self.log, records, self.on_mismatch, &why);
        }
    }

    /// Tells about a panic, once.
    pub(super) fn report(&mut self, panic: fmt::Arguments<'_>) {
        if !self.has_panicked {
            self.log.error(panic);
        }
        self.has_panicked = true;
    }

    /// Tells what became of all records.
    pub(super) fn exit(&self) {
        inject_panic("exit");
        let counts = &self.counts;
        self.log.info(format_args!(
            "records: {} mapped, {} passed, {} dropped; {} with errors; {} malformed chunks",
            counts.mapped(),
            counts.passed(),
            counts.dropped(),
            counts.with_errors(),
            counts.of(Tally::MalformedChunks),
        ));
    }
}

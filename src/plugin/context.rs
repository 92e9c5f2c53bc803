//! The context of one filter instance: what it does at its start, for each chunk, and at its end.

use super::metrics::Metrics;
use super::registration::registered;
use super::version;
use super::warnings::Warnings;
use crate::abi;
use crate::config::Config;
use crate::host::{self, FilterAnswer, HostBuffer, Instance, Log};
use crate::rewrite::{Answer, Mapper};

/// Everything that belongs to one filter instance.
pub(super) struct Context {
    mapper: Mapper,
    log: Log,
    /// None in a host whose instances do not show theirs.
    metrics: Option<Metrics>,
    warnings: Warnings,
}

impl Context {
    /// Reads the settings of an instance; `None` when they are wrong, which the log then tells.
    pub(super) fn new(instance: Instance, config: *const abi::flb_config) -> Option<Self> {
        let name = instance.name().unwrap_or_else(|| "cloudflare_dns".to_owned());
        let inside = host::generation()
            .and_then(|generation| instance.inside(generation, &registered(), config));
        let log = Log::new(&name, inside.map(|inside| inside.log_level));
        let settings = Config::read(|key| instance.property(key));
        match settings.and_then(|settings| Ok((Mapper::new(&settings)?, settings))) {
            Ok((mapper, settings)) => {
                log.info(format_args!("{}, {settings}", version()));
                let metrics = inside.and_then(|inside| Metrics::new(inside, &name, &settings));
                Some(Self { mapper, log, metrics, warnings: Warnings::default() })
            }
            Err(wrong) => {
                log.error(format_args!("{wrong}"));
                None
            }
        }
    }

    /// Maps a chunk; the buffer is the new chunk when the answer says that there is one.
    pub(super) fn filter(&mut self, chunk: &[u8]) -> (FilterAnswer, HostBuffer) {
        let mut output = HostBuffer::default();
        let before = self.mapper.counts();
        let answer = match self.mapper.rewrite(chunk, &mut output) {
            Ok(Answer::Untouched) => FilterAnswer::NoTouch,
            Ok(Answer::Rewritten) => FilterAnswer::Modified,
            Ok(Answer::Emptied) => {
                // Most hosts do not free the buffer of an empty chunk.
                output = HostBuffer::default();
                FilterAnswer::Modified
            }
            Err(_) => {
                self.log.error(format_args!("out of memory: a chunk passes untouched"));
                return (FilterAnswer::NoTouch, HostBuffer::default());
            }
        };
        let counts = self.mapper.counts().since(&before);
        if let Some(metrics) = &self.metrics {
            metrics.add(&counts);
        }
        if let Some(example) = self.mapper.unreadable() {
            self.warnings.add(&self.log, counts.with_errors(), example);
        }
        (answer, output)
    }

    /// Tells what became of all records.
    pub(super) fn exit(&self) {
        let counts = self.mapper.counts();
        self.log.info(format_args!(
            "records: {} mapped, {} passed, {} dropped; {} with errors; {} malformed chunks",
            counts.mapped(),
            counts.passed,
            counts.dropped,
            counts.with_errors(),
            counts.malformed_chunks,
        ));
    }
}

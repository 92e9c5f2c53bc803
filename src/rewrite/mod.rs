//! Chunk in, chunk out: which events are ours, and what becomes of each.
//!
//! One pass. Events that stay as they are cost no work but the walk over them: they are copied in
//! runs, and only from the first event on that changes. A mapped event is written into a small
//! reused piece of memory, and goes from there to the output in larger pieces; a chunk whose
//! output is small is written in one piece of the right size. Nothing is taken from the output's
//! memory before the first change.

#![forbid(unsafe_code)]

mod counts;
mod explanation;
mod mismatch;
mod staging;

pub(crate) use self::counts::TALLIES;
pub use self::counts::{Counts, Tally};
pub use self::explanation::Explanation;
pub use self::mismatch::Mismatch;
use self::staging::Staging;
use crate::chunk::{Head, Header, head};
use crate::config::{Config, OnMismatch, WrongValue};
use crate::ecs::{Event, Place, Scratch, Settings, Unreadable, write_event};
use crate::memory::OutOfMemory;
use crate::msgpack::{Malformed, skip};
use crate::output::Output;
use crate::source::{Dataset, Field, JsonRecord, Record, TextAt, TextKey};

/// What came of rewriting a chunk.
#[derive(Debug, Clone, Copy)]
pub struct Outcome<'m> {
    /// What became of the chunk.
    pub answer: Answer,
    /// What became of its events.
    pub counts: &'m Counts,
    /// The first field that could not be read.
    pub unreadable: Option<&'m Unreadable>,
    /// Where the first event begins that is not valid MessagePack: from there on, the chunk comes
    /// back as it was.
    pub malformed_from: Option<usize>,
}

/// What became of a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It stays as it is, and nothing was appended to the output.
    Untouched,
    /// The output replaces it.
    Rewritten,
    /// No log event is left; what was appended to the output is of no use.
    Emptied,
}

/// Rewrites chunks; one for each filter instance.
#[derive(Debug)]
pub struct Mapper {
    settings: Settings,
    dataset: Option<Dataset>,
    key_name: Option<TextKey>,
    on_mismatch: OnMismatch,
    // On the heap, for a host may start the filter on a small stack.
    record: Box<Record>,
    json: Box<JsonRecord>,
    /// Where the text of the record is that was read last; `None` when it was not one JSON object.
    text: Option<TextAt>,
    /// Whether the record around the text that was read last was mapped before.
    is_beside_ecs: bool,
    scratch: Scratch,
    staging: Staging,
    /// What became of the events of the chunk.
    counts: Counts,
    /// The first field of the chunk that could not be read.
    unreadable: Option<Unreadable>,
}

impl Mapper {
    /// A mapper with these settings.
    ///
    /// # Errors
    /// [`WrongValue`] when the settings contradict each other.
    pub fn new(config: &Config) -> Result<Self, WrongValue> {
        Ok(Self {
            settings: Settings::new(config)?,
            dataset: config.dataset,
            key_name: config.key_name.as_ref().map(|name| TextKey::new(name.as_bytes())),
            on_mismatch: config.on_mismatch,
            record: Box::default(),
            json: Box::default(),
            text: None,
            is_beside_ecs: false,
            scratch: Scratch::default(),
            staging: Staging::default(),
            counts: Counts::default(),
            unreadable: None,
        })
    }

    /// Rewrites the events of `chunk` that are ours, and appends the new chunk to `output`.
    ///
    /// From the first byte on that is not valid MessagePack, the chunk comes back as it was.
    ///
    /// # Errors
    /// [`OutOfMemory`]; the output is incomplete then, and the chunk should stay as it is.
    pub fn rewrite(
        &mut self,
        chunk: &[u8],
        output: &mut impl Output,
    ) -> Result<Outcome<'_>, OutOfMemory> {
        let mut pass = Pass::new(chunk);
        self.staging.clear(chunk.len());
        self.counts.clear();
        self.unreadable = None;
        let mut at = 0;
        while at < chunk.len() {
            at = match self.rewrite_event(at, &mut pass, output) {
                Ok(end) => end,
                Err(Fault::Malformed) => {
                    self.counts.add_one(Tally::MalformedChunks);
                    pass.malformed_from = Some(at);
                    pass.stayed = true;
                    break;
                }
                Err(Fault::OutOfMemory) => return Err(OutOfMemory),
            };
        }
        let answer = pass.answer();
        if answer == Answer::Rewritten {
            pass.copy_up_to(chunk.len(), &mut self.staging, output)?;
            self.staging.flush(output, chunk.len())?;
        }
        let (counts, unreadable) = (&self.counts, self.unreadable.as_ref());
        Ok(Outcome { answer, counts, unreadable, malformed_from: pass.malformed_from })
    }

    /// The first field that could not be read in the record mapped last.
    #[cold]
    fn first_unreadable(&self, chunk: &[u8]) -> Option<Unreadable> {
        let &(field, reason) = self.scratch.error_message.list().first()?;
        let bytes = if self.text.is_some() { self.json.bytes() } else { chunk };
        let value = self.record.value(bytes, field)?;
        Some(Unreadable::new(field, reason, value.bytes()))
    }

    /// Rewrites the event at the offset `at`, and tells where the next one begins.
    #[inline(always)]
    fn rewrite_event(
        &mut self,
        at: usize,
        pass: &mut Pass<'_>,
        output: &mut impl Output,
    ) -> Result<usize, Fault> {
        let chunk = pass.chunk;
        let header = match head(chunk, at)? {
            Head::Log(header) => header,
            Head::Group => return Ok(skip(chunk, at)?),
            Head::Unknown => {
                let end = skip(chunk, at)?;
                self.counts.add_one(Tally::Passed(Mismatch::NoQueryName));
                pass.stayed = true;
                return Ok(end);
            }
        };
        let end = self.read(chunk, header.record)?;
        match self.dataset_of_record() {
            Some(dataset) => {
                pass.copy_up_to(at, &mut self.staging, output)?;
                pass.changed = true;
                pass.stayed = true;
                pass.copied = end;
                self.map(dataset, chunk, at, header, output)?;
                self.counts.add_one(Tally::Mapped(dataset));
                if !self.scratch.error_message.list().is_empty() {
                    self.counts.add_one(Tally::WithErrors(dataset));
                    if self.unreadable.is_none() {
                        self.unreadable = self.first_unreadable(chunk);
                    }
                }
                if self.record.told_other_than(dataset).is_some() {
                    self.counts.add_one(Tally::ToldOtherwise);
                }
            }
            None => {
                let why = self.mismatch();
                if self.on_mismatch == OnMismatch::Keep || why == Mismatch::MappedBefore {
                    self.counts.add_one(Tally::Passed(why));
                    pass.stayed = true;
                } else {
                    self.counts.add_one(Tally::Dropped(why));
                    pass.copy_up_to(at, &mut self.staging, output)?;
                    pass.changed = true;
                    pass.copied = end;
                }
            }
        }
        Ok(end)
    }

    /// Reads and indexes the event's record at the offset `at`, or, with `key_name`, the one of its
    /// JSON text, if that is one object. Gives the end of the event's record.
    #[inline(always)]
    fn read(&mut self, chunk: &[u8], at: usize) -> Result<usize, Fault> {
        let Some(key_name) = &self.key_name else {
            return Ok(self.record.scan(chunk, at, self.settings.watch())?);
        };
        self.text = None;
        let found = TextAt::find(chunk, at, key_name)?;
        self.is_beside_ecs = found.is_ecs;
        let text = found.text.and_then(|at| Some((at, at.text(chunk)?)));
        let Some((text_at, text)) = text else { return Ok(found.end) };
        if self.json.read(text, &mut self.record, self.settings.watch())?.is_some() {
            self.text = Some(text_at);
        }
        Ok(found.end)
    }

    /// The dataset to map the record by that was read last; `None` when it is not ours.
    #[inline(always)]
    fn dataset_of_record(&self) -> Option<Dataset> {
        if self.key_name.is_some() && self.text.is_none() {
            return None;
        }
        self.record.dataset(self.dataset)
    }

    /// Why the record that was read last is not mapped, when it is not.
    fn mismatch(&self) -> Mismatch {
        let is_missing = self.key_name.is_some() && self.text.is_none();
        match is_missing {
            true if self.is_beside_ecs => Mismatch::MappedBefore,
            true => Mismatch::NotJson,
            false if self.record.is_ecs() => Mismatch::MappedBefore,
            false if !self.record.present().has(Field::QueryName) => Mismatch::NoQueryName,
            false => Mismatch::NotTold,
        }
    }

    /// Why the first record of `chunk` is not mapped that is not, or is mapped by a configured
    /// dataset that its fields are not of; `None` when there is none. What was mapped before needs no
    /// explanation.
    #[cold]
    pub fn explain<'c>(&mut self, chunk: &'c [u8]) -> Option<Explanation<'c>> {
        let mut at = 0;
        while at < chunk.len() {
            at = match head(chunk, at).ok()? {
                Head::Log(header) => {
                    let end = self.read(chunk, header.record).ok()?;
                    let explanation = self.explain_record(chunk, header.record);
                    if explanation.is_some() {
                        return explanation;
                    }
                    end
                }
                Head::Group => skip(chunk, at).ok()?,
                Head::Unknown => return Some(Explanation::NoQueryName(None)),
            };
        }
        None
    }

    /// As [`Mapper::explain`], for the record at the offset `at`, which was read last.
    fn explain_record<'c>(&self, chunk: &'c [u8], at: usize) -> Option<Explanation<'c>> {
        if let Some(mapped) = self.dataset_of_record() {
            let told = self.record.told_other_than(mapped);
            return told.map(|told| Explanation::ToldOtherwise { mapped, told });
        }
        Some(match (self.mismatch(), &self.key_name) {
            (Mismatch::MappedBefore, _) => return None,
            (Mismatch::NotTold, _) => Explanation::NotTold,
            (Mismatch::NoQueryName, Some(_)) => Explanation::NoQueryNameInText,
            (_, None) => Explanation::of_no_query_name(chunk, at),
            (_, Some(key_name)) => Explanation::of_text(chunk, at, key_name),
        })
    }

    #[inline]
    fn map(
        &mut self,
        dataset: Dataset,
        chunk: &[u8],
        start: usize,
        header: Header,
        output: &mut impl Output,
    ) -> Result<(), OutOfMemory> {
        let Self { settings, record, json, text: text_at, scratch, staging, .. } = self;
        let place = match *text_at {
            None => Place::Record,
            Some(at) => Place::Text {
                record: json.bytes(),
                text: at.text(chunk).unwrap_or_default(),
                pair: at.pair,
                pairs: at.pairs,
            },
        };
        let event = Event { chunk, start, header, place };
        staging.write(output, start, |room| {
            write_event(settings, dataset, record, &event, scratch, room)
        })
    }
}

/// Why an event could not be judged.
enum Fault {
    Malformed,
    OutOfMemory,
}

impl From<Malformed> for Fault {
    fn from(_: Malformed) -> Self {
        Self::Malformed
    }
}

impl From<OutOfMemory> for Fault {
    fn from(_: OutOfMemory) -> Self {
        Self::OutOfMemory
    }
}

/// How far a chunk has come.
struct Pass<'c> {
    chunk: &'c [u8],
    /// Everything before this offset is in the output, or was dropped.
    copied: usize,
    changed: bool,
    /// Whether a log event, or a malformed tail, stays in the chunk.
    stayed: bool,
    malformed_from: Option<usize>,
}

impl<'c> Pass<'c> {
    fn new(chunk: &'c [u8]) -> Self {
        Self { chunk, copied: 0, changed: false, stayed: false, malformed_from: None }
    }

    fn answer(&self) -> Answer {
        match (self.changed, self.stayed) {
            (false, _) => Answer::Untouched,
            (true, true) => Answer::Rewritten,
            (true, false) => Answer::Emptied,
        }
    }

    /// Copies what stays as it is, up to the offset `end`.
    #[inline]
    fn copy_up_to(
        &mut self,
        end: usize,
        staging: &mut Staging,
        output: &mut impl Output,
    ) -> Result<(), OutOfMemory> {
        if self.copied < end {
            let run = self.chunk.get(self.copied..end).unwrap_or_default();
            staging.copy(output, run, end)?;
        }
        self.copied = end;
        Ok(())
    }
}

#[cfg(test)]
mod tests;

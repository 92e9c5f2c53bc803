//! One ECS record while it is being written.

use std::io::{self, Write};

use super::enrich::{self, Found};
use super::frame::{Frames, Signature, VARIANTS};
use super::notes::{Notes, Reason};
use super::settings::Settings;
use super::{framed, rule, typed, whole};
use crate::chunk::{Header, LAST_EVENT_SECOND, encode_event_time, event_time};
use crate::msgpack::{AsJson, Hex, Part, Writer, map_pairs, marker, text};
use crate::source::{Dataset, Field, FieldSet, Record, Type};
use crate::timestamp::{Fraction, Time, TimeFormat};

/// An event to be mapped.
#[derive(Debug, Clone, Copy)]
pub struct Event<'a> {
    /// The chunk that the event is in.
    pub chunk: &'a [u8],
    /// Where the event begins.
    pub start: usize,
    /// Where the parts of its header are.
    pub header: Header,
    /// Where its Cloudflare record came from.
    pub place: Place<'a>,
}

/// Where a Cloudflare record came from.
#[derive(Debug, Clone, Copy)]
pub enum Place<'a> {
    /// It is the event's record.
    Record,
    /// It is JSON text in a field of the event's record.
    Text {
        /// The MessagePack of that text.
        record: &'a [u8],
        /// The text.
        text: &'a [u8],
        /// Which pair of the event's record holds it, from 0 on.
        pair: usize,
        /// How many pairs the event's record has.
        pairs: usize,
    },
}

/// Memory that is used anew for each record.
#[derive(Debug, Default)]
pub struct Scratch {
    /// What could not be read in the record written last.
    pub notes: Notes,
    time_format: TimeFormat,
    frames: Frames,
    answers: Vec<u8>,
}

/// A record while it is being written.
pub(super) struct Draft<'a, 'w> {
    pub(super) settings: &'a Settings,
    pub(super) writer: Writer<'w>,
    pub(super) found: Found<'a>,
    pub(super) answers: &'a mut Vec<u8>,
    pub(super) time: Option<Time>,
    pub(super) dataset: Dataset,
    event: &'a Event<'a>,
    bytes: &'a [u8],
    pub(super) record: &'a Record,
    /// Fields that no row has taken.
    pub(super) left: FieldSet,
    /// Fields that could not be read.
    pub(super) refused: FieldSet,
    /// Whether memory could not be had.
    pub(super) starved: bool,
    pub(super) notes: &'a mut Notes,
    time_format: &'a mut TimeFormat,
}

/// What there was too little of to write an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shortage {
    /// So many bytes of room are needed.
    Room(usize),
    /// Memory beside it could not be had.
    Memory,
}

/// Writes the event mapped to ECS, header included.
///
/// # Errors
/// What there was too little of; what was written then means nothing.
pub fn write_event(
    settings: &Settings,
    dataset: Dataset,
    record: &Record,
    event: &Event<'_>,
    scratch: &mut Scratch,
    room: &mut [u8],
) -> Result<usize, Shortage> {
    let Scratch { notes, time_format, frames, answers } = scratch;
    notes.clear();
    let bytes = match event.place {
        Place::Record => event.chunk,
        Place::Text { record, .. } => record,
    };
    let fields = dataset.fields();
    let mut draft = Draft {
        settings,
        writer: Writer::new(room),
        found: Found::default(),
        answers,
        time: None,
        dataset,
        event,
        bytes,
        record,
        left: record.present().and(settings.left_by_rows(dataset)),
        refused: FieldSet::NONE,
        starved: false,
        notes,
        time_format,
    };
    draft.begin();
    let left = draft.left;
    if draft.has_foreign(fields) || !draft.refused.is_empty() {
        whole::write(&mut draft, fields);
        return draft.finish();
    }
    let root = draft.writer.position();
    for variant in 0..VARIANTS {
        let signature = draft.signature(fields, variant);
        let Some(frame) = frames.find(signature) else {
            frames.make(signature, |frame| whole::write_and_frame(&mut draft, fields, frame));
            return draft.finish();
        };
        if framed::write(&mut draft, frame) {
            return draft.finish();
        }
        let is_usual = draft.refused.is_empty() && !draft.starved;
        draft.start_again(root, left);
        if !is_usual {
            break;
        }
    }
    whole::write(&mut draft, fields);
    draft.finish()
}

impl<'a> Draft<'a, '_> {
    /// Reads the time, writes the event's header, and finds the parts of the name.
    #[inline(always)]
    fn begin(&mut self) {
        let field = match self.dataset {
            Dataset::DnsLogs | Dataset::DnsFirewallLogs => Field::Timestamp,
            Dataset::GatewayDns => Field::Datetime,
        };
        self.read_time(field);
        let in_header = self.write_header();
        if self.settings.timestamp_key().is_none() && !in_header && self.time.is_some() {
            // It would be nowhere.
            self.keep(field);
        }
        if self.settings.enrich.domain {
            self.found.domain = self.value(Field::QueryName).and_then(enrich::split_name);
        }
    }

    fn finish(self) -> Result<usize, Shortage> {
        if self.starved {
            return Err(Shortage::Memory);
        }
        self.writer.finish().map_err(Shortage::Room)
    }

    /// Goes back to where the record begins, with the fields that were left then.
    #[cold]
    fn start_again(&mut self, root: usize, left: FieldSet) {
        self.writer.rewind(root, 0);
        self.notes.clear();
        self.refused = FieldSet::NONE;
        self.left = left;
        self.found = Found { domain: self.found.domain, ..Found::default() };
    }

    #[inline(always)]
    fn signature(&self, fields: FieldSet, variant: u8) -> Signature {
        Signature {
            dataset: self.dataset,
            present: self.record.present().and(fields),
            domain: self.found.domain.map_or(0, |domain| domain.parts()),
            variant,
        }
    }

    /// Whether any field stays that is not Cloudflare's.
    #[inline]
    fn has_foreign(&self, fields: FieldSet) -> bool {
        let beside_text = match self.event.place {
            Place::Record => false,
            Place::Text { pairs, .. } => {
                self.settings.preserve_key || (self.settings.reserve_data && pairs > 1)
            }
        };
        beside_text || (self.settings.reserve_data && self.record.has_foreign(fields))
    }

    /// The encoded value of a field that is not absent.
    #[inline]
    pub(super) fn value(&self, field: Field) -> Option<&'a [u8]> {
        self.part(field).map(Part::bytes)
    }

    /// As [`Draft::value`], with what lies behind it.
    #[inline(always)]
    pub(super) fn part(&self, field: Field) -> Option<Part<'a>> {
        self.record.value(self.bytes, field)
    }

    /// Whether any of the fields is not absent.
    #[inline(always)]
    pub(super) fn has_any(&self, fields: &[Field]) -> bool {
        !self.record.present().and(FieldSet::of(fields)).is_empty()
    }

    /// Leaves a field that a row has taken to `cloudflare.<its name>`, too.
    #[inline]
    pub(super) fn keep(&mut self, field: Field) {
        self.left.insert(field);
    }

    /// Keeps a value that cannot be read as it came, and notes why. Answers `false`, as a rule
    /// does that has written nothing.
    #[cold]
    pub(super) fn refuse(&mut self, field: Field, reason: Reason) -> bool {
        if !self.refused.has(field) {
            self.refused.insert(field);
            self.notes.add(field, reason);
        }
        self.left.insert(field);
        false
    }

    /// Gives the record up for want of memory. Answers `false`, as [`Draft::refuse`] does.
    #[cold]
    pub(super) fn starve(&mut self) -> bool {
        self.starved = true;
        false
    }

    /// Whether the fields of `gateway_dns` are Cloudflare's, and not foreign, in this record.
    pub(super) fn has_gateway_fields(&self) -> bool {
        self.dataset == Dataset::GatewayDns
    }

    /// The pairs of encoded key and value of the event's own record.
    pub(super) fn event_pairs(&self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> + use<'a> {
        let record = self.event.chunk.get(self.event.header.record..).unwrap_or_default();
        map_pairs(record).into_iter().flatten()
    }

    /// The encoded value of a field that is left, as one under `cloudflare`, by its type.
    ///
    /// Answers `false`, and writes nothing, when the value cannot be read; then it is refused.
    #[inline(always)]
    pub(super) fn write_typed(&mut self, field: Field, of_type: Type) -> bool {
        let value = self.record.value_there(self.bytes, field);
        let written = typed::write(&mut self.writer, of_type, value);
        written.map_err(|reason| self.refuse(field, reason)).is_ok()
    }

    /// Writes the time as text, the event's own where the record has none; `false` without any.
    #[inline(always)]
    pub(super) fn write_time(&mut self) -> bool {
        let Event { chunk, header, .. } = *self.event;
        let own_time = || chunk.get(header.time..header.time_end).and_then(event_time);
        let Some(time) = self.time.or_else(own_time) else { return false };
        let (to_second, fraction) = self.time_format.format(time);
        let header = |digits: usize| marker::FIXSTR | (to_second.len() + digits) as u8;
        match &fraction {
            Fraction::Micros(digits) => {
                self.writer.put(&[header(digits.len())]);
                self.writer.put(to_second);
                self.writer.put(digits);
            }
            Fraction::Nanos(digits) => {
                self.writer.put(&[header(digits.len())]);
                self.writer.put(to_second);
                self.writer.put(digits);
            }
        }
        true
    }

    #[inline]
    fn read_time(&mut self, field: Field) {
        let Some(value) = self.value(field) else { return };
        self.time = rule::time(value);
        if self.time.is_none() {
            self.refuse(field, Reason::NotTime);
        }
    }

    /// Writes the event's header: as it came, but for the time. Tells whether it has the record's.
    #[inline]
    fn write_header(&mut self) -> bool {
        let Event { start, header, .. } = *self.event;
        let time = self.time.filter(|time| {
            self.settings.set_time && (0..=LAST_EVENT_SECOND).contains(&time.seconds())
        });
        let Some(time) = time else {
            self.copy_from_chunk(start, header.record);
            return false;
        };
        let time = encode_event_time(time.seconds() as u32, time.nanoseconds());
        if header.time_end - header.time == time.len() {
            // As nearly all are: in one copy, the time then put over the one that was there.
            let place = self.writer.position() + (header.time - start);
            self.copy_from_chunk(start, header.record);
            self.writer.overwrite(place, &time);
            return true;
        }
        self.copy_from_chunk(start, header.time);
        self.writer.put(&time);
        self.copy_from_chunk(header.time_end, header.record);
        true
    }

    #[inline(always)]
    fn copy_from_chunk(&mut self, start: usize, end: usize) {
        self.writer.copy_part(Part::new(self.event.chunk, start, end));
    }

    /// Whether any foreign field can clash with the output.
    pub(super) fn may_clash(&self) -> bool {
        // The fields beside a text were not looked at.
        self.record.has_watched()
            || self.settings.fields_may_clash()
            || matches!(self.event.place, Place::Text { .. })
    }

    /// Whether a foreign field would clash with the output.
    pub(super) fn clashes(&self, key: &[u8]) -> bool {
        text(key).is_some_and(|name| self.settings.is_taken(self.dataset, name))
    }

    /// How many foreign pairs can stay.
    pub(super) fn foreign_bound(&self, fields: FieldSet) -> usize {
        match self.event.place {
            _ if !self.has_foreign(fields) => 0,
            Place::Record => self.record.pairs(),
            Place::Text { pairs, .. } => self.record.pairs() + pairs,
        }
    }

    /// Calls `each` with the foreign pairs that stay: those of the Cloudflare record, then those
    /// beside its text.
    pub(super) fn for_each_foreign(
        &mut self,
        fields: FieldSet,
        mut each: impl FnMut(&mut Self, &'a [u8], &'a [u8]),
    ) {
        if self.settings.reserve_data && self.record.has_foreign(fields) {
            for (key, value) in self.record.foreign(self.bytes, fields) {
                each(self, key, value);
            }
        }
        let Place::Text { pair: text_pair, .. } = self.event.place else { return };
        for (pair, (key, value)) in self.event_pairs().enumerate() {
            let stays = match pair == text_pair {
                true => self.settings.preserve_key,
                false => self.settings.reserve_data,
            };
            if stays {
                each(self, key, value);
            }
        }
    }
}

/// `event.original`: the text that the record came as, or its JSON.
pub(super) fn original(draft: &mut Draft<'_, '_>) -> bool {
    if let Place::Text { text, .. } = draft.event.place {
        draft.writer.str(text);
        return true;
    }
    write_json(&mut draft.writer, draft.record.raw(draft.bytes))
}

/// Writes an encoded value's JSON as text; `false` when it has none, or the text has no form in
/// MessagePack, and then what is written means nothing.
pub(super) fn write_json(writer: &mut Writer<'_>, raw: &[u8]) -> bool {
    let value = AsJson::new(raw);
    if !value.is_writable() {
        return false;
    }
    let start = writer.begin_text();
    let written = serde_json::to_writer(ToWriter(writer), &value);
    let size = writer.position() - start;
    writer.end_text(start);
    written.is_ok() && u32::try_from(size).is_ok()
}

/// Writes an encoded value's bytes as the text of their hex digits.
pub(super) fn write_hex(writer: &mut Writer<'_>, raw: &[u8]) {
    let start = writer.begin_text();
    // It never fails.
    drop(write!(ToWriter(writer), "{}", Hex(raw)));
    writer.end_text(start);
}

/// Lets serde_json write into a [`Writer`], which never fails.
struct ToWriter<'d, 'w>(&'d mut Writer<'w>);

impl io::Write for ToWriter<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.copy(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

//! One ECS record while it is being written.

use std::io;

use super::enrich::Found;
use super::notes::{Notes, Reason};
use super::settings::Settings;
use super::{map_rows, rule, target::Target, typed};
use crate::chunk::{Header, LAST_EVENT_SECOND, encode_event_time, event_time};
use crate::msgpack::{AsJson, Part, Writer, key, map_pairs, text};
use crate::source::{Dataset, Field, FieldSet, Record};
use crate::timestamp::{Time, TimeFormat};

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
    },
}

/// Memory that is used anew for each record.
#[derive(Debug, Default)]
pub struct Scratch {
    /// What could not be read in the record written last.
    pub notes: Notes,
    time_format: TimeFormat,
    pub(super) answers: Vec<u8>,
}

/// A record while it is being written.
pub(super) struct Draft<'a, 'w> {
    pub(super) settings: &'a Settings,
    pub(super) writer: Writer<'w>,
    pub(super) found: Found,
    pub(super) answers: &'a mut Vec<u8>,
    pub(super) time: Option<Time>,
    dataset: Dataset,
    event: &'a Event<'a>,
    bytes: &'a [u8],
    record: &'a Record,
    /// Fields that no row has taken.
    left: FieldSet,
    /// Fields that could not be read.
    refused: FieldSet,
    /// Whether memory could not be had.
    starved: bool,
    notes: &'a mut Notes,
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
    let Scratch { notes, time_format, answers } = scratch;
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
    draft.write(fields);
    if draft.starved {
        return Err(Shortage::Memory);
    }
    draft.writer.finish().map_err(Shortage::Room)
}

impl<'a> Draft<'a, '_> {
    #[inline]
    fn write(&mut self, fields: FieldSet) {
        let dataset = self.dataset;
        self.read_time(match dataset {
            Dataset::DnsLogs | Dataset::DnsFirewallLogs => Field::Timestamp,
            Dataset::GatewayDns => Field::Datetime,
        });
        self.write_header();
        let foreign =
            self.record.has_foreign(fields) || matches!(self.event.place, Place::Text { .. });
        let foreign_pairs = if foreign { self.foreign_bound() } else { 0 };
        // The mapping writes 14 members at the most, which leaves the smallest header possible.
        let root = self.writer.open_root_map(14 + foreign_pairs);
        map_rows(self, dataset);
        self.write_cloudflare(fields, foreign_pairs);
        if !self.refused.is_empty() {
            self.notes.write(&mut self.writer);
        }
        if foreign {
            self.write_foreign(fields);
        }
        self.writer.close_root(root);
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

    #[inline]
    fn read_time(&mut self, field: Field) {
        let Some(value) = self.value(field) else { return };
        self.time = rule::time(value);
        if self.time.is_none() {
            self.refuse(field, Reason::NotTime);
        }
    }

    /// Writes the event's header: as it came, but for the time.
    #[inline]
    fn write_header(&mut self) {
        let Event { start, header, .. } = *self.event;
        let time = self.time.filter(|time| {
            self.settings.set_time && (0..=LAST_EVENT_SECOND).contains(&time.seconds())
        });
        let Some(time) = time else {
            self.copy_from_chunk(start, header.record);
            return;
        };
        self.copy_from_chunk(start, header.time);
        self.writer.put(&encode_event_time(time.seconds() as u32, time.nanoseconds()));
        self.copy_from_chunk(header.time_end, header.record);
    }

    #[inline(always)]
    fn copy_from_chunk(&mut self, start: usize, end: usize) {
        if let Some(part) = Part::new(self.event.chunk, start, end) {
            self.writer.copy_part(part);
        }
    }

    /// Writes `cloudflare`: the fields that no row took, by their types, those that could not be
    /// read as they came, and foreign ones whose names are taken.
    #[inline]
    fn write_cloudflare(&mut self, fields: FieldSet, foreign_pairs: usize) {
        let unmapped = foreign_pairs > 0 && self.settings.reserve_data;
        if self.left.is_empty() && !unmapped {
            return;
        }
        // No more fields can be left than are in the set, and `unmapped` makes one more.
        let opened = self.writer.open_map(key!("cloudflare"), self.left.len() + 1);
        for field in self.left {
            let Some(value) = self.part(field) else { continue };
            typed::write_key(&mut self.writer, field);
            if self.refused.has(field) {
                self.writer.copy_part(value);
            } else if let Err(reason) = typed::write(&mut self.writer, field.of_type(), value) {
                self.refuse(field, reason);
                self.writer.copy_part(value);
            }
        }
        if unmapped {
            self.write_unmapped(fields, foreign_pairs);
        }
        self.writer.close(opened);
    }

    #[cold]
    fn write_unmapped(&mut self, fields: FieldSet, foreign_pairs: usize) {
        let opened = self.writer.open_map(key!("unmapped"), foreign_pairs);
        self.for_each_foreign(fields, |draft, key, value| {
            if draft.clashes(key) {
                draft.writer.member(key);
                draft.writer.copy(value);
            }
        });
        self.writer.close(opened);
    }

    #[cold]
    fn write_foreign(&mut self, fields: FieldSet) {
        self.for_each_foreign(fields, |draft, key, value| {
            if !draft.clashes(key) {
                draft.writer.member(key);
                draft.writer.copy(value);
            }
        });
    }

    fn clashes(&self, key: &[u8]) -> bool {
        text(key).is_some_and(|name| self.settings.is_taken(self.dataset, name))
    }

    /// How many foreign pairs there can be.
    fn foreign_bound(&self) -> usize {
        let outer = match self.event.place {
            Place::Record => 0,
            Place::Text { .. } => self.event_pairs().count(),
        };
        self.record.pairs() + outer
    }

    /// Calls `each` with the foreign pairs that stay: those of the Cloudflare record, then those
    /// beside its text.
    fn for_each_foreign(
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

impl Target for Draft<'_, '_> {
    #[inline(always)]
    fn settings(&self) -> &Settings {
        self.settings
    }

    #[inline(always)]
    fn timestamp(&mut self, _: Field) {
        if self.settings.timestamp_key.is_empty() {
            return;
        }
        let Event { chunk, header, .. } = *self.event;
        let own_time = || chunk.get(header.time..header.time_end).and_then(event_time);
        let Some(time) = self.time.or_else(own_time) else { return };
        self.writer.member(&self.settings.timestamp_key);
        let (padded, size) = self.time_format.format(time);
        self.writer.str_header(size);
        self.writer.put_padded(padded, size);
    }

    #[inline(always)]
    fn object<const N: usize>(&mut self, key: &'static [u8; N], members: impl FnOnce(&mut Self)) {
        let opened = self.writer.open_map(key, 15);
        members(self);
        self.writer.close(opened);
    }

    #[inline(always)]
    fn row<const N: usize, const M: usize>(
        &mut self,
        key: &'static [u8; N],
        from: [Field; M],
        rule: impl FnOnce(&mut Draft<'_, '_>, [Field; M]) -> bool,
    ) {
        let taken = FieldSet::of(&from);
        if self.record.present().and(taken).is_empty() {
            return;
        }
        self.derived(key, |draft| rule(draft, from));
    }

    #[inline(always)]
    fn derived<const N: usize>(
        &mut self,
        key: &'static [u8; N],
        rule: impl FnOnce(&mut Draft<'_, '_>) -> bool,
    ) {
        let (start, members) = (self.writer.position(), self.writer.members());
        self.writer.key(key);
        if !rule(self) {
            self.writer.rewind(start, members);
        }
    }

    #[inline(always)]
    fn constants<const N: usize>(&mut self, members: u32, encoded: &'static [u8; N]) {
        self.writer.put(encoded);
        self.writer.add_members(members);
    }
}

/// `event.original`: the text that the record came as, or its JSON.
pub(super) fn original(draft: &mut Draft<'_, '_>) -> bool {
    if let Place::Text { text, .. } = draft.event.place {
        draft.writer.str(text);
        return true;
    }
    let record = AsJson::new(draft.record.raw(draft.bytes));
    let start = draft.writer.begin_text();
    let written = serde_json::to_writer(ToWriter(&mut draft.writer), &record);
    draft.writer.end_text(start);
    written.is_ok()
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

//! One ECS record while it is being written.

use super::event::{Event, Place};
use super::settings::Settings;
use super::values::cloudflare::Form;
use super::values::created::Created;
use super::values::error_message::{ErrorMessage, Reason};
use super::values::ip::Family;
use super::values::name::{Domain, split_name};
use super::values::{cloudflare, coerce, depth};
use crate::config::Convention;
use crate::msgpack::{Part, Reader, Value, Writer, has_map, map_pairs, marker, text};
use crate::source::{Dataset, Field, FieldSet, Record, Type};
use crate::timestamp::{Fraction, Time, TimeFormat};
use crate::wire::WireReader;

/// What the rows of a record found, for the derived fields: fields that were read, and numbers.
#[derive(Debug, Default)]
pub(super) struct Found<'a> {
    pub(super) question_name: Option<QueriedName<'a>>,
    pub(super) response_code: Option<u16>,
    pub(super) source_ip: Option<(Field, Family)>,
    pub(super) destination_ip: Option<Field>,
    /// The array of them; not all need be valid.
    pub(super) resolved_ips: Option<Field>,
    pub(super) answers: Option<Answers>,
    pub(super) effect: Option<Effect>,
    pub(super) domain: Option<Domain>,
    /// Whether the type of the question is told by its name.
    pub(super) has_type_name: bool,
}

/// The queried name, as it is written.
#[derive(Debug, Clone, Copy)]
pub(super) enum QueriedName<'a> {
    /// A part of the field's value.
    AsItCame(Part<'a>),
    /// In the draft's `changed_name`.
    Changed,
}

impl<'a> QueriedName<'a> {
    /// The name, given the draft's `changed_name`.
    #[inline(always)]
    pub(super) fn part<'n>(self, changed: &'n [u8]) -> Part<'n>
    where
        'a: 'n,
    {
        match self {
            Self::AsItCame(name) => name,
            Self::Changed => Part::new(changed, 0, changed.len()),
        }
    }
}

/// Where the resource records of the answers are.
#[derive(Debug, Clone, Copy)]
pub(super) enum Answers {
    /// In the field itself.
    InField(Field),
    /// In the draft's `answers`.
    Decoded,
}

/// What the resolver did with a query.
#[derive(Debug, Clone, Copy)]
pub(super) enum Effect {
    Allowed,
    Denied,
    Neither,
}

/// A record while it is being written.
pub(super) struct Draft<'a, 'w> {
    pub(super) settings: &'a Settings,
    pub(super) writer: Writer<'w>,
    pub(super) found: Found<'a>,
    pub(super) changed_name: &'a mut Vec<u8>,
    pub(super) answers: &'a mut Vec<u8>,
    pub(super) wire: &'a mut WireReader,
    pub(super) time: Option<Time>,
    pub(super) dataset: Dataset,
    pub(super) event: &'a Event<'a>,
    pub(super) bytes: &'a [u8],
    pub(super) record: &'a Record,
    /// Fields that no row has taken.
    pub(super) left: FieldSet,
    /// Fields that could not be read.
    pub(super) refused: FieldSet,
    /// Whether the record is known to have an `error.message`.
    pub(super) has_error: bool,
    /// Whether memory could not be had.
    pub(super) starved: bool,
    pub(super) error_message: &'a mut ErrorMessage,
    pub(super) time_format: &'a mut TimeFormat,
    pub(super) created: &'a mut Created,
}

/// Where a foreign field goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ForeignPlace {
    /// Behind the ECS fields, under its own name.
    Behind,
    /// To `cloudflare.unmapped`.
    Unmapped,
    /// Left out.
    Nowhere,
}

impl<'a, 'w> Draft<'a, 'w> {
    /// Reads the time, writes the event's header, and finds the parts of the name.
    #[inline(always)]
    pub(super) fn begin(&mut self) {
        let field = match self.dataset {
            Dataset::DnsLogs | Dataset::DnsFirewallLogs => Field::Timestamp,
            Dataset::GatewayDns => Field::Datetime,
        };
        self.read_time(field);
        let Event { chunk, start, header, .. } = *self.event;
        let time = self.time.filter(|_| self.settings.set_time);
        let in_header = header.write(chunk, start, time, &mut self.writer);
        if self.settings.timestamp_key().is_none() && !in_header && self.time.is_some() {
            // It would be nowhere.
            self.keep(field);
        }
        if self.settings.enrich.domain {
            self.found.domain = self.value(Field::QueryName).and_then(split_name);
        }
    }

    /// Goes back to where the record begins, with the fields that were left then.
    #[cold]
    pub(super) fn start_again(&mut self, root: usize, left: FieldSet) {
        self.writer.rewind(root, 0);
        self.error_message.clear();
        self.refused = FieldSet::NONE;
        self.left = left;
        self.found = Found { domain: self.found.domain, ..Found::default() };
    }

    /// Whether any field stays that is not Cloudflare's.
    #[inline]
    pub(super) fn has_foreign(&self, fields: FieldSet) -> bool {
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

    /// The writer, and the resource records of the answers.
    pub(super) fn writer_and_answers(&mut self) -> (&mut Writer<'w>, &[u8]) {
        let records = match self.found.answers {
            Some(Answers::InField(field)) => self.value(field).unwrap_or_default(),
            Some(Answers::Decoded) => self.answers,
            None => &[],
        };
        (&mut self.writer, records)
    }

    /// Leaves a field to `cloudflare.<its name>` if it is there, though a row has taken it.
    #[inline]
    pub(super) fn keep_if_present(&mut self, field: Field) {
        self.left = self.left.or(self.record.present().and(FieldSet::of(&[field])));
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
            self.error_message.add(field, reason);
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

    /// The pairs of encoded key and value of the event's own record.
    pub(super) fn event_pairs(&self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> + use<'a> {
        let record = self.event.chunk.get(self.event.header.record..).unwrap_or_default();
        map_pairs(record).into_iter().flatten()
    }

    /// The form in which a field that is left is written.
    pub(super) fn form_of_left(&self, field: Field) -> Form {
        let ecs = self.settings.convention == Convention::Ecs;
        match field {
            // A text has its row in `convention ecs`: a number is left.
            Field::ResolverDecision if ecs => Form::Int,
            // Sekoia's parser has it so, beside its name.
            Field::QueryType if self.found.has_type_name && !ecs => Form::CodeAsText,
            _ => Form::of(field.of_type()),
        }
    }

    /// The encoded value of a field that is left, as one under `cloudflare`, in its form.
    ///
    /// Answers `false`, and writes nothing, when the value cannot be read; then it is refused.
    #[inline(always)]
    pub(super) fn write_typed(&mut self, field: Field, form: Form) -> bool {
        let value = self.record.value_there(self.bytes, field);
        let written = cloudflare::write(&mut self.writer, form, value);
        written.map_err(|reason| self.refuse(field, reason)).is_ok()
    }

    /// Writes the time as text, the event's own where the record has none; `false` without any.
    #[inline(always)]
    pub(super) fn write_time(&mut self) -> bool {
        let Event { chunk, header, .. } = *self.event;
        let Some(time) = self.time.or_else(|| header.event_time(chunk)) else { return false };
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

    /// Writes the time that the event came with, as text; `false` without any.
    #[inline(always)]
    pub(super) fn write_created(&mut self) -> bool {
        let Event { chunk, header, .. } = *self.event;
        let encoded = header.encoded_time(chunk);
        self.created.write(&mut self.writer, encoded, || header.event_time(chunk))
    }

    #[inline]
    fn read_time(&mut self, field: Field) {
        let Some(value) = self.value(field) else { return };
        self.time = coerce::time(value);
        if self.time.is_none() {
            self.refuse(field, Reason::NotTime);
        }
    }

    /// Whether any foreign field can clash with the output.
    pub(super) fn may_clash(&self) -> bool {
        // The fields beside a text were not looked at.
        self.record.has_watched()
            || self.settings.fields_may_clash()
            || matches!(self.event.place, Place::Text { .. })
    }

    /// Where a foreign field goes.
    pub(super) fn place_of_foreign(&self, key: &[u8], value: &[u8]) -> ForeignPlace {
        let Some(name) = text(key) else { return ForeignPlace::Behind };
        if self.settings.is_taken(self.dataset, name) {
            return ForeignPlace::Unmapped;
        }
        match Reader::new(value, 0).value() {
            Ok(Value::Map(_)) => ForeignPlace::Behind,
            _ if !self.settings.is_object_elsewhere(name) => ForeignPlace::Behind,
            Ok(Value::Nil) => ForeignPlace::Nowhere,
            _ => ForeignPlace::Unmapped,
        }
    }

    /// Copies the value of a field of Cloudflare's that cannot be read to `cloudflare`: a map, and
    /// an array with one in it, as text where the field never holds an object.
    #[cold]
    pub(super) fn copy_kept(&mut self, field: Field) {
        let raw = self.value(field).unwrap_or_default();
        if field.of_type() != Type::ObjectArray && has_map(raw) {
            return depth::copy_as_text(&mut self.writer, raw);
        }
        depth::copy(&mut self.writer, raw, depth::IN_CLOUDFLARE);
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

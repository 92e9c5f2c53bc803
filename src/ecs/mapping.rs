//! One event, from what its rows know to how it is written: by a template where there is one for
//! records like it, in full where not.

use super::draft::{Draft, Found};
use super::event::{Event, Place};
use super::output::outline::{fields_of_rows, top_level_names};
use super::output::template::{Signature, Templates, VARIANTS};
use super::output::{full, templated};
use super::rules::network;
use super::settings::Settings;
use super::values::created::Created;
use super::values::error_message::ErrorMessage;
use crate::config::{Config, Convention, WrongValue};
use crate::long_way::long_way;
use crate::msgpack::Writer;
use crate::source::{Dataset, FieldSet, Record};
use crate::timestamp::TimeFormat;
use crate::wire::WireReader;

/// Memory that is used anew for each record.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    /// What could not be read in the record written last.
    pub error_message: ErrorMessage,
    time_format: TimeFormat,
    created: Created,
    templates: Box<Templates>,
    changed_name: Vec<u8>,
    answers: Vec<u8>,
    wire: WireReader,
}

impl Settings {
    /// Works out the settings.
    ///
    /// # Errors
    /// [`WrongValue`] when `timestamp_key` is a name that the mapping writes itself.
    pub fn new(config: &Config) -> Result<Self, WrongValue> {
        let settings = Self::of_keys(config);
        let rows = Dataset::ALL.map(|dataset| fields_of_rows(&settings, dataset));
        let names = Dataset::ALL.map(|dataset| top_level_names(&settings, dataset));
        settings.with_rows(config, rows, names, names_of_objects())
    }
}

/// The top-level names that the rows write for some record under some settings.
// Not inlined: the start has a small stack, and the settings tried here are large.
#[inline(never)]
fn names_of_objects() -> Vec<&'static str> {
    let mut names = Vec::new();
    for convention in Convention::ALL {
        let everything = Settings::of_everything(convention);
        for dataset in Dataset::ALL {
            names.extend(top_level_names(&everything, dataset));
        }
    }
    names
}

/// What there was too little of to write an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shortage {
    /// So many bytes of room are needed.
    Room(usize),
    /// Memory beside it could not be had.
    Memory,
}

/// Writes the event mapped to ECS, header included.
///
/// # Errors
/// What there was too little of; what was written then means nothing.
pub(crate) fn write_event(
    settings: &Settings,
    dataset: Dataset,
    record: &Record,
    event: &Event<'_>,
    scratch: &mut Scratch,
    room: &mut [u8],
) -> Result<usize, Shortage> {
    let Scratch { error_message, time_format, created, templates, changed_name, answers, wire } =
        scratch;
    error_message.clear();
    let bytes = match event.place {
        Place::Record => event.chunk,
        Place::Text { record, .. } => record,
    };
    let fields = dataset.fields();
    let mut draft = Draft {
        settings,
        writer: Writer::new(room),
        found: Found::default(),
        changed_name,
        answers,
        wire,
        time: None,
        dataset,
        event,
        bytes,
        record,
        left: record.present().and(settings.left_by_rows(dataset)),
        refused: FieldSet::NONE,
        has_error: false,
        starved: false,
        error_message,
        time_format,
        created,
    };
    draft.begin();
    let left = draft.left;
    if draft.has_foreign(fields) || !draft.refused.is_empty() {
        full::write(&mut draft, fields);
        return finish(draft);
    }
    let root = draft.writer.position();
    for variant in 0..VARIANTS {
        let signature = signature(&draft, fields, variant);
        let Some(template) = templates.find(signature) else {
            templates
                .make(signature, |template| full::write_and_learn(&mut draft, fields, template));
            return finish(draft);
        };
        if templated::write(&mut draft, template) {
            return finish(draft);
        }
        long_way!("template that does not fit");
        let is_usual = draft.refused.is_empty() && !draft.starved;
        draft.start_again(root, left);
        if !is_usual {
            break;
        }
    }
    full::write(&mut draft, fields);
    finish(draft)
}

fn finish(draft: Draft<'_, '_>) -> Result<usize, Shortage> {
    if draft.starved {
        return Err(Shortage::Memory);
    }
    draft.writer.finish().map_err(Shortage::Room)
}

#[inline(always)]
fn signature(draft: &Draft<'_, '_>, fields: FieldSet, variant: u8) -> Signature {
    Signature {
        dataset: draft.dataset,
        present: draft.record.present().and(fields),
        values: draft.found.domain.map_or(0, |domain| domain.parts())
            | u8::from(network::keeps_protocol(draft)) << 3,
        variant,
    }
}

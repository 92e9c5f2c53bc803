//! Writes a record with all its keys, and makes a frame of it for the records like it.

use super::draft::Draft;
use super::frame::Frame;
use super::settings::Settings;
use super::target::Target;
use super::{depth, map_rows, typed};
use crate::msgpack::key;
use crate::source::{Field, FieldSet};

/// A record that is being written with all its keys.
struct Whole<'d, 'a, 'w> {
    draft: &'d mut Draft<'a, 'w>,
    /// The frame that is being made, and where the record begins.
    framing: Option<(&'d mut Frame, usize)>,
}

/// Writes the record.
pub(super) fn write(draft: &mut Draft<'_, '_>, fields: FieldSet) {
    Whole { draft, framing: None }.write(fields);
}

/// Writes the record, and notes its steps in `frame`. Gives what was written when other records
/// can be written into that frame.
#[cold]
pub(super) fn write_and_frame<'d>(
    draft: &'d mut Draft<'_, '_>,
    fields: FieldSet,
    frame: &mut Frame,
) -> Option<&'d [u8]> {
    let root = draft.writer.position();
    Whole { draft, framing: Some((frame, root)) }.write(fields);
    let is_usual = draft.refused.is_empty() && !draft.starved;
    draft.writer.written(root).filter(|_| is_usual)
}

impl Whole<'_, '_, '_> {
    fn write(&mut self, fields: FieldSet) {
        let foreign_pairs = self.draft.foreign_bound(fields);
        // The mapping writes 14 members at the most, which leaves the smallest header possible.
        let root = self.draft.writer.open_root_map(14 + foreign_pairs);
        map_rows(self, self.draft.dataset);
        self.write_cloudflare(fields, foreign_pairs);
        if !self.draft.refused.is_empty() {
            self.draft.notes.write(&mut self.draft.writer);
        }
        if foreign_pairs > 0 {
            self.write_foreign(fields);
        }
        self.draft.writer.close_root(root);
    }

    /// Writes `cloudflare`: the fields that no row took, by their types, those that could not be
    /// read as they came, and foreign ones whose names are taken.
    fn write_cloudflare(&mut self, fields: FieldSet, foreign_pairs: usize) {
        if let Some((frame, _)) = &mut self.framing {
            frame.note_left(self.draft.left);
        }
        // No more fields can be left than are in the set, and `unmapped` makes one more.
        let bound = self.draft.left.len() + 1;
        let opened = self.draft.writer.open_map(key!("cloudflare"), bound);
        for field in self.draft.left {
            typed::write_key(&mut self.draft.writer, field);
            let value = self.draft.writer.position();
            if self.draft.refused.has(field) || !self.draft.write_typed(field, field.of_type()) {
                let raw = self.draft.value(field).unwrap_or_default();
                depth::copy(&mut self.draft.writer, raw, depth::IN_CLOUDFLARE);
            }
            self.note_step(value);
        }
        if foreign_pairs > 0 && self.draft.may_clash() {
            self.write_unmapped(fields, foreign_pairs);
        }
        self.draft.writer.close(opened);
    }

    fn write_unmapped(&mut self, fields: FieldSet, foreign_pairs: usize) {
        let opened = self.draft.writer.open_map(key!("unmapped"), foreign_pairs);
        self.draft.for_each_foreign(fields, |draft, key, value| {
            if draft.clashes(key) {
                draft.writer.member(key);
                depth::copy(&mut draft.writer, value, depth::IN_UNMAPPED);
            }
        });
        self.draft.writer.close(opened);
    }

    fn write_foreign(&mut self, fields: FieldSet) {
        self.draft.for_each_foreign(fields, |draft, key, value| {
            if !draft.clashes(key) {
                draft.writer.member(key);
                draft.writer.copy(value);
            }
        });
    }

    /// Writes a member by its rule; without a value, its key is taken back.
    #[inline(always)]
    fn member(&mut self, key: &[u8], rule: impl FnOnce(&mut Draft<'_, '_>) -> bool) {
        let (start, members) = (self.draft.writer.position(), self.draft.writer.members());
        self.draft.writer.member(key);
        let value = self.draft.writer.position();
        if rule(self.draft) {
            self.note_step(value);
        } else {
            self.draft.writer.rewind(start, members);
            self.note_step(start);
        }
    }

    /// Notes that a value, or none, was written from the offset `value` on.
    fn note_step(&mut self, value: usize) {
        let end = self.draft.writer.position();
        if let Some((frame, root)) = &mut self.framing {
            frame.note(value - *root, end - *root);
        }
    }
}

impl Target for Whole<'_, '_, '_> {
    fn settings(&self) -> &Settings {
        self.draft.settings
    }

    fn timestamp(&mut self, _: Field) {
        let settings = self.draft.settings;
        if let Some(key) = settings.timestamp_key() {
            self.member(key, |draft| draft.write_time());
        }
    }

    fn object<const N: usize>(&mut self, key: &'static [u8; N], members: impl FnOnce(&mut Self)) {
        let opened = self.draft.writer.open_map(key, 15);
        members(self);
        self.draft.writer.close(opened);
    }

    fn row<const N: usize, const M: usize>(
        &mut self,
        key: &'static [u8; N],
        from: [Field; M],
        rule: impl FnOnce(&mut Draft<'_, '_>, [Field; M]) -> bool,
    ) {
        if self.draft.has_any(&from) {
            self.member(key, |draft| rule(draft, from));
        }
    }

    fn derived<const N: usize>(
        &mut self,
        key: &'static [u8; N],
        rule: impl FnOnce(&mut Draft<'_, '_>) -> bool,
    ) {
        self.member(key, rule);
    }

    fn constants<const N: usize>(&mut self, members: u32, encoded: &'static [u8; N]) {
        self.draft.writer.put(encoded);
        self.draft.writer.add_members(members);
    }
}

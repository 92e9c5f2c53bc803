//! Writes a record with all its keys, and makes a template of it for the records like it.

use super::template::Template;
use crate::ecs::draft::{Draft, ForeignPlace};
use crate::ecs::rows::map_rows;
use crate::ecs::rows::visitor::Visitor;
use crate::ecs::settings::Settings;
use crate::ecs::values::{cloudflare, depth};
use crate::long_way::long_way;
use crate::msgpack::key;
use crate::source::{Field, FieldSet};

/// A record that is being written with all its keys.
struct Full<'d, 'a, 'w> {
    draft: &'d mut Draft<'a, 'w>,
    /// The template that is being made, and where the record begins.
    learning: Option<(&'d mut Template, usize)>,
}

/// Writes the record.
pub(crate) fn write(draft: &mut Draft<'_, '_>, fields: FieldSet) {
    let (root, left) = (draft.writer.position(), draft.left);
    draft.has_error = !draft.refused.is_empty();
    Full { draft, learning: None }.write(fields);
    write_as_error(draft, fields, root, left);
}

/// Writes the record once more when a field was refused only behind members that tell of it.
fn write_as_error(draft: &mut Draft<'_, '_>, fields: FieldSet, root: usize, left: FieldSet) {
    if !draft.refused.is_empty() && !draft.has_error {
        draft.start_again(root, left);
        draft.has_error = true;
        Full { draft, learning: None }.write(fields);
    }
}

/// Writes the record, and notes its steps in `template`. Gives what was written when other records
/// can be written into that template.
#[cold]
pub(crate) fn write_and_learn<'d>(
    draft: &'d mut Draft<'_, '_>,
    fields: FieldSet,
    template: &mut Template,
) -> Option<&'d [u8]> {
    let (root, left) = (draft.writer.position(), draft.left);
    Full { draft, learning: Some((template, root)) }.write(fields);
    write_as_error(draft, fields, root, left);
    let is_usual = draft.refused.is_empty() && !draft.starved;
    draft.writer.written(root).filter(|_| is_usual)
}

impl Full<'_, '_, '_> {
    fn write(&mut self, fields: FieldSet) {
        long_way!("record in full");
        let foreign_pairs = self.draft.foreign_bound(fields);
        // The mapping writes 15 members at the most, which leaves the smallest header possible.
        let root = self.draft.writer.open_root_map(15 + foreign_pairs);
        map_rows(self, self.draft.dataset);
        self.write_cloudflare(fields, foreign_pairs);
        if !self.draft.refused.is_empty() {
            self.draft.error_message.write(&mut self.draft.writer);
        }
        self.write_foreign(fields);
        self.draft.writer.close_root(root);
    }

    /// Writes `cloudflare`: the fields that no row took, by their types, those that could not be
    /// read as they came, and foreign ones whose names are taken.
    fn write_cloudflare(&mut self, fields: FieldSet, foreign_pairs: usize) {
        if let Some((template, _)) = &mut self.learning {
            template.note_left(self.draft.left, |field| self.draft.form_of_left(field));
        }
        // No more fields can be left than are in the set, and `unmapped` makes one more.
        let bound = self.draft.left.len() + 1;
        let opened = self.draft.writer.open_map(key!("cloudflare"), bound);
        for field in self.draft.left {
            cloudflare::write_key(&mut self.draft.writer, field);
            let value = self.draft.writer.position();
            if self.draft.refused.has(field)
                || !self.draft.write_typed(field, self.draft.form_of_left(field))
            {
                self.draft.copy_kept(field);
            }
            self.note_step(value);
        }
        if foreign_pairs > 0 && self.draft.may_clash() {
            self.write_unmapped(fields, foreign_pairs);
        }
        self.draft.writer.close(opened);
    }

    fn write_unmapped(&mut self, fields: FieldSet, foreign_pairs: usize) {
        long_way!("places for foreign fields looked for");
        let opened = self.draft.writer.open_map(key!("unmapped"), foreign_pairs);
        self.draft.for_each_foreign(fields, |draft, key, value| {
            if draft.place_of_foreign(key, value) == ForeignPlace::Unmapped {
                draft.writer.member(key);
                depth::copy(&mut draft.writer, value, depth::IN_UNMAPPED);
            }
        });
        self.draft.writer.close(opened);
    }

    fn write_foreign(&mut self, fields: FieldSet) {
        self.draft.for_each_foreign(fields, |draft, key, value| {
            if draft.place_of_foreign(key, value) == ForeignPlace::Behind {
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
        if let Some((template, root)) = &mut self.learning {
            template.note(value - *root, end - *root);
        }
    }
}

impl Visitor for Full<'_, '_, '_> {
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

    fn row_always<const N: usize, const M: usize>(
        &mut self,
        key: &'static [u8; N],
        from: [Field; M],
        rule: impl FnOnce(&mut Draft<'_, '_>, [Field; M]) -> bool,
    ) {
        self.member(key, |draft| rule(draft, from));
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

    fn constants_by_error<const N: usize, const M: usize>(
        &mut self,
        members: u32,
        without: &'static [u8; N],
        with: &'static [u8; M],
    ) {
        match self.draft.has_error {
            false => self.constants(members, without),
            true => self.constants(members, with),
        }
    }
}

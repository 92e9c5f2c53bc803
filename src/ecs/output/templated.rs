//! Writes a record into a template: each row copies the constant bytes before its value.

use super::template::{Step, Template};
use crate::ecs::draft::Draft;
use crate::ecs::rows::map_rows;
use crate::ecs::rows::visitor::Visitor;
use crate::ecs::settings::Settings;
use crate::source::Field;

/// A record that is being written into a template.
struct Templated<'d, 'a, 'w> {
    draft: &'d mut Draft<'a, 'w>,
    template: &'d Template,
    steps: std::slice::Iter<'d, Step>,
    fits: bool,
}

/// Writes the record into `template`; `false` when it does not fit, and then what is written means
/// nothing.
#[inline(always)]
pub(crate) fn write(draft: &mut Draft<'_, '_>, template: &Template) -> bool {
    let dataset = draft.dataset;
    let mut templated = Templated { draft, template, steps: template.steps(), fits: true };
    map_rows(&mut templated, dataset);
    templated.write_left();
    template.write_tail(&mut templated.draft.writer);
    templated.fits && templated.steps.as_slice().is_empty() && templated.draft.refused.is_empty()
}

impl Templated<'_, '_, '_> {
    #[inline(always)]
    fn step(&mut self, rule: impl FnOnce(&mut Draft<'_, '_>) -> bool) {
        let Some(step) = self.steps.next() else {
            self.fits = false;
            return;
        };
        self.template.write_before(step, &mut self.draft.writer);
        let (start, members) = (self.draft.writer.position(), self.draft.writer.members());
        if rule(self.draft) {
            self.fits &= step.writes;
        } else {
            self.draft.writer.rewind(start, members);
            self.fits &= !step.writes;
        }
    }

    #[inline(always)]
    fn write_left(&mut self) {
        self.fits &= self.template.left() == self.draft.left;
        let template = self.template;
        // Each of them writes a value, or the record does not fit: nothing is taken back.
        for &(field, form) in template.left_values() {
            let Some(step) = self.steps.next() else {
                self.fits = false;
                return;
            };
            template.write_before(step, &mut self.draft.writer);
            self.fits &= self.draft.write_typed(field, form);
        }
    }
}

impl Visitor for Templated<'_, '_, '_> {
    #[inline(always)]
    fn settings(&self) -> &Settings {
        self.draft.settings
    }

    #[inline(always)]
    fn timestamp(&mut self, _: Field) {
        if self.draft.settings.timestamp_key().is_some() {
            self.step(|draft| draft.write_time());
        }
    }

    #[inline(always)]
    fn object<const N: usize>(&mut self, _: &'static [u8; N], members: impl FnOnce(&mut Self)) {
        members(self);
    }

    #[inline(always)]
    fn row<const N: usize, const M: usize>(
        &mut self,
        _: &'static [u8; N],
        from: [Field; M],
        rule: impl FnOnce(&mut Draft<'_, '_>, [Field; M]) -> bool,
    ) {
        if self.draft.has_any(&from) {
            self.step(|draft| rule(draft, from));
        }
    }

    #[inline(always)]
    fn row_always<const N: usize, const M: usize>(
        &mut self,
        _: &'static [u8; N],
        from: [Field; M],
        rule: impl FnOnce(&mut Draft<'_, '_>, [Field; M]) -> bool,
    ) {
        self.step(|draft| rule(draft, from));
    }

    #[inline(always)]
    fn derived<const N: usize>(
        &mut self,
        _: &'static [u8; N],
        rule: impl FnOnce(&mut Draft<'_, '_>) -> bool,
    ) {
        self.step(rule);
    }

    #[inline(always)]
    fn constants<const N: usize>(&mut self, _: u32, _: &'static [u8; N]) {}

    // A record with an error has no template.
    #[inline(always)]
    fn constants_by_error<const N: usize, const M: usize>(
        &mut self,
        _: u32,
        _: &'static [u8; N],
        _: &'static [u8; M],
    ) {
    }
}

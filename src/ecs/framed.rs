//! Writes a record into a frame: each row copies the constant bytes before its value.

use super::draft::Draft;
use super::frame::{Frame, Step};
use super::map_rows;
use super::settings::Settings;
use super::target::Target;
use crate::source::Field;

/// A record that is being written into a frame.
struct Framed<'d, 'a, 'w> {
    draft: &'d mut Draft<'a, 'w>,
    frame: &'d Frame,
    steps: std::slice::Iter<'d, Step>,
    fits: bool,
}

/// Writes the record into `frame`; `false` when it does not fit, and then what is written means
/// nothing.
#[inline(always)]
pub(super) fn write(draft: &mut Draft<'_, '_>, frame: &Frame) -> bool {
    let dataset = draft.dataset;
    let mut framed = Framed { draft, frame, steps: frame.steps(), fits: true };
    map_rows(&mut framed, dataset);
    framed.write_left();
    frame.write_tail(&mut framed.draft.writer);
    framed.fits && framed.steps.as_slice().is_empty() && framed.draft.refused.is_empty()
}

impl Framed<'_, '_, '_> {
    #[inline(always)]
    fn step(&mut self, rule: impl FnOnce(&mut Draft<'_, '_>) -> bool) {
        let Some(step) = self.steps.next() else {
            self.fits = false;
            return;
        };
        self.frame.write_before(step, &mut self.draft.writer);
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
        self.fits &= self.frame.left() == self.draft.left;
        let frame = self.frame;
        // Each of them writes a value, or the record does not fit: nothing is taken back.
        for &(field, of_type) in frame.left_values() {
            let Some(step) = self.steps.next() else {
                self.fits = false;
                return;
            };
            frame.write_before(step, &mut self.draft.writer);
            self.fits &= self.draft.write_typed(field, of_type) & step.writes;
        }
    }
}

impl Target for Framed<'_, '_, '_> {
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
    fn derived<const N: usize>(
        &mut self,
        _: &'static [u8; N],
        rule: impl FnOnce(&mut Draft<'_, '_>) -> bool,
    ) {
        self.step(rule);
    }

    #[inline(always)]
    fn constants<const N: usize>(&mut self, _: u32, _: &'static [u8; N]) {}
}

//! The constant bytes of an output record, remembered.
//!
//! Records with the same fields differ in their values alone: the bytes between the values (keys,
//! the heads of objects with their counts, constants) are the same. A template holds those bytes as
//! the rows wrote them once. The next such record is written by the same rows, but each only
//! copies what stands before its value, and writes the value. Where a rule then does anything
//! else than it did when the template was made, the template does not fit, and the record is written
//! anew without it.

use std::iter::repeat_with;

use crate::ecs::values::cloudflare::Form;
use crate::long_way::long_way;
use crate::msgpack::Writer;
use crate::source::{Dataset, FIELD_COUNT, Field, FieldSet};

/// A record with more constant bytes than this has no template.
const MOST_BYTES: usize = 4096;
/// No record has more steps: there are not so many rows and fields.
const MOST_STEPS: usize = 160;
/// How many templates are kept: fields that are empty in some records make for several at once.
const TEMPLATES: usize = 16;

/// What records of one template have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Signature {
    pub(crate) dataset: Dataset,
    /// The fields that are not absent.
    pub(crate) present: FieldSet,
    /// What is known of the values before they are written: which parts of the name `enrich domain`
    /// found, and whether the protocol is written as it came.
    pub(crate) values: u8,
    /// Which of the templates: rules may write something or nothing for the same fields (no flag of
    /// a query is set).
    pub(crate) variant: u8,
}

/// How many templates there are for the same fields.
pub(crate) const VARIANTS: u8 = 2;

/// Constant bytes up to this many are kept beside their step, and copied in one go.
const SHORT: usize = 32;
/// So are those up to this many, from the template's bytes, which are padded for it.
const MEDIUM: usize = 96;

/// One step of writing a record: a place where a rule may write a value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    /// The constant bytes before the value, when they are few.
    short: [u8; SHORT],
    /// Where the constant bytes before the value begin in the template's bytes, and how many they are;
    /// while the template is being made, the same of the value in the record.
    start: usize,
    size: usize,
    /// Whether the rule writes a value.
    pub(crate) writes: bool,
}

/// The constant bytes of an output record.
#[derive(Debug)]
pub(crate) struct Template {
    bytes: Vec<u8>,
    steps: Vec<Step>,
    /// Where the bytes behind the last value begin, and where they end; padding follows.
    tail: usize,
    end: usize,
    /// The fields left to `cloudflare` when all rows were through, as a set, and with their forms
    /// in the order in which they are written.
    left: FieldSet,
    left_values: Vec<(Field, Form)>,
}

impl Default for Template {
    fn default() -> Self {
        Self {
            bytes: Vec::with_capacity(MOST_BYTES + MEDIUM),
            steps: Vec::with_capacity(MOST_STEPS),
            tail: 0,
            end: 0,
            left: FieldSet::NONE,
            left_values: Vec::with_capacity(FIELD_COUNT),
        }
    }
}

impl Template {
    /// The steps in which a record is written into the template.
    #[inline(always)]
    pub(crate) fn steps(&self) -> std::slice::Iter<'_, Step> {
        self.steps.iter()
    }

    /// Writes the constant bytes before the value of a step.
    #[inline(always)]
    pub(crate) fn write_before(&self, step: &Step, writer: &mut Writer<'_>) {
        let size = step.size;
        if size <= SHORT {
            return writer.put_padded(&step.short, size);
        }
        let medium = self.bytes.get(step.start..).and_then(|rest| rest.first_chunk::<MEDIUM>());
        match medium.filter(|_| size <= MEDIUM) {
            Some(medium) => writer.put_padded(medium, size),
            None => {
                long_way!("constants that are long");
                writer.copy(self.bytes.get(step.start..step.start + size).unwrap_or_default());
            }
        }
    }

    /// Writes the constant bytes behind the last value.
    #[inline(always)]
    pub(crate) fn write_tail(&self, writer: &mut Writer<'_>) {
        if self.tail < self.end {
            writer.copy(self.bytes.get(self.tail..self.end).unwrap_or_default());
        }
    }

    /// The fields left to `cloudflare` when all rows were through.
    #[inline]
    pub(crate) fn left(&self) -> FieldSet {
        self.left
    }

    /// Those fields, with their forms, in the order in which they are written.
    #[inline(always)]
    pub(crate) fn left_values(&self) -> &[(Field, Form)] {
        &self.left_values
    }

    /// Notes a step: the value, if any, lies from `start` to `end` of the record.
    pub(crate) fn note(&mut self, start: usize, end: usize) {
        let size = end - start;
        self.steps.push(Step { short: [0; SHORT], start, size, writes: size > 0 });
    }

    /// Notes the fields left to `cloudflare`, and the forms that they are written in.
    pub(crate) fn note_left(&mut self, left: FieldSet, form_of: impl Fn(Field) -> Form) {
        self.left = left;
        self.left_values.clear();
        self.left_values.extend(left.map(|field| (field, form_of(field))));
    }

    /// Ends a template: `record` was written from its first byte on. `false` when it is too large.
    fn end(&mut self, record: &[u8]) -> bool {
        let values: usize = self.steps.iter().map(|step| step.size).sum();
        if record.len() - values > MOST_BYTES {
            return false;
        }
        self.bytes.clear();
        let mut from = 0;
        for step in &mut self.steps {
            let (value_start, value_end) = (step.start, step.start + step.size);
            step.start = self.bytes.len();
            if step.writes {
                let before = record.get(from..value_start).unwrap_or_default();
                step.short.iter_mut().zip(before).for_each(|(to, from)| *to = *from);
                self.bytes.extend_from_slice(before);
                from = value_end;
            }
            step.size = self.bytes.len() - step.start;
        }
        self.tail = self.bytes.len();
        self.bytes.extend_from_slice(record.get(from..).unwrap_or_default());
        self.end = self.bytes.len();
        self.bytes.extend_from_slice(&[0; MEDIUM]);
        true
    }
}

/// A template for each hash of a signature. Records with and without an empty field take turns as
/// they like: to look at the last one's template first would be guessed wrong.
#[derive(Debug)]
struct Likely([u8; 256]);

impl Default for Likely {
    fn default() -> Self {
        Self([0; 256])
    }
}

impl Likely {
    #[inline(always)]
    #[expect(clippy::indexing_slicing, reason = "a place for each byte")]
    fn place(&mut self, signature: Signature) -> &mut u8 {
        // An odd constant mixes the bits into the highest byte (Knuth's multiplicative hashing).
        let hash = signature.present.folded().wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56;
        &mut self.0[usize::from(hash as u8 ^ signature.values ^ signature.variant << 4)]
    }
}

/// The templates of a mapper.
#[derive(Debug)]
pub(crate) struct Templates {
    signatures: [Option<Signature>; TEMPLATES],
    templates: Vec<Template>,
    /// The one to write into that may come to nothing.
    spare: Template,
    /// The template that was found last, by the hash of its signature.
    likely: Likely,
    /// The template that is made anew next.
    next: usize,
}

impl Default for Templates {
    /// Templates that no record has, on the heap from the start.
    fn default() -> Self {
        Self {
            signatures: Default::default(),
            templates: repeat_with(Template::default).take(TEMPLATES).collect(),
            spare: Template::default(),
            likely: Likely::default(),
            next: 0,
        }
    }
}

impl Templates {
    /// The template for records of that signature.
    #[inline(always)]
    pub(crate) fn find(&mut self, signature: Signature) -> Option<&Template> {
        let likely = self.likely.place(signature);
        let signature = Some(signature);
        if self.signatures.get(usize::from(*likely)) != Some(&signature) {
            long_way!("template looked for");
            *likely = self.signatures.iter().position(|known| *known == signature)? as u8;
        }
        self.templates.get(usize::from(*likely))
    }

    /// Makes a template anew: `write` writes a record and notes its steps, and gives the record when
    /// it can have a template.
    pub(crate) fn make<'r>(
        &mut self,
        signature: Signature,
        write: impl FnOnce(&mut Template) -> Option<&'r [u8]>,
    ) {
        let Self { signatures, templates, spare, next, .. } = self;
        spare.steps.clear();
        if !write(spare).is_some_and(|record| spare.end(record)) {
            return;
        }
        if let (Some(known), Some(template)) = (signatures.get_mut(*next), templates.get_mut(*next))
        {
            *known = Some(signature);
            std::mem::swap(template, spare);
        }
        *next = (*next + 1) % TEMPLATES;
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_BYTES, Template};

    #[test]
    fn a_template_holds_so_many_constant_bytes_and_any_values() {
        for (constants, is_kept) in [(MOST_BYTES, true), (MOST_BYTES + 1, false)] {
            let mut template = Template::default();
            let record = vec![1; constants + 2 * MOST_BYTES];
            template.note(10, 10 + MOST_BYTES);
            template.note(record.len() - MOST_BYTES, record.len());
            assert_eq!(template.end(&record), is_kept, "{constants}");
        }
    }
}

//! The outline of a mapping: which field goes where, told by the very rows that map records.
//!
//! The tables of docs/mapping.md are made from it, and it says which top-level names are taken.

use crate::ecs::draft::Draft;
use crate::ecs::rows::map_rows;
use crate::ecs::rows::visitor::Visitor;
use crate::ecs::settings::Settings;
use crate::msgpack::encoded_pairs;
use crate::source::{Dataset, Field, FieldSet};

/// One member of the output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its full name, such as `dns.question.name`.
    pub path: String,
    /// The fields it is made from; none for constants and for what is derived.
    pub from: Vec<Field>,
}

/// The members that the mapping of `dataset` may write, in the order of the output, without
/// `error` and foreign fields.
pub fn outline(settings: &Settings, dataset: Dataset) -> Vec<Line> {
    let mut outline = Outline::of_rows(settings, dataset);
    for field in outline.left {
        outline.push(format!("cloudflare.{}", field.name()), &[field]);
    }
    outline.lines
}

/// The top-level names that the mapping of `dataset` may write, without the time field.
pub(crate) fn top_level_names(settings: &Settings, dataset: Dataset) -> Vec<&'static str> {
    let mut names = Outline::of_rows(settings, dataset).objects;
    names.extend(["cloudflare", "error"]);
    names
}

/// The fields that the rows of `dataset` take.
pub(crate) fn fields_of_rows(settings: &Settings, dataset: Dataset) -> FieldSet {
    dataset.fields().without(Outline::of_rows(settings, dataset).left)
}

struct Outline<'s> {
    settings: &'s Settings,
    path: String,
    lines: Vec<Line>,
    /// The names of the outermost objects.
    objects: Vec<&'static str>,
    left: FieldSet,
}

impl<'s> Outline<'s> {
    fn of_rows(settings: &'s Settings, dataset: Dataset) -> Self {
        let mut outline = Self {
            settings,
            path: String::new(),
            lines: Vec::new(),
            objects: Vec::new(),
            left: dataset.fields(),
        };
        map_rows(&mut outline, dataset);
        outline
    }

    fn push(&mut self, path: String, from: &[Field]) {
        self.lines.push(Line { path, from: from.to_vec() });
    }

    fn member(&mut self, key: &'static [u8], from: &[Field]) {
        self.push(format!("{}{}", self.path, name(key)), from);
        from.iter().for_each(|&field| self.left.remove(field));
    }
}

/// The text of a key that is encoded as `fixstr`.
fn name(key: &'static [u8]) -> &'static str {
    key.get(1..).and_then(|name| std::str::from_utf8(name).ok()).unwrap_or_default()
}

impl Visitor for Outline<'_> {
    fn settings(&self) -> &Settings {
        self.settings
    }

    fn timestamp(&mut self, from: Field) {
        self.push("@timestamp".to_owned(), &[from]);
        self.left.remove(from);
    }

    fn object<const N: usize>(&mut self, key: &'static [u8; N], members: impl FnOnce(&mut Self)) {
        let outside = self.path.len();
        let lines = self.lines.len();
        self.path.push_str(name(key));
        self.path.push('.');
        members(self);
        self.path.truncate(outside);
        if outside == 0 && self.lines.len() > lines {
            self.objects.push(name(key));
        }
    }

    fn row<const N: usize, const M: usize>(
        &mut self,
        key: &'static [u8; N],
        from: [Field; M],
        _: impl FnOnce(&mut Draft<'_, '_>, [Field; M]) -> bool,
    ) {
        self.member(key, &from);
    }

    fn row_twice<const N: usize, const K: usize, const M: usize>(
        &mut self,
        key: &'static [u8; N],
        again: &'static [u8; K],
        from: [Field; M],
        _: impl FnOnce(&mut Draft<'_, '_>, [Field; M]) -> bool,
    ) {
        self.member(key, &from);
        self.member(again, &from);
    }

    fn row_always<const N: usize, const M: usize>(
        &mut self,
        key: &'static [u8; N],
        from: [Field; M],
        _: impl FnOnce(&mut Draft<'_, '_>, [Field; M]) -> bool,
    ) {
        self.member(key, &from);
    }

    fn derived<const N: usize>(
        &mut self,
        key: &'static [u8; N],
        _: impl FnOnce(&mut Draft<'_, '_>) -> bool,
    ) {
        self.member(key, &[]);
    }

    fn constants<const N: usize>(&mut self, _: u32, encoded: &'static [u8; N]) {
        for (key, _) in encoded_pairs(encoded) {
            self.member(key, &[]);
        }
    }

    fn constants_by_error<const N: usize, const M: usize>(
        &mut self,
        members: u32,
        without: &'static [u8; N],
        _: &'static [u8; M],
    ) {
        self.constants(members, without);
    }
}

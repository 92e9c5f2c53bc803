//! Why records are not mapped, as far as one of them shows it, in words for a log line.
//!
//! It is worked out when a line is to be written, by reading the chunk once more
//! ([`super::Mapper::explain`]): no record costs anything for it.

use std::fmt;

use crate::msgpack::{map_pairs, text};
use crate::source::{Dataset, TextAt, TextKey, holds_record, is_cut};

/// Why a record is not mapped, or not as it should be. It borrows names from the chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Explanation<'c> {
    /// It has no QueryName; the field of that name holds JSON text that has one.
    NoQueryName(Option<&'c [u8]>),
    /// Its JSON text has no QueryName.
    NoQueryNameInText,
    /// No field tells its dataset.
    NotTold,
    /// It has no field `key_name`.
    NoText {
        /// Whether it has a QueryName itself.
        has_query_name: bool,
        /// The name of another field, which holds JSON text.
        elsewhere: Option<&'c [u8]>,
    },
    /// Its field `key_name` holds no text.
    NotText,
    /// Its JSON text ends too early.
    Cut,
    /// Its text is not one JSON object.
    NotJson,
    /// It is mapped as the configured dataset, and its fields are those of another.
    ToldOtherwise {
        /// The configured dataset.
        mapped: Dataset,
        /// The one that its fields are of.
        told: Dataset,
    },
}

impl<'c> Explanation<'c> {
    /// Why the record at the offset `at` of `chunk`, which is not JSON text, has no QueryName.
    pub(super) fn of_no_query_name(chunk: &'c [u8], at: usize) -> Self {
        Self::NoQueryName(field_of_json(chunk, at))
    }

    /// Why the record at the offset `at` of `chunk` has no JSON text in the field `key_name`.
    pub(super) fn of_text(chunk: &'c [u8], at: usize, key_name: &TextKey) -> Self {
        let Some(found) = TextAt::find(chunk, at, key_name).ok().and_then(|found| found.text)
        else {
            return Self::NoText {
                has_query_name: names(chunk, at).any(|name| name == b"QueryName"),
                elsewhere: field_of_json(chunk, at),
            };
        };
        match found.text(chunk) {
            None => Self::NotText,
            Some(text) if is_cut(text) => Self::Cut,
            Some(_) => Self::NotJson,
        }
    }
}

/// The name of the field of the record at the offset `at` that holds a Cloudflare record as JSON
/// text.
fn field_of_json(chunk: &[u8], at: usize) -> Option<&[u8]> {
    let mut pairs = map_pairs(chunk.get(at..)?)?;
    pairs.find_map(|(key, value)| text(key).filter(|_| text(value).is_some_and(holds_record)))
}

fn names(chunk: &[u8], at: usize) -> impl Iterator<Item = &[u8]> {
    let pairs = chunk.get(at..).and_then(map_pairs);
    pairs.into_iter().flatten().filter_map(|(key, _)| text(key))
}

impl fmt::Display for Explanation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::NoQueryName(None) => f.write_str("no QueryName"),
            Self::NoQueryName(Some(field)) => {
                let field = Name(field);
                write!(f, "no QueryName; its field '{field}' holds JSON text: set key_name {field}")
            }
            Self::NoQueryNameInText => f.write_str("no QueryName in the JSON text"),
            Self::NotTold => f.write_str("no field that tells the dataset"),
            Self::NoText { has_query_name: true, .. } => {
                f.write_str("no field of the name in key_name, but a QueryName: leave key_name out")
            }
            Self::NoText { elsewhere: None, .. } => f.write_str("no field of the name in key_name"),
            Self::NoText { elsewhere: Some(field), .. } => {
                let field = Name(field);
                write!(
                    f,
                    "no field of the name in key_name; its field '{field}' holds JSON text: set \
                     key_name {field}",
                )
            }
            Self::NotText => f.write_str("no text in the field that key_name names"),
            Self::Cut => f.write_str("the JSON text is cut"),
            Self::NotJson => f.write_str("the text is not one JSON object"),
            Self::ToldOtherwise { mapped, told } => write!(
                f,
                "mapped as {} by `dataset`, but its fields are those of {}",
                mapped.name(),
                told.name(),
            ),
        }
    }
}

/// The name of a field, on one line, and cut where it is long.
struct Name<'c>(&'c [u8]);

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LONGEST: usize = 80;
        for chunk in self.0.get(..LONGEST).unwrap_or(self.0).utf8_chunks() {
            write!(f, "{}", chunk.valid().escape_debug())?;
            if !chunk.invalid().is_empty() {
                f.write_str("\u{fffd}")?;
            }
        }
        f.write_str(if self.0.len() > LONGEST { "..." } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::Name;

    #[test]
    fn a_name_is_cut_where_it_is_long() {
        assert_eq!(Name(&[b'a'; 80]).to_string(), "a".repeat(80));
        assert_eq!(Name(&[b'a'; 81]).to_string(), "a".repeat(80) + "...");
        assert_eq!(Name(b"a\n\xff").to_string(), "a\\n\u{fffd}");
    }
}

//! A value that a key does not allow, and configured texts in a line of the log.

use std::fmt;

/// The characters of a configured text that a line shows.
const LONGEST_SHOWN: usize = 80;

/// A key has a value that it does not allow.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WrongValue {
    pub(super) key: &'static str,
    pub(super) value: String,
    pub(super) allowed: String,
}

impl fmt::Display for WrongValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, value, allowed } = self;
        let (shown, more) = beginning(value);
        write!(f, "{key}: wrong value \"{}\"{more}; allowed: {allowed}", shown.escape_debug())
    }
}

impl std::error::Error for WrongValue {}

/// As much of a configured text as a line shows, and dots for the rest: a very long text must not
/// push what stands behind it off the line.
fn beginning(text: &str) -> (&str, &'static str) {
    match text.char_indices().nth(LONGEST_SHOWN) {
        Some((end, _)) => (text.get(..end).unwrap_or_default(), "..."),
        None => (text, ""),
    }
}

/// Shows a configured text in one line.
pub(super) fn show_text(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let (shown, more) = beginning(text);
    write!(f, "{}{more}", shown.escape_debug())
}

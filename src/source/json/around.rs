//! What may stand around the JSON object in a text, and what is wrong with a text that holds none.

use crate::long_way::long_way;

/// White space between the tokens of JSON.
const SPACE: [u8; 4] = *b" \t\r\n";

/// A byte order mark.
const MARK: [u8; 3] = *b"\xef\xbb\xbf";

/// A text without the byte order mark before it.
#[inline]
pub(super) fn without_mark(text: &[u8]) -> &[u8] {
    let [first, _, _] = MARK;
    match text.first() {
        Some(&byte) if byte == first || SPACE.contains(&byte) => without_leading_mark(text),
        _ => text,
    }
}

#[cold]
fn without_leading_mark(text: &[u8]) -> &[u8] {
    long_way!("byte order mark looked for");
    let start = text.iter().position(|byte| !SPACE.contains(byte)).unwrap_or_default();
    text.get(start..).and_then(|text| text.strip_prefix(&MARK)).unwrap_or(text)
}

/// Whether nothing stands behind an object but what may.
#[cold]
pub(super) fn is_padding(rest: &[u8]) -> bool {
    let commas = rest.iter().filter(|byte| **byte == b',').count();
    commas <= 1 && rest.iter().all(|byte| SPACE.contains(byte) || matches!(byte, 0 | b','))
}

/// Whether `text` begins a JSON object, and ends before that does.
pub fn is_cut(text: &[u8]) -> bool {
    let (mut open, mut in_string, mut is_escaped) = (0usize, false, false);
    for &byte in object_of(text).unwrap_or_default() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = in_string,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' | b'[' => open += 1,
            b'}' | b']' if open == 1 => return false,
            b'}' | b']' => open -= 1,
            _ => {}
        }
    }
    open > 0
}

/// Whether `text` looks like the JSON of a Cloudflare record, whole or cut.
pub fn holds_record(text: &[u8]) -> bool {
    const NAME: &[u8] = b"\"QueryName\"";
    object_of(text).is_some_and(|text| text.windows(NAME.len()).any(|part| part == NAME))
}

/// The text from its first brace on, when it begins with one.
fn object_of(text: &[u8]) -> Option<&[u8]> {
    let text = without_mark(text);
    let start = text.iter().position(|byte| !SPACE.contains(byte))?;
    text.get(start..).filter(|text| text.first() == Some(&b'{'))
}

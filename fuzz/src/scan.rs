//! MessagePack once more, to tell what is valid: a stack of open containers, and no shared code
//! with the mapper. It also tells where the parts of an event are.

/// One whole value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scanned {
    /// The offset behind it.
    pub(crate) end: usize,
    /// How deep its containers are nested.
    pub(crate) depth: usize,
    /// Whether all strings and bins in it are UTF-8, with brackets nested no deeper than 20.
    pub(crate) is_plain: bool,
}

/// What the first byte of a value tells.
enum Head {
    /// So many bytes in all.
    Bytes(usize),
    /// A string or bin: the bytes before the text, and those of the text.
    Text(usize, usize),
    /// A container: the bytes of its header, and the values in it.
    Values(usize, u64),
}

fn length(bytes: &[u8], at: usize, width: usize) -> Option<usize> {
    let digits = bytes.get(at..at.checked_add(width)?)?;
    Some(digits.iter().fold(0, |length, &digit| length << 8 | usize::from(digit)))
}

fn head(bytes: &[u8], at: usize) -> Option<Head> {
    let first = *bytes.get(at)?;
    let length = |width: usize| length(bytes, at + 1, width);
    let low = usize::from(first & 15);
    Some(match first {
        0x00..=0x7f | 0xc0 | 0xc2 | 0xc3 | 0xe0..=0xff => Head::Bytes(1),
        0x80..=0x8f => Head::Values(1, 2 * low as u64),
        0x90..=0x9f => Head::Values(1, low as u64),
        0xa0..=0xbf => Head::Text(1, usize::from(first & 31)),
        0xc1 => return None,
        0xc4 | 0xd9 => Head::Text(2, length(1)?),
        0xc5 | 0xda => Head::Text(3, length(2)?),
        0xc6 | 0xdb => Head::Text(5, length(4)?),
        0xc7 => Head::Bytes(3 + length(1)?),
        0xc8 => Head::Bytes(4 + length(2)?),
        0xc9 => Head::Bytes(6 + length(4)?),
        0xcc | 0xd0 => Head::Bytes(2),
        0xcd | 0xd1 => Head::Bytes(3),
        0xca | 0xce | 0xd2 => Head::Bytes(5),
        0xcb | 0xcf | 0xd3 => Head::Bytes(9),
        0xd4 => Head::Bytes(3),
        0xd5 => Head::Bytes(4),
        0xd6 => Head::Bytes(6),
        0xd7 => Head::Bytes(10),
        0xd8 => Head::Bytes(18),
        0xdc => Head::Values(3, length(2)? as u64),
        0xdd => Head::Values(5, length(4)? as u64),
        0xde => Head::Values(3, 2 * length(2)? as u64),
        0xdf => Head::Values(5, 2 * length(4)? as u64),
    })
}

/// The value at the offset `at`; `None` when it is not whole and valid.
pub(crate) fn value(bytes: &[u8], mut at: usize) -> Option<Scanned> {
    let mut open: Vec<u64> = Vec::new();
    let (mut depth, mut is_plain) = (0, true);
    loop {
        match head(bytes, at)? {
            Head::Bytes(size) => at = at.checked_add(size)?,
            Head::Text(before, size) => {
                let text = bytes.get(at + before..at.checked_add(before + size)?)?;
                is_plain &= is_plain_text(text);
                at += before + size;
            }
            Head::Values(size, values) => {
                at += size;
                depth = depth.max(open.len() + 1);
                open.push(values);
            }
        }
        if at > bytes.len() {
            return None;
        }
        while open.last() == Some(&0) {
            open.pop();
        }
        match open.last_mut() {
            Some(values) => *values -= 1,
            None => return Some(Scanned { end: at, depth, is_plain }),
        }
    }
}

fn is_plain_text(text: &[u8]) -> bool {
    let mut depth = 0;
    let shallow = text.iter().all(|byte| {
        depth += match byte {
            b'[' | b'{' => 1,
            b']' | b'}' => -1,
            _ => 0,
        };
        depth <= 20
    });
    shallow && std::str::from_utf8(text).is_ok()
}

/// The whole values of a chunk one after the other, and where they end: at the first corrupt one
/// or at the end of the chunk.
pub(crate) fn events(chunk: &[u8]) -> (Vec<&[u8]>, usize) {
    let (mut events, mut at) = (Vec::new(), 0);
    while let Some(Scanned { end, .. }) = value(chunk, at) {
        events.push(&chunk[at..end]);
        at = end;
    }
    (events, at)
}

/// Where the parts of an event are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Parts {
    pub(crate) time: usize,
    pub(crate) time_end: usize,
    pub(crate) record: usize,
}

/// The parts of a value that is a log event or a group marker.
pub(crate) fn parts(event: &[u8]) -> Option<Parts> {
    let pair = |at: usize| match head(event, at)? {
        Head::Values(size, 2) if !matches!(event[at], 0x80..=0x8f | 0xde | 0xdf) => Some(at + size),
        _ => None,
    };
    let inside = pair(0)?;
    let time = pair(inside).unwrap_or(inside);
    let time_end = value(event, time)?.end;
    let is_time = match event[time] {
        0x00..=0x7f | 0xca..=0xd3 | 0xe0..=0xff => true,
        _ => extension(&event[time..time_end]).is_some(),
    };
    if !is_time {
        return None;
    }
    if time == inside {
        return Some(Parts { time, time_end, record: time_end });
    }
    let is_map = matches!(event[time_end], 0x80..=0x8f | 0xde | 0xdf);
    is_map.then_some(Parts { time, time_end, record: value(event, time_end)?.end })
}

/// The payload of an extension of type 0 with 8 bytes, in any of its forms.
fn extension(time: &[u8]) -> Option<&[u8]> {
    match time {
        [0xd7, 0, payload @ ..]
        | [0xc7, 8, 0, payload @ ..]
        | [0xc8, 0, 8, 0, payload @ ..]
        | [0xc9, 0, 0, 0, 8, 0, payload @ ..] => Some(payload),
        _ => None,
    }
}

/// Whether the event is the begin or the end of a group, and no log.
pub(crate) fn is_group(event: &[u8], parts: Parts) -> bool {
    extension(&event[parts.time..parts.time_end])
        .is_some_and(|payload| matches!(payload[..4], [0xff, 0xff, 0xff, 0xfe | 0xff]))
}

//! Chunks of events, and the least that rewriting one can cost.

use std::hint::black_box;

use flb_filter_cloudflare_dns::msgpack::skip;

use crate::records::Record;

/// The size of the header that Fluent Bit 5 writes: `[[time, {}], ...]`.
pub const HEADER: usize = 13;

/// The header of an event of that time.
pub fn header(seconds: u32, nanoseconds: u32) -> [u8; HEADER] {
    let [a, b, c, d] = seconds.to_be_bytes();
    let [e, f, g, h] = nanoseconds.to_be_bytes();
    [0x92, 0x92, 0xd7, 0, a, b, c, d, e, f, g, h, 0x80]
}

/// One event, which arrived some time after its record was made.
pub fn event(record: &Record) -> Vec<u8> {
    let mut bytes = header(1_760_000_000, 123_456_789).to_vec();
    bytes.push(0xde);
    bytes.extend((record.len() as u16).to_be_bytes());
    if record.len() <= 15 {
        bytes.truncate(HEADER);
        bytes.push(0x80 | record.len() as u8);
    }
    for (key, value) in record {
        bytes.extend(rmp_serde::to_vec(key).expect("a key"));
        bytes.extend(rmp_serde::to_vec(value).expect("a value"));
    }
    bytes
}

/// Joins events into chunks of `size`.
pub fn chunks(events: &[Vec<u8>], size: usize) -> Vec<Vec<u8>> {
    events.chunks(size).map(<[_]>::concat).collect()
}

/// The events of a chunk.
pub fn events(chunk: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at;
        at = (start < chunk.len()).then(|| skip(chunk, start).expect("a valid chunk"))?;
        Some(&chunk[start..at])
    })
}

/// The floor's first part: one walk that finds the chunk valid.
#[inline(never)]
pub fn walk(chunk: &[u8]) {
    let mut at = 0;
    while at < chunk.len() {
        (at, _) = black_box(crate::walk::skip(chunk, at).expect("a valid chunk"));
    }
    black_box(at);
}

/// The floor's second part: the output, known beforehand, copied into memory of the host's.
#[inline(never)]
pub fn copy(output: &[u8]) {
    // SAFETY: malloc takes any size.
    let place = unsafe { libc::malloc(output.len()) }.cast::<u8>();
    assert!(!place.is_null(), "out of memory");
    // SAFETY: the place is fresh, and as large as the output.
    unsafe { place.copy_from_nonoverlapping(output.as_ptr(), output.len()) };
    // SAFETY: from malloc, and freed once.
    unsafe { libc::free(black_box(place).cast()) };
}

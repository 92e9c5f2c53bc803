//! A chunk is a run of events without an outer array; this reads and writes the header of one.
//!
//! Fluent Bit up to 2.0 writes `[timestamp, record]`, later ones `[[timestamp, metadata], record]`,
//! both with array headers of any legal width. A timestamp is an extension of type 0 (seconds and
//! nanoseconds, 32 bits each, big endian), an integer or a float. OpenTelemetry groups (3.1 on)
//! stand in the chunk as events whose seconds are 0xFFFFFFFF (open) or 0xFFFFFFFE (close).
//!
//! Knows nothing of what a record holds. Source: Fluent Bit's `flb_log_event_decoder.c`.

#![forbid(unsafe_code)]

use crate::long_way::long_way;
use crate::msgpack::{Malformed, Part, Reader, TWO, Value, Writer, marker, skip};
use crate::timestamp::Time;

/// Seconds from which on a timestamp is a group marker and not a time.
const FIRST_GROUP_SECONDS: u32 = 0xffff_fffe;

/// The latest second that every supported host keeps: 3.1 to 5.0 read 2^31 and above as negative.
const LAST_EVENT_SECOND: i64 = 0x7fff_ffff;

/// Where the parts of one event's header lie, as offsets into the chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    /// The first byte of the encoded timestamp; the array headers lie before it.
    pub time: usize,
    /// The byte behind the timestamp; metadata, if any, lies from here to `record`.
    pub time_end: usize,
    /// The first byte of the record.
    pub record: usize,
}

impl Header {
    /// The time of the event; `None` when it has none, or one outside 0001–9999.
    #[inline]
    pub(crate) fn event_time(self, chunk: &[u8]) -> Option<Time> {
        event_time(self.encoded_time(chunk))
    }

    /// The event's time as it is encoded.
    pub(crate) fn encoded_time(self, chunk: &[u8]) -> &[u8] {
        chunk.get(self.time..self.time_end).unwrap_or_default()
    }

    /// Writes the header of the event at the offset `start` as it came, but for the time: `time`,
    /// where every host keeps it. Tells whether it has that time.
    #[inline]
    pub(crate) fn write(
        self,
        chunk: &[u8],
        start: usize,
        time: Option<Time>,
        writer: &mut Writer<'_>,
    ) -> bool {
        let time = time.filter(|time| (0..=LAST_EVENT_SECOND).contains(&time.seconds()));
        let Some(time) = time else {
            writer.copy_part(Part::new(chunk, start, self.record));
            return false;
        };
        let time = encode_event_time(time.seconds() as u32, time.nanoseconds());
        if self.time_end - self.time == time.len() {
            // As nearly all are: in one copy, the time then put over the one that was there.
            let place = writer.position() + (self.time - start);
            writer.copy_part(Part::new(chunk, start, self.record));
            writer.overwrite(place, &time);
            return true;
        }
        long_way!("header with a time of another size");
        writer.copy_part(Part::new(chunk, start, self.time));
        writer.put(&time);
        writer.copy_part(Part::new(chunk, self.time_end, self.record));
        true
    }
}

/// What stands at a place of a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Head {
    /// A log event; its record begins at `Header::record`.
    Log(Header),
    /// A group marker: no log, to be passed through.
    Group,
    /// A MessagePack value that is no event of a form that Fluent Bit writes.
    Unknown,
}

/// What stands before the seconds of an event with arrays of the shortest form, and of the longest.
const SHORT: [u8; 4] = [TWO[0], TWO[0], marker::FIXEXT8, 0];
const LONG: [u8; 12] =
    [marker::ARRAY32, 0, 0, 0, 2, marker::ARRAY32, 0, 0, 0, 2, marker::FIXEXT8, 0];

/// Reads the head of the event at the offset `at`.
///
/// # Errors
/// [`Malformed`] when the head is cut short or is not MessagePack.
#[inline(always)]
pub(crate) fn head(chunk: &[u8], at: usize) -> Result<Head, Malformed> {
    // The two forms that hosts write today, told by a few comparisons of words.
    let rest = chunk.get(at..).unwrap_or_default();
    if let Some((&SHORT, &[a, b, c, d, _, _, _, _, marker::FIXMAP, ..])) = rest.split_first_chunk()
    {
        return Ok(log([a, b, c, d], at + 2, at + 12, at + 13));
    }
    if let Some((&LONG, &[a, b, c, d, _, _, _, _, marker::FIXMAP, ..])) = rest.split_first_chunk() {
        return Ok(log([a, b, c, d], at + 10, at + 20, at + 21));
    }
    long_way!("head of another form");
    any_head(chunk, at)
}

#[inline]
fn log(seconds: [u8; 4], time: usize, time_end: usize, record: usize) -> Head {
    if u32::from_be_bytes(seconds) >= FIRST_GROUP_SECONDS {
        Head::Group
    } else {
        Head::Log(Header { time, time_end, record })
    }
}

fn any_head(chunk: &[u8], at: usize) -> Result<Head, Malformed> {
    let mut reader = Reader::new(chunk, at);
    if reader.value()? != Value::Array(2) {
        return Ok(Head::Unknown);
    }
    let mut time = reader.position();
    let mut first = reader.value()?;
    let with_metadata = first == Value::Array(2);
    if with_metadata {
        time = reader.position();
        first = reader.value()?;
    }
    let time_end = reader.position();
    let seconds = match first {
        Value::Ext(0, &[a, b, c, d, _, _, _, _]) => [a, b, c, d],
        Value::Uint(_) | Value::Int(_) | Value::Float(_) => [0; 4],
        _ => return Ok(Head::Unknown),
    };
    let record = if with_metadata {
        let metadata_end = skip(chunk, time_end)?;
        if !matches!(reader.value()?, Value::Map(_)) {
            return Ok(Head::Unknown);
        }
        metadata_end
    } else {
        time_end
    };
    Ok(log(seconds, time, time_end, record))
}

/// The timestamp that every host reads: the extension of type 0.
#[inline]
fn encode_event_time(seconds: u32, nanoseconds: u32) -> [u8; 10] {
    let [a, b, c, d] = seconds.to_be_bytes();
    let [e, f, g, h] = nanoseconds.to_be_bytes();
    [marker::FIXEXT8, 0, a, b, c, d, e, f, g, h]
}

/// The time that an encoded timestamp tells; `None` when it is none, or outside 0001–9999.
fn event_time(encoded: &[u8]) -> Option<Time> {
    match Reader::new(encoded, 0).value().ok()? {
        Value::Ext(0, &[a, b, c, d, e, f, g, h]) => {
            let seconds = u32::from_be_bytes([a, b, c, d]);
            Time::new(seconds.into(), u32::from_be_bytes([e, f, g, h]))
        }
        Value::Uint(seconds) => Time::new(i64::try_from(seconds).ok()?, 0),
        Value::Int(seconds) => Time::new(seconds, 0),
        Value::Float(seconds) => Time::from_float_seconds(seconds),
        _ => None,
    }
}

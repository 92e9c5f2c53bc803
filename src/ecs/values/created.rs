//! `event.created`: the time that an event came with, as text.

use crate::long_way::long_way;
use crate::msgpack::Writer;
use crate::timestamp::{Fraction, Time, TimeFormat};

/// The size of an event's time in the form that hosts write: an extension of 8 bytes.
const ENCODED: usize = 10;
/// A string of the longest time, and padding to a size that is copied in one go.
const TEXT: usize = 32;

/// Writes the times of events, and remembers the last text: the events of a chunk often came at
/// the same time.
#[derive(Debug, Default)]
pub(crate) struct Created {
    encoded: [u8; ENCODED],
    text: [u8; TEXT],
    /// 0 before there is a text.
    size: usize,
    format: TimeFormat,
}

impl Created {
    /// Writes the text of an event's time, given as it is encoded in the event's header, and read by
    /// `read` if need be; `false`, and nothing, when it is no time.
    #[inline(always)]
    pub(crate) fn write(
        &mut self,
        writer: &mut Writer<'_>,
        encoded: &[u8],
        read: impl FnOnce() -> Option<Time>,
    ) -> bool {
        if self.size == 0 || encoded != self.encoded {
            let Some(time) = read() else { return false };
            self.set(encoded, time);
        }
        writer.put_padded(&self.text, self.size);
        true
    }

    #[inline(never)]
    fn set(&mut self, encoded: &[u8], time: Time) {
        long_way!("event's own time written");
        let (to_second, fraction) = self.format.format(time);
        let fraction = match &fraction {
            Fraction::Micros(digits) => &digits[..],
            Fraction::Nanos(digits) => &digits[..],
        };
        let mut writer = Writer::new(&mut self.text);
        writer.str_header(to_second.len() + fraction.len());
        writer.copy(to_second);
        writer.copy(fraction);
        self.size = writer.finish().unwrap_or_default();
        // One of another form is written anew each time.
        self.encoded = encoded
            .first_chunk()
            .filter(|_| encoded.len() == ENCODED)
            .map_or([0; ENCODED], |all| *all);
    }
}

#[cfg(test)]
mod tests {
    use super::Created;
    use crate::msgpack::Writer;
    use crate::timestamp::Time;

    /// Each event has its own time, though the last one's text is remembered.
    #[test]
    fn events_with_other_times_have_other_texts() {
        let mut created = Created::default();
        let texts =
            [(1, b"\xbb1970-01-01T00:00:01.000000Z"), (2, b"\xbb1970-01-01T00:00:02.000000Z")];
        for (second, text) in texts.into_iter().cycle().take(5) {
            let encoded = [0xd7, 0, 0, 0, 0, second, 0, 0, 0, 0];
            let mut room = [0; 100];
            let mut writer = Writer::new(&mut room);
            assert!(created.write(&mut writer, &encoded, || Time::new(second.into(), 0)));
            let size = writer.finish().unwrap_or_default();
            assert_eq!(room.get(..size), Some(&text[..]));
        }
    }
}

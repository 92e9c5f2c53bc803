//! A short constant to compare the beginning of bytes with, in a few masked comparisons.

use crate::long_way::long_way;

/// The longest constant.
pub(super) const LONGEST: usize = 32;

/// The number of words that a constant is compared by.
const WORDS: usize = LONGEST / 8;

/// A constant of up to 32 bytes, padded to words of eight, with the masks of its real bytes.
///
/// Of a record whose keys come in a known order, each comparison and each branch is what it was in
/// the record before, so the processor guesses them right. Wider words are compared in vectors, and
/// bringing the outcome back took longer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Prefix {
    padded: [u8; LONGEST],
    masks: [u64; WORDS],
    size: usize,
}

impl Prefix {
    /// The prefix of these bytes; of more than [`LONGEST`], `None`.
    #[expect(clippy::indexing_slicing, reason = "the size was compared")]
    pub(super) const fn new(bytes: &[u8]) -> Option<Self> {
        if bytes.len() > LONGEST {
            return None;
        }
        let (mut padded, mut mask) = ([0; LONGEST], [0; LONGEST]);
        let mut i = 0;
        while i < bytes.len() {
            (padded[i], mask[i]) = (bytes[i], 0xff);
            i += 1;
        }
        Some(Self { padded, masks: words(&mask), size: bytes.len() })
    }

    /// The number of its bytes.
    #[inline(always)]
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// Whether `bytes` begin with it.
    #[inline(always)]
    pub(super) fn begins(&self, bytes: &[u8]) -> bool {
        match bytes.first_chunk() {
            Some(window) => self.begins_window(window),
            None => self.begins_short(bytes),
        }
    }

    #[inline(always)]
    fn begins_window(&self, window: &[u8; LONGEST]) -> bool {
        let [a, b, c, d] = words(window);
        let (words, masks) = (words(&self.padded), &self.masks);
        a & masks[0] == words[0]
            && (self.size <= 8 || b & masks[1] == words[1])
            && (self.size <= 16 || (c & masks[2] == words[2] && d & masks[3] == words[3]))
    }

    /// As [`Prefix::begins`], where `bytes` end before the window does: near to the end of a
    /// chunk, and of a JSON text.
    #[inline(never)]
    fn begins_short(&self, bytes: &[u8]) -> bool {
        long_way!("key near to the end");
        let there = bytes.get(..self.size);
        there.is_some_and(|there| Some(there) == self.padded.get(..self.size))
    }
}

#[inline(always)]
#[expect(clippy::indexing_slicing, reason = "constant places of an array")]
const fn words(bytes: &[u8; LONGEST]) -> [u64; WORDS] {
    let mut words = [0; WORDS];
    let mut rest: &[u8] = bytes;
    let mut i = 0;
    while let Some((word, behind)) = rest.split_first_chunk() {
        words[i] = u64::from_le_bytes(*word);
        rest = behind;
        i += 1;
    }
    words
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test")]

    use super::{LONGEST, Prefix};

    #[test]
    fn every_byte_of_it_is_compared_and_none_behind() {
        let constant: [u8; LONGEST] = std::array::from_fn(|i| b'a' + i as u8);
        for size in 0..=LONGEST {
            let prefix = Prefix::new(&constant[..size]).expect("short enough");
            // With as many bytes behind as are looked at together, and with fewer.
            for behind in [0, 1, 2 * LONGEST] {
                let bytes = [&constant[..size], &vec![0xff; behind]].concat();
                assert!(prefix.begins(&bytes), "{size} and {behind}");
                for place in 0..size {
                    let mut other = bytes.clone();
                    other[place] ^= 1;
                    assert!(!prefix.begins(&other), "{size} and {behind}, {place}");
                }
                assert!(size == 0 || !prefix.begins(&bytes[..size - 1]), "{size}");
            }
        }
        assert!(Prefix::new(&[0; LONGEST + 1]).is_none());
    }
}

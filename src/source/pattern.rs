//! A short constant to compare the beginning of bytes with, in one or two masked comparisons.

/// The longest constant.
pub(super) const LONGEST: usize = 32;

/// A constant of up to 32 bytes, padded to two machine words of 16, with the mask of its real bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pattern {
    words: [u128; 2],
    masks: [u128; 2],
    size: usize,
}

impl Pattern {
    /// The pattern of these bytes; of more than [`LONGEST`], `None`.
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
        Some(Self { words: words(&padded), masks: words(&mask), size: bytes.len() })
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
        let [low, high] = words(window);
        low & self.masks[0] == self.words[0]
            && (self.size <= LONGEST / 2 || high & self.masks[1] == self.words[1])
    }

    /// As [`Pattern::begins`], where `bytes` end before the window does: in the last record of
    /// every chunk.
    #[inline(never)]
    fn begins_short(&self, bytes: &[u8]) -> bool {
        let mut window = [0; LONGEST];
        window.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        bytes.len() >= self.size && self.begins_window(&window)
    }
}

#[inline(always)]
const fn words(bytes: &[u8; LONGEST]) -> [u128; 2] {
    let (low, high) = bytes.split_at(LONGEST / 2);
    [word(low), word(high)]
}

#[inline(always)]
const fn word(half: &[u8]) -> u128 {
    match half.first_chunk() {
        Some(half) => u128::from_le_bytes(*half),
        None => 0,
    }
}

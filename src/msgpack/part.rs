//! A part of a slice that can be copied together with what lies behind it.

/// A part of a slice, which knows what lies behind it. Its offsets come from a walk over that slice;
/// with others, `bytes` is empty.
#[derive(Debug, Clone, Copy, Default)]
pub struct Part<'a> {
    whole: &'a [u8],
    start: usize,
    end: usize,
}

impl<'a> Part<'a> {
    /// The bytes from `start` to `end` of `whole`.
    #[inline(always)]
    pub fn new(whole: &'a [u8], start: usize, end: usize) -> Self {
        Self { whole, start, end }
    }

    /// The bytes from `from` on, `size` of them.
    #[inline(always)]
    pub fn within(self, from: usize, size: usize) -> Self {
        let start = self.start + from;
        Self { whole: self.whole, start, end: start + size }
    }

    /// Sixteen bytes from the part's first byte on, and the part's size; `None` where the whole
    /// slice ends before that.
    #[inline(always)]
    pub fn padded(self) -> Option<(&'a [u8; 16], usize)> {
        Some((self.wide()?, self.size()))
    }

    #[inline(always)]
    pub(super) fn wide<const N: usize>(self) -> Option<&'a [u8; N]> {
        self.whole.get(self.start..)?.first_chunk()
    }

    /// The number of bytes from its beginning to its end.
    #[inline(always)]
    pub fn size(self) -> usize {
        self.end - self.start
    }

    /// The part's first byte; what lies behind an empty one.
    #[inline(always)]
    pub fn first(self) -> Option<u8> {
        self.whole.get(self.start).copied()
    }

    /// The bytes of the part.
    #[inline(always)]
    pub fn bytes(self) -> &'a [u8] {
        self.whole.get(self.start..self.end).unwrap_or_default()
    }
}

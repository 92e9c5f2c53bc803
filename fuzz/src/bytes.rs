//! A fuzzer's input as a list of choices: each takes a byte or a few, and there is always a next one.

/// The rest of the input. After its end come zeros, and 0 is always the simplest choice.
pub(crate) struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn byte(&mut self) -> u8 {
        let Some((&first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        first
    }

    /// One of `count` things.
    pub(crate) fn pick(&mut self, count: usize) -> usize {
        usize::from(self.byte()) % count
    }

    pub(crate) fn one_of<T: Copy>(&mut self, things: &[T]) -> T {
        things[self.pick(things.len())]
    }

    pub(crate) fn u64(&mut self) -> u64 {
        (0..8).fold(0, |number, _| number << 8 | u64::from(self.byte()))
    }

    /// A length and as many bytes.
    pub(crate) fn some(&mut self) -> &'a [u8] {
        let size = usize::from(self.byte()).min(self.0.len());
        let (some, rest) = self.0.split_at(size);
        self.0 = rest;
        some
    }

    /// Text of up to 254 bytes, or a piece of one many times over.
    pub(crate) fn text(&mut self) -> String {
        if self.0.first() != Some(&255) {
            return String::from_utf8_lossy(self.some()).into_owned();
        }
        self.byte();
        let times = 64 * usize::from(self.byte());
        let piece = self.some();
        String::from_utf8_lossy(&piece[..piece.len().min(16)]).repeat(times)
    }

    /// All that is left.
    pub(crate) fn rest(self) -> &'a [u8] {
        self.0
    }
}

//! A writer into a slice that may turn out too small.
//!
//! Nothing fails while a value is being written: what does not fit is counted and not stored, so
//! that [`Writer::finish`] either proves the whole value written or tells how much room it
//! needs. The caller makes that room and writes again; the mapper needs no error path per field.
//!
//! Containers are written with their header first and the count filled in on closing. The width
//! of the header follows from a bound that the caller knows when it opens the container.

use super::format::marker;
use super::part::Part;
use crate::long_way::long_way;

/// A cursor over a slice to be filled. Offsets cannot overflow: they add up lengths of slices
/// that are in memory, and constants.
#[derive(Debug)]
pub struct Writer<'a> {
    room: &'a mut [u8],
    at: usize,
    members: u32,
}

/// What is copied in one go where there is room.
const WIDE: usize = 32;
/// The size of the longest header of a string.
const LONGEST_HEADER: usize = 5;

/// A container that was opened and not closed yet.
#[derive(Debug)]
#[must_use = "an open container has no valid count yet"]
pub struct Object {
    /// Where to go back to when the container stays empty: before its key.
    before: usize,
    header: usize,
    /// The most members that it can have.
    bound: usize,
    kind: Kind,
    members_outside: u32,
}

#[derive(Debug, Clone, Copy)]
enum Width {
    Fixed,
    Bits16,
    Bits32,
}

impl Width {
    #[inline(always)]
    fn of(bound: usize) -> Self {
        match bound {
            0..=15 => Self::Fixed,
            16..=0xffff => Self::Bits16,
            _ => Self::Bits32,
        }
    }

    #[inline(always)]
    fn size(self) -> usize {
        match self {
            Self::Fixed => 1,
            Self::Bits16 => 3,
            Self::Bits32 => 5,
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Map,
    Array,
}

impl<'a> Writer<'a> {
    /// A writer that fills `room` from its beginning.
    pub fn new(room: &'a mut [u8]) -> Self {
        Self { room, at: 0, members: 0 }
    }

    /// The bytes written.
    ///
    /// # Errors
    /// The number of bytes that would have been needed, when `room` was too small.
    pub fn finish(self) -> Result<usize, usize> {
        if self.at <= self.room.len() { Ok(self.at) } else { Err(self.at) }
    }

    /// The offset of the next byte.
    #[inline]
    pub fn position(&self) -> usize {
        self.at
    }

    /// The bytes written from the offset `start` on; `None` when not all of them fitted.
    #[inline]
    pub fn written(&self, start: usize) -> Option<&[u8]> {
        self.room.get(start..self.at)
    }

    /// Takes back what was written from the offset `start` on, when it made `members` members.
    #[inline]
    pub fn rewind(&mut self, start: usize, members: u32) {
        self.at = start;
        self.members = members;
    }

    /// The members written so far into the innermost open container.
    pub fn members(&self) -> u32 {
        self.members
    }

    /// Writes bytes whose number is known when compiling.
    #[inline(always)]
    pub fn put<const N: usize>(&mut self, bytes: &[u8; N]) {
        if let Some(place) = self.room.get_mut(self.at..).and_then(|rest| rest.first_chunk_mut()) {
            *place = *bytes;
        }
        self.at += N;
    }

    /// Writes bytes over those that were written at the offset `at` before.
    #[inline(always)]
    pub fn overwrite<const N: usize>(&mut self, at: usize, bytes: &[u8; N]) {
        let place = self.room.get_mut(at..).and_then(|rest| rest.first_chunk_mut());
        if let Some(place) = place {
            *place = *bytes;
        }
    }

    /// Writes the first `size` bytes of a padded constant, in one copy of the whole.
    #[inline(always)]
    pub fn put_padded<const N: usize>(&mut self, padded: &[u8; N], size: usize) {
        match self.room.get_mut(self.at..).and_then(|rest| rest.first_chunk_mut()) {
            Some(place) => {
                *place = *padded;
                self.at += size.min(N);
            }
            None => {
                long_way!("constant without room for its padding");
                self.copy(padded.get(..size).unwrap_or(padded));
            }
        }
    }

    /// Writes bytes as they are: an encoded value, or a part of one.
    #[inline]
    pub fn copy(&mut self, bytes: &[u8]) {
        let end = self.at + bytes.len();
        if let Some(place) = self.room.get_mut(self.at..end) {
            place.copy_from_slice(bytes);
        }
        self.at = end;
    }

    /// Writes a part of a longer slice. A short part is copied together with what lies behind it,
    /// in one go of a fixed size, where both slices have that much: what is too much is
    /// overwritten by what comes next.
    #[inline(always)]
    pub fn copy_part(&mut self, part: Part<'_>) {
        let size = part.size();
        if size <= WIDE {
            let place = self.room.get_mut(self.at..).and_then(|rest| rest.first_chunk_mut());
            if let (Some(from), Some(place)) = (part.wide::<WIDE>(), place) {
                *place = *from;
                self.at += size;
                return;
            }
        }
        long_way!("part copied by its size");
        self.copy(part.bytes());
    }

    /// Begins a member of the innermost map with its encoded key.
    #[inline(always)]
    pub fn key<const N: usize>(&mut self, key: &[u8; N]) {
        self.members += 1;
        self.put(key);
    }

    /// Writes a member with the value that was written from the offset `value` on.
    #[inline(always)]
    pub fn again<const N: usize>(&mut self, key: &[u8; N], value: usize) {
        let end = self.at;
        self.key(key);
        let behind = self.at + (end - value);
        if behind <= self.room.len() {
            self.room.copy_within(value..end, self.at);
        }
        self.at = behind;
    }

    /// Begins a member of the innermost container with bytes that are encoded already: a key, or
    /// nothing before an array's item.
    #[inline(always)]
    pub fn member(&mut self, encoded: &[u8]) {
        self.members += 1;
        self.copy(encoded);
    }

    /// Counts members that were written as bytes.
    #[inline(always)]
    pub fn add_members(&mut self, members: u32) {
        self.members += members;
    }

    /// Writes a string.
    #[inline]
    pub fn str(&mut self, text: &[u8]) {
        self.str_header(text.len());
        self.copy(text);
    }

    /// Writes the first `size` bytes of a padded short string, in one copy of the whole.
    #[inline(always)]
    pub fn str_padded<const N: usize>(&mut self, padded: &[u8; N], size: usize) {
        const { assert!(N <= 31, "the longest that has a header of one byte") };
        debug_assert!(size <= N, "the string is in its padding");
        let place = self.room.get_mut(self.at..).and_then(<[u8]>::split_first_mut);
        match place.and_then(|(header, rest)| Some((header, rest.first_chunk_mut()?))) {
            Some((header, place)) => {
                *header = marker::FIXSTR | size as u8;
                *place = *padded;
                self.at += 1 + size.min(N);
            }
            None => self.str(padded.get(..size).unwrap_or(padded)),
        }
    }

    /// Writes a string that is a part of a longer slice.
    #[inline(always)]
    pub fn str_part(&mut self, text: Part<'_>) {
        self.str_header(text.size());
        self.copy_part(text);
    }

    /// Writes `text`, which is the encoded string `value`, or a part of it.
    #[inline(always)]
    pub fn str_of(&mut self, value: Part<'_>, text: Part<'_>) {
        // With its header at once, where all of a short one stays.
        if value.size() == text.size() + 1 {
            return self.copy_part(value);
        }
        long_way!("part of a string, or a long one");
        self.str_part(text);
    }

    /// Writes a string with its ASCII letters small.
    pub fn str_lower(&mut self, text: &[u8]) {
        self.str(text);
        if let Some(text) = self.room.get_mut(self.at - text.len()..self.at) {
            text.make_ascii_lowercase();
        }
    }

    /// Writes a word with a number's digits behind it, as a string.
    pub fn numbered(&mut self, word: &[u8], number: u16) {
        let mut digits = [0; 5];
        let mut rest = number;
        let mut size = 0;
        for digit in digits.iter_mut().rev() {
            *digit = b'0' + (rest % 10) as u8;
            rest /= 10;
            size += 1;
            if rest == 0 {
                break;
            }
        }
        self.str_header(word.len() + size);
        self.copy(word);
        self.copy(digits.get(digits.len() - size..).unwrap_or_default());
    }

    /// Begins a string whose length is not known yet; gives what [`Writer::end_text`] needs.
    pub fn begin_text(&mut self) -> usize {
        self.at += LONGEST_HEADER;
        self.at
    }

    /// Ends a string that began at `start`: moves it up to the shortest header that it can have.
    pub fn end_text(&mut self, start: usize) {
        let end = self.at;
        // Where not all of it fitted, the room that moving it takes counts as needed, too.
        if end <= self.room.len() {
            self.at = start - LONGEST_HEADER;
            self.str_header(end - start);
            self.room.copy_within(start..end, self.at);
            self.at += end - start;
        }
    }

    /// Writes the header of a string of `size` bytes.
    #[inline]
    pub fn str_header(&mut self, size: usize) {
        match size {
            0..=31 => self.put(&[marker::FIXSTR | size as u8]),
            32..=0xff => self.put(&[marker::STR8, size as u8]),
            0x100..=0xffff => {
                let [a, b] = (size as u16).to_be_bytes();
                self.put(&[marker::STR16, a, b]);
            }
            _ => self.put_u32(marker::STR32, size as u32),
        }
    }

    /// Writes a non-negative integer.
    #[inline]
    pub fn uint(&mut self, number: u64) {
        match number {
            0..=0x7f => self.put(&[number as u8]),
            0x80..=0xff => self.put(&[marker::UINT8, number as u8]),
            0x100..=0xffff => {
                let [a, b] = (number as u16).to_be_bytes();
                self.put(&[marker::UINT16, a, b]);
            }
            0x1_0000..=0xffff_ffff => self.put_u32(marker::UINT32, number as u32),
            _ => self.put_u64(marker::UINT64, number),
        }
    }

    /// Writes an integer.
    pub fn int(&mut self, number: i64) {
        match number {
            0.. => self.uint(number as u64),
            -32..=-1 => self.put(&[number as u8]),
            -0x80..=-33 => self.put(&[marker::INT8, number as u8]),
            _ => self.put_u64(marker::INT64, number as u64),
        }
    }

    /// Writes a floating-point number.
    pub fn float(&mut self, number: f64) {
        self.put_u64(marker::FLOAT64, number.to_bits());
    }

    /// Writes a truth value.
    #[inline]
    pub fn bool(&mut self, truth: bool) {
        self.put(&[if truth { marker::TRUE } else { marker::FALSE }]);
    }

    /// Writes nil.
    pub fn nil(&mut self) {
        self.put(&[marker::NIL]);
    }

    fn put_u32(&mut self, first: u8, number: u32) {
        let [a, b, c, d] = number.to_be_bytes();
        self.put(&[first, a, b, c, d]);
    }

    fn put_u64(&mut self, first: u8, number: u64) {
        let [a, b, c, d, e, f, g, h] = number.to_be_bytes();
        self.put(&[first, a, b, c, d, e, f, g, h]);
    }

    /// Opens a map that is a member of the innermost map; it will have at most `bound` members.
    #[inline(always)]
    pub fn open_map<const N: usize>(&mut self, key: &[u8; N], bound: usize) -> Object {
        let before = self.at;
        self.put(key);
        self.open(Kind::Map, bound, before)
    }

    /// Opens a map that stands for itself; it will have at most `bound` members.
    #[inline(always)]
    pub fn open_root_map(&mut self, bound: usize) -> Object {
        self.open(Kind::Map, bound, self.at)
    }

    /// Opens an array that stands for itself; it will have at most `bound` items.
    pub fn open_root_array(&mut self, bound: usize) -> Object {
        self.open(Kind::Array, bound, self.at)
    }

    #[inline(always)]
    fn open(&mut self, kind: Kind, bound: usize, before: usize) -> Object {
        let opened = Object { before, header: self.at, bound, kind, members_outside: self.members };
        self.at += Width::of(bound).size();
        self.members = 0;
        opened
    }

    /// Closes a container and fills in its count. An empty one is taken back, key and all.
    #[inline(always)]
    pub fn close(&mut self, opened: Object) {
        if self.members == 0 {
            self.at = opened.before;
            self.members = opened.members_outside;
        } else {
            self.close_root(opened);
            self.members += 1;
        }
    }

    /// Closes a container that stands for itself; an empty one stays.
    #[inline(always)]
    pub fn close_root(&mut self, opened: Object) {
        let members = self.members;
        // With more, the header would be that of another type, or of another count.
        assert!(members as usize <= opened.bound, "more members than the bound");
        self.members = opened.members_outside;
        let Some(header) = self.room.get_mut(opened.header..) else { return };
        let (fixed, sized16, sized32) = match opened.kind {
            Kind::Map => (marker::FIXMAP, marker::MAP16, marker::MAP32),
            Kind::Array => (marker::FIXARRAY, marker::ARRAY16, marker::ARRAY32),
        };
        match Width::of(opened.bound) {
            Width::Fixed => {
                if let Some(place) = header.first_mut() {
                    *place = fixed | members as u8;
                }
            }
            Width::Bits16 => {
                if let Some(place) = header.first_chunk_mut() {
                    let [a, b] = (members as u16).to_be_bytes();
                    *place = [sized16, a, b];
                }
            }
            Width::Bits32 => {
                if let Some(place) = header.first_chunk_mut() {
                    let [a, b, c, d] = members.to_be_bytes();
                    *place = [sized32, a, b, c, d];
                }
            }
        }
    }
}

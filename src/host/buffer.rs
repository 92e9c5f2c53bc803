//! A new chunk in memory that the host frees.

use std::ffi::c_void;
use std::ptr::NonNull;

use crate::inject_panic::inject_panic;
use crate::memory::OutOfMemory;
use crate::output::Output;

/// Memory from `realloc`, which is the host's own wherever it exports one (jemalloc). It frees
/// itself until it is handed over.
#[derive(Debug, Default)]
pub(crate) struct HostBuffer {
    start: Option<NonNull<u8>>,
    len: usize,
    capacity: usize,
}
impl HostBuffer {
    /// Hands the memory over: its start, null when nothing was taken, and its length.
    pub(crate) fn into_raw(self) -> (*mut c_void, usize) {
        let buffer = std::mem::ManuallyDrop::new(self);
        let start = buffer.start.map_or(std::ptr::null_mut(), NonNull::as_ptr);
        (start.cast(), buffer.len)
    }

    fn grow(&mut self, capacity: usize) -> Result<(), OutOfMemory> {
        let old = self.start.map_or(std::ptr::null_mut(), NonNull::as_ptr);
        // SAFETY: `old` is null or came from `realloc`, and was not freed; `capacity` is not zero.
        let new = unsafe { libc::realloc(old.cast(), capacity) };
        self.start = Some(NonNull::new(new.cast()).ok_or(OutOfMemory)?);
        self.capacity = capacity;
        Ok(())
    }
}

impl Output for HostBuffer {
    fn append(&mut self, bytes: &[u8], more: usize) -> Result<(), OutOfMemory> {
        inject_panic("append");
        if bytes.is_empty() {
            return Ok(());
        }
        let end = self.len.checked_add(bytes.len()).ok_or(OutOfMemory)?;
        if end > self.capacity {
            // The growth that is asked for, and never less than a half, so that it stays rare.
            let least = self.capacity.saturating_add(self.capacity / 2);
            self.grow(end.saturating_add(more).max(least))?;
        }
        let start = self.start.ok_or(OutOfMemory)?;
        // SAFETY: `len` is at most the capacity of the allocation at `start`.
        let place = unsafe { start.as_ptr().add(self.len) };
        // SAFETY: `end` is within the capacity; `bytes` cannot overlap memory that is ours alone.
        unsafe { place.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
        self.len = end;
        Ok(())
    }
}

impl Drop for HostBuffer {
    fn drop(&mut self) {
        if let Some(start) = self.start {
            // SAFETY: it came from `realloc` and was neither freed nor handed over.
            unsafe { libc::free(start.as_ptr().cast()) };
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "a test")]

    use super::HostBuffer;
    use crate::output::Output;

    #[test]
    fn it_grows_by_what_is_asked_for_and_by_half_at_least() {
        let mut buffer = HostBuffer::default();
        // Bytes, how many more are foretold, and the capacity then.
        for (bytes, more, capacity) in [(10, 10, 20), (10, 5, 20), (1, 0, 30), (10, 100, 131)] {
            buffer.append(&vec![1; bytes], more).expect("memory");
            assert_eq!(buffer.capacity, capacity, "{bytes} and {more}");
        }
        assert_eq!(buffer.len, 31);
    }
}

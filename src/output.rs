//! Where the new chunk goes.

#![forbid(unsafe_code)]

use crate::memory::OutOfMemory;

/// Where the new chunk goes.
pub trait Output {
    /// Appends `bytes`; about `more` bytes are likely to follow.
    ///
    /// # Errors
    /// [`OutOfMemory`]; what was appended before stays.
    fn append(&mut self, bytes: &[u8], more: usize) -> Result<(), OutOfMemory>;
}

impl Output for Vec<u8> {
    fn append(&mut self, bytes: &[u8], more: usize) -> Result<(), OutOfMemory> {
        if self.capacity() - self.len() < bytes.len() {
            let wanted = bytes.len().saturating_add(more).max(self.capacity());
            self.try_reserve_exact(wanted).map_err(|_| OutOfMemory)?;
        }
        self.extend_from_slice(bytes);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Output;

    /// Room for what is likely to follow is taken at once, at least as much as there is; none where
    /// all fits.
    #[test]
    fn a_vec_grows_by_what_is_likely_to_follow() {
        let mut bytes = Vec::new();
        for (size, more, capacity) in [(10, 90, 100), (90, 500, 100), (1, 0, 200), (200, 700, 1001)]
        {
            assert_eq!(Output::append(&mut bytes, &vec![7; size], more), Ok(()));
            assert_eq!(bytes.capacity(), capacity, "{size} bytes and {more} more");
        }
        assert_eq!(bytes, [7; 301]);
    }
}

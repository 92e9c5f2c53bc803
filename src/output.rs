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

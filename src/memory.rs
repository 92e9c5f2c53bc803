//! Memory that is asked for, and may not be had.

/// Memory could not be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutOfMemory;

/// Makes `bytes` at least `size` long, with zeros.
///
/// # Errors
/// [`OutOfMemory`]; `bytes` is as it was.
pub fn lengthen(bytes: &mut Vec<u8>, size: usize) -> Result<(), OutOfMemory> {
    if bytes.len() < size {
        bytes.try_reserve_exact(size - bytes.len()).map_err(|_| OutOfMemory)?;
        bytes.resize(size, 0);
    }
    Ok(())
}

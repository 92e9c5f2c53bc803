//! Memory that is asked for, and may not be had.

#![forbid(unsafe_code)]

use std::fmt;

/// Memory could not be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutOfMemory;

impl fmt::Display for OutOfMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("out of memory")
    }
}

impl std::error::Error for OutOfMemory {}

/// Makes `bytes` at least `size` long, with zeros.
///
/// # Errors
/// [`OutOfMemory`]; `bytes` is as it was.
pub(crate) fn lengthen(bytes: &mut Vec<u8>, size: usize) -> Result<(), OutOfMemory> {
    if bytes.len() < size {
        bytes.try_reserve_exact(size - bytes.len()).map_err(|_| OutOfMemory)?;
        bytes.resize(size, 0);
    }
    Ok(())
}

/// More memory than this is given back at the next use that needs no more.
const LARGEST_KEPT: usize = 1024 * 1024;

/// Gives `bytes` back if they are many, and `size` of them or fewer are needed from now on.
pub(crate) fn give_back(bytes: &mut Vec<u8>, size: usize) {
    if bytes.len() > LARGEST_KEPT && size <= LARGEST_KEPT {
        // Not `shrink_to`, which may need memory to give some back.
        *bytes = Vec::new();
    }
}

#[cfg(test)]
mod tests {
    use super::{LARGEST_KEPT, give_back, lengthen};

    #[test]
    fn no_more_is_taken_than_was_asked_for() {
        let mut bytes = vec![1; 100];
        assert_eq!(lengthen(&mut bytes, 1_000), Ok(()));
        assert_eq!((bytes.len(), bytes.capacity()), (1_000, 1_000));
        assert_eq!(lengthen(&mut bytes, 10), Ok(()));
        assert_eq!(bytes.len(), 1_000);
    }

    #[test]
    fn what_is_large_is_given_back_once_less_is_enough() {
        for (size, needed, is_kept) in [
            (LARGEST_KEPT, 1, true),
            (LARGEST_KEPT + 1, LARGEST_KEPT, false),
            (LARGEST_KEPT + 1, LARGEST_KEPT + 1, true),
        ] {
            let mut bytes = vec![0; size];
            give_back(&mut bytes, needed);
            assert_eq!(bytes.capacity() > 0, is_kept, "{size}, {needed}");
        }
    }
}

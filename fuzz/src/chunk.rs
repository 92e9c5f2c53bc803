//! Any bytes as a chunk, under any configuration.

use crate::bytes::Bytes;
use crate::{promises, setup};

/// A configuration, and a chunk.
pub fn chunk(input: &[u8]) {
    let mut bytes = Bytes::new(input);
    let settings = setup::settings(&mut bytes);
    promises::check(&settings, bytes.rest());
}

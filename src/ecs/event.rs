//! An event on its way to the mapping.

use crate::chunk::Header;

/// An event to be mapped.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Event<'a> {
    /// The chunk that the event is in.
    pub chunk: &'a [u8],
    /// Where the event begins.
    pub start: usize,
    /// Where the parts of its header are.
    pub header: Header,
    /// Where its Cloudflare record came from.
    pub place: Place<'a>,
}

/// Where a Cloudflare record came from.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place<'a> {
    /// It is the event's record.
    Record,
    /// It is JSON text in a field of the event's record.
    Text {
        /// The MessagePack of that text.
        record: &'a [u8],
        /// The text.
        text: &'a [u8],
        /// Which pair of the event's record holds it, from 0 on.
        pair: usize,
        /// How many pairs the event's record has.
        pairs: usize,
    },
}

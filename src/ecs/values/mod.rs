//! Values in the forms in which records bring them, and in those in which they are written.

pub(super) mod cloudflare;
pub(super) mod coerce;
pub(super) mod created;
pub(super) mod depth;
pub(super) mod error_message;
pub(super) mod ip;
pub(super) mod name;
pub(super) mod unreadable;

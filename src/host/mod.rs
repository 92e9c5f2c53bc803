//! A safe view of the Fluent Bit that has loaded us.
//!
//! Its functions are looked up by name when they are first called: a host without one of them
//! still loads the file and gets a clear answer. How it lays out what it shares with a plugin is
//! proven by its own data (`layout`, `instance`), for it states no version where a plugin could
//! see it.

mod buffer;
mod clock;
mod counter;
mod function;
mod instance;
mod layout;
mod log;
mod object;

use std::ffi::c_int;

use crate::abi;

pub(crate) use buffer::HostBuffer;
pub(crate) use clock::now;
pub(crate) use counter::{Counter, Series};
pub(crate) use instance::{Instance, Internals};
pub(crate) use layout::{LONGEST_STRIDE, Layout, Shape, layout};
pub(crate) use log::{Line, Log};

/// The answers of `cb_filter`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FilterAnswer {
    NoTouch,
    Modified,
}

impl FilterAnswer {
    pub(crate) fn code(self) -> c_int {
        match self {
            Self::NoTouch => abi::FLB_FILTER_NOTOUCH,
            Self::Modified => abi::FLB_FILTER_MODIFIED,
        }
    }
}

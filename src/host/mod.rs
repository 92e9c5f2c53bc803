//! A safe view of the Fluent Bit that has loaded us.
//!
//! Its functions are looked up by name when they are first called: a host without one of them
//! still loads the file and gets a clear answer. How it lays out what it shares with a plugin is
//! proven by its own data (`layout`, `instance`), for it states no version where a plugin could
//! see it.

mod buffer;
mod counter;
mod instance;
mod layout;
mod log;
mod object;

use std::ffi::{CStr, c_int, c_void};
use std::marker::PhantomData;
use std::num::NonZeroUsize;

use once_cell::race::OnceNonZeroUsize;

use crate::abi;

pub(crate) use buffer::HostBuffer;
pub(crate) use counter::Counter;
pub(crate) use instance::{Instance, Internals};
pub(crate) use layout::{LONGEST_STRIDE, Layout, Shape, layout};
pub(crate) use log::{Line, Log};

fn exports(name: &CStr) -> bool {
    address_of(name).is_some()
}

fn address_of(name: &CStr) -> Option<NonZeroUsize> {
    // SAFETY: `name` is a C string; looking a symbol up calls nothing.
    let address = unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) };
    NonZeroUsize::new(address.expose_provenance())
}

/// A function of the host, looked up when it is first called. Threads may look it up at once:
/// nothing blocks, and all find the same.
struct HostFunction<F> {
    name: &'static CStr,
    address: OnceNonZeroUsize,
    function: PhantomData<F>,
}

impl<F: Copy> HostFunction<F> {
    /// # Safety
    /// `F` is the optional pointer to the host's function of that name, as all versions have it.
    const unsafe fn new(name: &'static CStr) -> Self {
        Self { name, address: OnceNonZeroUsize::new(), function: PhantomData }
    }

    /// The function; `None` in a host that has none of that name.
    fn get(&self) -> F {
        const { assert!(size_of::<F>() == size_of::<*const c_void>()) };
        let found = self.address.get_or_try_init(|| address_of(self.name).ok_or(()));
        let address = found.map_or(0, NonZeroUsize::get);
        let pointer = std::ptr::with_exposed_provenance::<c_void>(address);
        // SAFETY: `F` is an optional function pointer (`new`); null is `None`.
        unsafe { std::mem::transmute_copy(&pointer) }
    }
}

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

//! A safe view of the Fluent Bit that has loaded us.
//!
//! Its functions are looked up by name when they are first called: a host without one of them
//! still loads the file and gets a clear answer. Which generation of the plugin ABI it speaks is
//! told by the functions that it exports, for it states no version where a plugin could see it.

mod buffer;
mod instance;
mod log;
mod metrics;

use std::ffi::{CStr, c_int, c_void};
use std::marker::PhantomData;
use std::num::NonZeroUsize;

use once_cell::race::OnceNonZeroUsize;

use crate::abi;

pub(crate) use buffer::HostBuffer;
pub(crate) use instance::{COPIED_WORDS, Inside, Instance};
pub(crate) use log::{Line, Log};
pub(crate) use metrics::Counter;

/// The layouts of the exported struct (see `include/fluent_bit_abi.h`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Generation {
    /// 1.9.3 to 2.0.
    One,
    /// 2.1.
    Two,
    /// 2.2 to 3.1.
    Three,
    /// 3.2 and newer.
    Four,
}

/// The sizes of an element of the config map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ConfigMapElement {
    /// Up to 5.0.2.
    Short,
    /// 5.0.3 and newer.
    WithRaw,
}

/// Tells the generation of the running host; `None` when it is older than 1.9.3, or no Fluent Bit.
pub(crate) fn generation() -> Option<Generation> {
    // Each of these came with the version named, and has stayed.
    let since_3_2 = exports(c"flb_notification_enqueue");
    // Either, for each depends on a build option.
    let since_2_2 = exports(c"flb_proxy_output_cb_init") || exports(c"flb_chunk_trace_output");
    let since_2_1 = exports(c"flb_log_event_decoder_init");
    let since_1_9_3 = exports(c"flb_ra_update_kv_pair");
    if since_3_2 {
        Some(Generation::Four)
    } else if since_2_1 && since_2_2 {
        Some(Generation::Three)
    } else if since_2_1 {
        Some(Generation::Two)
    } else if since_1_9_3 {
        Some(Generation::One)
    } else {
        None
    }
}

/// Tells the size of the running host's config map elements.
pub(crate) fn config_map_element() -> ConfigMapElement {
    if exports(c"flb_config_map_get_raw") {
        ConfigMapElement::WithRaw
    } else {
        ConfigMapElement::Short
    }
}

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

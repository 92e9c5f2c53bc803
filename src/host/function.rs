//! The functions of the host, looked up by name.

use std::ffi::{CStr, c_void};
use std::marker::PhantomData;
use std::num::NonZeroUsize;

use once_cell::race::OnceNonZeroUsize;

pub(super) fn exports(name: &CStr) -> bool {
    address_of(name).is_some()
}

pub(super) fn address_of(name: &CStr) -> Option<NonZeroUsize> {
    // SAFETY: `name` is a C string; looking a symbol up calls nothing.
    let address = unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) };
    NonZeroUsize::new(address.expose_provenance())
}

/// A function of the host, looked up when it is first called. Threads may look it up at once:
/// nothing blocks, and all find the same.
pub(super) struct HostFunction<F> {
    name: &'static CStr,
    address: OnceNonZeroUsize,
    function: PhantomData<F>,
}

impl<F: Copy> HostFunction<F> {
    /// # Safety
    /// `F` is the optional pointer to the host's function of that name, as all versions have it.
    pub(super) const unsafe fn new(name: &'static CStr) -> Self {
        Self { name, address: OnceNonZeroUsize::new(), function: PhantomData }
    }

    /// The function; `None` in a host that has none of that name.
    pub(super) fn get(&self) -> F {
        const { assert!(size_of::<F>() == size_of::<*const c_void>()) };
        let found = self.address.get_or_try_init(|| address_of(self.name).ok_or(()));
        let address = found.map_or(0, NonZeroUsize::get);
        let pointer = std::ptr::with_exposed_provenance::<c_void>(address);
        // SAFETY: `F` is an optional function pointer (`new`); null is `None`.
        unsafe { std::mem::transmute_copy(&pointer) }
    }
}

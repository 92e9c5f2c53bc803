//! A filter instance of the host: what it is asked by the host's functions, and what it shows.
//!
//! Two things that the host's own filters use have no function: the instance's `log_level`, and
//! its metrics. They are read from the instance itself, whose layout differs between versions and
//! build options, so only after the layout was proven on the very instance ([`Instance::internals`]);
//! where the proof fails, both are done without.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::fmt;
use std::mem::offset_of;
use std::ops::RangeInclusive;
use std::ptr::NonNull;

use super::function::HostFunction;
use crate::abi;

// SAFETY: `flb_filter_get_property` has had this signature in all versions.
static GET_PROPERTY: HostFunction<abi::flb_filter_get_property_fn> =
    unsafe { HostFunction::new(c"flb_filter_get_property") };
// SAFETY: `flb_filter_set_context` has had this signature in all versions.
static SET_CONTEXT: HostFunction<abi::flb_filter_set_context_fn> =
    unsafe { HostFunction::new(c"flb_filter_set_context") };
// SAFETY: `flb_filter_name` has had this signature in all versions.
static FILTER_NAME: HostFunction<abi::flb_filter_name_fn> =
    unsafe { HostFunction::new(c"flb_filter_name") };

/// A filter instance of the host.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Instance(NonNull<abi::flb_filter_instance>);

impl Instance {
    /// The instance that the host passed to a callback.
    ///
    /// # Safety
    /// `instance` is null, or points to an instance that lives as long as the value is used.
    pub(crate) unsafe fn new(instance: *mut abi::flb_filter_instance) -> Option<Self> {
        NonNull::new(instance).map(Self)
    }

    /// The configured text of a property; `None` when it was not configured.
    pub(crate) fn property(self, key: &CStr) -> Option<String> {
        let get = GET_PROPERTY.get()?;
        // SAFETY: `key` is a C string, and the instance is alive (`Instance::new`).
        let value = unsafe { get(key.as_ptr(), self.0.as_ptr()) };
        // SAFETY: null, or a C string that lives as long as the instance; it is copied here.
        unsafe { copy_text(value) }
    }

    /// Hands a context over to the host, which passes it to each callback; `false` when the host
    /// has no function for that.
    pub(crate) fn set_context(self, context: *mut c_void) -> bool {
        let Some(set) = SET_CONTEXT.get() else { return false };
        // SAFETY: the instance is alive (`Instance::new`); the host only stores the pointer.
        unsafe { set(self.0.as_ptr(), context) };
        true
    }

    /// The instance's alias, or its numbered name.
    pub(crate) fn name(self) -> Option<String> {
        let name = FILTER_NAME.get()?;
        // SAFETY: the instance is alive (`Instance::new`).
        let text = unsafe { name(self.0.as_ptr()) };
        // SAFETY: null, or a C string that lives as long as the instance; it is copied here.
        unsafe { copy_text(text) }
    }

    /// What the instance shows, when its layout can be proven: it holds the name that the host
    /// gives, the plugin whose struct we exported (`registered`, its words from the name on), and
    /// the configuration that came with it. Each is looked for in the places of all versions and
    /// builds, and each step looks only where the steps before have shown that there is something
    /// to see.
    pub(crate) fn internals(
        self,
        registered: &[usize],
        config: *const abi::flb_config,
    ) -> Option<Internals> {
        let start = STARTS.iter().find(|start| self.is_named_at(start.name))?;
        let plugin = start.plugin.iter().copied();
        let plugin = plugin.into_iter().find(|&at| self.has_plugin_at(at, registered))?;
        let config = CONFIG.step_by(8).map(|behind| plugin + behind).find(|&at| {
            // SAFETY: an instance that has the plugin there has its configuration in one of these
            // places, and this is the one or lies before it: nothing is read behind the match.
            unsafe { self.read::<*const abi::flb_config>(at) == config }
        })?;
        let cmt = plugin + offset_of!(abi::flb_filter_instance_tail, cmt);
        // SAFETY: it lies between the plugin and the configuration.
        let metrics = unsafe { self.read::<*mut abi::cmt>(cmt) };
        // SAFETY: it lies before the name.
        let log_level = unsafe { self.read::<c_int>(start.log_level) };
        Some(Internals {
            // Before the start the host may not have set it yet.
            log_level: (log_level >= 0).then_some(log_level),
            cmt: NonNull::new(metrics),
            plugin,
            config,
        })
    }

    fn is_named_at(self, at: usize) -> bool {
        // SAFETY: every instance is longer than the places of its name.
        let name = unsafe { self.read::<[u8; 32]>(at) };
        let number = name.strip_prefix(b"cloudflare_dns.").and_then(|rest| rest.first());
        number.is_some_and(u8::is_ascii_digit)
    }

    /// Whether the pointer at that place leads to the host's copy of our struct.
    fn has_plugin_at(self, at: usize, registered: &[usize]) -> bool {
        // SAFETY: every instance is longer than the places that come after its name's.
        let copy = unsafe { self.read::<*const usize>(at) };
        if copy.is_null() || !copy.is_aligned() {
            return false;
        }
        registered.iter().zip(1..).all(|(&word, index)| {
            // SAFETY: in every known build the place holds the plugin's pointer or, from the
            // highest place down to it, a link of the list behind it (`properties`), which leads to
            // another such link, of two words. Of these the second is read. A word further on is
            // read only when all before it, a pointer to our own name among them, were our
            // struct's: then it is the host's copy, which has all of them.
            word == unsafe { copy.wrapping_add(index).read() }
        })
    }

    /// # Safety
    /// The instance has a `T` at that offset, or bytes that make one: it is an integer, a pointer
    /// or an array of bytes.
    unsafe fn read<T: Copy>(self, at: usize) -> T {
        let place = self.0.as_ptr().wrapping_byte_add(at).cast::<T>();
        // SAFETY: the instance is alive (`Instance::new`), and has it (the caller).
        unsafe { place.read_unaligned() }
    }
}

/// How an instance begins (see `include/fluent_bit_abi.h`).
struct Start {
    log_level: usize,
    name: usize,
    /// Where the plugin's pointer may be, the highest place first.
    plugin: &'static [usize],
}

/// Up to 2.0, and from 2.1 on: with and without a parent processor, a regular expression.
const STARTS: [Start; 2] = [
    Start { log_level: 4, name: 8, plugin: &[80, 72] },
    Start { log_level: 8, name: 16, plugin: &[96, 88, 80] },
];

/// How far behind the plugin's pointer the configuration may be.
const CONFIG: RangeInclusive<usize> = 72..=112;

/// What an instance shows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Internals {
    /// Its own `log_level`, or the service's.
    pub(crate) log_level: Option<c_int>,
    /// Its metrics, which live as long as its context; none in a host built without.
    pub(super) cmt: Option<NonNull<abi::cmt>>,
    plugin: usize,
    config: usize,
}

impl fmt::Display for Internals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let metrics = self.plugin + offset_of!(abi::flb_filter_instance_tail, cmt);
        let Self { plugin, config, .. } = self;
        write!(f, "plugin at {plugin}, metrics at {metrics}, configuration at {config}")
    }
}

/// # Safety
/// `text` is null or a C string.
unsafe fn copy_text(text: *const c_char) -> Option<String> {
    if text.is_null() {
        return None;
    }
    // SAFETY: not null, and so a C string.
    Some(unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned())
}

//! A filter instance of the host: what it is asked by the host's functions, and what it shows.
//!
//! Two things that the host's own filters use have no function: the instance's `log_level`, and
//! its metrics. They are read from the instance itself, whose layout differs between versions and
//! build options, so only after the layout was proven on the very instance ([`Instance::inside`]);
//! where the proof fails, both are done without.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::marker::PhantomData;
use std::mem::offset_of;
use std::ptr::NonNull;

use super::{Generation, HostFunction};
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

    /// What the instance shows, when its layout can be proven: it must hold the name that the
    /// host gives, the plugin whose struct we exported (`registered`), and the configuration
    /// that came with it, each at the place that the layout has for it.
    pub(crate) fn inside(
        self,
        generation: Generation,
        registered: &[usize; COPIED_WORDS],
        config: *const abi::flb_config,
    ) -> Option<Inside> {
        let layouts = Layout::of(generation);
        let layout = layouts.iter().find(|layout| self.has(layout, generation, registered, config));
        let layout = layout?;
        let log_level = self.read(&layout.log_level);
        Some(Inside { log_level, cmt: NonNull::new(self.read(&layout.cmt)) })
    }

    /// Whether the instance has that layout. Each step looks only where the steps before have
    /// shown that there is something to see.
    fn has(
        self,
        layout: &Layout,
        generation: Generation,
        registered: &[usize; COPIED_WORDS],
        config: *const abi::flb_config,
    ) -> bool {
        let name = self.read(&layout.name);
        let number = name.strip_prefix(b"cloudflare_dns.").and_then(|rest| rest.first());
        if !number.is_some_and(u8::is_ascii_digit) {
            return false;
        }
        let copy = self.read(&layout.plugin);
        if copy.is_null() || !copy.is_aligned() {
            return false;
        }
        let words = copied_words(generation);
        // SAFETY: the place holds a pointer: to the host's copy of our struct or, where the layout
        // is another, to one of the host's other objects, which are larger than this.
        let copy = unsafe { std::slice::from_raw_parts(copy.wrapping_add(1), words) };
        registered.starts_with(copy) && !config.is_null() && self.read(&layout.config) == config
    }

    fn read<T: Copy>(self, at: &At<T>) -> T {
        let place = self.0.as_ptr().wrapping_byte_add(at.offset).cast::<T>();
        // SAFETY: the layouts are no longer than the instances of their hosts; should a build
        // without metrics have a shorter one, what lies behind it is still the host's heap. Any
        // bits make a `T`: an integer, a pointer or bytes.
        unsafe { place.read_unaligned() }
    }
}

/// How many words of the exported struct, from the name to the last callback, the largest host
/// copies and leaves as they are.
pub(crate) const COPIED_WORDS: usize = copied_words(Generation::Four);

const fn copied_words(generation: Generation) -> usize {
    let end = match generation {
        Generation::One => offset_of!(abi::flb_filter_plugin_1, _head),
        Generation::Two => offset_of!(abi::flb_filter_plugin_2, _head),
        // Generation 3 has its list head where generation 4 has this.
        Generation::Three | Generation::Four => {
            offset_of!(abi::flb_filter_plugin_4, cb_notification)
        }
    };
    (end - offset_of!(abi::flb_filter_plugin_1, name)) / size_of::<usize>()
}

/// What an instance shows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Inside {
    /// Its own `log_level`, or the service's.
    pub(crate) log_level: c_int,
    /// Its metrics, which live as long as its context; none in a host built without.
    pub(super) cmt: Option<NonNull<abi::cmt>>,
}

/// Where a field of type `T` lies in an instance. Only `layout!` makes one.
struct At<T> {
    offset: usize,
    field: PhantomData<T>,
}

/// Where the fields of interest lie in an instance.
struct Layout {
    log_level: At<c_int>,
    name: At<[u8; 32]>,
    /// The host's copy of our struct, whose second word is the first to be compared.
    plugin: At<*const usize>,
    cmt: At<*mut abi::cmt>,
    config: At<*const abi::flb_config>,
}

macro_rules! layout {
    (@ $instance:ident $field:ident) => {
        At { offset: offset_of!(abi::$instance, $field), field: PhantomData }
    };
    ($instance:ident) => {
        Layout {
            log_level: layout!(@ $instance log_level),
            name: layout!(@ $instance name),
            plugin: layout!(@ $instance plugin),
            cmt: layout!(@ $instance cmt),
            config: layout!(@ $instance config),
        }
    };
}

impl Layout {
    /// The layouts that hosts of a generation may have, the shortest first.
    fn of(generation: Generation) -> &'static [Self] {
        match generation {
            Generation::One => {
                &const { [layout!(flb_filter_instance_1_9), layout!(flb_filter_instance_2_0)] }
            }
            Generation::Two | Generation::Three => &const { [layout!(flb_filter_instance_2_1)] },
            Generation::Four => &const { [layout!(flb_filter_instance_3_2)] },
        }
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

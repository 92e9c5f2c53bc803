//! A safe view of the Fluent Bit that has loaded us.
//!
//! Its functions are looked up by name when they are first called: a host without one of them
//! still loads the file and gets a clear answer. Which generation of the plugin ABI it speaks is
//! told by the functions that it exports, for it states no version where a plugin could see it.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::num::NonZeroUsize;
use std::ptr::NonNull;

use once_cell::race::OnceNonZeroUsize;

use crate::abi;
use crate::memory::OutOfMemory;
use crate::rewrite::Output;

/// The layouts of the exported struct (see `include/fluent_bit_abi.h`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Generation {
    /// 1.9.3 to 2.0.
    One,
    /// 2.1.
    Two,
    /// 2.2 to 3.1 and, with a notification callback behind it, 3.2 and newer.
    ThreeOrFour,
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
    if since_3_2 || (since_2_1 && since_2_2) {
        Some(Generation::ThreeOrFour)
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
    NonZeroUsize::new(address as usize)
}

/// A function of the host, looked up when it is first called. Threads may look it up at once:
/// nothing blocks, and all find the same.
struct HostFunction {
    name: &'static CStr,
    address: OnceNonZeroUsize,
}

impl HostFunction {
    const fn new(name: &'static CStr) -> Self {
        Self { name, address: OnceNonZeroUsize::new() }
    }

    fn address(&self) -> Option<*const c_void> {
        let address = self.address.get_or_try_init(|| address_of(self.name).ok_or(()));
        address.ok().map(|address| address.get() as *const c_void)
    }
}

static GET_PROPERTY: HostFunction = HostFunction::new(c"flb_filter_get_property");
static SET_CONTEXT: HostFunction = HostFunction::new(c"flb_filter_set_context");
static FILTER_NAME: HostFunction = HostFunction::new(c"flb_filter_name");
static LOG_PRINT: HostFunction = HostFunction::new(c"flb_log_print");

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
        let function = GET_PROPERTY.address()?;
        // SAFETY: the host's function of that name has had this signature in all versions.
        let get = unsafe {
            std::mem::transmute::<*const c_void, abi::flb_filter_get_property_fn>(function)
        }?;
        // SAFETY: `key` is a C string, and the instance is alive (`Instance::new`).
        let value = unsafe { get(key.as_ptr(), self.0.as_ptr()) };
        // SAFETY: null, or a C string that lives as long as the instance; it is copied here.
        unsafe { copy_text(value) }
    }

    /// Hands a context over to the host, which passes it to each callback; `false` when the host
    /// has no function for that.
    pub(crate) fn set_context(self, context: *mut c_void) -> bool {
        let Some(function) = SET_CONTEXT.address() else { return false };
        // SAFETY: the host's function of that name has had this signature in all versions.
        let set = unsafe {
            std::mem::transmute::<*const c_void, abi::flb_filter_set_context_fn>(function)
        };
        let Some(set) = set else { return false };
        // SAFETY: the instance is alive (`Instance::new`); the host only stores the pointer.
        unsafe { set(self.0.as_ptr(), context) };
        true
    }

    /// The instance's alias, or its numbered name.
    pub(crate) fn name(self) -> Option<String> {
        let function = FILTER_NAME.address()?;
        // SAFETY: the host's function of that name has had this signature in all versions.
        let name =
            unsafe { std::mem::transmute::<*const c_void, abi::flb_filter_name_fn>(function) }?;
        // SAFETY: the instance is alive (`Instance::new`).
        let text = unsafe { name(self.0.as_ptr()) };
        // SAFETY: null, or a C string that lives as long as the instance; it is copied here.
        unsafe { copy_text(text) }
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

/// The levels of the host's log that are used here.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Level {
    Error,
    Info,
}

/// Writes one line to the host's log, as the host writes its own: `[filter:NAME:INSTANCE] text`.
/// Control characters become spaces. It allocates nothing.
pub(crate) fn log(level: Level, instance: &str, text: &str) {
    let level = match level {
        Level::Error => abi::FLB_LOG_ERROR,
        Level::Info => abi::FLB_LOG_INFO,
    };
    let (mut instance_line, mut text_line) = (Line::<64>::new(), Line::<1024>::new());
    let (instance, text) = (instance_line.set(instance), text_line.set(text));
    let Some(function) = LOG_PRINT.address() else {
        eprintln!("[filter:cloudflare_dns] {}", text.to_string_lossy());
        return;
    };
    // SAFETY: the host's function of that name has had this signature in all versions.
    let print = unsafe { std::mem::transmute::<*const c_void, abi::flb_log_print_fn>(function) };
    let Some(print) = print else { return };
    let format = c"[filter:cloudflare_dns:%s] %s".as_ptr();
    // SAFETY: the format takes two C strings, and gets two; the host copies what it prints.
    unsafe { print(level, std::ptr::null(), 0, format, instance.as_ptr(), text.as_ptr()) };
}

/// A C string on the stack.
struct Line<const N: usize>([u8; N]);

impl<const N: usize> Line<N> {
    fn new() -> Self {
        Self([0; N])
    }

    /// Takes as much of `text` as fits, on one line.
    fn set(&mut self, text: &str) -> &CStr {
        for (to, from) in self.0.iter_mut().take(N - 1).zip(text.bytes()) {
            *to = if from.is_ascii_control() { b' ' } else { from };
        }
        CStr::from_bytes_until_nul(&self.0).unwrap_or_default()
    }
}

/// A new chunk in memory that the host frees: from `malloc`, which is the host's own wherever it
/// exports one (jemalloc).
#[derive(Debug, Default)]
pub(crate) struct HostBuffer {
    start: Option<NonNull<u8>>,
    len: usize,
    capacity: usize,
}

impl HostBuffer {
    /// Hands the memory over: its start, null when nothing was taken, and its length.
    pub(crate) fn into_raw(self) -> (*mut c_void, usize) {
        let buffer = std::mem::ManuallyDrop::new(self);
        let start = buffer.start.map_or(std::ptr::null_mut(), NonNull::as_ptr);
        (start.cast(), buffer.len)
    }

    fn grow(&mut self, capacity: usize) -> Result<(), OutOfMemory> {
        let old = self.start.map_or(std::ptr::null_mut(), NonNull::as_ptr);
        // SAFETY: `old` is null or came from `realloc`, and was not freed; `capacity` is not zero.
        let new = unsafe { libc::realloc(old.cast(), capacity) };
        self.start = Some(NonNull::new(new.cast()).ok_or(OutOfMemory)?);
        self.capacity = capacity;
        Ok(())
    }
}

impl Output for HostBuffer {
    fn append(&mut self, bytes: &[u8], more: usize) -> Result<(), OutOfMemory> {
        if bytes.is_empty() {
            return Ok(());
        }
        let end = self.len.checked_add(bytes.len()).ok_or(OutOfMemory)?;
        if end > self.capacity {
            // The growth that is asked for, and never less than a half, so that it stays rare.
            let least = self.capacity.saturating_add(self.capacity / 2);
            self.grow(end.saturating_add(more).max(least))?;
        }
        let start = self.start.ok_or(OutOfMemory)?;
        // SAFETY: `len` is at most the capacity of the allocation at `start`.
        let place = unsafe { start.as_ptr().add(self.len) };
        // SAFETY: `end` is within the capacity; `bytes` cannot overlap memory that is ours alone.
        unsafe { place.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
        self.len = end;
        Ok(())
    }
}

impl Drop for HostBuffer {
    fn drop(&mut self) {
        if let Some(start) = self.start {
            // SAFETY: it came from `realloc` and was neither freed nor handed over.
            unsafe { libc::free(start.as_ptr().cast()) };
        }
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

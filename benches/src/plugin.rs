//! The built plugin, loaded and called as Fluent Bit 5.1 does.

use std::collections::HashMap;
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::path::{Path, PathBuf};
use std::ptr::{null, null_mut};

/// `struct flb_filter_plugin` of Fluent Bit 3.2 and newer.
#[repr(C)]
struct FilterPlugin {
    event_type: c_int,
    flags: c_int,
    name: *const c_char,
    description: *const c_char,
    config_map: *const c_void,
    cb_pre_run: *const c_void,
    cb_init: Option<unsafe extern "C" fn(*mut Instance, *mut c_void, *mut c_void) -> c_int>,
    cb_filter: Option<FilterCallback>,
    cb_exit: Option<unsafe extern "C" fn(*mut c_void, *mut c_void) -> c_int>,
}

type FilterCallback = unsafe extern "C" fn(
    *const c_void,
    usize,
    *const c_char,
    c_int,
    *mut *mut c_void,
    *mut usize,
    *mut Instance,
    *mut c_void,
    *mut c_void,
    *mut c_void,
) -> c_int;

const MODIFIED: c_int = 1;

/// What the plugin knows as `struct flb_filter_instance`, and never looks into.
struct Instance {
    properties: HashMap<CString, CString>,
    context: *mut c_void,
}

/// The library.
#[derive(Clone, Copy)]
pub struct Library {
    plugin: &'static FilterPlugin,
}

impl Library {
    /// The file that the environment names (`FLB_PLUGIN`), or the one that `make build` makes.
    pub fn path() -> PathBuf {
        const BUILT: &str = "../target/release/flb-filter_cloudflare_dns.so";
        std::env::var_os("FLB_PLUGIN")
            .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join(BUILT), PathBuf::from)
    }

    /// Loads the library, for good.
    pub fn load(path: &Path) -> Self {
        let file = CString::new(path.as_os_str().as_encoded_bytes()).expect("a path");
        // SAFETY: a C string; the library's constructor only looks symbols up.
        let library = unsafe { libc::dlopen(file.as_ptr(), libc::RTLD_LAZY) };
        assert!(!library.is_null(), "cannot load {}: is it built?", path.display());
        let name = c"filter_cloudflare_dns_plugin".as_ptr();
        // SAFETY: the library is loaded.
        let plugin = unsafe { libc::dlsym(library, name) }.cast::<FilterPlugin>();
        // SAFETY: the library stays loaded, and has this layout for a host like this one.
        let plugin = unsafe { plugin.as_ref() }.expect("the plugin's symbol");
        Self { plugin }
    }

    /// Starts an instance with these settings.
    pub fn start(self, properties: &[(&str, &str)]) -> Filter {
        let text = |text: &str| CString::new(text).expect("no zero byte");
        let properties = properties.iter().map(|(key, value)| (text(key), text(value))).collect();
        let mut instance = Box::new(Instance { properties, context: null_mut() });
        let init = self.plugin.cb_init.expect("cb_init");
        // SAFETY: the plugin hands the instance back to the functions below, and nowhere else.
        let answer = unsafe { init(&raw mut *instance, null_mut(), null_mut()) };
        assert_eq!(answer, 0, "the plugin does not start");
        Filter { call: self.plugin.cb_filter.expect("cb_filter"), library: self, instance }
    }
}

/// A running filter instance.
pub struct Filter {
    call: FilterCallback,
    library: Library,
    instance: Box<Instance>,
}

impl Filter {
    /// Filters a chunk and frees the output; `use_output` sees it, when there is one.
    #[inline]
    pub fn filter(&mut self, chunk: &[u8], use_output: impl FnOnce(&[u8])) {
        let (mut out, mut size) = (null_mut(), 0);
        // SAFETY: the pointers are those that the host passes; the plugin needs no others.
        let answer = unsafe {
            (self.call)(
                chunk.as_ptr().cast(),
                chunk.len(),
                c"dns".as_ptr(),
                3,
                &raw mut out,
                &raw mut size,
                &raw mut *self.instance,
                null_mut(),
                self.instance.context,
                null_mut(),
            )
        };
        if answer == MODIFIED && !out.is_null() {
            // SAFETY: what the plugin hands over is `size` bytes at `out`.
            use_output(unsafe { std::slice::from_raw_parts(out.cast(), size) });
            // SAFETY: and it is from malloc, ours to be freed.
            unsafe { libc::free(out) };
        }
    }

    /// The output, copied; `None` when the chunk stays as it is.
    pub fn output(&mut self, chunk: &[u8]) -> Option<Vec<u8>> {
        let mut output = None;
        self.filter(chunk, |bytes| output = Some(bytes.to_vec()));
        output
    }
}

impl Drop for Filter {
    fn drop(&mut self) {
        let exit = self.library.plugin.cb_exit.expect("cb_exit");
        // SAFETY: the context is the plugin's own, and not used again.
        unsafe { exit(self.instance.context, null_mut()) };
    }
}

/// What the plugin looks up in its host; `build.rs` has the linker export it.
mod host {
    use super::{CStr, Instance, c_char, c_int, c_void, null};

    #[unsafe(no_mangle)]
    extern "C" fn flb_filter_get_property(
        key: *const c_char,
        instance: *const Instance,
    ) -> *const c_char {
        // SAFETY: the plugin passes a C string and the instance that it was given.
        let (key, instance) = unsafe { (CStr::from_ptr(key), &*instance) };
        instance.properties.get(key).map_or(null(), |value| value.as_ptr())
    }

    #[unsafe(no_mangle)]
    extern "C" fn flb_filter_set_context(instance: *mut Instance, context: *mut c_void) {
        // SAFETY: the plugin passes the instance that it was given.
        unsafe { (*instance).context = context };
    }

    #[unsafe(no_mangle)]
    extern "C" fn flb_filter_name(_instance: *const Instance) -> *const c_char {
        c"bench.0".as_ptr()
    }

    /// Prints errors alone. The host's function is variadic; these are the two texts that the
    /// plugin passes, where the platform's calling convention has variadic arguments too.
    #[unsafe(no_mangle)]
    extern "C" fn flb_log_print(
        level: c_int,
        _file: *const c_char,
        _line: c_int,
        _format: *const c_char,
        _instance: *const c_char,
        text: *const c_char,
    ) {
        if level == 1 {
            // SAFETY: the plugin passes a C string.
            eprintln!("plugin: {}", unsafe { CStr::from_ptr(text) }.to_string_lossy());
        }
    }

    /// By the presence of these the plugin tells that a Fluent Bit 5.1 is loading it.
    macro_rules! marks {
        ($($name:ident)*) => { $(#[unsafe(no_mangle)] extern "C" fn $name() {})* };
    }
    marks! {
        flb_ra_update_kv_pair
        flb_log_event_decoder_init
        flb_chunk_trace_output
        flb_notification_enqueue
        flb_config_map_get_raw
    }
}

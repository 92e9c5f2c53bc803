//! The plugin: the exported struct, its constructor, and the callbacks.
//!
//! A callback checks its pointers, calls one safe function and translates the answer. No panic
//! leaves it: a chunk passes untouched, a start fails, an exit frees what it has. All state is in
//! the context of an instance, so that several instances, and the two configurations that are
//! alive during a hot reload, share nothing but the struct that is written once at load time.

use std::ffi::{c_char, c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::abi;
use crate::config::{Config, KEYS, Kind};
use crate::host::{self, ConfigMapElement, FilterAnswer, Generation, HostBuffer, Instance, Level};
use crate::rewrite::{Answer, Mapper};

const NAME: *const c_char = c"cloudflare_dns".as_ptr();
const DESCRIPTION: *const c_char =
    c"Rewrite Cloudflare DNS logs into the Elastic Common Schema (ECS)".as_ptr();
/// The version, as the start-up line shows it.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The symbol that Fluent Bit looks up in `flb-filter_cloudflare_dns.so`. Until the constructor
/// has run, and in a host that it does not recognise, it refuses to start.
#[unsafe(no_mangle)]
#[allow(non_upper_case_globals, reason = "the name follows from the file's name")]
#[doc(hidden)]
#[allow(unreachable_pub, reason = "the symbol is the export")]
pub static mut filter_cloudflare_dns_plugin: abi::flb_filter_plugin = abi::flb_filter_plugin {
    refusal: abi::flb_filter_plugin_refusal {
        event_type: abi::FLB_FILTER_LOGS,
        flags: 0,
        name: NAME,
        description: DESCRIPTION,
        config_map: ptr::null(),
        first_at_32: Some(cb_refuse),
        first_at_40: Some(cb_refuse),
        rest: [ptr::null_mut(); 5],
    },
};

/// Fills the exported struct for the host that is loading it.
///
/// It runs while the dynamic loader maps the file, before `dlopen` returns, and only looks
/// symbols up and writes one struct.
#[ctor::ctor(unsafe)]
fn choose_generation() {
    let config_map = match host::config_map_element() {
        ConfigMapElement::Short => ptr::from_ref(&CONFIG_MAP.0).cast::<c_void>(),
        ConfigMapElement::WithRaw => ptr::from_ref(&CONFIG_MAP_RAW.0).cast::<c_void>(),
    };
    let head = abi::mk_list { prev: ptr::null_mut(), next: ptr::null_mut() };
    let plugin = match host::generation() {
        None => return,
        Some(Generation::One) => abi::flb_filter_plugin {
            gen1: abi::flb_filter_plugin_1 {
                flags: 0,
                name: NAME,
                description: DESCRIPTION,
                config_map,
                cb_init: Some(cb_init),
                cb_filter: Some(cb_filter),
                cb_exit: Some(cb_exit),
                _head: head,
            },
        },
        Some(Generation::Two) => abi::flb_filter_plugin {
            gen2: abi::flb_filter_plugin_2 {
                event_type: abi::FLB_FILTER_LOGS,
                flags: 0,
                name: NAME,
                description: DESCRIPTION,
                config_map,
                cb_init: Some(cb_init),
                cb_filter: Some(cb_filter),
                cb_exit: Some(cb_exit),
                _head: head,
            },
        },
        Some(Generation::ThreeOrFour) => abi::flb_filter_plugin {
            gen4: abi::flb_filter_plugin_4 {
                event_type: abi::FLB_FILTER_LOGS,
                flags: 0,
                name: NAME,
                description: DESCRIPTION,
                config_map,
                cb_pre_run: None,
                cb_init: Some(cb_init),
                cb_filter: Some(cb_filter),
                cb_exit: Some(cb_exit),
                // 2.2 to 3.1 copy the struct only up to here, and their list head lies here.
                cb_notification: None,
                _head: head,
            },
        },
    };
    let exported = &raw mut filter_cloudflare_dns_plugin;
    // SAFETY: the loader runs constructors before anybody can look the symbol up, on one thread.
    unsafe { exported.write(plugin) };
}

/// A table of constants that hold pointers.
#[repr(transparent)]
struct Table<T>(T);

// SAFETY: nobody writes to the tables: the host copies their elements, and the pointers in them
// are to constants.
unsafe impl<T> Sync for Table<T> {}

/// One element for each key, and one without a name that ends the array.
const ELEMENTS: usize = KEYS.len() + 1;

macro_rules! config_map {
    ($element:ident { $($host_field:ident: $host_value:expr),* }) => {{
        const END: abi::$element = abi::$element {
            type_: 0,
            name: ptr::null(),
            def_value: ptr::null(),
            flags: 0,
            set_property: 0, // the host checks names; values are read with `Instance::property`
            offset: 0,
            desc: ptr::null(),
            value: 0,
            mult: ptr::null_mut(),
            value_head: NO_LIST,
            _head: NO_LIST,
            $($host_field: $host_value),*
        };
        let mut map = [END; ELEMENTS];
        let mut i = 0;
        while i < KEYS.len() {
            let key = &KEYS[i];
            map[i].type_ = match key.kind {
                Kind::Bool => abi::FLB_CONFIG_MAP_BOOL,
                Kind::Choice(_) | Kind::List(_) | Kind::Text(_) => abi::FLB_CONFIG_MAP_STR,
            };
            map[i].name = key.name.as_ptr();
            map[i].desc = key.help.as_ptr();
            if let Some(default) = key.default {
                map[i].def_value = default.as_ptr();
            }
            i += 1;
        }
        map
    }};
}

const NO_LIST: abi::mk_list = abi::mk_list { prev: ptr::null_mut(), next: ptr::null_mut() };

#[expect(clippy::indexing_slicing, reason = "evaluated when compiling")]
static CONFIG_MAP: Table<[abi::flb_config_map; ELEMENTS]> = Table(config_map!(flb_config_map {}));

#[expect(clippy::indexing_slicing, reason = "evaluated when compiling")]
static CONFIG_MAP_RAW: Table<[abi::flb_config_map_raw; ELEMENTS]> =
    Table(config_map!(flb_config_map_raw { raw: ptr::null() }));

/// The context of one filter instance.
struct Context {
    mapper: Mapper,
    name: String,
}

unsafe extern "C" fn cb_init(
    instance: *mut abi::flb_filter_instance,
    _config: *mut abi::flb_config,
    _data: *mut c_void,
) -> c_int {
    // SAFETY: the host passes an instance that outlives its context, or null.
    let Some(instance) = (unsafe { Instance::new(instance) }) else { return -1 };
    fence(-1, || match init(instance) {
        Ok(()) => 0,
        Err(()) => -1,
    })
}

unsafe extern "C" fn cb_filter(
    data: *const c_void,
    bytes: usize,
    _tag: *const c_char,
    _tag_len: c_int,
    out_buf: *mut *mut c_void,
    out_size: *mut usize,
    _instance: *mut abi::flb_filter_instance,
    _input: *mut abi::flb_input_instance,
    context: *mut c_void,
    _config: *mut abi::flb_config,
) -> c_int {
    let no_touch = FilterAnswer::NoTouch.code();
    if data.is_null() || bytes == 0 || out_buf.is_null() || out_size.is_null() {
        return no_touch;
    }
    // SAFETY: the host passes `bytes` bytes that nobody changes during the call.
    let chunk = unsafe { std::slice::from_raw_parts(data.cast::<u8>(), bytes) };
    // SAFETY: null, or the context that `init` made for this instance, which the host enters once
    // at a time.
    let Some(context) = (unsafe { context.cast::<Context>().as_mut() }) else { return no_touch };
    fence(no_touch, || {
        let (answer, output) = filter(context, chunk);
        if answer == FilterAnswer::Modified {
            let (start, size) = output.into_raw();
            // SAFETY: not null, and the host's to be written to.
            unsafe { out_buf.write(start) };
            // SAFETY: not null, and the host's to be written to.
            unsafe { out_size.write(size) };
        }
        answer.code()
    })
}

unsafe extern "C" fn cb_exit(context: *mut c_void, _config: *mut abi::flb_config) -> c_int {
    if context.is_null() {
        return 0;
    }
    // SAFETY: the context that `init` made from a box; the host passes it here once, and last.
    let context = unsafe { Box::from_raw(context.cast::<Context>()) };
    fence(0, || {
        exit(&context);
        0
    })
}

unsafe extern "C" fn cb_refuse(
    _instance: *mut abi::flb_filter_instance,
    _config: *mut abi::flb_config,
    _data: *mut c_void,
) -> c_int {
    fence(-1, || {
        let text = format!(
            "version {VERSION} cannot run here: this is not a Fluent Bit from 1.9.3 to 5.x, \
             or not one that exports its functions"
        );
        host::log(Level::Error, "cloudflare_dns.0", &text);
        -1
    })
}

fn init(instance: Instance) -> Result<(), ()> {
    report_panics();
    inject_panic("init");
    let name = instance.name().unwrap_or_else(|| "cloudflare_dns".to_owned());
    let config = Config::read(|key| instance.property(key));
    let made = config.and_then(|config| Ok((Mapper::new(&config)?, config)));
    let (mapper, config) = made.map_err(|wrong| {
        host::log(Level::Error, &name, &wrong.to_string());
    })?;
    host::log(Level::Info, &name, &format!("version {VERSION}, {config}"));
    let context = Box::into_raw(Box::new(Context { mapper, name }));
    if instance.set_context(context.cast()) {
        return Ok(());
    }
    // SAFETY: the box was not handed over.
    drop(unsafe { Box::from_raw(context) });
    Err(())
}

fn filter(context: &mut Context, chunk: &[u8]) -> (FilterAnswer, HostBuffer) {
    inject_panic("filter");
    let mut output = HostBuffer::default();
    let answer = match context.mapper.rewrite(chunk, &mut output) {
        Ok(Answer::Untouched) => FilterAnswer::NoTouch,
        Ok(Answer::Rewritten) => FilterAnswer::Modified,
        Ok(Answer::Emptied) => {
            // Most hosts do not free the buffer of an empty chunk.
            output = HostBuffer::default();
            FilterAnswer::Modified
        }
        Err(_) => {
            host::log(Level::Error, &context.name, "out of memory: a chunk passes untouched");
            FilterAnswer::NoTouch
        }
    };
    (answer, output)
}

fn exit(context: &Context) {
    inject_panic("exit");
    let counts = context.mapper.counts();
    let text = format!(
        "records: {} mapped, {} passed, {} dropped; {} with errors; {} malformed chunks",
        counts.mapped, counts.passed, counts.dropped, counts.with_errors, counts.malformed_chunks,
    );
    host::log(Level::Info, &context.name, &text);
}

/// Runs the body of a callback; a panic in it ends here, and `fallback` is the answer.
fn fence(fallback: c_int, body: impl FnOnce() -> c_int) -> c_int {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|panic| {
        // The payload's own destructor could panic, and there is nobody left to catch that.
        std::mem::forget(panic);
        fallback
    })
}

/// Sends the first panic to the host's log, and keeps all of them from standard error. The hook
/// belongs to this library's copy of std: no other code in the process sees it.
fn report_panics() {
    static LOGGED: AtomicBool = AtomicBool::new(false);
    std::panic::set_hook(Box::new(|panic| {
        if !LOGGED.swap(true, Ordering::Relaxed) {
            let text = format!("{panic}; the chunk passes untouched. This is a bug: report it");
            host::log(Level::Error, "cloudflare_dns", &text);
        }
    }));
}

/// Panics when the environment asks for it; only in a build for the tests of the fence.
fn inject_panic(_callback: &str) {
    #[cfg(feature = "inject-panic")]
    #[expect(clippy::panic, reason = "what the feature is for")]
    if std::env::var("INJECT_PANIC").is_ok_and(|callback| callback == _callback) {
        panic!("injected into {_callback}");
    }
}

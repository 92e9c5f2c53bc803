//! The plugin: what Fluent Bit finds and calls.
//!
//! A callback checks its pointers, calls one safe function and translates the answer. No panic
//! leaves it: a chunk passes untouched, a start fails, an exit frees what it has. All state is in
//! the context of an instance, so that several instances, and the two configurations that are
//! alive during a hot reload, share nothing but the struct that is written once at load time.

mod context;
mod metrics;
mod registration;
mod warnings;

use std::ffi::{c_char, c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::abi;
use crate::host::{FilterAnswer, Instance, Log};
use context::Context;

/// `version 0.1.0 (0123456789ab)`, as lines of the log show it. Between NULs, so that
/// `strings flb-filter_cloudflare_dns.so | grep '^version '` tells what a file is.
static VERSION: &str =
    concat!("\0version ", env!("CARGO_PKG_VERSION"), " (", env!("PLUGIN_COMMIT"), ")\0");

/// `version 0.1.0 (0123456789ab)`.
fn version() -> &'static str {
    VERSION.trim_matches('\0')
}

unsafe extern "C" fn cb_init(
    instance: *mut abi::flb_filter_instance,
    config: *mut abi::flb_config,
    _data: *mut c_void,
) -> c_int {
    // SAFETY: the host passes an instance that outlives its context, or null.
    let Some(instance) = (unsafe { Instance::new(instance) }) else { return -1 };
    fence(-1, || {
        report_panics();
        inject_panic("init");
        let Some(context) = Context::new(instance, config) else { return -1 };
        let context = Box::into_raw(Box::new(context));
        if instance.set_context(context.cast()) {
            return 0;
        }
        // SAFETY: the box was not handed over.
        drop(unsafe { Box::from_raw(context) });
        -1
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
    // SAFETY: null, or the context that `cb_init` made for this instance, which the host enters once
    // at a time.
    let Some(context) = (unsafe { context.cast::<Context>().as_mut() }) else { return no_touch };
    fence(no_touch, || {
        inject_panic("filter");
        let (answer, output) = context.filter(chunk);
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
    // SAFETY: the context that `cb_init` made from a box; the host passes it here once, and last.
    let context = unsafe { Box::from_raw(context.cast::<Context>()) };
    fence(0, || {
        inject_panic("exit");
        context.exit();
        0
    })
}

unsafe extern "C" fn cb_refuse(
    _instance: *mut abi::flb_filter_instance,
    _config: *mut abi::flb_config,
    _data: *mut c_void,
) -> c_int {
    fence(-1, || {
        Log::new("cloudflare_dns.0", None).error(format_args!(
            "{} cannot run here: this is not a Fluent Bit from 1.9.3 to 5.x, \
             or not one that exports its functions",
            version(),
        ));
        -1
    })
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
            Log::new("cloudflare_dns", None).error(format_args!(
                "{panic}; the chunk passes untouched. This is a bug: report it"
            ));
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

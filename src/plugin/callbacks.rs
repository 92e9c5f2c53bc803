//! What Fluent Bit calls in an instance: the check of its settings, its start, each chunk, its end.

use std::ffi::{c_char, c_int, c_void};

use super::context::{Context, check};
use super::fence::{catch, remember_panics};
use crate::abi;
use crate::host::{FilterAnswer, Instance, Log};

/// Called before a start, and alone in a dry run and ahead of a reload (2.2 and newer): another
/// answer than 0 ends the one, and leaves the running configuration alone in the other.
pub(super) unsafe extern "C" fn cb_pre_run(
    instance: *mut abi::flb_filter_instance,
    config: *mut abi::flb_config,
    _data: *mut c_void,
) -> c_int {
    // SAFETY: the host passes an instance that outlives the call, or null.
    let instance = unsafe { Instance::new(instance) };
    begin(instance, |instance| check(instance, config))
}

pub(super) unsafe extern "C" fn cb_init(
    instance: *mut abi::flb_filter_instance,
    config: *mut abi::flb_config,
    _data: *mut c_void,
) -> c_int {
    // SAFETY: the host passes an instance that outlives its context, or null.
    let instance = unsafe { Instance::new(instance) };
    begin(instance, |instance| start(instance, config))
}

/// Does what begins an instance; 0 when that went well.
fn begin(instance: Option<Instance>, what: impl FnOnce(Instance) -> Option<()>) -> c_int {
    let Some(instance) = instance else { return -1 };
    let all = || {
        remember_panics();
        what(instance)
    };
    match catch(all) {
        Ok(done) => done.map_or(-1, |()| 0),
        Err(panic) => {
            let name = instance.name().unwrap_or_default();
            Log::new(&name, None).error(format_args!("{panic}; the start fails"));
            -1
        }
    }
}

/// Makes the context of an instance and hands it over; `None` when the instance cannot start.
fn start(instance: Instance, config: *const abi::flb_config) -> Option<()> {
    let context = Box::into_raw(Box::new(Context::new(instance, config)?));
    if instance.set_context(context.cast()) {
        return Some(());
    }
    // SAFETY: the box was not handed over.
    drop(unsafe { Box::from_raw(context) });
    None
}

pub(super) unsafe extern "C" fn cb_filter(
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
    // SAFETY: the host passes `bytes` bytes that nobody changes during the call.
    let Some(chunk) = (unsafe { chunk_at(data, bytes) }) else { return no_touch };
    if !is_place(out_buf) || !is_place(out_size) {
        return no_touch;
    }
    // SAFETY: null, or the context that `cb_init` made for this instance, which the host enters once
    // at a time.
    let Some(context) = (unsafe { context.cast::<Context>().as_mut() }) else { return no_touch };
    match catch(|| context.filter(chunk)) {
        Ok(None) => no_touch,
        Ok(Some(output)) => {
            let (start, size) = output.into_raw();
            // SAFETY: not null, aligned, and the host's to be written to.
            unsafe { out_buf.write(start) };
            // SAFETY: not null, aligned, and the host's to be written to.
            unsafe { out_size.write(size) };
            FilterAnswer::Modified.code()
        }
        Err(panic) => {
            context.report(format_args!("{panic}; passing this chunk through unchanged"));
            no_touch
        }
    }
}

/// A chunk as the host passes it; `None` when it has no bytes, or more than memory can have there.
///
/// # Safety
/// `data` is null, or points to `bytes` bytes that nobody changes for as long as `'c`; more than
/// the addresses behind it are not meant to be there.
unsafe fn chunk_at<'c>(data: *const c_void, bytes: usize) -> Option<&'c [u8]> {
    let fits = isize::try_from(bytes).is_ok() && data.addr().checked_add(bytes).is_some();
    if data.is_null() || bytes == 0 || !fits {
        return None;
    }
    // SAFETY: not null, no larger than a slice may be, and there (the caller).
    Some(unsafe { std::slice::from_raw_parts(data.cast(), bytes) })
}

/// Whether an answer can be written there.
fn is_place<T>(place: *mut T) -> bool {
    !place.is_null() && place.is_aligned()
}

pub(super) unsafe extern "C" fn cb_exit(
    context: *mut c_void,
    _config: *mut abi::flb_config,
) -> c_int {
    if context.is_null() {
        return 0;
    }
    // SAFETY: the context that `cb_init` made from a box; the host passes it here once, and last.
    let mut context = unsafe { Box::from_raw(context.cast::<Context>()) };
    if let Err(panic) = catch(|| context.exit()) {
        context.report(format_args!("{panic}"));
    }
    0
}

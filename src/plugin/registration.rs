//! The constructor that fills the exported struct for the running host.

use std::ffi::{CStr, c_void};
use std::ptr;

use super::callbacks::{cb_exit, cb_filter, cb_init, cb_pre_run};
use super::exported::{DESCRIPTION, NAME, filter_cloudflare_dns_plugin};
use super::help;
use crate::abi;
use crate::config::{KEYS, Key, Kind};
use crate::host::{self, LONGEST_STRIDE, Layout, Shape};

/// Fills the exported struct for the host that is loading it.
///
/// It runs while the dynamic loader maps the file, before `dlopen` returns; it looks symbols up,
/// reads the host's own filters, and writes one struct and one config map.
#[ctor::ctor(unsafe)]
fn register() {
    let Ok(layout) = host::layout() else { return };
    let config_map = layout.stride.map_or(ptr::null(), lay_out_config_map);
    let exported = &raw mut filter_cloudflare_dns_plugin;
    match layout.shape {
        Shape::Short => {
            let place = exported.cast::<abi::flb_filter_plugin_short>();
            // SAFETY: the loader runs constructors before anybody can look the symbol up, on one
            // thread; the union has room for any of its structs.
            unsafe { place.write(short(layout, config_map)) };
        }
        Shape::Long => {
            let place = exported.cast::<abi::flb_filter_plugin_long>();
            // SAFETY: as above.
            unsafe { place.write(long(config_map)) };
        }
    }
}

const NO_LIST: abi::mk_list = abi::mk_list { prev: ptr::null_mut(), next: ptr::null_mut() };

fn short(layout: Layout, config_map: *const c_void) -> abi::flb_filter_plugin_short {
    abi::flb_filter_plugin_short {
        event_type: if layout.has_event_type { abi::FLB_FILTER_LOGS } else { 0 },
        flags: 0,
        name: NAME,
        description: DESCRIPTION,
        config_map,
        cb_init: Some(cb_init),
        cb_filter: Some(cb_filter),
        cb_exit: Some(cb_exit),
        _head: NO_LIST,
    }
}

fn long(config_map: *const c_void) -> abi::flb_filter_plugin_long {
    abi::flb_filter_plugin_long {
        event_type: abi::FLB_FILTER_LOGS,
        flags: 0,
        name: NAME,
        description: DESCRIPTION,
        config_map,
        cb_pre_run: Some(cb_pre_run),
        cb_init: Some(cb_init),
        cb_filter: Some(cb_filter),
        cb_exit: Some(cb_exit),
        // 2.2 to 3.1 copy the struct only up to here, and their list head lies here.
        cb_notification: None,
        _head: NO_LIST,
    }
}

// ---- the config map ----

/// One element for each key, and one of zeros that ends the array.
const ELEMENTS: usize = KEYS.len() + 1;

/// Room for them by any stride, all zeros: the host has its own part of an element made so.
static mut CONFIG_MAP: [u64; ELEMENTS * LONGEST_STRIDE / size_of::<u64>()] =
    [0; ELEMENTS * LONGEST_STRIDE / size_of::<u64>()];

/// Lays the config map out by the host's stride. The host copies it.
fn lay_out_config_map(stride: usize) -> *const c_void {
    let map = &raw mut CONFIG_MAP;
    let places = (0..).step_by(stride.min(LONGEST_STRIDE));
    for ((key, help), at) in KEYS.iter().zip(help::texts()).zip(places) {
        let place = map.wrapping_byte_add(at).cast::<abi::flb_config_map>();
        // SAFETY: there is room for all keys by the longest stride, aligned as pointers are; the
        // constructor alone writes, before anybody reads.
        unsafe { place.write(element(key, help)) };
    }
    map.cast()
}

fn element(key: &Key, help: &'static CStr) -> abi::flb_config_map {
    abi::flb_config_map {
        type_: match key.kind {
            Kind::Bool => abi::FLB_CONFIG_MAP_BOOL,
            Kind::Choice(_) | Kind::List(_) | Kind::Text(_) => abi::FLB_CONFIG_MAP_STR,
        },
        name: key.name.as_ptr(),
        // For `-h` alone: the host hands no default on, and shows none as `default`.
        def_value: key.default.unwrap_or(c"(none)").as_ptr(),
        flags: 0,
        set_property: 0, // the host checks names; values are read with `Instance::property`
        offset: 0,
        desc: help.as_ptr(),
    }
}

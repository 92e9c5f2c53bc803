//! The struct that Fluent Bit looks up, and the constructor that fills it for the running host.

use std::ffi::{c_char, c_void};
use std::ptr;

use super::{cb_exit, cb_filter, cb_init, cb_refuse};
use crate::abi;
use crate::config::{KEYS, Kind};
use crate::host::{self, ConfigMapElement, Generation};

const NAME: *const c_char = c"cloudflare_dns".as_ptr();
const DESCRIPTION: *const c_char =
    c"Rewrite Cloudflare DNS logs into the Elastic Common Schema (ECS)".as_ptr();

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
        Some(Generation::Three | Generation::Four) => abi::flb_filter_plugin {
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

/// The words of the exported struct from the name on, as the host copies them.
pub(super) fn registered() -> [usize; host::COPIED_WORDS] {
    let exported = (&raw const filter_cloudflare_dns_plugin).cast::<usize>();
    let first = exported.wrapping_add(1).cast::<[usize; host::COPIED_WORDS]>();
    // SAFETY: the struct is longer than these words, they hold pointers in every generation, and
    // nobody writes to it once the constructor has run.
    unsafe { first.read() }
}

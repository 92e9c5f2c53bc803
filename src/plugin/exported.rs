//! The struct that Fluent Bit looks up, as it is before the constructor has filled it.

use std::ffi::c_char;
use std::ptr;

use super::refusal::cb_refuse;
use crate::abi;
use crate::host::Shape;

pub(super) const NAME: *const c_char = c"cloudflare_dns".as_ptr();
pub(super) const DESCRIPTION: *const c_char =
    c"Rewrite Cloudflare DNS logs into the Elastic Common Schema (ECS)".as_ptr();

/// The symbol that Fluent Bit looks up in `flb-filter_cloudflare_dns.so`. Until the constructor
/// has run, and in a host whose layout is not known, it refuses to start; what lies behind the
/// struct of the running host does so always.
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
        every: [Some(cb_refuse); 28],
    },
};

/// The words of the exported struct from the name to the last callback, as the host copies them.
pub(super) fn registered(shape: Shape) -> &'static [usize] {
    use std::mem::offset_of;

    let end = match shape {
        Shape::Short => offset_of!(abi::flb_filter_plugin_short, _head),
        // A host before 3.2 has its list head there.
        Shape::Long => offset_of!(abi::flb_filter_plugin_long, cb_notification),
    };
    let start = offset_of!(abi::flb_filter_plugin_short, name);
    let first = (&raw const filter_cloudflare_dns_plugin).wrapping_byte_add(start).cast();
    // SAFETY: these words lie inside the struct and hold pointers, and nobody writes to it once the
    // constructor has run.
    unsafe { std::slice::from_raw_parts(first, (end - start) / size_of::<usize>()) }
}

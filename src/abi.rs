//! Fluent Bit's plugin ABI, as bindgen reads it from `include/fluent_bit_abi.h`.
//!
//! bindgen asserts the size and the offsets of each struct as the C compiler lays it out; the
//! assertions here say what the running hosts were seen to use.

#![allow(non_camel_case_types, non_snake_case, missing_docs, unreachable_pub, dead_code)]
#![allow(clippy::all, clippy::pedantic, clippy::restriction)]

include!(concat!(env!("OUT_DIR"), "/abi.rs"));

/// The layouts of `struct flb_filter_plugin` (see the header for their versions).
const _: () = {
    use core::mem::{offset_of, size_of};

    assert!(size_of::<flb_filter_plugin_short>() == 72);
    assert!(offset_of!(flb_filter_plugin_short, flags) == 4);
    assert!(offset_of!(flb_filter_plugin_short, name) == 8);
    assert!(offset_of!(flb_filter_plugin_short, config_map) == 24);
    assert!(offset_of!(flb_filter_plugin_short, cb_init) == 32);
    assert!(offset_of!(flb_filter_plugin_short, cb_exit) == 48);

    assert!(size_of::<flb_filter_plugin_long>() == 88);
    assert!(offset_of!(flb_filter_plugin_long, config_map) == 24);
    assert!(offset_of!(flb_filter_plugin_long, cb_pre_run) == 32);
    assert!(offset_of!(flb_filter_plugin_long, cb_exit) == 56);
    assert!(offset_of!(flb_filter_plugin_long, cb_notification) == 64);

    assert!(offset_of!(flb_filter_plugin_refusal, every) == 32);
    assert!(size_of::<flb_filter_plugin>() == 256);

    assert!(size_of::<flb_config_map>() == 48);
    assert!(offset_of!(flb_filter_instance_tail, cmt) == 48);

    assert!(offset_of!(cmt_counter_head, map) == 48);
    assert!(offset_of!(cmt_map_head, opts) == 8);
};

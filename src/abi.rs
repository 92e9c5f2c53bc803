//! Fluent Bit's plugin ABI, as bindgen reads it from `include/fluent_bit_abi.h`.
//!
//! bindgen asserts the size and the offsets of each struct as the C compiler lays it out; the
//! assertions here say what the running hosts were seen to use.

#![allow(non_camel_case_types, non_snake_case, missing_docs, unreachable_pub, dead_code)]
#![allow(clippy::all, clippy::pedantic, clippy::restriction)]

include!(concat!(env!("OUT_DIR"), "/abi.rs"));

/// The generations of `struct flb_filter_plugin` (see the header for their versions).
const _: () = {
    use core::mem::{offset_of, size_of};

    assert!(size_of::<flb_filter_plugin_1>() == 72);
    assert!(offset_of!(flb_filter_plugin_1, name) == 8);
    assert!(offset_of!(flb_filter_plugin_1, config_map) == 24);
    assert!(offset_of!(flb_filter_plugin_1, cb_init) == 32);
    assert!(offset_of!(flb_filter_plugin_1, cb_exit) == 48);

    assert!(size_of::<flb_filter_plugin_2>() == 72);
    assert!(offset_of!(flb_filter_plugin_2, flags) == 4);
    assert!(offset_of!(flb_filter_plugin_2, cb_init) == 32);

    assert!(size_of::<flb_filter_plugin_4>() == 88);
    assert!(offset_of!(flb_filter_plugin_4, cb_pre_run) == 32);
    assert!(offset_of!(flb_filter_plugin_4, cb_exit) == 56);
    assert!(offset_of!(flb_filter_plugin_4, cb_notification) == 64);

    assert!(offset_of!(flb_filter_plugin_refusal, first_at_32) == 32);
    assert!(offset_of!(flb_filter_plugin_refusal, first_at_40) == 40);
    assert!(size_of::<flb_filter_plugin>() == 88);

    assert!(size_of::<flb_config_map>() == 96);
    assert!(size_of::<flb_config_map_raw>() == 104);

    assert!(offset_of!(flb_filter_instance_1_9, plugin) == 80);
    assert!(offset_of!(flb_filter_instance_1_9, cmt) == 128);
    assert!(offset_of!(flb_filter_instance_1_9, config) == 160);
    assert!(offset_of!(flb_filter_instance_2_0, config) == 176);
    assert!(offset_of!(flb_filter_instance_2_1, plugin) == 96);
    assert!(offset_of!(flb_filter_instance_2_1, cmt) == 144);
    assert!(offset_of!(flb_filter_instance_2_1, config) == 192);
    assert!(offset_of!(flb_filter_instance_3_2, config) == 208);
};

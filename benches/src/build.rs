//! Exports what the plugin looks up in its host from the benchmarks' executables.

fn main() {
    println!("cargo::rerun-if-changed=src/build.rs");
    for name in [
        "flb_filter_get_property",
        "flb_filter_set_context",
        "flb_filter_name",
        "flb_log_print",
        // By these the plugin tells which Fluent Bit is loading it.
        "flb_ra_update_kv_pair",
        "flb_log_event_decoder_init",
        "flb_chunk_trace_output",
        "flb_notification_enqueue",
        "flb_config_map_get_raw",
    ] {
        println!("cargo::rustc-link-arg-bins=-Wl,--export-dynamic-symbol={name}");
    }
}

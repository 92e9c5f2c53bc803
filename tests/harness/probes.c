/*
 * Names by which a plugin may tell Fluent Bit's generations apart. Every host
 * is linked with all of them, but exports only those on its own list (see the
 * Makefile). They are there to be found, never to be called.
 */
#include <stdlib.h>

#define PROBE(name)      \
    void name(void);     \
    void name(void) { abort(); }

PROBE(flb_ra_update_kv_pair)        /* from 1.9.3 */
PROBE(cio_file_lookup_user)         /* from 1.9.3 */
PROBE(flb_plugin_proxy_output_init) /* from 2.0.0 to 2.1, when built with Go plugins */
PROBE(flb_log_event_decoder_init)   /* from 2.1 */
PROBE(flb_proxy_output_cb_init)     /* from 2.2, when built with Go plugins */
PROBE(flb_chunk_trace_output)       /* from 2.2, when built with chunk trace */
PROBE(flb_notification_enqueue)     /* from 3.2 */
PROBE(flb_config_map_get_raw)       /* from 5.0.3 */

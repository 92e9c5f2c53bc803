/*
 * The least that a filter which changes a chunk can do: it hands back a copy. What Fluent Bit
 * spends around such a filter (it reads the new chunk to count its records) no filter can save.
 * The layout is that of Fluent Bit 2.2.0 and newer.
 */
#include <stdlib.h>
#include <string.h>

#include "../../include/fluent_bit_abi.h"

static int start(struct flb_filter_instance *instance, struct flb_config *config, void *data)
{
    (void) instance;
    (void) config;
    (void) data;
    return 0;
}

static int copy(const void *data, size_t bytes, const char *tag, int tag_len, void **out_buf,
                size_t *out_size, struct flb_filter_instance *instance,
                struct flb_input_instance *input, void *context, struct flb_config *config)
{
    (void) tag;
    (void) tag_len;
    (void) instance;
    (void) input;
    (void) context;
    (void) config;
    void *output = malloc(bytes);
    if (!output) {
        return FLB_FILTER_NOTOUCH;
    }
    memcpy(output, data, bytes);
    *out_buf = output;
    *out_size = bytes;
    return FLB_FILTER_MODIFIED;
}

union flb_filter_plugin filter_copy_plugin = {
    .long_ = {
        .event_type = FLB_FILTER_LOGS,
        .name = "copy",
        .description = "Hands back a copy of each chunk",
        .cb_init = start,
        .cb_filter = copy,
    },
};

/*
 * The input through the plugin: contexts, rows of instances, threads, calls.
 * Whatever ought to give the same bytes twice is compared here.
 */
#ifndef HARNESS_RUN_H
#define HARNESS_RUN_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "host.h"
#include "options.h"

/* One Fluent Bit context: its own copy of the registration, its own instances. */
struct context {
    struct plugin plugin;
    struct flb_filter_instance **instances; /* threads × instances, a row per thread */
    size_t instance_count;
};

bool context_start(struct context *context, const struct options *options);
void context_stop(struct context *context, const struct options *options);

/* The input, and how it is cut into calls of cb_filter. */
struct work {
    struct buf input;
    struct slice {
        size_t offset;
        size_t size;
    } *calls;
    size_t call_count;
};

void work_load(struct work *work, const struct options *options);
void work_free(struct work *work);

struct outcome {
    struct buf raw;
    struct buf frames;
    struct buf allocations;
    struct buf metrics;
    unsigned long notouch;
    unsigned long modified;
    unsigned long emptied; /* modified to nothing */
};

void outcome_free(struct outcome *outcome);

/* All calls of the work, in the way the options ask for. False: the host refused to start. */
bool run(const struct options *options, const struct work *work, struct outcome *outcome);

#endif

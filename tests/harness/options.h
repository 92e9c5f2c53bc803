/* The command line: see the usage text in options.c. */
#ifndef HARNESS_OPTIONS_H
#define HARNESS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "encode.h"

struct property {
    long instance; /* -1: all of them */
    char *key;
    const char *value;
};

struct options {
    const char *plugin;
    struct property *properties;
    size_t property_count;
    unsigned long instances;
    unsigned long threads;
    unsigned long contexts;
    unsigned long repeat;

    const char *ndjson;
    const char *chunk;
    const char *frames;
    struct event_form form;
    bool group_markers;
    unsigned long split;

    const char *out_json;
    const char *out_raw;
    const char *out_frames;
    const char *out_chunk;
    const char *count_allocs;
    const char *stats;
    const char *log;
    const char *metrics;

    unsigned long fail_malloc;
    bool fail_onwards;
    bool list_keys;
    bool describe;
    bool null_checks;
    bool marks;
    bool keep_open;
    bool dry_run;
    unsigned long stack;
};

void options_parse(struct options *options, int argc, char **argv);
void options_free(struct options *options);

#endif

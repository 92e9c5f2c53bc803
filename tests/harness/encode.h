/* NDJSON to a chunk of events, in any form that a Fluent Bit has been seen to write. */
#ifndef HARNESS_ENCODE_H
#define HARNESS_ENCODE_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"

enum array_form { ARRAY_FIX, ARRAY_16, ARRAY_32, ARRAY_MIXED };
enum time_form { TIME_FIXEXT, TIME_EXT8, TIME_INTEGER, TIME_FLOAT };

struct event_form {
    bool has_metadata;      /* [[time, metadata], record] rather than [time, record] */
    bool metadata_is_empty; /* {} rather than a few keys */
    enum array_form array;
    enum time_form time;
    uint32_t seconds;
    uint32_t nanoseconds;
};

/* Comma-separated words; NULL, or the word that means nothing here. */
const char *event_form_parse(struct event_form *form, const char *words);

/* One event per non-empty line; NULL, or what was wrong with a line. */
const char *encode_events(const struct buf *ndjson, const struct event_form *form,
                          struct buf *chunk);

/* Puts an opening group marker before and a closing one behind the events. */
void encode_group(struct buf *chunk, const struct event_form *form);

#endif

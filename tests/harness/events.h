/* A chunk of events, read back with msgpack-c: a second opinion on what the plugin wrote. */
#ifndef HARNESS_EVENTS_H
#define HARNESS_EVENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

/*
 * One line per event:
 *   {"time":"1.000000000","metadata":{},"record":{}}   new header
 *   {"time":"1.000000000","record":{}}                 old header
 *   {"marker":"open","metadata":{},"record":{}}        group markers
 *   {"other":7}                                        a value that is no event
 *   {"tail":"c1ff"}                                    bytes that are no MessagePack
 */
void print_chunk(const void *data, size_t size, struct buf *out);

struct chunk_count {
    unsigned long events;
    unsigned long markers;
};

struct chunk_count count_chunk(const void *data, size_t size);

/* Where the event at offset ends; false at the end or at bytes that are no MessagePack. */
bool next_event(const void *data, size_t size, size_t *offset);

#endif

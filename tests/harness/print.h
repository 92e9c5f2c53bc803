/*
 * One MessagePack value as JSON text: bad UTF-8 as U+FFFD, NaN and infinities
 * as null, bin as {"$bin":"<hex>"}, ext as {"$ext":[type,"<hex>"]}, keys that
 * are no strings as their JSON text; order and duplicates as they are.
 */
#ifndef HARNESS_PRINT_H
#define HARNESS_PRINT_H

#include <msgpack.h>
#include <stddef.h>

#include "buf.h"

void print_value(struct buf *out, const msgpack_object *value);

/* A JSON string of plain text, and one of hexadecimal digits. */
void print_text(struct buf *out, const char *text, size_t size);
void print_hex(struct buf *out, const void *data, size_t size);

#endif

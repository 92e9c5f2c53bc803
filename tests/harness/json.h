/* One JSON text to one MessagePack value. */
#ifndef HARNESS_JSON_H
#define HARNESS_JSON_H

#include <stddef.h>

#include "buf.h"

/*
 * Numbers without fraction or exponent become integers while 64 bits hold
 * them; keys keep their order and their duplicates; bytes outside escapes are
 * copied as they are. {"$raw": "<hex>"} stands for those MessagePack bytes.
 * Returns NULL, or what was wrong.
 */
const char *json_to_msgpack(const char *text, size_t length, struct buf *out);

#endif

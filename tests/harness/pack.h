/* MessagePack, each value in its shortest form. */
#ifndef HARNESS_PACK_H
#define HARNESS_PACK_H

#include <stddef.h>
#include <stdint.h>

#include "buf.h"

void pack_array(struct buf *out, size_t count);
void pack_map(struct buf *out, size_t count);
void pack_str(struct buf *out, const void *text, size_t length);
void pack_unsigned(struct buf *out, uint64_t value);
void pack_negative(struct buf *out, int64_t value);
void pack_double(struct buf *out, double value);

#endif

#include "pack.h"

#include <string.h>

static void put_header(struct buf *out, unsigned fix, size_t fix_max, unsigned wide, size_t count)
{
    if (count <= fix_max) {
        buf_byte(out, fix | (unsigned) count);
    }
    else if (count <= 0xffff) {
        buf_byte(out, wide);
        buf_big_endian(out, count, 2);
    }
    else {
        buf_byte(out, wide + 1);
        buf_big_endian(out, count, 4);
    }
}

void pack_array(struct buf *out, size_t count)
{
    put_header(out, 0x90, 15, 0xdc, count);
}

void pack_map(struct buf *out, size_t count)
{
    put_header(out, 0x80, 15, 0xde, count);
}

void pack_str(struct buf *out, const void *text, size_t length)
{
    if (length > 31 && length <= 0xff) {
        buf_byte(out, 0xd9);
        buf_byte(out, (unsigned) length);
    }
    else {
        put_header(out, 0xa0, 31, 0xda, length);
    }
    buf_put(out, text, length);
}

void pack_unsigned(struct buf *out, uint64_t value)
{
    if (value <= 0x7f) {
        buf_byte(out, (unsigned) value);
        return;
    }
    unsigned bytes = value <= 0xff ? 1 : value <= 0xffff ? 2 : value <= 0xffffffff ? 4 : 8;
    buf_byte(out, bytes == 1 ? 0xcc : bytes == 2 ? 0xcd : bytes == 4 ? 0xce : 0xcf);
    buf_big_endian(out, value, bytes);
}

void pack_negative(struct buf *out, int64_t value)
{
    if (value >= -32) {
        buf_byte(out, (unsigned) value & 0xff);
        return;
    }
    unsigned bytes = value >= INT8_MIN ? 1 : value >= INT16_MIN ? 2 : value >= INT32_MIN ? 4 : 8;
    buf_byte(out, bytes == 1 ? 0xd0 : bytes == 2 ? 0xd1 : bytes == 4 ? 0xd2 : 0xd3);
    buf_big_endian(out, (uint64_t) value, bytes);
}

void pack_double(struct buf *out, double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof(bits));
    buf_byte(out, 0xcb);
    buf_big_endian(out, bits, 8);
}

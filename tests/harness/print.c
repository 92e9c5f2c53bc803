#include "print.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void print_hex(struct buf *out, const void *data, size_t size)
{
    const unsigned char *bytes = data;

    buf_byte(out, '"');
    for (size_t i = 0; i < size; i++) {
        buf_printf(out, "%02x", bytes[i]);
    }
    buf_byte(out, '"');
}

/* Length of the well-formed UTF-8 sequence at bytes, or 0. */
static size_t utf8_length(const unsigned char *bytes, size_t left)
{
    unsigned char lead = bytes[0];
    size_t length = lead < 0x80 ? 1 : lead >= 0xc2 && lead < 0xe0 ? 2
                    : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 0;

    if (length == 0 || length > left) {
        return 0;
    }
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    if ((lead == 0xe0 && bytes[1] < 0xa0) || (lead == 0xed && bytes[1] > 0x9f) ||
        (lead == 0xf0 && bytes[1] < 0x90) || (lead == 0xf4 && bytes[1] > 0x8f)) {
        return 0;
    }
    return length;
}

void print_text(struct buf *out, const char *text, size_t size)
{
    const unsigned char *bytes = (const unsigned char *) text;

    buf_byte(out, '"');
    for (size_t i = 0; i < size;) {
        size_t length = utf8_length(bytes + i, size - i);

        if (length == 0) {
            buf_text(out, "\xef\xbf\xbd");
            i++;
            continue;
        }
        if (bytes[i] == '"' || bytes[i] == '\\') {
            buf_byte(out, '\\');
            buf_byte(out, bytes[i]);
        }
        else if (bytes[i] < 0x20) {
            buf_printf(out, "\\u%04x", bytes[i]);
        }
        else {
            buf_put(out, bytes + i, length);
        }
        i += length;
    }
    buf_byte(out, '"');
}

/* The shortest text that reads back as the same double, marked as no integer. */
static void put_double(struct buf *out, double value)
{
    char text[40];

    if (!isfinite(value)) {
        buf_text(out, "null");
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof(text), "%.*g", digits, value);
        if (strtod(text, NULL) == value) {
            break;
        }
    }
    buf_text(out, text);
    buf_text(out, strpbrk(text, ".e") ? "" : ".0");
}


static void put_key(struct buf *out, const msgpack_object *key)
{
    struct buf text = {0};

    if (key->type == MSGPACK_OBJECT_STR) {
        print_value(out, key);
        return;
    }
    print_value(&text, key);
    print_text(out, (const char *) text.data, text.size);
    buf_free(&text);
}

static void put_map(struct buf *out, const msgpack_object_map *map)
{
    buf_byte(out, '{');
    for (uint32_t i = 0; i < map->size; i++) {
        buf_text(out, i > 0 ? "," : "");
        put_key(out, &map->ptr[i].key);
        buf_byte(out, ':');
        print_value(out, &map->ptr[i].val);
    }
    buf_byte(out, '}');
}

static void put_array(struct buf *out, const msgpack_object_array *array)
{
    buf_byte(out, '[');
    for (uint32_t i = 0; i < array->size; i++) {
        buf_text(out, i > 0 ? "," : "");
        print_value(out, &array->ptr[i]);
    }
    buf_byte(out, ']');
}

void print_value(struct buf *out, const msgpack_object *value)
{
    switch (value->type) {
    case MSGPACK_OBJECT_NIL: buf_text(out, "null"); break;
    case MSGPACK_OBJECT_BOOLEAN: buf_text(out, value->via.boolean ? "true" : "false"); break;
    case MSGPACK_OBJECT_POSITIVE_INTEGER: buf_printf(out, "%" PRIu64, value->via.u64); break;
    case MSGPACK_OBJECT_NEGATIVE_INTEGER: buf_printf(out, "%" PRId64, value->via.i64); break;
    case MSGPACK_OBJECT_FLOAT32:
    case MSGPACK_OBJECT_FLOAT64: put_double(out, value->via.f64); break;
    case MSGPACK_OBJECT_STR: print_text(out, value->via.str.ptr, value->via.str.size); break;
    case MSGPACK_OBJECT_ARRAY: put_array(out, &value->via.array); break;
    case MSGPACK_OBJECT_MAP: put_map(out, &value->via.map); break;
    case MSGPACK_OBJECT_BIN:
        buf_text(out, "{\"$bin\":");
        print_hex(out, value->via.bin.ptr, value->via.bin.size);
        buf_byte(out, '}');
        break;
    case MSGPACK_OBJECT_EXT:
        buf_printf(out, "{\"$ext\":[%d,", value->via.ext.type);
        print_hex(out, value->via.ext.ptr, value->via.ext.size);
        buf_text(out, "]}");
        break;
    default: buf_text(out, "{\"$unknown\":null}"); break;
    }
}

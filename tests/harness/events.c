#include "events.h"

#include <inttypes.h>

#include "print.h"

struct event {
    const msgpack_object *time;
    const msgpack_object *metadata; /* NULL in an old header */
    const msgpack_object *record;
    const char *marker;             /* "open", "close" or NULL */
};

static bool is_pair(const msgpack_object *value)
{
    return value->type == MSGPACK_OBJECT_ARRAY && value->via.array.size == 2;
}

static bool is_time_ext(const msgpack_object *value)
{
    return value->type == MSGPACK_OBJECT_EXT && value->via.ext.type == 0 &&
           value->via.ext.size == 8;
}

static bool is_time(const msgpack_object *value)
{
    return is_time_ext(value) || value->type == MSGPACK_OBJECT_POSITIVE_INTEGER ||
           value->type == MSGPACK_OBJECT_NEGATIVE_INTEGER ||
           value->type == MSGPACK_OBJECT_FLOAT32 || value->type == MSGPACK_OBJECT_FLOAT64;
}

static uint32_t big_endian_32(const char *at)
{
    const unsigned char *bytes = (const unsigned char *) at;

    return (uint32_t) bytes[0] << 24 | (uint32_t) bytes[1] << 16 | (uint32_t) bytes[2] << 8 |
           bytes[3];
}

static bool as_event(const msgpack_object *value, struct event *event)
{
    *event = (struct event) {0};
    if (!is_pair(value)) {
        return false;
    }
    event->time = &value->via.array.ptr[0];
    event->record = &value->via.array.ptr[1];
    if (is_pair(event->time)) {
        event->metadata = &event->time->via.array.ptr[1];
        event->time = &event->time->via.array.ptr[0];
    }
    if (event->metadata && is_time_ext(event->time)) {
        uint32_t seconds = big_endian_32(event->time->via.ext.ptr);

        event->marker = seconds == 0xffffffff ? "open" : seconds == 0xfffffffe ? "close" : NULL;
    }
    return is_time(event->time);
}

static void put_event(struct buf *out, const struct event *event)
{
    if (event->marker) {
        buf_printf(out, "{\"marker\":\"%s\"", event->marker);
    }
    else if (is_time_ext(event->time)) {
        buf_printf(out, "{\"time\":\"%" PRIu32 ".%09" PRIu32 "\"",
                   big_endian_32(event->time->via.ext.ptr),
                   big_endian_32(event->time->via.ext.ptr + 4));
    }
    else {
        buf_text(out, "{\"time\":\"");
        print_value(out, event->time);
        buf_byte(out, '"');
    }
    if (event->metadata) {
        buf_text(out, ",\"metadata\":");
        print_value(out, event->metadata);
    }
    buf_text(out, ",\"record\":");
    print_value(out, event->record);
    buf_text(out, "}\n");
}

static bool unpack(msgpack_unpacked *unpacked, const void *data, size_t size, size_t *offset)
{
    msgpack_unpack_return result = msgpack_unpack_next(unpacked, data, size, offset);

    return result == MSGPACK_UNPACK_SUCCESS || result == MSGPACK_UNPACK_EXTRA_BYTES;
}

void print_chunk(const void *data, size_t size, struct buf *out)
{
    msgpack_unpacked unpacked;
    struct event event;
    size_t offset = 0, whole = 0;

    msgpack_unpacked_init(&unpacked);
    while (whole < size && unpack(&unpacked, data, size, &offset)) {
        whole = offset;
        if (as_event(&unpacked.data, &event)) {
            put_event(out, &event);
        }
        else {
            buf_text(out, "{\"other\":");
            print_value(out, &unpacked.data);
            buf_text(out, "}\n");
        }
    }
    msgpack_unpacked_destroy(&unpacked);
    if (whole < size) {
        buf_text(out, "{\"tail\":");
        print_hex(out, (const char *) data + whole, size - whole);
        buf_text(out, "}\n");
    }
}

struct chunk_count count_chunk(const void *data, size_t size)
{
    struct chunk_count count = {0};
    msgpack_unpacked unpacked;
    struct event event;
    size_t offset = 0;

    msgpack_unpacked_init(&unpacked);
    while (offset < size && unpack(&unpacked, data, size, &offset)) {
        bool is_event = as_event(&unpacked.data, &event);

        count.events += is_event && !event.marker;
        count.markers += is_event && event.marker;
    }
    msgpack_unpacked_destroy(&unpacked);
    return count;
}

bool next_event(const void *data, size_t size, size_t *offset)
{
    msgpack_unpacked unpacked;
    size_t end = *offset;
    bool whole;

    msgpack_unpacked_init(&unpacked);
    whole = end < size && unpack(&unpacked, data, size, &end);
    msgpack_unpacked_destroy(&unpacked);
    if (whole) {
        *offset = end;
    }
    return whole;
}

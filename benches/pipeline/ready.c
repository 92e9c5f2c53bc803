/*
 * The floor: a filter that hands back events of ECS which were made before. It reads the chunk once,
 * to count its events, and copies as many ready ones. What Fluent Bit itself spends around a filter
 * that makes such chunks (it reads each changed one again) no filter can save.
 *
 * READY names the file of the ready events. With READY_RECORD set, it is written: the events that
 * come are appended, and pass. The layout is that of Fluent Bit 2.2.0 and newer.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../include/fluent_bit_abi.h"

#define MOST_EVENTS 1000000

static FILE *record;
static unsigned char *ready;
/* Where each ready event begins, and behind the last one where that ends. */
static size_t starts[MOST_EVENTS + 1];
static size_t events;
/* The ready event that comes next. */
static size_t next;

/* By its first byte, a value's size without its members, and how many they are; a size of 0 where
 * the bytes behind it tell. */
static struct {
    uint8_t size;
    uint8_t members;
} heads[256];

static void fill_heads(void)
{
    /* nil, false, true; from 0xca on float 32 and 64, uint 8 to 64, int 8 to 64, fixext 1 to 16. */
    static const uint8_t sizes[] = {5, 9, 2, 3, 5, 9, 2, 3, 5, 9, 3, 4, 6, 10, 18};
    for (int first = 0; first < 256; first++) {
        int is_map = first >= 0x80 && first <= 0x8f;
        int is_array = first >= 0x90 && first <= 0x9f;
        int is_text = first >= 0xa0 && first <= 0xbf;
        int is_plain = first < 0xc4 || first >= 0xe0;
        int is_sized = first >= 0xca && first <= 0xd8;
        heads[first].size = is_text ? 1 + (first & 0x1f) : is_plain ? 1 : is_sized ? sizes[first - 0xca] : 0;
        heads[first].members = is_map ? 2 * (first & 0x0f) : is_array ? first & 0x0f : 0;
    }
}

/* The offset behind a value whose size stands behind its first byte, and its members; beyond `size`
 * when it does not end before. */
static size_t skip_sized(const uint8_t *bytes, size_t at, size_t size, size_t *members)
{
    /* bin, ext, text, array, map: of 1, 2 or 4 bytes. */
    uint8_t first = bytes[at];
    int is_ext = first >= 0xc7 && first <= 0xc9;
    int wide = first >= 0xdc ? 2 << ((first - 0xdc) & 1)
               : first >= 0xd9 ? 1 << (first - 0xd9)
                               : 1 << ((first - 0xc4) % 3);
    size_t number = 0;
    if (size - at < 1 + (size_t) wide) {
        return size + 1;
    }
    for (int i = 1; i <= wide; i++) {
        number = number << 8 | bytes[at + i];
    }
    *members = first >= 0xde ? 2 * number : first >= 0xdc ? number : 0;
    return at + 1 + wide + (first >= 0xdc ? 0 : number + is_ext);
}

/* The offset behind the value at the offset `at`; 0 when it does not end before `size`. */
static size_t skip(const uint8_t *bytes, size_t at, size_t size)
{
    for (size_t left = 1; left > 0; left--) {
        if (at >= size) {
            return 0;
        }
        size_t members = heads[bytes[at]].members;
        size_t known = heads[bytes[at]].size;
        at = known ? at + known : skip_sized(bytes, at, size, &members);
        left += members;
    }
    return at <= size ? at : 0;
}

static void read_ready(FILE *file)
{
    fseek(file, 0, SEEK_END);
    size_t size = ftell(file);
    rewind(file);
    ready = malloc(size);
    if (!ready || fread(ready, 1, size, file) != size) {
        return;
    }
    for (size_t at = 0; at < size && events < MOST_EVENTS; events++) {
        at = skip(ready, at, size);
        if (at == 0) {
            events = 0; /* It is cut: the start fails. */
            return;
        }
        starts[events + 1] = at;
    }
}

static int start(struct flb_filter_instance *instance, struct flb_config *config, void *data)
{
    (void) instance;
    (void) config;
    (void) data;
    fill_heads();
    FILE *file = fopen(getenv("READY"), getenv("READY_RECORD") ? "ab" : "rb");
    if (!file) {
        return -1;
    }
    if (getenv("READY_RECORD")) {
        record = file;
        return 0;
    }
    read_ready(file);
    fclose(file);
    return events > 0 ? 0 : -1;
}

static int filter(const void *data, size_t bytes, const char *tag, int tag_len, void **out_buf,
                  size_t *out_size, struct flb_filter_instance *instance,
                  struct flb_input_instance *input, void *context, struct flb_config *config)
{
    (void) tag;
    (void) tag_len;
    (void) instance;
    (void) input;
    (void) context;
    (void) config;
    if (record) {
        fwrite(data, 1, bytes, record);
        fflush(record);
        return FLB_FILTER_NOTOUCH;
    }
    size_t count = 0;
    for (size_t at = 0; at < bytes; count++) {
        at = skip(data, at, bytes);
        if (at == 0) {
            return FLB_FILTER_NOTOUCH;
        }
    }
    /* The ready ones come again when all were handed back. */
    size_t size = count / events * starts[events];
    size_t end = next + count % events;
    size += end <= events ? starts[end] - starts[next]
                          : starts[events] - starts[next] + starts[end - events];
    char *output = malloc(size);
    if (!output) {
        return FLB_FILTER_NOTOUCH;
    }
    for (size_t filled = 0; count > 0;) {
        size_t run = events - next < count ? events - next : count;
        size_t part = starts[next + run] - starts[next];
        memcpy(output + filled, ready + starts[next], part);
        filled += part;
        count -= run;
        next = (next + run) % events;
    }
    *out_buf = output;
    *out_size = size;
    return FLB_FILTER_MODIFIED;
}

union flb_filter_plugin filter_ready_plugin = {
    .long_ = {
        .event_type = FLB_FILTER_LOGS,
        .name = "ready",
        .description = "Hands back ready-made events",
        .cb_init = start,
        .cb_filter = filter,
    },
};

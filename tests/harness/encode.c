#include "encode.h"

#include <stdio.h>
#include <string.h>

#include "json.h"
#include "pack.h"

#define GROUP_OPEN 0xffffffffu
#define GROUP_CLOSE 0xfffffffeu

static bool apply_word(struct event_form *form, const char *word, size_t length)
{
    static const struct {
        const char *word;
        enum { HEADER, ARRAY, TIME, METADATA } what;
        int value;
    } words[] = {
        {"old", HEADER, false},          {"new", HEADER, true},
        {"fixarray", ARRAY, ARRAY_FIX},  {"array16", ARRAY, ARRAY_16},
        {"array32", ARRAY, ARRAY_32},    {"mixed", ARRAY, ARRAY_MIXED},
        {"ext", TIME, TIME_FIXEXT},      {"ext8", TIME, TIME_EXT8},
        {"int", TIME, TIME_INTEGER},     {"float", TIME, TIME_FLOAT},
        {"meta", METADATA, false},       {"nometa", METADATA, true},
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        if (strlen(words[i].word) != length || memcmp(words[i].word, word, length) != 0) {
            continue;
        }
        switch (words[i].what) {
        case HEADER: form->has_metadata = words[i].value; break;
        case ARRAY: form->array = (enum array_form) words[i].value; break;
        case TIME: form->time = (enum time_form) words[i].value; break;
        case METADATA: form->metadata_is_empty = words[i].value; break;
        }
        return true;
    }
    return false;
}

const char *event_form_parse(struct event_form *form, const char *words)
{
    while (*words) {
        size_t length = strcspn(words, ",");

        if (!apply_word(form, words, length)) {
            return words;
        }
        words += length + (words[length] == ',');
    }
    return NULL;
}

static void put_pair_header(struct buf *out, const struct event_form *form, bool inner)
{
    enum array_form array = form->array;

    if (array == ARRAY_MIXED) {
        array = inner ? ARRAY_32 : ARRAY_FIX;
    }
    switch (array) {
    case ARRAY_16:
        buf_byte(out, 0xdc);
        buf_big_endian(out, 2, 2);
        break;
    case ARRAY_32:
        buf_byte(out, 0xdd);
        buf_big_endian(out, 2, 4);
        break;
    default: pack_array(out, 2); break;
    }
}

static void put_time(struct buf *out, enum time_form form, uint32_t seconds, uint32_t nanoseconds)
{
    switch (form) {
    case TIME_INTEGER: pack_unsigned(out, seconds); return;
    case TIME_FLOAT: pack_double(out, seconds + nanoseconds / 1e9); return;
    case TIME_FIXEXT:
        buf_byte(out, 0xd7);
        buf_byte(out, 0x00);
        break;
    case TIME_EXT8:
        buf_byte(out, 0xc7);
        buf_byte(out, 0x08);
        buf_byte(out, 0x00);
        break;
    }
    buf_big_endian(out, seconds, 4);
    buf_big_endian(out, nanoseconds, 4);
}

static void put_json(struct buf *out, const char *json)
{
    if (json_to_msgpack(json, strlen(json), out)) {
        die("bad JSON in the harness: %s", json);
    }
}

static void put_header(struct buf *out, const struct event_form *form)
{
    put_pair_header(out, form, false);
    if (form->has_metadata) {
        put_pair_header(out, form, true);
    }
    put_time(out, form->time, form->seconds, form->nanoseconds);
    if (form->has_metadata) {
        put_json(out, form->metadata_is_empty ? "{}" : "{\"stream\":\"http\",\"n\":[1,{}]}");
    }
}

const char *encode_events(const struct buf *ndjson, const struct event_form *form,
                          struct buf *chunk)
{
    const char *line = (const char *) ndjson->data;
    const char *end = line + ndjson->size;

    while (line < end) {
        const char *newline = memchr(line, '\n', (size_t) (end - line));
        const char *stop = newline ? newline : end;
        const char *wrong;

        if (stop > line) {
            put_header(chunk, form);
            wrong = json_to_msgpack(line, (size_t) (stop - line), chunk);
            if (wrong) {
                return wrong;
            }
        }
        line = stop + 1;
    }
    return NULL;
}

/* Markers exist in new headers only; their body is another map. */
static void put_marker(struct buf *out, const struct event_form *form, uint32_t seconds,
                       const char *metadata, const char *body)
{
    put_pair_header(out, form, false);
    put_pair_header(out, form, true);
    put_time(out, form->time == TIME_EXT8 ? TIME_EXT8 : TIME_FIXEXT, seconds, 0);
    put_json(out, metadata);
    put_json(out, body);
}

void encode_group(struct buf *chunk, const struct event_form *form)
{
    struct buf wrapped = {0};

    put_marker(&wrapped, form, GROUP_OPEN,
               "{\"schema\":\"otlp\",\"resource_id\":0,\"scope_id\":0}",
               "{\"resource\":{\"attributes\":{}},\"scope\":{}}");
    buf_put(&wrapped, chunk->data, chunk->size);
    put_marker(&wrapped, form, GROUP_CLOSE, "{}", "{}");
    buf_free(chunk);
    *chunk = wrapped;
}

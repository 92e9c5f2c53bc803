#include "json.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "pack.h"

#define DEPTH_MAX 200

struct reader {
    const char *at;
    const char *end;
    unsigned depth;
    const char *wrong;
};

static bool fail(struct reader *in, const char *wrong)
{
    if (!in->wrong) {
        in->wrong = wrong;
    }
    return false;
}

static char peek(const struct reader *in)
{
    return in->at < in->end ? *in->at : '\0';
}

static char skip_space(struct reader *in)
{
    while (in->at < in->end && strchr(" \t\r\n", *in->at) && *in->at) {
        in->at++;
    }
    return peek(in);
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

static bool read_hex4(struct reader *in, unsigned *out)
{
    unsigned value = 0;

    if (in->end - in->at < 4) {
        return fail(in, "short \\u escape");
    }
    for (int i = 0; i < 4; i++) {
        int digit = hex_digit(*in->at++);

        if (digit < 0) {
            return fail(in, "bad \\u escape");
        }
        value = value * 16 + (unsigned) digit;
    }
    *out = value;
    return true;
}

static void put_utf8(struct buf *out, unsigned code)
{
    if (code < 0x80) {
        buf_byte(out, code);
        return;
    }
    unsigned more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    unsigned lead = more == 1 ? 0xc0 : more == 2 ? 0xe0 : 0xf0;

    buf_byte(out, lead | code >> (6 * more));
    while (more-- > 0) {
        buf_byte(out, 0x80 | (code >> (6 * more) & 0x3f));
    }
}

/* Behind "\u": one code point, from one escape or a pair; a lone half is U+FFFD. */
static bool read_unicode(struct reader *in, struct buf *out)
{
    unsigned high, low;

    if (!read_hex4(in, &high)) {
        return false;
    }
    if (high >= 0xd800 && high <= 0xdbff && in->end - in->at >= 6 &&
        in->at[0] == '\\' && in->at[1] == 'u') {
        struct reader ahead = *in;

        ahead.at += 2;
        if (read_hex4(&ahead, &low) && low >= 0xdc00 && low <= 0xdfff) {
            in->at = ahead.at;
            high = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
        }
    }
    put_utf8(out, high >= 0xd800 && high <= 0xdfff ? 0xfffd : high);
    return true;
}

static bool read_escape(struct reader *in, struct buf *out)
{
    static const char from[] = "\"\\/bfnrt";
    static const char to[] = "\"\\/\b\f\n\r\t";
    char c = peek(in);
    const char *found = c ? strchr(from, c) : NULL;

    in->at++;
    if (c == 'u') {
        return read_unicode(in, out);
    }
    if (!found) {
        return fail(in, "unknown escape");
    }
    buf_byte(out, (unsigned char) to[found - from]);
    return true;
}

static bool read_text(struct reader *in, struct buf *text)
{
    in->at++; /* the opening quote, seen by the caller */
    while (in->at < in->end && *in->at != '"') {
        char c = *in->at++;

        if (c != '\\') {
            buf_byte(text, (unsigned char) c);
        }
        else if (!read_escape(in, text)) {
            return false;
        }
    }
    if (in->at >= in->end) {
        return fail(in, "string without end");
    }
    in->at++;
    return true;
}

static bool read_string(struct reader *in, struct buf *out)
{
    struct buf text = {0};
    bool ok = read_text(in, &text);

    if (ok) {
        pack_str(out, text.data, text.size);
    }
    buf_free(&text);
    return ok;
}

static bool read_number(struct reader *in, struct buf *out)
{
    char text[64];
    size_t length = 0;
    char *end;

    while (in->at < in->end && strchr("+-.0123456789eE", *in->at) && *in->at) {
        if (length + 1 >= sizeof(text)) {
            return fail(in, "number too long");
        }
        text[length++] = *in->at++;
    }
    text[length] = '\0';
    errno = 0;
    if (!strpbrk(text, ".eE")) {
        if (text[0] == '-') {
            long long value = strtoll(text, &end, 10);

            if (errno == 0 && *end == '\0' && value < 0) {
                pack_negative(out, value);
                return true;
            }
        }
        else {
            unsigned long long value = strtoull(text, &end, 10);

            if (errno == 0 && *end == '\0') {
                pack_unsigned(out, value);
                return true;
            }
        }
    }
    pack_double(out, strtod(text, &end));
    return (length > 0 && *end == '\0') || fail(in, "bad number");
}

static bool read_word(struct reader *in, const char *word, unsigned byte, struct buf *out)
{
    size_t length = strlen(word);

    if ((size_t) (in->end - in->at) < length || memcmp(in->at, word, length) != 0) {
        return fail(in, "unknown word");
    }
    in->at += length;
    buf_byte(out, byte);
    return true;
}

static bool read_value(struct reader *in, struct buf *out);

static bool read_member(struct reader *in, struct buf *members)
{
    if (skip_space(in) != '"') {
        return fail(in, "key expected");
    }
    if (!read_string(in, members)) {
        return false;
    }
    if (skip_space(in) != ':') {
        return fail(in, "colon expected");
    }
    in->at++;
    return read_value(in, members);
}

/* Members go to a buffer of their own, for their count stands in front of them. */
static bool read_list(struct reader *in, char close, struct buf *members, size_t *count)
{
    in->at++;
    *count = 0;
    if (skip_space(in) == close) {
        in->at++;
        return true;
    }
    for (;;) {
        if (!(close == '}' ? read_member(in, members) : read_value(in, members))) {
            return false;
        }
        (*count)++;
        char next = skip_space(in);

        in->at++;
        if (next == close) {
            return true;
        }
        if (next != ',') {
            return fail(in, "comma or end expected");
        }
    }
}

/* The members are {"$raw": "<hex>"}: puts the bytes and says so. */
static bool put_raw(const struct buf *members, size_t count, struct buf *out)
{
    static const unsigned char key[] = "\xa4$raw";
    struct buf hex = {0};
    size_t header = 5;

    if (count != 1 || members->size < 6 || memcmp(members->data, key, 5) != 0) {
        return false;
    }
    header += members->data[5] >= 0xd9 && members->data[5] <= 0xdb
                  ? 1 + ((size_t) 1 << (members->data[5] - 0xd9))
                  : 1;
    for (size_t i = header; i + 1 < members->size; i += 2) {
        int high = hex_digit((char) members->data[i]);
        int low = hex_digit((char) members->data[i + 1]);

        if (high < 0 || low < 0) {
            die("$raw is not hexadecimal");
        }
        buf_byte(&hex, (unsigned) (high << 4 | low));
    }
    buf_put(out, hex.data, hex.size);
    buf_free(&hex);
    return true;
}

static bool read_container(struct reader *in, char close, struct buf *out)
{
    struct buf members = {0};
    size_t count;
    bool ok = read_list(in, close, &members, &count);

    if (ok && close == ']') {
        pack_array(out, count);
        buf_put(out, members.data, members.size);
    }
    else if (ok && !put_raw(&members, count, out)) {
        pack_map(out, count);
        buf_put(out, members.data, members.size);
    }
    buf_free(&members);
    return ok;
}

static bool read_value(struct reader *in, struct buf *out)
{
    bool ok;

    if (++in->depth > DEPTH_MAX) {
        return fail(in, "nested too deep");
    }
    switch (skip_space(in)) {
    case '{': ok = read_container(in, '}', out); break;
    case '[': ok = read_container(in, ']', out); break;
    case '"': ok = read_string(in, out); break;
    case 'n': ok = read_word(in, "null", 0xc0, out); break;
    case 'f': ok = read_word(in, "false", 0xc2, out); break;
    case 't': ok = read_word(in, "true", 0xc3, out); break;
    default: ok = read_number(in, out); break;
    }
    in->depth--;
    return ok;
}

const char *json_to_msgpack(const char *text, size_t length, struct buf *out)
{
    struct reader in = {.at = text, .end = text + length};

    if (read_value(&in, out)) {
        skip_space(&in);
        if (in.at != in.end) {
            fail(&in, "more than one value");
        }
    }
    return in.wrong;
}

#include "buf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void die(const char *format, ...)
{
    va_list args;

    fputs("harness: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(EXIT_USAGE);
}

void *must(void *allocation)
{
    if (!allocation) {
        die("out of memory");
    }
    return allocation;
}

char *copy_text(const char *text)
{
    return must(strdup(text));
}

static void buf_reserve(struct buf *buf, size_t more)
{
    size_t capacity = buf->capacity ? buf->capacity : 256;

    if (more <= buf->capacity - buf->size) {
        return;
    }
    while (capacity - buf->size < more) {
        capacity *= 2;
    }
    buf->data = must(realloc(buf->data, capacity));
    buf->capacity = capacity;
}

void buf_put(struct buf *buf, const void *data, size_t size)
{
    if (size == 0) {
        return;
    }
    buf_reserve(buf, size);
    memcpy(buf->data + buf->size, data, size);
    buf->size += size;
}

void buf_text(struct buf *buf, const char *text)
{
    buf_put(buf, text, strlen(text));
}

void buf_printf(struct buf *buf, const char *format, ...)
{
    char text[512];
    va_list args;
    int length;

    va_start(args, format);
    length = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (length < 0 || (size_t) length >= sizeof(text)) {
        die("text too long for buf_printf: %s", format);
    }
    buf_put(buf, text, (size_t) length);
}

void buf_byte(struct buf *buf, unsigned byte)
{
    unsigned char value = (unsigned char) byte;

    buf_put(buf, &value, 1);
}

void buf_big_endian(struct buf *buf, uint64_t value, unsigned bytes)
{
    while (bytes > 0) {
        bytes--;
        buf_byte(buf, (unsigned) (value >> (8 * bytes)) & 0xff);
    }
}

void buf_free(struct buf *buf)
{
    free(buf->data);
    *buf = (struct buf) {0};
}

void buf_read(struct buf *buf, const char *path)
{
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    unsigned char block[65536];
    size_t got;

    if (!file) {
        die("%s: %s", path, strerror(errno));
    }
    while ((got = fread(block, 1, sizeof(block), file)) > 0) {
        buf_put(buf, block, got);
    }
    if (ferror(file)) {
        die("%s: read error", path);
    }
    if (file != stdin) {
        fclose(file);
    }
}

void buf_write(const struct buf *buf, const char *path)
{
    FILE *file = strcmp(path, "-") == 0 ? stdout : fopen(path, "wb");

    if (!file) {
        die("%s: %s", path, strerror(errno));
    }
    if (fwrite(buf->data ? (const void *) buf->data : "", 1, buf->size, file) != buf->size ||
        fflush(file) != 0) {
        die("%s: write error", path);
    }
    if (file != stdout) {
        fclose(file);
    }
}

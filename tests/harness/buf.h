/*
 * A growable byte buffer, and the one way to give up. Allocation failures of
 * the harness itself end the program: only the plugin's may be survived.
 */
#ifndef HARNESS_BUF_H
#define HARNESS_BUF_H

#include <stddef.h>
#include <stdint.h>

struct buf {
    unsigned char *data;
    size_t size;
    size_t capacity;
};

enum {
    EXIT_OK = 0,
    EXIT_REFUSED = 1,  /* the host would not start: load, property, init */
    EXIT_USAGE = 2,    /* bad command line or unreadable input */
    EXIT_VIOLATION = 3 /* the plugin broke the host's contract */
};

_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

void *must(void *allocation);
char *copy_text(const char *text);

void buf_put(struct buf *buf, const void *data, size_t size);
void buf_text(struct buf *buf, const char *text);
void buf_printf(struct buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void buf_byte(struct buf *buf, unsigned byte);
void buf_big_endian(struct buf *buf, uint64_t value, unsigned bytes);
void buf_free(struct buf *buf);

/* Whole files; "-" is stdin or stdout. */
void buf_read(struct buf *buf, const char *path);
void buf_write(const struct buf *buf, const char *path);

#endif

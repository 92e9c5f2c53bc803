#include "alloc.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static _Thread_local bool watching;
static _Thread_local struct alloc_counts counts;

static atomic_ulong watched_so_far;
static unsigned long fail_nth;
static bool fail_onwards;

static struct {
    void *(*malloc)(size_t);
    void *(*calloc)(size_t, size_t);
    void *(*realloc)(void *, size_t);
    void *(*aligned_alloc)(size_t, size_t);
    void (*free)(void *);
} next;

/* What dlsym may ask for while the functions above are being looked up. */
static _Alignas(16) unsigned char cradle[4096];
static size_t cradle_used;

static void *cradle_take(size_t size)
{
    void *taken = cradle + cradle_used;

    size = (size + 15) & ~(size_t) 15;
    if (size > sizeof(cradle) - cradle_used) {
        abort();
    }
    cradle_used += size;
    return taken;
}

static bool in_cradle(const void *pointer)
{
    uintptr_t at = (uintptr_t) pointer;

    return at >= (uintptr_t) cradle && at < (uintptr_t) cradle + sizeof(cradle);
}

static void look_up(const char *name, void *function)
{
    void *found = dlsym(RTLD_NEXT, name);

    if (!found) {
        abort();
    }
    memcpy(function, &found, sizeof(found));
}

/* True when the real functions can be called; false while they are being looked up. */
static bool ready(void)
{
    static bool looking;

    if (next.free) {
        return true;
    }
    if (looking) {
        return false;
    }
    looking = true;
    look_up("malloc", &next.malloc);
    look_up("calloc", &next.calloc);
    look_up("realloc", &next.realloc);
    look_up("aligned_alloc", &next.aligned_alloc);
    look_up("free", &next.free);
    looking = false;
    return true;
}

/* Counts one allocation of a watched thread, and says whether it has to fail. */
static bool must_fail(unsigned long *counter)
{
    unsigned long nth;

    if (!watching) {
        return false;
    }
    (*counter)++;
    nth = atomic_fetch_add(&watched_so_far, 1) + 1;
    if (fail_nth == 0 || nth < fail_nth || (nth > fail_nth && !fail_onwards)) {
        return false;
    }
    counts.failed++;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size)
{
    if (!ready()) {
        return cradle_take(size);
    }
    return must_fail(&counts.malloc) ? NULL : next.malloc(size);
}

void *calloc(size_t count, size_t size)
{
    if (!ready()) {
        return cradle_take(count * size); /* zero: static storage, never reused */
    }
    return must_fail(&counts.calloc) ? NULL : next.calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    if (!ready() || in_cradle(old)) {
        abort();
    }
    return must_fail(&counts.realloc) ? NULL : next.realloc(old, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    if (!ready()) {
        abort();
    }
    return must_fail(&counts.aligned) ? NULL : next.aligned_alloc(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
    void *taken = aligned_alloc(alignment, size);

    if (!taken) {
        return ENOMEM;
    }
    *out = taken;
    return 0;
}

void free(void *pointer)
{
    if (!pointer || in_cradle(pointer)) {
        return;
    }
    if (watching) {
        counts.free++;
    }
    if (ready()) {
        next.free(pointer);
    }
}

void alloc_fail_at(unsigned long nth, bool onwards)
{
    fail_nth = nth;
    fail_onwards = onwards;
}

void alloc_watch(void)
{
    counts = (struct alloc_counts) {0};
    watching = true;
}

struct alloc_counts alloc_unwatch(void)
{
    watching = false;
    return counts;
}

bool alloc_pause(void)
{
    bool was_watching = watching;

    watching = false;
    return was_watching;
}

void alloc_resume(bool was_watching)
{
    watching = was_watching;
}

#include "guard.h"

#include <alloca.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "buf.h"

static size_t page(void)
{
    return (size_t) sysconf(_SC_PAGESIZE);
}

static size_t in_pages(size_t size)
{
    return (size + page() - 1) / page() * page();
}

static unsigned char *map(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED) {
        die("no memory from mmap");
    }
    return memory;
}

static void forbid(unsigned char *at)
{
    if (mprotect(at, page(), PROT_NONE) != 0) {
        die("mprotect fails");
    }
}

void *guarded(size_t size)
{
    size_t pages = in_pages(size);
    unsigned char *memory = map(pages + page());

    forbid(memory + pages);
    return memory + pages - size;
}

void guarded_free(void *memory, size_t size)
{
    size_t pages = in_pages(size);

    munmap((unsigned char *) memory + size - pages, pages + page());
}

/* ---- stacks ---- */

/* What a thread needs above the function that it is made for. */
#define ABOVE ((size_t) 256 * 1024)

static size_t limit;

void stack_limit(size_t size)
{
    limit = size;
}

struct call {
    void (*function)(void *);
    void *argument;
    uintptr_t bottom; /* the lowest byte of the stack */
};

/* Its frame takes all of the stack but the limit. */
static void *call_at_limit(void *argument)
{
    struct call *call = argument;
    unsigned char here;
    uintptr_t wanted = call->bottom + limit;
    volatile unsigned char *above = alloca((uintptr_t) &here - wanted);

    above[0] = 0;
    call->function(call->argument);
    return NULL;
}

void on_stack(void (*function)(void *), void *argument)
{
    size_t size = in_pages(limit) + ABOVE;
    struct call call = {.function = function, .argument = argument};
    unsigned char *memory;
    pthread_attr_t attributes;
    pthread_t thread;

    if (limit == 0) {
        function(argument);
        return;
    }
    memory = map(page() + size);
    forbid(memory);
    call.bottom = (uintptr_t) memory + page();
    if (pthread_attr_init(&attributes) != 0 ||
        pthread_attr_setstack(&attributes, memory + page(), size) != 0 ||
        pthread_create(&thread, &attributes, call_at_limit, &call) != 0 ||
        pthread_join(thread, NULL) != 0) {
        die("cannot run on a stack of %zu bytes", limit);
    }
    pthread_attr_destroy(&attributes);
    munmap(memory, page() + size);
}

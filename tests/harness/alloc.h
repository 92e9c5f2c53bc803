/*
 * The process's malloc family, interposed: the executable exports these names,
 * so the plugin's own dynamically bound calls arrive here, as they arrive at
 * jemalloc in many Fluent Bit builds. Calls are counted, and made to fail on
 * demand, only on a thread that is inside cb_filter.
 *
 * Under valgrind its replacements win unless it is started with
 * --soname-synonyms=somalloc=nouserintercepts.
 */
#ifndef HARNESS_ALLOC_H
#define HARNESS_ALLOC_H

#include <stdbool.h>

struct alloc_counts {
    unsigned long malloc;
    unsigned long calloc;
    unsigned long realloc;
    unsigned long aligned;
    unsigned long free;
    unsigned long failed;
};

/* Fail the nth watched allocation (from 1) of the run; with onwards, all after it too. */
void alloc_fail_at(unsigned long nth, bool onwards);

/* Start counting on this thread, from zero. */
void alloc_watch(void);
/* Stop, and say what was counted. */
struct alloc_counts alloc_unwatch(void);

/* For host functions called back from the plugin: their own needs are not the plugin's. */
bool alloc_pause(void);
void alloc_resume(bool was_watching);

#endif

/* The metrics of an instance: as much of cmetrics as a filter uses. */
#ifndef HARNESS_CMT_H
#define HARNESS_CMT_H

#include "buf.h"

struct cmt;

struct cmt *cmt_new(void);
void cmt_free(struct cmt *cmt);

/* What the counters are like that are made from here on. */
enum cmt_kind {
    CMT_USUAL,
    CMT_ELSEWHERE, /* the map is not where all versions have it */
    CMT_UNTYPED,   /* what is there is a map, but of no counter */
    CMT_ANOTHERS,  /* ... of another counter */
    CMT_ASTRAY,    /* asked for the count under some labels, it gives the first of all */
};
void cmt_be(enum cmt_kind kind);

/* A JSON line for each counter and its labels, in the order in which they appeared, and one that
   says how often labels were looked up. */
void cmt_print(const struct cmt *cmt, struct buf *out);

#endif

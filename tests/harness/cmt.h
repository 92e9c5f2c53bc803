/* The metrics of an instance: as much of cmetrics as a filter uses. */
#ifndef HARNESS_CMT_H
#define HARNESS_CMT_H

#include "buf.h"

struct cmt;

struct cmt *cmt_new(void);
void cmt_free(struct cmt *cmt);

/* A JSON line for each counter and its labels, in the order in which they appeared. */
void cmt_print(const struct cmt *cmt, struct buf *out);

#endif

/* Memory and stacks that end at a page which nobody may touch. */
#ifndef HARNESS_GUARD_H
#define HARNESS_GUARD_H

#include <stddef.h>

/* `size` bytes of zeros, a multiple of 8, whose end is a page's end; what is behind is no memory. */
void *guarded(size_t size);
void guarded_free(void *memory, size_t size);

/* From now on `on_stack` calls on a thread that has `size` bytes of stack left, a multiple of 16. */
void stack_limit(size_t size);
/* Calls a function, and waits for its end; without a limit just that. */
void on_stack(void (*function)(void *), void *argument);

#endif

#include "run.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* ---- contexts ---- */

static void configure(struct flb_filter_instance *instance, size_t number,
                      const struct options *options)
{
    for (size_t i = 0; i < options->property_count; i++) {
        const struct property *property = &options->properties[i];

        if (property->instance < 0 || (size_t) property->instance == number) {
            instance_set_property(instance, property->key, property->value);
        }
    }
}

bool context_start(struct context *context, const struct options *options)
{
    size_t wanted = options->threads * options->instances;

    *context = (struct context) {0};
    if (!plugin_load(&context->plugin, options->plugin)) {
        return false;
    }
    context->instances = must(calloc(wanted, sizeof(*context->instances)));
    for (size_t i = 0; i < wanted; i++) {
        struct flb_filter_instance *instance = instance_new(&context->plugin, (int) i);

        context->instances[context->instance_count++] = instance;
        configure(instance, i % options->instances, options);
        if (!(options->dry_run ? instance_check : instance_init)(instance)) {
            return false;
        }
    }
    return true;
}

void context_stop(struct context *context, const struct options *options)
{
    for (size_t i = 0; i < context->instance_count; i++) {
        instance_exit(context->instances[i]);
        instance_free(context->instances[i]);
    }
    free(context->instances);
    plugin_unload(&context->plugin, !options->keep_open);
    *context = (struct context) {0};
}

/* ---- one call, through a row of instances ---- */

struct row {
    struct flb_filter_instance **instances;
    size_t count;
};

static struct row row_of(const struct context *context, const struct options *options,
                         size_t thread)
{
    return (struct row) {context->instances + thread * options->instances, options->instances};
}

static void note_allocations(struct buf *out, size_t call, size_t instance,
                             const struct reply *reply)
{
    const struct alloc_counts *a = &reply->allocations;

    buf_printf(out,
               "{\"call\":%zu,\"instance\":%zu,\"answer\":\"%s\",\"bytes\":%zu,\"malloc\":%lu,"
               "\"calloc\":%lu,\"realloc\":%lu,\"aligned\":%lu,\"free\":%lu,\"failed\":%lu}\n",
               call, instance, reply->answer == FILTER_MODIFIED ? "modified" : "notouch",
               reply->size, a->malloc, a->calloc, a->realloc, a->aligned, a->free, a->failed);
}

static void put_frame(struct buf *out, int answer, const void *data, size_t size)
{
    buf_byte(out, (unsigned) answer);
    for (unsigned i = 0; i < 4; i++) {
        buf_byte(out, (unsigned) (size >> (8 * i)) & 0xff);
    }
    buf_put(out, data, size);
}

/* As the host chains filters: each gets what the one before left, until nothing is left. */
static void filter_call(const struct row *row, const struct work *work, size_t call,
                        struct outcome *outcome)
{
    const unsigned char *data = work->input.data + work->calls[call].offset;
    size_t size = work->calls[call].size;
    unsigned char *owned = NULL;
    int answer = FILTER_NOTOUCH;

    for (size_t i = 0; i < row->count; i++) {
        struct reply reply = instance_filter(row->instances[i], data, size);

        note_allocations(&outcome->allocations, call, i, &reply);
        if (reply.answer == FILTER_NOTOUCH) {
            outcome->notouch++;
            continue;
        }
        outcome->modified++;
        answer = FILTER_MODIFIED;
        free(owned);
        data = owned = reply.data;
        size = reply.size;
        if (size == 0) {
            outcome->emptied++;
            break;
        }
    }
    buf_put(&outcome->raw, data, size);
    put_frame(&outcome->frames, answer, data, size);
    free(owned);
}

static void filter_all(const struct row *row, const struct work *work, struct outcome *outcome)
{
    for (size_t call = 0; call < work->call_count; call++) {
        filter_call(row, work, call, outcome);
    }
}

void outcome_free(struct outcome *outcome)
{
    buf_free(&outcome->raw);
    buf_free(&outcome->frames);
    buf_free(&outcome->allocations);
    buf_free(&outcome->metrics);
}

/* Every call answered alike: same answers, same bytes. */
static void compare(const struct outcome *one, const struct outcome *other, const char *what,
                    const struct options *options)
{
    if (options->fail_malloc) {
        return; /* one of the two was made to fail */
    }
    if (one->frames.size != other->frames.size ||
        memcmp(one->frames.data, other->frames.data, one->frames.size) != 0) {
        violation("the same input gave other bytes: %s", what);
    }
}

/* ---- one context, one or more threads ---- */

struct worker {
    pthread_t thread;
    struct row row;
    const struct work *work;
    const struct options *options;
    struct outcome outcome;
};

static void *work_off(void *argument)
{
    struct worker *worker = argument;

    for (unsigned long i = 0; i < worker->options->repeat && worker->work->call_count; i++) {
        struct outcome again = {0};

        filter_all(&worker->row, worker->work, i == 0 ? &worker->outcome : &again);
        if (i > 0) {
            compare(&worker->outcome, &again, "repeated", worker->options);
            outcome_free(&again);
        }
    }
    return NULL;
}

static void run_threads(const struct context *context, const struct options *options,
                        const struct work *work, struct outcome *outcome)
{
    struct worker *workers = must(calloc(options->threads, sizeof(*workers)));

    for (size_t i = 0; i < options->threads; i++) {
        workers[i].row = row_of(context, options, i);
        workers[i].work = work;
        workers[i].options = options;
        if (i > 0 && pthread_create(&workers[i].thread, NULL, work_off, &workers[i]) != 0) {
            die("cannot start a thread");
        }
    }
    work_off(&workers[0]);
    for (size_t i = 1; i < options->threads; i++) {
        pthread_join(workers[i].thread, NULL);
        compare(&workers[0].outcome, &workers[i].outcome, "on another thread", options);
        outcome_free(&workers[i].outcome);
    }
    *outcome = workers[0].outcome;
    free(workers);
}

/* ---- two contexts, as in a hot reload ---- */

static void alternate(const struct context *old, const struct context *new,
                      const struct options *options, const struct work *work,
                      struct outcome *outcome)
{
    struct row old_row = row_of(old, options, 0), new_row = row_of(new, options, 0);
    struct outcome other = {0};

    for (size_t call = 0; call < work->call_count; call++) {
        filter_call(&old_row, work, call, outcome);
        filter_call(&new_row, work, call, &other);
    }
    compare(outcome, &other, "in a second context", options);
    outcome_free(&other);
}

/* While the old context works on, as hosts from 2.2 on do it. */
static bool check_before_reload(const struct options *options)
{
    struct options dry = *options;
    struct context context;
    bool well;

    dry.dry_run = true;
    well = context_start(&context, &dry);
    context_stop(&context, &dry);
    return well;
}

static bool run_reload(struct context *old, const struct options *options,
                       const struct work *work, struct outcome *outcome)
{
    struct context new;
    struct outcome after = {0};
    bool started;

    if (!check_before_reload(options)) {
        return false;
    }
    started = context_start(&new, options);
    if (started) {
        struct row row = row_of(&new, options, 0);

        alternate(old, &new, options, work, outcome);
        context_stop(old, options);
        filter_all(&row, work, &after);
        compare(outcome, &after, "after the first context's end", options);
        outcome_free(&after);
    }
    context_stop(&new, options);
    return started;
}

bool run(const struct options *options, const struct work *work, struct outcome *outcome)
{
    struct context context;
    bool started = context_start(&context, options);

    *outcome = (struct outcome) {0};
    if (options->dry_run) {
        context_stop(&context, options);
        return started;
    }
    if (started && options->null_checks) {
        instance_null_checks(context.instances[0], work->input.data, work->input.size);
    }
    if (started && options->contexts > 1) {
        started = run_reload(&context, options, work, outcome);
    }
    else if (started) {
        run_threads(&context, options, work, outcome);
        for (size_t i = 0; i < context.instance_count; i++) {
            instance_print_metrics(context.instances[i], &outcome->metrics);
        }
    }
    context_stop(&context, options);
    return started;
}

#include "cmt.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "host.h"
#include "print.h"

/* One count: a counter under some label values. */
struct cmt_metric {
    char **labels;
    double value;
    struct cmt_metric *next;
};

struct cmt_map {
    int type;
    struct cmt_counter *counter; /* in cmetrics its options, with which it begins */
    struct cmt_metric *metrics;
};

/* Begins as cmetrics' own, all versions of which have the map here. */
struct cmt_counter {
    char *options[5];
    int resource_index;
    struct cmt_map *map;
    void *list[2];
    char *name;
    char **keys;
    int label_count;
    unsigned long look_ups; /* by labels */
    struct cmt_map own;
    struct cmt_counter *next;
};

struct cmt {
    struct cmt_counter *counters;
};

static enum cmt_kind kind = CMT_USUAL;

static struct cmt_counter another = {.name = "another counter"};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* ---- functions offered to the plugin, in cmetrics' own signatures ---- */

struct cmt_counter *cmt_counter_create(struct cmt *cmt, char *ns, char *subsystem, char *name,
                                       char *help, int label_count, char **label_keys);
int cmt_counter_add(struct cmt_counter *counter, uint64_t timestamp, double value,
                    int label_count, char **label_values);
struct cmt_metric *cmt_map_metric_get(void *options, struct cmt_map *map, int label_count,
                                      char **label_values, int create);
double cmt_metric_get_value(struct cmt_metric *metric);
void cmt_metric_add(struct cmt_metric *metric, uint64_t timestamp, double value);

static char **copy_texts(char **texts, int count)
{
    char **copies = must(calloc((size_t) count + 1, sizeof(*copies)));

    for (int i = 0; i < count; i++) {
        copies[i] = copy_text(texts[i]);
    }
    return copies;
}

static void free_texts(char **texts)
{
    for (char **text = texts; *text; text++) {
        free(*text);
    }
    free(texts);
}

struct cmt_counter *cmt_counter_create(struct cmt *cmt, char *ns, char *subsystem, char *name,
                                       char *help, int label_count, char **label_keys)
{
    struct cmt_counter *counter = must(calloc(1, sizeof(*counter)));
    struct cmt_counter **end = &cmt->counters;
    struct buf full = {0};

    buf_printf(&full, "%s_%s_%s", ns, subsystem, name);
    buf_byte(&full, 0);
    if (*help == '\0') {
        violation("%s has no help", (const char *) full.data);
    }
    counter->name = (char *) full.data;
    counter->keys = copy_texts(label_keys, label_count);
    counter->label_count = label_count;
    counter->resource_index = -1;
    counter->own.counter = counter;
    counter->map = &counter->own;
    if (kind == CMT_ELSEWHERE) {
        counter->list[0] = counter->list[1] = counter->list;
        counter->map = (struct cmt_map *) counter->list;
    }
    if (kind == CMT_UNTYPED) {
        counter->own.type = 1;
    }
    if (kind == CMT_ANOTHERS) {
        another.own.counter = &another;
        counter->map = &another.own;
    }
    while (*end) {
        end = &(*end)->next;
    }
    *end = counter;
    return counter;
}

static struct cmt_metric *metric_of(struct cmt_counter *counter, char **labels, bool create)
{
    struct cmt_metric **at = &counter->own.metrics;

    counter->look_ups++;
    for (; *at; at = &(*at)->next) {
        bool same = true;

        for (int i = 0; i < counter->label_count; i++) {
            same = same && strcmp((*at)->labels[i], labels[i]) == 0;
        }
        if (same) {
            return *at;
        }
    }
    if (create) {
        *at = must(calloc(1, sizeof(**at)));
        (*at)->labels = copy_texts(labels, counter->label_count);
    }
    return *at;
}

static void add(struct cmt_metric *metric, const char *name, uint64_t timestamp, double value)
{
    if (timestamp == 0 || value < 0) {
        violation("%s: time %llu, value %f", name, (unsigned long long) timestamp, value);
        return;
    }
    pthread_mutex_lock(&lock);
    metric->value += value;
    pthread_mutex_unlock(&lock);
}

int cmt_counter_add(struct cmt_counter *counter, uint64_t timestamp, double value,
                    int label_count, char **label_values)
{
    bool was_watching = alloc_pause();

    if (label_count != counter->label_count) {
        violation("%s: %d labels", counter->name, label_count);
        return -1;
    }
    add(metric_of(counter, label_values, true), counter->name, timestamp, value);
    alloc_resume(was_watching);
    return 0;
}

struct cmt_metric *cmt_map_metric_get(void *options, struct cmt_map *map, int label_count,
                                      char **label_values, int create)
{
    struct cmt_counter *counter = map->counter;
    struct cmt_metric *metric;

    if (options != counter || label_count != counter->label_count) {
        violation("%s: a map of other options, or %d labels", counter->name, label_count);
        return NULL;
    }
    metric = metric_of(counter, label_values, create != 0);
    return kind == CMT_ASTRAY ? counter->own.metrics : metric;
}

double cmt_metric_get_value(struct cmt_metric *metric)
{
    return metric->value;
}

void cmt_metric_add(struct cmt_metric *metric, uint64_t timestamp, double value)
{
    add(metric, "a count", timestamp, value);
}

/* ---- the host's side ---- */

struct cmt *cmt_new(void)
{
    return must(calloc(1, sizeof(struct cmt)));
}

void cmt_be(enum cmt_kind wanted)
{
    kind = wanted;
}

static void free_metrics(struct cmt_metric *metric)
{
    while (metric) {
        struct cmt_metric *next = metric->next;

        free_texts(metric->labels);
        free(metric);
        metric = next;
    }
}

void cmt_free(struct cmt *cmt)
{
    while (cmt->counters) {
        struct cmt_counter *counter = cmt->counters;

        cmt->counters = counter->next;
        free_metrics(counter->own.metrics);
        free_texts(counter->keys);
        free(counter->name);
        free(counter);
    }
    free(cmt);
}

void cmt_print(const struct cmt *cmt, struct buf *out)
{
    unsigned long look_ups = 0;

    for (const struct cmt_counter *counter = cmt->counters; counter; counter = counter->next) {
        for (const struct cmt_metric *metric = counter->own.metrics; metric;
             metric = metric->next) {
            buf_printf(out, "{\"counter\":\"%s\"", counter->name);
            for (int i = 0; i < counter->label_count; i++) {
                buf_printf(out, ",\"%s\":", counter->keys[i]);
                print_text(out, metric->labels[i], strlen(metric->labels[i]));
            }
            buf_printf(out, ",\"value\":%.0f}\n", metric->value);
        }
        look_ups += counter->look_ups;
    }
    buf_printf(out, "{\"look_ups\":%lu}\n", look_ups);
}

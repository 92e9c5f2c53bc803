#include "cmt.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "host.h"
#include "print.h"

struct sample {
    char **labels;
    double value;
    struct sample *next;
};

struct cmt_counter {
    char *name;
    char **keys;
    int label_count;
    struct sample *samples;
    struct cmt_counter *next;
};

struct cmt {
    struct cmt_counter *counters;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* ---- functions offered to the plugin, in cmetrics' own signatures ---- */

struct cmt_counter *cmt_counter_create(struct cmt *cmt, char *ns, char *subsystem, char *name,
                                       char *help, int label_count, char **label_keys);
int cmt_counter_add(struct cmt_counter *counter, uint64_t timestamp, double value,
                    int label_count, char **label_values);

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
    while (*end) {
        end = &(*end)->next;
    }
    *end = counter;
    return counter;
}

static struct sample *sample_of(struct cmt_counter *counter, char **labels)
{
    struct sample **at = &counter->samples;

    for (; *at; at = &(*at)->next) {
        bool same = true;

        for (int i = 0; i < counter->label_count; i++) {
            same = same && strcmp((*at)->labels[i], labels[i]) == 0;
        }
        if (same) {
            return *at;
        }
    }
    *at = must(calloc(1, sizeof(**at)));
    (*at)->labels = copy_texts(labels, counter->label_count);
    return *at;
}

int cmt_counter_add(struct cmt_counter *counter, uint64_t timestamp, double value,
                    int label_count, char **label_values)
{
    bool was_watching = alloc_pause();

    if (label_count != counter->label_count || timestamp == 0 || value < 0) {
        violation("%s: %d labels, time %llu, value %f", counter->name, label_count,
                  (unsigned long long) timestamp, value);
        return -1;
    }
    pthread_mutex_lock(&lock);
    sample_of(counter, label_values)->value += value;
    pthread_mutex_unlock(&lock);
    alloc_resume(was_watching);
    return 0;
}

/* ---- the host's side ---- */

struct cmt *cmt_new(void)
{
    return must(calloc(1, sizeof(struct cmt)));
}

static void free_samples(struct sample *sample)
{
    while (sample) {
        struct sample *next = sample->next;

        free_texts(sample->labels);
        free(sample);
        sample = next;
    }
}

void cmt_free(struct cmt *cmt)
{
    while (cmt->counters) {
        struct cmt_counter *counter = cmt->counters;

        cmt->counters = counter->next;
        free_samples(counter->samples);
        free_texts(counter->keys);
        free(counter->name);
        free(counter);
    }
    free(cmt);
}

void cmt_print(const struct cmt *cmt, struct buf *out)
{
    for (const struct cmt_counter *counter = cmt->counters; counter; counter = counter->next) {
        for (const struct sample *sample = counter->samples; sample; sample = sample->next) {
            buf_printf(out, "{\"counter\":\"%s\"", counter->name);
            for (int i = 0; i < counter->label_count; i++) {
                buf_printf(out, ",\"%s\":", counter->keys[i]);
                print_text(out, sample->labels[i], strlen(sample->labels[i]));
            }
            buf_printf(out, ",\"value\":%.0f}\n", sample->value);
        }
    }
}

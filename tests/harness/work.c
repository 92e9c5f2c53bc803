/* Where the input comes from, and how it is cut into calls. */
#include <stdlib.h>

#include "events.h"
#include "run.h"

static void add_call(struct work *work, size_t offset, size_t size)
{
    work->calls = must(realloc(work->calls, (work->call_count + 1) * sizeof(*work->calls)));
    work->calls[work->call_count++] = (struct slice) {offset, size};
}

/* At most `split` events a call; what is no MessagePack stays with the last of them. */
static void cut_events(struct work *work, unsigned long split)
{
    const struct buf *input = &work->input;
    size_t from = 0, at = 0;
    unsigned long events = 0;

    while (next_event(input->data, input->size, &at)) {
        events++;
        if (events == split && at < input->size) {
            add_call(work, from, at - from);
            from = at;
            events = 0;
        }
    }
    add_call(work, from, input->size - from);
}

static void cut_frames(struct work *work)
{
    const unsigned char *data = work->input.data;
    size_t size = work->input.size, at = 0;

    while (at < size) {
        size_t length;

        if (size - at < 4) {
            die("the frames end inside a length");
        }
        length = data[at] | (size_t) data[at + 1] << 8 | (size_t) data[at + 2] << 16 |
                 (size_t) data[at + 3] << 24;
        at += 4;
        if (size - at < length) {
            die("the frames end inside a chunk");
        }
        add_call(work, at, length);
        at += length;
    }
}

static void load_ndjson(struct work *work, const struct options *options)
{
    struct buf ndjson = {0};
    const char *wrong;

    buf_read(&ndjson, options->ndjson);
    wrong = encode_events(&ndjson, &options->form, &work->input);
    if (wrong) {
        die("%s: %s", options->ndjson, wrong);
    }
    buf_free(&ndjson);
    if (options->group_markers) {
        encode_group(&work->input, &options->form);
    }
}

void work_load(struct work *work, const struct options *options)
{
    *work = (struct work) {0};
    if (options->frames) {
        buf_read(&work->input, options->frames);
        cut_frames(work);
        return;
    }
    if (options->chunk) {
        buf_read(&work->input, options->chunk);
    }
    else if (options->ndjson) {
        load_ndjson(work, options);
    }
    else {
        return;
    }
    if (options->split > 0) {
        cut_events(work, options->split);
    }
    else {
        add_call(work, 0, work->input.size);
    }
}

void work_free(struct work *work)
{
    buf_free(&work->input);
    free(work->calls);
    *work = (struct work) {0};
}

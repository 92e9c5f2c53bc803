/*
 * A small Fluent Bit for one filter: see --help. Built once per generation of
 * the plugin ABI (Makefile), driven by tests/harness.rs, handy by itself.
 */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "events.h"
#include "guard.h"
#include "options.h"
#include "print.h"
#include "run.h"

static void put_text_member(struct buf *out, const char *name, const char *text)
{
    buf_printf(out, ",\"%s\":", name);
    if (text) {
        print_text(out, text, strlen(text));
    }
    else {
        buf_text(out, "null");
    }
}

static void list_keys(const struct plugin *plugin, struct buf *out)
{
    for (size_t i = 0; i < plugin->key_count; i++) {
        const struct config_key *key = &plugin->keys[i];

        buf_text(out, "{\"name\":");
        print_text(out, key->name, strlen(key->name));
        put_text_member(out, "type", config_type_name(key->type));
        put_text_member(out, "default", key->default_value);
        put_text_member(out, "description", key->description);
        buf_text(out, "}\n");
    }
}

static void describe(const struct plugin *plugin, struct buf *out)
{
    buf_printf(out, "{\"event_type\":%d,\"flags\":%d,\"config_map\":%s", plugin->event_type,
               plugin->flags, plugin->has_config_map ? "true" : "false");
    put_text_member(out, "name", plugin->name);
    put_text_member(out, "description", plugin->description);
    buf_text(out, "}\n");
}

static int show_plugin(const struct options *options)
{
    struct plugin plugin;
    struct buf out = {0};
    bool loaded = plugin_load(&plugin, options->plugin);

    if (loaded) {
        (options->describe ? describe : list_keys)(&plugin, &out);
        buf_write(&out, "-");
    }
    buf_free(&out);
    plugin_unload(&plugin, !options->keep_open);
    return loaded ? EXIT_OK : EXIT_REFUSED;
}

static void put_stats(struct buf *out, const struct work *work, const struct outcome *outcome)
{
    struct chunk_count in = {0};
    struct chunk_count after = count_chunk(outcome->raw.data, outcome->raw.size);

    for (size_t i = 0; i < work->call_count; i++) {
        struct chunk_count call = count_chunk(work->input.data + work->calls[i].offset,
                                              work->calls[i].size);

        in.events += call.events;
        in.markers += call.markers;
    }
    buf_printf(out,
               "{\"calls\":%zu,\"notouch\":%lu,\"modified\":%lu,\"emptied\":%lu,"
               "\"events_in\":%lu,\"events_out\":%lu,\"markers_in\":%lu,\"markers_out\":%lu,"
               "\"bytes_in\":%zu,\"bytes_out\":%zu}\n",
               work->call_count, outcome->notouch, outcome->modified, outcome->emptied,
               in.events, after.events, in.markers, after.markers, work->input.size,
               outcome->raw.size);
}

static void write_results(const struct options *options, const struct work *work,
                          const struct outcome *outcome)
{
    struct buf text = {0};

    if (options->out_chunk) {
        buf_write(&work->input, options->out_chunk);
    }
    if (options->out_raw) {
        buf_write(&outcome->raw, options->out_raw);
    }
    if (options->out_frames) {
        buf_write(&outcome->frames, options->out_frames);
    }
    if (options->count_allocs) {
        buf_write(&outcome->allocations, options->count_allocs);
    }
    if (options->metrics) {
        buf_write(&outcome->metrics, options->metrics);
    }
    if (options->out_json) {
        print_chunk(outcome->raw.data, outcome->raw.size, &text);
        buf_write(&text, options->out_json);
        text.size = 0;
    }
    if (options->stats) {
        put_stats(&text, work, outcome);
        buf_write(&text, options->stats);
    }
    buf_free(&text);
}

static int filter(const struct options *options)
{
    struct work work;
    struct outcome outcome;
    bool started;

    work_load(&work, options);
    started = run(options, &work, &outcome);
    if (started) {
        write_results(options, &work, &outcome);
    }
    work_free(&work);
    outcome_free(&outcome);
    return started ? EXIT_OK : EXIT_REFUSED;
}

int main(int argc, char **argv)
{
    struct options options;
    int status;

    options_parse(&options, argc, argv);
    if (options.log) {
        log_open(options.log);
    }
    if (options.marks) {
        marks_on();
    }
    stack_limit(options.stack);
    alloc_fail_at(options.fail_malloc, options.fail_onwards);
    status = options.list_keys || options.describe ? show_plugin(&options) : filter(&options);
    log_close();
    options_free(&options);
    return violations_seen() ? EXIT_VIOLATION : status;
}

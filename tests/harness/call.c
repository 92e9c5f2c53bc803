/*
 * cb_filter, called as the host calls it and checked as the host never does:
 * the chunk is a private copy of exactly its size, the out parameters are
 * poisoned, and the answer has to keep to the contract.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "guard.h"
#include "host.h"

static unsigned char poison_target;
#define POISON_BUF ((void *) &poison_target)
#define POISON_SIZE ((size_t) 0x5a5a5a5a5a5a5a5a)

struct out {
    void *buf;
    size_t size;
};

static const struct out poisoned = {POISON_BUF, POISON_SIZE};

static bool is_poisoned(const struct out *out)
{
    return out->buf == POISON_BUF && out->size == POISON_SIZE;
}

static struct reply not_touched(struct reply reply, const struct out *out)
{
    if (!is_poisoned(out)) {
        violation("NOTOUCH, but an out parameter was written");
    }
    return reply;
}

static struct reply modified(struct reply reply, const struct out *out)
{
    bool holds = out->buf != POISON_BUF && out->buf != NULL;

    if (out->size == POISON_SIZE) {
        violation("MODIFIED, but out_size was not written");
        return reply;
    }
    if (out->size == 0 && holds) {
        violation("MODIFIED with size 0, but out_buf was set: most hosts leak it");
    }
    if (out->size > 0 && !holds) {
        violation("MODIFIED with size %zu, but no buffer", out->size);
        return reply;
    }
    reply.data = holds ? out->buf : NULL;
    reply.size = out->size;
    return reply;
}

struct filter_call {
    const struct plugin *plugin;
    struct filter_arguments arguments;
    struct reply reply;
};

static void do_filter(void *argument)
{
    struct filter_call *call = argument;

    alloc_watch();
    call->reply.answer = plugin_call_filter(call->plugin, &call->arguments);
    call->reply.allocations = alloc_unwatch();
}

struct reply instance_filter(struct flb_filter_instance *instance, const void *data, size_t size)
{
    struct filter_call call = {
        .plugin = instance_plugin(instance),
        .arguments = instance_arguments(instance),
    };
    struct out out = poisoned;
    void *copy = must(malloc(size ? size : 1));

    if (size > 0) {
        memcpy(copy, data, size);
    }
    call.arguments.data = copy;
    call.arguments.size = size;
    call.arguments.out_buf = &out.buf;
    call.arguments.out_size = &out.size;

    mark("mark:cb_filter");
    on_stack(do_filter, &call);
    mark("mark:host");

    if (size > 0 && memcmp(copy, data, size) != 0) {
        violation("the input chunk was written to");
    }
    free(copy);
    switch (call.reply.answer) {
    case FILTER_NOTOUCH: return not_touched(call.reply, &out);
    case FILTER_MODIFIED: return modified(call.reply, &out);
    default:
        violation("cb_filter answered %d", call.reply.answer);
        call.reply.answer = FILTER_NOTOUCH;
        return call.reply;
    }
}

static void null_check(const struct plugin *plugin, const char *name,
                       struct filter_arguments arguments, struct out *out)
{
    int answer = plugin_call_filter(plugin, &arguments);
    const char *text = answer == FILTER_NOTOUCH    ? "notouch"
                       : answer == FILTER_MODIFIED ? "modified"
                                                   : "other";

    printf("{\"case\":\"%s\",\"answer\":\"%s\",\"out\":\"%s\"}\n", name, text,
           is_poisoned(out) ? "unwritten" : "written");
    if (out->buf != POISON_BUF) {
        free(out->buf);
    }
    *out = poisoned;
}

void instance_null_checks(struct flb_filter_instance *instance, const void *data, size_t size)
{
    const struct plugin *plugin = instance_plugin(instance);
    struct out out = poisoned;
    struct filter_arguments whole = instance_arguments(instance);
    struct filter_arguments changed;

    whole.data = data;
    whole.size = size;
    whole.out_buf = &out.buf;
    whole.out_size = &out.size;

#define WITHOUT(name, change)                     \
    changed = whole;                              \
    change;                                       \
    null_check(plugin, name, changed, &out)

    WITHOUT("null data, no bytes", (changed.data = NULL, changed.size = 0));
    WITHOUT("null data, some bytes", changed.data = NULL);
    WITHOUT("data, no bytes", changed.size = 0);
    WITHOUT("null context", changed.context = NULL);
    WITHOUT("null out_buf", changed.out_buf = NULL);
    WITHOUT("null out_size", changed.out_size = NULL);
    WITHOUT("null tag", (changed.tag = NULL, changed.tag_length = 0));
    WITHOUT("null instance", changed.instance = NULL);
    WITHOUT("null config", changed.config = NULL);
    WITHOUT("more bytes than memory has", changed.size = (size_t) PTRDIFF_MAX + 1);
    WITHOUT("bytes beyond the last address",
            (changed.data = (void *) (UINTPTR_MAX - 15), changed.size = 4096));
    WITHOUT("odd out_buf", changed.out_buf = (void **) ((char *) &out + 1));
    WITHOUT("odd out_size", changed.out_size = (size_t *) ((char *) &out + 9));
    WITHOUT("nothing missing", (void) changed);
#undef WITHOUT

    if (plugin->pre_run) {
        printf("{\"case\":\"pre_run without instance\",\"answer\":%d}\n",
               plugin->pre_run(NULL, whole.config, NULL));
    }
    printf("{\"case\":\"exit without context\",\"answer\":%d}\n", plugin->exit(NULL, whole.config));
    printf("{\"case\":\"init without instance\",\"answer\":%d}\n",
           plugin->init(NULL, whole.config, NULL));
    fflush(stdout);
}

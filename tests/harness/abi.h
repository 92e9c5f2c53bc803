/*
 * The part of Fluent Bit's plugin ABI that a native filter meets, in the layouts of one host: those
 * of a released generation, or of a host that nobody has released. Only load.c and filters.c
 * include this file, so everything else in the harness is the same for all hosts.
 *
 * GENERATION is that of struct flb_filter_plugin:
 *
 *   0  1.9.2 and older   gen 1's fields, cb_filter without an input instance
 *   1  1.9.3 to 2.0
 *   2  2.1               event_type in front
 *   3  2.2 to 3.1        cb_pre_run before cb_init
 *   4  3.2 and newer     cb_notification behind cb_exit
 *
 * NEW_CALLBACK is where a host of the future has one more: 0 nowhere, 1 before cb_init, 2 behind
 * it, 3 behind cb_filter, 4 at the end.
 *
 * CONFIG_MAP_STRIDE is the size of a config map's element: 96, or 104 from 5.0.3 on.
 *
 * INSTANCE is the version from which on struct flb_filter_instance looks like this host's: 19, 20,
 * 21, 32 (1.9 to 3.2), 99 for one of the future, or 0 for one that is unlike any.
 * INSTANCE_WITHOUT is the sum of what it lacks: 1 the parent processor (2.1.0 to 2.1.3), 2 regular
 * expressions, 4 metrics (options of the build).
 * INSTANCE_PLUGIN is 1 where it has no plugin, and 2 where it has one that is not quite ours.
 */
#ifndef HARNESS_ABI_H
#define HARNESS_ABI_H

#include <stddef.h>
#include <stdint.h>

#if !defined(GENERATION) || !defined(CONFIG_MAP_STRIDE) || !defined(INSTANCE)
#error "compile with -DGENERATION=… -DCONFIG_MAP_STRIDE=… -DINSTANCE=…"
#endif
#ifndef NEW_CALLBACK
#define NEW_CALLBACK 0
#endif
#ifndef INSTANCE_PLUGIN
#define INSTANCE_PLUGIN 0
#endif
#ifndef INSTANCE_WITHOUT
#define INSTANCE_WITHOUT 0
#endif

struct flb_config;
struct flb_filter_instance;
struct flb_input_instance;

struct abi_list {
    struct abi_list *prev;
    struct abi_list *next;
};

struct abi_config_map {
    int type;
    const char *name;
    const char *default_value;
    int flags;
    int set_property;
    uintptr_t offset;
    const char *description;
    uint64_t of_the_host[(CONFIG_MAP_STRIDE - 48) / 8];
};

typedef int abi_start(struct flb_filter_instance *, struct flb_config *, void *);
typedef int abi_exit(void *context, struct flb_config *);
typedef int abi_filter(const void *data, size_t bytes,
                       const char *tag, int tag_len,
                       void **out_buf, size_t *out_size,
                       struct flb_filter_instance *,
#if GENERATION >= 1
                       struct flb_input_instance *,
#endif
                       void *context, struct flb_config *);

struct abi_filter_plugin {
#if GENERATION >= 2
    int event_type;
#endif
    int flags;
    const char *name;
    const char *description;
    const struct abi_config_map *config_map;
#if GENERATION >= 3
    abi_start *cb_pre_run;
#endif
#if NEW_CALLBACK == 1
    abi_start *cb_new;
#endif
    abi_start *cb_init;
#if NEW_CALLBACK == 2
    abi_start *cb_new;
#endif
    abi_filter *cb_filter;
#if NEW_CALLBACK == 3
    abi_start *cb_new;
#endif
    abi_exit *cb_exit;
#if GENERATION >= 4
    abi_start *cb_notification;
#endif
#if NEW_CALLBACK == 4
    abi_start *cb_new;
#endif
    struct abi_list head;
};

struct abi_filter_instance {
#if INSTANCE >= 21
    int event_type;
#endif
    int id;
    int log_level;
#if INSTANCE >= 21
    int log_suppress_interval;
#endif
    char name[32];
    char *alias;
    char *match;
#if !(INSTANCE_WITHOUT & 2)
    void *match_regex;
#endif
#if INSTANCE >= 21 && !(INSTANCE_WITHOUT & 1)
    void *parent_processor;
#endif
#if INSTANCE >= 99
    void *of_the_future[2];
#endif
    void *context;
    void *data;
    struct abi_filter_plugin *p;
    struct abi_list properties;
    struct abi_list *config_map;
    struct abi_list head;
    void *cmt;
#if INSTANCE >= 20
    void *cmt_records;
    void *cmt_bytes;
#endif
    void *cmt_add_records;
    void *cmt_drop_records;
#if INSTANCE >= 32
    void *cmt_drop_bytes;
#endif
#if !(INSTANCE_WITHOUT & 4)
    void *metrics;
#endif
#if INSTANCE >= 32
    int notification_channel;
#endif
    struct flb_config *config;
};

_Static_assert(sizeof(struct abi_config_map) == CONFIG_MAP_STRIDE, "config map stride");
_Static_assert(offsetof(struct abi_filter_plugin, name) == 8, "name");
_Static_assert(offsetof(struct abi_filter_plugin, config_map) == 24, "config_map");
_Static_assert(sizeof(struct abi_filter_plugin) ==
               (GENERATION >= 4 ? 88 : GENERATION == 3 ? 80 : 72) + (NEW_CALLBACK ? 8 : 0),
               "plugin struct size");
#if !INSTANCE_WITHOUT && INSTANCE < 99
_Static_assert(offsetof(struct abi_filter_instance, config) ==
               (INSTANCE == 32 ? 208 : INSTANCE == 21 ? 192 : INSTANCE == 20 ? 176 : 160),
               "instance");
#elif INSTANCE == 21 && INSTANCE_WITHOUT == 1 /* seen in 2.1.3 */
_Static_assert(offsetof(struct abi_filter_instance, p) == 88, "plugin");
_Static_assert(offsetof(struct abi_filter_instance, config) == 184, "instance");
#endif

#endif

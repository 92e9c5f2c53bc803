/*
 * The part of Fluent Bit's plugin ABI that a native filter meets, once per
 * generation. GENERATION and CONFIG_MAP_RAW pick what this build of the host
 * believes in; only load.c includes this file, so everything else in the
 * harness is the same for all of them.
 *
 *   0  1.9.2 and older   gen 1's fields, cb_filter without an input instance
 *   1  1.9.3 to 2.0
 *   2  2.1               event_type in front
 *   3  2.2 to 3.1        cb_pre_run before cb_init
 *   4  3.2 and newer     cb_notification behind cb_exit
 *
 * CONFIG_MAP_RAW=1 is 5.0.3 and newer: one more pointer in each config map
 * element, hence another stride.
 *
 * INSTANCE is the version from which on struct flb_filter_instance looks like
 * this build's: 19, 20, 21, 32 (1.9 to 3.2), or 0 for a build that is unlike any.
 */
#ifndef HARNESS_ABI_H
#define HARNESS_ABI_H

#include <stddef.h>
#include <stdint.h>

#if !defined(GENERATION) || !defined(CONFIG_MAP_RAW) || !defined(INSTANCE)
#error "compile with -DGENERATION=0..4, -DCONFIG_MAP_RAW=0|1 and -DINSTANCE=0|19|20|21|32"
#endif

struct flb_config;
struct flb_filter_instance;
struct flb_input_instance;

struct abi_list {
    struct abi_list *prev;
    struct abi_list *next;
};

struct abi_config_value {
    union {
        int number;
        double real;
        size_t size;
        void *pointer;
    } value;
#if CONFIG_MAP_RAW
    char *raw;
#endif
    struct abi_list *multiple;
    struct abi_list head;
};

struct abi_config_map {
    int type;
    const char *name;
    const char *default_value;
    int flags;
    int set_property;
    uintptr_t offset;
    const char *description;
    struct abi_config_value value;
    struct abi_list head;
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
    abi_start *cb_init;
    abi_filter *cb_filter;
    abi_exit *cb_exit;
#if GENERATION >= 4
    abi_start *cb_notification;
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
    void *match_regex;
#if INSTANCE >= 21
    void *parent_processor;
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
    void *metrics;
#if INSTANCE >= 32
    int notification_channel;
#endif
    struct flb_config *config;
};

_Static_assert(sizeof(struct abi_config_map) == (CONFIG_MAP_RAW ? 104 : 96),
               "config map stride");
_Static_assert(offsetof(struct abi_filter_plugin, name) == 8, "name");
_Static_assert(offsetof(struct abi_filter_plugin, config_map) == 24, "config_map");
_Static_assert(sizeof(struct abi_filter_plugin) ==
               (GENERATION >= 4 ? 88 : GENERATION == 3 ? 80 : 72),
               "plugin struct size");
_Static_assert(offsetof(struct abi_filter_instance, config) ==
               (INSTANCE == 32 ? 208 : INSTANCE == 21 ? 192 : INSTANCE == 20 ? 176 : 160),
               "instance");

#endif

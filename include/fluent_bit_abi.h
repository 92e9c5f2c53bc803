/*
 * The part of Fluent Bit's plugin ABI that this filter touches, in every version that it runs in.
 *
 * Fluent Bit copies its own sizeof(struct flb_filter_plugin) bytes from the exported symbol and
 * walks the config map by its own element size; there is no version field anywhere. Each layout
 * is therefore written out here, with the versions that have it. All are for LP64.
 *
 * Sources: include/fluent-bit/flb_filter.h and flb_config_map.h of the versions named.
 */
#ifndef FLUENT_BIT_ABI_H
#define FLUENT_BIT_ABI_H

#include <stddef.h>
#include <stdint.h>

struct flb_filter_instance; /* differs between versions and build options: see its layouts below */
struct flb_input_instance;
struct flb_config;
struct cmt;
struct cmt_counter;

/* What cb_filter answers. */
#define FLB_FILTER_MODIFIED 1
#define FLB_FILTER_NOTOUCH 2

/* flb_filter_plugin.event_type, from 2.1 on. */
#define FLB_FILTER_LOGS 1

/* Levels of flb_log_print. */
#define FLB_LOG_ERROR 1
#define FLB_LOG_WARN 2
#define FLB_LOG_INFO 3

/* Types of flb_config_map. */
#define FLB_CONFIG_MAP_STR 0
#define FLB_CONFIG_MAP_BOOL 3

struct mk_list {
    struct mk_list *prev;
    struct mk_list *next;
};

typedef int (*flb_filter_init_cb)(struct flb_filter_instance *, struct flb_config *, void *data);
typedef int (*flb_filter_cb)(const void *data, size_t bytes, const char *tag, int tag_len,
                             void **out_buf, size_t *out_size, struct flb_filter_instance *,
                             struct flb_input_instance *, void *context, struct flb_config *);
typedef int (*flb_filter_exit_cb)(void *context, struct flb_config *);

/* 5.0.3 and newer. */
struct flb_config_map_raw {
    int type;
    const char *name;
    const char *def_value;
    int flags;
    int set_property;
    uintptr_t offset;
    const char *desc;
    /* Belongs to the host: the value, its raw text, and two list heads. */
    uint64_t value;
    const char *raw;
    void *mult;
    struct mk_list value_head;
    struct mk_list _head;
};

/* Up to 5.0.2: the same, without the raw text. */
struct flb_config_map {
    int type;
    const char *name;
    const char *def_value;
    int flags;
    int set_property;
    uintptr_t offset;
    const char *desc;
    uint64_t value;
    void *mult;
    struct mk_list value_head;
    struct mk_list _head;
};

/* 1.9.3 to 2.0.x. (1.9.0 to 1.9.2 have this layout and a cb_filter without an input instance.) */
struct flb_filter_plugin_1 {
    int flags;
    const char *name;
    const char *description;
    const void *config_map;
    flb_filter_init_cb cb_init;
    flb_filter_cb cb_filter;
    flb_filter_exit_cb cb_exit;
    struct mk_list _head;
};

/* 2.1.x. */
struct flb_filter_plugin_2 {
    int event_type;
    int flags;
    const char *name;
    const char *description;
    const void *config_map;
    flb_filter_init_cb cb_init;
    flb_filter_cb cb_filter;
    flb_filter_exit_cb cb_exit;
    struct mk_list _head;
};

/* 2.2.0 and newer; 2.2.0 to 3.1.x end before cb_notification and have the list head there. */
struct flb_filter_plugin_4 {
    int event_type;
    int flags;
    const char *name;
    const char *description;
    const void *config_map;
    flb_filter_init_cb cb_pre_run;
    flb_filter_init_cb cb_init;
    flb_filter_cb cb_filter;
    flb_filter_exit_cb cb_exit;
    flb_filter_init_cb cb_notification;
    struct mk_list _head;
};

/*
 * For a host that cannot be recognised. In every layout above, name, description and config map
 * lie at 8, 16 and 24, and the first function that is called lies at 32 or 40, with one signature.
 */
struct flb_filter_plugin_refusal {
    int event_type;
    int flags;
    const char *name;
    const char *description;
    const void *config_map;
    flb_filter_init_cb first_at_32;
    flb_filter_init_cb first_at_40;
    void *rest[5];
};

/* The exported symbol: large enough for every host to copy its own size from it. */
union flb_filter_plugin {
    struct flb_filter_plugin_1 gen1;
    struct flb_filter_plugin_2 gen2;
    struct flb_filter_plugin_4 gen4;
    struct flb_filter_plugin_refusal refusal;
};

/*
 * struct flb_filter_instance, as builds with regular expressions and metrics have it (all that are
 * released). Another build's differs without a sign, so a layout is looked into only after the
 * instance was seen to hold, at the layout's own offsets, our name, our callbacks (in what
 * `plugin` points to) and the configuration that was passed beside it.
 */

/* 1.9.x. */
struct flb_filter_instance_1_9 {
    int id;
    int log_level;
    char name[32];
    char *alias;
    char *match;
    void *match_regex;
    void *context;
    void *data;
    const void *plugin;
    struct mk_list properties;
    struct mk_list *config_map;
    struct mk_list _head;
    struct cmt *cmt;
    struct cmt_counter *cmt_add_records;
    struct cmt_counter *cmt_drop_records;
    void *metrics;
    struct flb_config *config;
};

/* 2.0.x: two counters more. */
struct flb_filter_instance_2_0 {
    int id;
    int log_level;
    char name[32];
    char *alias;
    char *match;
    void *match_regex;
    void *context;
    void *data;
    const void *plugin;
    struct mk_list properties;
    struct mk_list *config_map;
    struct mk_list _head;
    struct cmt *cmt;
    struct cmt_counter *cmt_records;
    struct cmt_counter *cmt_bytes;
    struct cmt_counter *cmt_add_records;
    struct cmt_counter *cmt_drop_records;
    void *metrics;
    struct flb_config *config;
};

/* 2.1.0 to 3.1.x: event_type, log_suppress_interval and parent_processor more. */
struct flb_filter_instance_2_1 {
    int event_type;
    int id;
    int log_level;
    int log_suppress_interval;
    char name[32];
    char *alias;
    char *match;
    void *match_regex;
    void *parent_processor;
    void *context;
    void *data;
    const void *plugin;
    struct mk_list properties;
    struct mk_list *config_map;
    struct mk_list _head;
    struct cmt *cmt;
    struct cmt_counter *cmt_records;
    struct cmt_counter *cmt_bytes;
    struct cmt_counter *cmt_add_records;
    struct cmt_counter *cmt_drop_records;
    void *metrics;
    struct flb_config *config;
};

/* 3.2.0 and newer: one counter and the notification channel more. */
struct flb_filter_instance_3_2 {
    int event_type;
    int id;
    int log_level;
    int log_suppress_interval;
    char name[32];
    char *alias;
    char *match;
    void *match_regex;
    void *parent_processor;
    void *context;
    void *data;
    const void *plugin;
    struct mk_list properties;
    struct mk_list *config_map;
    struct mk_list _head;
    struct cmt *cmt;
    struct cmt_counter *cmt_records;
    struct cmt_counter *cmt_bytes;
    struct cmt_counter *cmt_add_records;
    struct cmt_counter *cmt_drop_records;
    struct cmt_counter *cmt_drop_bytes;
    void *metrics;
    int notification_channel;
    struct flb_config *config;
};

/* What the host exports and the plugin calls, found with dlsym. */
typedef const char *(*flb_filter_get_property_fn)(const char *key, struct flb_filter_instance *);
typedef void (*flb_filter_set_context_fn)(struct flb_filter_instance *, void *context);
typedef const char *(*flb_filter_name_fn)(struct flb_filter_instance *);
typedef void (*flb_log_print_fn)(int level, const char *file, int line, const char *fmt, ...);
/* The texts are copied. A counter belongs to its cmt, and ends with it, after cb_exit. */
typedef struct cmt_counter *(*cmt_counter_create_fn)(struct cmt *, char *ns, char *subsystem,
                                                     char *name, char *help, int label_count,
                                                     char **label_keys);
typedef int (*cmt_counter_add_fn)(struct cmt_counter *, uint64_t timestamp, double value,
                                  int label_count, char **label_values);

#endif

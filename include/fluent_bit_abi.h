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
struct cmt_counter; /* begins with a cmt_counter_head */
struct cmt_map;     /* begins with a cmt_map_head */
struct cmt_metric;
struct cmt_opts;

/* What cb_filter answers. */
#define FLB_FILTER_MODIFIED 1
#define FLB_FILTER_NOTOUCH 2

/* flb_filter_plugin.event_type, from 2.1 on. */
#define FLB_FILTER_LOGS 1

/* Levels of flb_log_print. */
#define FLB_LOG_ERROR 1
#define FLB_LOG_WARN 2
#define FLB_LOG_INFO 3
#define FLB_LOG_DEBUG 4

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

/*
 * What a filter declares of an element of its config map. Behind it lies what belongs to the host
 * (the value, from 5.0.3 on its raw text, list heads), in all 96 bytes up to 5.0.2 and 104 from
 * 5.0.3 on: the host walks the array by its own size of the whole.
 */
struct flb_config_map {
    int type;
    const char *name;
    const char *def_value;
    int flags;
    int set_property;
    uintptr_t offset;
    const char *desc;
};

/* 1.9.3 to 2.1.x. (1.9.0 to 1.9.2 have this layout and a cb_filter without an input instance.) */
struct flb_filter_plugin_short {
    int event_type; /* up to 2.0 this is `flags`, and nothing follows */
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
struct flb_filter_plugin_long {
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
 * For a host whose layout is not known. In every layout above, name, description and config map
 * lie at 8, 16 and 24, and the first function that is called lies at 32 or 40, with one signature;
 * here every word behind is that function, as far as any host may copy.
 */
struct flb_filter_plugin_refusal {
    int event_type;
    int flags;
    const char *name;
    const char *description;
    const void *config_map;
    flb_filter_init_cb every[28];
};

/* The exported symbol: larger than what any known host copies from it. */
union flb_filter_plugin {
    struct flb_filter_plugin_short short_;
    struct flb_filter_plugin_long long_;
    struct flb_filter_plugin_refusal refusal;
};

/*
 * struct flb_filter_instance differs between versions and between builds, without a sign:
 *
 *   1.9, 2.0   int id, log_level; char name[32]; alias; match; match_regex; context; data; plugin
 *   2.1.0-3    int event_type, id, log_level, log_suppress_interval; char name[32]; and so on
 *   from 2.1.4 parent_processor before context
 *
 * match_regex is missing in a build without regular expressions. From the plugin on:
 */
struct flb_filter_instance_tail {
    const void *plugin;
    struct mk_list properties;
    struct mk_list *config_map;
    struct mk_list _head;
    struct cmt *cmt;
    /*
     * Then 2 counters in 1.9, 4 in 2.0 to 3.1, 5 from 3.2 on; `metrics`, but in a build without
     * metrics; from 3.2 on a file descriptor; and struct flb_config *config.
     */
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
/* The count under these labels, which lives as long as its map; null when `create` is 0 and there
 * is none. The two functions below it read it and add to it, each in one atomic step. */
typedef struct cmt_metric *(*cmt_map_metric_get_fn)(struct cmt_opts *, struct cmt_map *,
                                                    int label_count, char **label_values,
                                                    int create);
typedef double (*cmt_metric_get_value_fn)(struct cmt_metric *);
typedef void (*cmt_metric_add_fn)(struct cmt_metric *, uint64_t timestamp, double value);

/* How a counter and its map begin, the same from 1.9.3 to 5.1. */
struct cmt_counter_head {
    char *ns; /* here the counter's options begin, which the map leads back to */
    char *subsystem;
    char *name;
    char *help;
    char *full_name;
    int resource_index;
    struct cmt_map *map;
};
struct cmt_map_head {
    int type;
    struct cmt_opts *opts;
};
#define CMT_COUNTER 0

#endif

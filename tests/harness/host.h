/*
 * The host: what Fluent Bit does with a native filter from dlopen to cb_exit.
 *
 *   load.c   finds the registration struct and copies it, in the layout of the
 *            generation this executable was compiled for
 *   host.c   instances, their properties, start and stop, and the functions
 *            offered to the plugin
 *   call.c   the checked call of cb_filter
 *
 * Everything here is neutral: no layout of any generation is visible.
 */
#ifndef HARNESS_HOST_H
#define HARNESS_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alloc.h"
#include "buf.h"
#include "cmt.h"

struct flb_config;
struct flb_filter_instance;

enum log_level { LOG_ERROR = 1, LOG_WARN, LOG_INFO, LOG_DEBUG, LOG_TRACE };

/* ---- load.c ---- */

struct config_key {
    int type;
    int flags;
    char *name;
    char *default_value;
    const char *description; /* the plugin's own memory, as in the real host */
};

typedef int start_function(struct flb_filter_instance *, struct flb_config *, void *);
typedef int exit_function(void *context, struct flb_config *);

struct plugin {
    void *library;
    void *registration; /* the copy that instances point to */
    int event_type;
    int flags;
    const char *name;
    const char *description;
    bool has_config_map;
    struct config_key *keys;
    size_t key_count;
    start_function *pre_run;
    start_function *init;
    void (*filter)(void); /* its type is load.c's secret: see plugin_call_filter */
    exit_function *exit;
};

struct filter_arguments {
    const void *data;
    size_t size;
    const char *tag;
    int tag_length;
    void **out_buf;
    size_t *out_size;
    struct flb_filter_instance *instance;
    void *context;
    struct flb_config *config;
};

bool plugin_load(struct plugin *plugin, const char *path);
void plugin_unload(struct plugin *plugin, bool close_library);
/* What an instance holds where a plugin may look for it, in this build's layout. */
struct instance_view {
    const struct plugin *plugin;
    const char *name;
    int log_level;
    struct cmt *cmt;
    struct flb_config *config;
    void *list; /* what the lists of an instance lead to: two words */
};

extern const size_t instance_size;
void instance_lay_out(unsigned char *place, const struct instance_view *view);
int plugin_call_filter(const struct plugin *plugin, const struct filter_arguments *arguments);
const char *config_type_name(int type);

/* How this generation writes its events (see encode.h). */
extern const char *const host_event_form;
extern const int host_generation;

/* ---- host.c ---- */

struct flb_filter_instance *instance_new(const struct plugin *plugin, int id);
void instance_set_property(struct flb_filter_instance *instance, const char *key,
                           const char *value);
/* What a host checks before it starts (--dry-run) or reloads: nothing is there yet but settings. */
bool instance_check(struct flb_filter_instance *instance);
bool instance_init(struct flb_filter_instance *instance);
void instance_exit(struct flb_filter_instance *instance);
void instance_free(struct flb_filter_instance *instance);
/* What the plugin has counted, as JSON lines. */
void instance_print_metrics(const struct flb_filter_instance *instance, struct buf *out);

/* What cb_filter is told beside the chunk; plugin is whose callbacks to use. */
struct filter_arguments instance_arguments(struct flb_filter_instance *instance);
const struct plugin *instance_plugin(const struct flb_filter_instance *instance);

void log_open(const char *path);
void log_close(void);
void host_log(int level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The plugin broke the contract: said on stderr, and remembered for the exit code. */
void violation(const char *format, ...) __attribute__((format(printf, 1, 2)));
bool violations_seen(void);

/* Whose code runs from here on, for strace to show (--marks): "mark:dlopen", "mark:cb_filter",
   "mark:host" and so on. Without marks_on() nothing is called. */
void marks_on(void);
void mark(const char *whose);

/* ---- call.c ---- */

enum answer { FILTER_MODIFIED = 1, FILTER_NOTOUCH = 2 };

struct reply {
    int answer;
    unsigned char *data; /* MODIFIED: the plugin's buffer, ours to free; may be NULL */
    size_t size;
    struct alloc_counts allocations;
};

/* Calls cb_filter with a private copy of the chunk and checks every promise. */
struct reply instance_filter(struct flb_filter_instance *instance, const void *data, size_t size);

/* Calls that no real host makes, each answer as a JSON line on stdout. */
void instance_null_checks(struct flb_filter_instance *instance, const void *data, size_t size);

#endif

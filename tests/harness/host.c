#include "host.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "guard.h"

/* Opaque to the plugin. */
struct flb_config {
    unsigned char not_for_plugins[4096];
};

/* What the plugin gets looks as this host's instances do (instance_lay_out), and ends at a page's
   end. In front of it lies what the harness has of an instance. */
struct own {
    const struct plugin *plugin;
    char name[32];
    int log_level; /* -1: the service's */
    struct cmt *cmt;
    char *alias;
    char **keys;
    char **values;
    size_t property_count;
    void *context;
    void *list; /* ends at a page's end, too */
};

#define LIST_SIZE (2 * sizeof(void *))

static struct own *own_of(const struct flb_filter_instance *instance)
{
    return (struct own *) ((uintptr_t) instance - sizeof(struct own));
}

static struct flb_config config;

/* ---- functions offered to the plugin ---- */

const char *flb_filter_get_property(const char *key, struct flb_filter_instance *instance);
void flb_filter_set_context(struct flb_filter_instance *instance, void *context);
const char *flb_filter_name(struct flb_filter_instance *instance);
void flb_log_print(int level, const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

const char *flb_filter_get_property(const char *key, struct flb_filter_instance *instance)
{
    for (size_t i = 0; i < own_of(instance)->property_count; i++) {
        if (strcasecmp(own_of(instance)->keys[i], key) == 0) {
            return own_of(instance)->values[i];
        }
    }
    return NULL;
}

void flb_filter_set_context(struct flb_filter_instance *instance, void *context)
{
    own_of(instance)->context = context;
}

const char *flb_filter_name(struct flb_filter_instance *instance)
{
    return own_of(instance)->alias ? own_of(instance)->alias : own_of(instance)->name;
}

/* ---- log ---- */

static FILE *log_file;
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;

static const char *const level_names[] = {"off", "error", "warn", "info", "debug", "trace"};

static int level_named(const char *name)
{
    for (int level = 0; level <= LOG_TRACE; level++) {
        if (strcasecmp(level_names[level], name) == 0) {
            return level;
        }
    }
    die("no log level: %s", name);
}

static void log_line(int level, const char *format, va_list args)
{
    const char *name = level >= 0 && level <= LOG_TRACE ? level_names[level] : "unknown";
    FILE *file = log_file ? log_file : stderr;

    pthread_mutex_lock(&log_lock);
    fprintf(file, "[%s] ", name);
    vfprintf(file, format, args);
    fputc('\n', file);
    fflush(file);
    pthread_mutex_unlock(&log_lock);
}

void flb_log_print(int level, const char *file, int line, const char *format, ...)
{
    bool was_watching = alloc_pause();
    va_list args;

    (void) file;
    (void) line;
    mark("mark:host");
    va_start(args, format);
    log_line(level, format, args);
    va_end(args);
    mark("mark:plugin");
    alloc_resume(was_watching);
}

void host_log(int level, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    log_line(level, format, args);
    va_end(args);
}

void log_open(const char *path)
{
    log_file = strcmp(path, "-") == 0 ? stdout : fopen(path, "w");
    if (!log_file) {
        die("%s: cannot open the log", path);
    }
}

void log_close(void)
{
    if (log_file && log_file != stdout) {
        fclose(log_file);
    }
    log_file = NULL;
}

static atomic_uint violation_count;

void violation(const char *format, ...)
{
    va_list args;

    pthread_mutex_lock(&log_lock);
    fputs("harness: violation: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    pthread_mutex_unlock(&log_lock);
    atomic_fetch_add(&violation_count, 1);
}

bool violations_seen(void)
{
    return atomic_load(&violation_count) > 0;
}

static bool marking;

void marks_on(void)
{
    marking = true;
}

void mark(const char *whose)
{
    if (marking && access(whose, F_OK) == 0) {
        die("there is a file called %s", whose);
    }
}

/* ---- instances and their properties ---- */

struct flb_filter_instance *instance_new(const struct plugin *plugin, int id)
{
    struct own *own = guarded(sizeof(*own) + instance_size);

    memset(&config, 0x5a, sizeof(config));
    own->plugin = plugin;
    snprintf(own->name, sizeof(own->name) - 1, "%s.%i", plugin->name, id);
    own->log_level = -1;
    own->cmt = cmt_new();
    own->list = guarded(LIST_SIZE);
    return (struct flb_filter_instance *) (own + 1);
}

void instance_set_property(struct flb_filter_instance *instance, const char *key,
                           const char *value)
{
    struct own *own = own_of(instance);
    size_t last = own->property_count;

    if (strcasecmp(key, "alias") == 0) {
        free(own->alias);
        own->alias = copy_text(value);
        return;
    }
    if (strcasecmp(key, "match") == 0) {
        return; /* the host's own: the plugin never sees it */
    }
    if (strcasecmp(key, "log_level") == 0) {
        own->log_level = level_named(value);
        return;
    }
    own->keys = must(realloc(own->keys, (last + 1) * sizeof(*own->keys)));
    own->values = must(realloc(own->values, (last + 1) * sizeof(*own->values)));
    own->keys[last] = copy_text(key);
    own->values[last] = copy_text(value);
    own->property_count++;
}

void instance_free(struct flb_filter_instance *instance)
{
    struct own *own = own_of(instance);

    for (size_t i = 0; i < own->property_count; i++) {
        free(own->keys[i]);
        free(own->values[i]);
    }
    free(own->keys);
    free(own->values);
    free(own->alias);
    cmt_free(own->cmt);
    guarded_free(own->list, LIST_SIZE);
    guarded_free(own, sizeof(*own) + instance_size);
}

void instance_print_metrics(const struct flb_filter_instance *instance, struct buf *out)
{
    cmt_print(own_of(instance)->cmt, out);
}

/* ---- start and stop ---- */

static bool is_boolean(const char *text)
{
    static const char *const allowed[] = {"true", "on", "yes", "false", "off", "no"};

    for (size_t i = 0; i < sizeof(allowed) / sizeof(*allowed); i++) {
        if (strcasecmp(text, allowed[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool check_defaults(const struct plugin *plugin)
{
    for (size_t i = 0; i < plugin->key_count; i++) {
        const struct config_key *key = &plugin->keys[i];

        if (strcmp(config_type_name(key->type), "bool") == 0 && key->default_value &&
            !is_boolean(key->default_value)) {
            host_log(LOG_ERROR, "[config map] invalid default value for boolean '%s=%s'",
                     key->name, key->default_value);
            return false;
        }
    }
    return true;
}

static bool refuse_unknown(const struct plugin *plugin, const char *name)
{
    struct buf allowed = {0};

    for (size_t i = 0; i < plugin->key_count; i++) {
        bool last = i + 1 == plugin->key_count;

        buf_text(&allowed, last && i > 0 ? "and " : "");
        buf_text(&allowed, plugin->keys[i].name);
        buf_text(&allowed, last ? "." : ", ");
    }
    buf_byte(&allowed, 0);
    host_log(LOG_ERROR,
             "[config] %s: unknown configuration property '%s'. "
             "The following properties are allowed: %s",
             plugin->name, name, (const char *) allowed.data);
    buf_free(&allowed);
    return false;
}

static bool check_property(const struct flb_filter_instance *instance, const char *name)
{
    const struct plugin *plugin = own_of(instance)->plugin;
    int times = 0;
    bool known = false;

    for (size_t i = 0; i < plugin->key_count && !known; i++) {
        known = strcasecmp(plugin->keys[i].name, name) == 0;
    }
    if (!known) {
        return refuse_unknown(plugin, name);
    }
    for (size_t i = 0; i < own_of(instance)->property_count; i++) {
        times += strcmp(own_of(instance)->keys[i], name) == 0;
    }
    if (times > 1) {
        host_log(LOG_ERROR, "[config] %s: configuration property '%s' is set %i times",
                 plugin->name, name, times);
        return false;
    }
    return true;
}

/* Without a config map the host takes any key in silence. */
static bool check_properties(const struct flb_filter_instance *instance)
{
    if (!own_of(instance)->plugin->has_config_map) {
        return true;
    }
    if (!check_defaults(own_of(instance)->plugin)) {
        return false;
    }
    for (size_t i = 0; i < own_of(instance)->property_count; i++) {
        if (!check_property(instance, own_of(instance)->keys[i])) {
            return false;
        }
    }
    return true;
}

struct start_call {
    start_function *callback;
    struct flb_filter_instance *instance;
    int result;
};

static void do_start(void *argument)
{
    struct start_call *call = argument;

    call->result = call->callback(call->instance, &config, NULL);
}

static int call_start(start_function *callback, const char *whose,
                      struct flb_filter_instance *instance)
{
    struct start_call call = {.callback = callback, .instance = instance};

    mark(whose);
    on_stack(do_start, &call);
    mark("mark:host");
    if (call.result != 0 && call.result != -1) {
        violation("a start answers %d", call.result);
    }
    return call.result;
}

static void lay_out(struct flb_filter_instance *instance, int log_level, struct cmt *cmt)
{
    instance_lay_out((unsigned char *) instance, &(struct instance_view) {
        .plugin = own_of(instance)->plugin,
        .name = own_of(instance)->name,
        .log_level = log_level,
        .cmt = cmt,
        .config = &config,
        .list = own_of(instance)->list,
    });
}

static bool pre_run(struct flb_filter_instance *instance)
{
    start_function *callback = own_of(instance)->plugin->pre_run;

    if (callback && call_start(callback, "mark:cb_pre_run", instance) != 0) {
        host_log(LOG_ERROR, "Failed pre_run callback on filter %s", own_of(instance)->name);
        return false;
    }
    return true;
}

bool instance_check(struct flb_filter_instance *instance)
{
    if (!check_properties(instance)) {
        return false;
    }
    lay_out(instance, own_of(instance)->log_level, NULL);
    return pre_run(instance);
}

static bool start(struct flb_filter_instance *instance)
{
    struct own *own = own_of(instance);
    start_function *callback = own->plugin->init;

    if (!check_properties(instance)) {
        return false;
    }
    lay_out(instance, own->log_level == -1 ? LOG_INFO : own->log_level, own->cmt);
    if (!pre_run(instance)) {
        return false;
    }
    if (callback && call_start(callback, "mark:cb_init", instance) != 0) {
        host_log(LOG_ERROR, "Failed initialize filter %s", own->name);
        return false;
    }
    return true;
}

bool instance_init(struct flb_filter_instance *instance)
{
    if (start(instance)) {
        return true;
    }
    host_log(LOG_ERROR, "[engine] filter initialization failed");
    if (own_of(instance)->context) {
        violation("a context was left set after a failed start");
    }
    return false;
}

struct exit_call {
    exit_function *callback;
    void *context;
    int result;
};

static void do_exit(void *argument)
{
    struct exit_call *call = argument;

    call->result = call->callback(call->context, &config);
}

void instance_exit(struct flb_filter_instance *instance)
{
    struct own *own = own_of(instance);
    struct exit_call call = {.callback = own->plugin->exit, .context = own->context};

    if (call.callback && call.context) {
        mark("mark:cb_exit");
        on_stack(do_exit, &call);
        mark("mark:host");
        if (call.result != 0) {
            violation("cb_exit answered %d", call.result);
        }
        own->context = NULL;
    }
}

const struct plugin *instance_plugin(const struct flb_filter_instance *instance)
{
    return own_of(instance)->plugin;
}

struct filter_arguments instance_arguments(struct flb_filter_instance *instance)
{
    static const char tag[] = "harness.dns";

    return (struct filter_arguments) {
        .tag = tag,
        .tag_length = (int) strlen(tag),
        .instance = instance,
        .context = own_of(instance)->context,
        .config = &config,
    };
}

#include "host.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* Opaque to the plugin. */
struct flb_config {
    unsigned char not_for_plugins[4096];
};

/* Its beginning looks as this build's instances do (instance_lay_out), or like garbage. */
struct flb_filter_instance {
    unsigned char layout[1024];
    const struct plugin *plugin;
    char name[32];
    int log_level;
    struct cmt *cmt;
    char *alias;
    char **keys;
    char **values;
    size_t property_count;
    void *context;
};

static struct flb_config config;

/* ---- functions offered to the plugin ---- */

const char *flb_filter_get_property(const char *key, struct flb_filter_instance *instance);
void flb_filter_set_context(struct flb_filter_instance *instance, void *context);
const char *flb_filter_name(struct flb_filter_instance *instance);
void flb_log_print(int level, const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

const char *flb_filter_get_property(const char *key, struct flb_filter_instance *instance)
{
    for (size_t i = 0; i < instance->property_count; i++) {
        if (strcasecmp(instance->keys[i], key) == 0) {
            return instance->values[i];
        }
    }
    return NULL;
}

void flb_filter_set_context(struct flb_filter_instance *instance, void *context)
{
    instance->context = context;
}

const char *flb_filter_name(struct flb_filter_instance *instance)
{
    return instance->alias ? instance->alias : instance->name;
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
    struct flb_filter_instance *instance = must(calloc(1, sizeof(*instance)));

    memset(instance->layout, 0xa5, sizeof(instance->layout));
    memset(&config, 0x5a, sizeof(config));
    instance->plugin = plugin;
    snprintf(instance->name, sizeof(instance->name) - 1, "%s.%i", plugin->name, id);
    instance->log_level = LOG_INFO;
    instance->cmt = cmt_new();
    return instance;
}

void instance_set_property(struct flb_filter_instance *instance, const char *key,
                           const char *value)
{
    size_t last = instance->property_count;

    if (strcasecmp(key, "alias") == 0) {
        free(instance->alias);
        instance->alias = copy_text(value);
        return;
    }
    if (strcasecmp(key, "match") == 0) {
        return; /* the host's own: the plugin never sees it */
    }
    if (strcasecmp(key, "log_level") == 0) {
        instance->log_level = level_named(value);
        return;
    }
    instance->keys = must(realloc(instance->keys, (last + 1) * sizeof(*instance->keys)));
    instance->values = must(realloc(instance->values, (last + 1) * sizeof(*instance->values)));
    instance->keys[last] = copy_text(key);
    instance->values[last] = copy_text(value);
    instance->property_count++;
}

void instance_free(struct flb_filter_instance *instance)
{
    for (size_t i = 0; i < instance->property_count; i++) {
        free(instance->keys[i]);
        free(instance->values[i]);
    }
    free(instance->keys);
    free(instance->values);
    free(instance->alias);
    cmt_free(instance->cmt);
    free(instance);
}

void instance_print_metrics(const struct flb_filter_instance *instance, struct buf *out)
{
    cmt_print(instance->cmt, out);
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
    const struct plugin *plugin = instance->plugin;
    int times = 0;
    bool known = false;

    for (size_t i = 0; i < plugin->key_count && !known; i++) {
        known = strcasecmp(plugin->keys[i].name, name) == 0;
    }
    if (!known) {
        return refuse_unknown(plugin, name);
    }
    for (size_t i = 0; i < instance->property_count; i++) {
        times += strcmp(instance->keys[i], name) == 0;
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
    if (!instance->plugin->has_config_map) {
        return true;
    }
    if (!check_defaults(instance->plugin)) {
        return false;
    }
    for (size_t i = 0; i < instance->property_count; i++) {
        if (!check_property(instance, instance->keys[i])) {
            return false;
        }
    }
    return true;
}

static int call_start(start_function *callback, const char *whose,
                      struct flb_filter_instance *instance)
{
    int result;

    mark(whose);
    result = callback(instance, &config, NULL);
    mark("mark:host");
    return result;
}

static bool start(struct flb_filter_instance *instance)
{
    const struct plugin *plugin = instance->plugin;

    if (!check_properties(instance)) {
        return false;
    }
    instance_lay_out(instance->layout, &(struct instance_view) {
        .plugin = plugin,
        .name = instance->name,
        .log_level = instance->log_level,
        .cmt = instance->cmt,
        .config = &config,
    });
    if (plugin->pre_run && call_start(plugin->pre_run, "mark:cb_pre_run", instance) != 0) {
        host_log(LOG_ERROR, "Failed pre_run callback on filter %s", instance->name);
        return false;
    }
    if (plugin->init && call_start(plugin->init, "mark:cb_init", instance) != 0) {
        host_log(LOG_ERROR, "Failed initialize filter %s", instance->name);
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
    if (instance->context) {
        violation("a context was left set after a failed start");
    }
    return false;
}

void instance_exit(struct flb_filter_instance *instance)
{
    if (instance->plugin->exit && instance->context) {
        int result;

        mark("mark:cb_exit");
        result = instance->plugin->exit(instance->context, &config);
        mark("mark:host");
        if (result != 0) {
            violation("cb_exit answered %d", result);
        }
        instance->context = NULL;
    }
}

const struct plugin *instance_plugin(const struct flb_filter_instance *instance)
{
    return instance->plugin;
}

struct filter_arguments instance_arguments(struct flb_filter_instance *instance)
{
    static const char tag[] = "harness.dns";

    return (struct filter_arguments) {
        .tag = tag,
        .tag_length = (int) strlen(tag),
        .instance = instance,
        .context = instance->context,
        .config = &config,
    };
}

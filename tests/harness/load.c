/*
 * From a file name to a callable plugin, by the rules of one generation: the
 * only file that is compiled once per layout.
 */
#include <dlfcn.h>
#include <libgen.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi.h"
#include "buf.h"
#include "host.h"

const int host_generation = GENERATION;

/* 2.1 to 4.2 reserve wide array headers; the others write the shortest. */
const char *const host_event_form = GENERATION <= 1            ? "old,fixarray,ext"
                                    : CONFIG_MAP_STRIDE >= 104 ? "new,fixarray,ext"
                                                               : "new,array32,ext";

#define PREFIX "flb-"
#define EXTENSION ".so"
#define SUFFIX "_plugin"

/* flb-filter_x.so -> filter_x_plugin */
static char *registration_name(const char *path)
{
    char *copy = copy_text(path);
    const char *base = basename(copy);
    size_t length = strlen(base);
    size_t prefix = strlen(PREFIX);
    size_t extension = strlen(EXTENSION);
    char *name = NULL;

    if (length <= prefix + extension || strncmp(base, PREFIX, prefix) != 0) {
        host_log(LOG_ERROR, "[plugin] invalid plugin prefix: %s", base);
    }
    else if (strcmp(base + length - extension, EXTENSION) != 0) {
        host_log(LOG_ERROR, "[plugin] invalid plugin extension: %s", base);
    }
    else if (strncmp(base + prefix, "filter_", strlen("filter_")) != 0) {
        host_log(LOG_ERROR, "[plugin] invalid plugin type: %s", base + prefix);
    }
    else if (asprintf(&name, "%.*s" SUFFIX, (int) (length - prefix - extension),
                      base + prefix) < 0) {
        die("out of memory");
    }
    free(copy);
    return name;
}

/* The host copies its own sizeof from the symbol; a smaller object is read past its end. */
static void check_symbol_size(const void *symbol, const char *name)
{
    Dl_info info;
    const ElfW(Sym) *entry = NULL;

    if (!dladdr1(symbol, &info, (void **) &entry, RTLD_DL_SYMENT) || !entry) {
        violation("no symbol table entry for %s", name);
    }
    else if (entry->st_size < sizeof(struct abi_filter_plugin)) {
        violation("%s has %zu bytes, the host copies %zu", name, (size_t) entry->st_size,
                  sizeof(struct abi_filter_plugin));
    }
}

static void copy_registration(struct plugin *plugin, const void *symbol)
{
    struct abi_filter_plugin own;

    memcpy(&own, symbol, sizeof(own));
    plugin->registration = must(malloc(sizeof(own)));
    memcpy(plugin->registration, &own, sizeof(own));
#if GENERATION >= 2
    plugin->event_type = own.event_type;
#endif
    plugin->flags = own.flags;
    plugin->name = own.name;
    plugin->description = own.description;
    plugin->has_config_map = own.config_map != NULL;
#if GENERATION >= 3
    plugin->pre_run = own.cb_pre_run;
#endif
    plugin->init = own.cb_init;
    plugin->filter = (void (*)(void)) own.cb_filter;
    plugin->exit = own.cb_exit;

    for (const struct abi_config_map *entry = own.config_map; entry && entry->name; entry++) {
        plugin->keys = must(realloc(plugin->keys,
                                    (plugin->key_count + 1) * sizeof(*plugin->keys)));
        plugin->keys[plugin->key_count++] = (struct config_key) {
            .type = entry->type,
            .flags = entry->flags,
            .name = copy_text(entry->name),
            .default_value = entry->default_value ? copy_text(entry->default_value) : NULL,
            .description = entry->description,
        };
    }
}

/* Users name the filter by this in their configuration; it has to be the file's. */
static void check_name(const struct plugin *plugin, const char *registration)
{
    const char *expected = registration + strlen("filter_");
    size_t length = strlen(expected) - strlen(SUFFIX);

    if (!plugin->name || strlen(plugin->name) != length ||
        strncmp(plugin->name, expected, length) != 0) {
        violation("the plugin calls itself %s, its file says %.*s",
                  plugin->name ? plugin->name : "nothing", (int) length, expected);
    }
}

bool plugin_load(struct plugin *plugin, const char *path)
{
    char *name = registration_name(path);
    const void *symbol;

    *plugin = (struct plugin) {0};
    if (!name) {
        return false;
    }
    mark("mark:dlopen");
    plugin->library = dlopen(path, RTLD_LAZY);
    mark("mark:host");
    if (!plugin->library) {
        host_log(LOG_ERROR, "[plugin] dlopen() %s", dlerror());
        free(name);
        return false;
    }
    symbol = dlsym(plugin->library, name);
    if (!symbol) {
        host_log(LOG_ERROR,
                 "[plugin] cannot load plugin '%s', registration structure is missing '%s'",
                 path, name);
        free(name);
        return false;
    }
    check_symbol_size(symbol, name);
    copy_registration(plugin, symbol);
    check_name(plugin, name);
    free(name);
    return true;
}

void plugin_unload(struct plugin *plugin, bool close_library)
{
    for (size_t i = 0; i < plugin->key_count; i++) {
        free(plugin->keys[i].name);
        free(plugin->keys[i].default_value);
    }
    free(plugin->keys);
    free(plugin->registration);
    mark("mark:dlclose");
    if (plugin->library && close_library && dlclose(plugin->library) != 0) {
        violation("dlclose: %s", dlerror());
    }
    mark("mark:host");
    *plugin = (struct plugin) {0};
}

#if INSTANCE > 0

const size_t instance_size = sizeof(struct abi_filter_instance);

void instance_lay_out(unsigned char *place, const struct instance_view *view)
{
    struct abi_filter_instance instance;
    void **list = view->list;

    /* What is not set below is garbage to a plugin. */
    memset(&instance, 0xa5, sizeof(instance));
    instance.log_level = view->log_level;
    snprintf(instance.name, sizeof(instance.name), "%s", view->name);
    instance.context = NULL;
    instance.data = list + 1; /* nothing that is as large as two words */
#if INSTANCE_PLUGIN == 1
    instance.p = NULL;
#elif INSTANCE_PLUGIN == 2
    static struct abi_filter_plugin other;
    other = *(const struct abi_filter_plugin *) view->plugin->registration;
    other.cb_exit = NULL;
    instance.p = &other;
#else
    instance.p = view->plugin->registration;
#endif
    instance.properties = instance.head = (struct abi_list) {view->list, view->list};
    instance.config_map = view->list;
#if INSTANCE >= 99
    instance.of_the_future[0] = instance.of_the_future[1] = list;
#endif
    instance.cmt = view->cmt;
    instance.config = view->config;
    memcpy(place, &instance, sizeof(instance));
}

#else

const size_t instance_size = 1024;

void instance_lay_out(unsigned char *place, const struct instance_view *view)
{
    (void) view;
    memset(place, 0xa5, instance_size);
}

#endif

int plugin_call_filter(const struct plugin *plugin, const struct filter_arguments *arguments)
{
    abi_filter *filter = (abi_filter *) plugin->filter;
#if GENERATION >= 1
    /* A processor hands over something that is no input at all: nothing to look into. */
    static unsigned char not_an_input[1024];
#endif

    return filter(arguments->data, arguments->size, arguments->tag, arguments->tag_length,
                  arguments->out_buf, arguments->out_size, arguments->instance,
#if GENERATION >= 1
                  (struct flb_input_instance *) not_an_input,
#endif
                  arguments->context, arguments->config);
}

const char *config_type_name(int type)
{
    switch (type) {
    case 0: return "str";
    case 1: return "str_prefix";
    case 2: return "int";
    case 3: return "bool";
    case 4: return "double";
    case 5: return "size";
    case 6: return "time";
    case 7: return "deprecated";
    case 30: return "clist";
    case 40: return "slist";
    default: return "unknown";
    }
}

/*
 * The host's own filters, which show a plugin the layouts of the host: never to be called.
 *
 * FILTERS picks what they look like:
 *
 *   0  there are none
 *   1  as in released hosts
 *   2  one of them has a larger struct than the others
 *   3  no filters, although they have the names: a symbol of a function, another's name, a name nowhere
 *   4  as in released hosts, but no map has more than one element
 *   5  as in released hosts, but the maps make no sense
 *   6  two maps have different strides
 *   7  the callbacks are no code
 *   8  the maps make sense by twice their stride, too, but for what belongs to the host
 */
#include <stdlib.h>

#include "abi.h"

#ifndef FILTERS
#define FILTERS 0
#endif

#if FILTERS

/* Not every host has all of this. */
#define UNUSED __attribute__((unused))

static int start(struct flb_filter_instance *instance, struct flb_config *config, void *data)
{
    (void) instance;
    (void) config;
    (void) data;
    abort();
}

UNUSED static int filter(const void *data, size_t bytes, const char *tag, int tag_len, void **out_buf,
                  size_t *out_size, struct flb_filter_instance *instance,
#if GENERATION >= 1
                  struct flb_input_instance *input,
#endif
                  void *context, struct flb_config *config)
{
    (void) data;
    (void) bytes;
    (void) tag;
    (void) tag_len;
    (void) out_buf;
    (void) out_size;
    (void) instance;
#if GENERATION >= 1
    (void) input;
#endif
    (void) context;
    (void) config;
    abort();
}

UNUSED static int finish(void *context, struct flb_config *config)
{
    (void) context;
    (void) config;
    abort();
}

enum { STR = 0, INT = 2, BOOL = 3, SLIST = 40, MULT = 1 };

/* ---- config maps ---- */

UNUSED static const struct abi_config_map no_keys[] = {{0}};

UNUSED static const struct abi_config_map one_key[] = {
    {.type = STR, .name = "key", .description = "A key"},
    {0},
};

UNUSED static const struct abi_config_map garbage[] = {
    {.type = STR, .name = "key", .description = (const char *) 0x10},
    {.type = STR, .name = (const char *) ~0xfffull, .description = "A key"},
    {.type = INT, .name = "key", .of_the_host = {1}},
    {.type = 0x7fffffff, .name = "key"},
};

UNUSED static const struct abi_config_map grep_keys[] = {
    {.type = STR, .name = "regex", .flags = MULT, .set_property = 1, .offset = 8,
     .description = "Keep records in which the content of KEY matches the regular expression."},
    {.type = STR, .name = "exclude", .flags = MULT, .set_property = 1, .offset = 16,
     .description = "Exclude records in which the content of KEY matches the expression."},
    {.type = STR, .name = "logical_op", .default_value = "legacy"},
    {0},
};

UNUSED static const struct abi_config_map lua_keys[] = {
    {.type = STR, .name = "script", .description = "The path of the script."},
    {.type = BOOL, .name = "protected_mode", .default_value = "true", .set_property = 1,
     .offset = 40, .description = "Run the script in protected mode."},
    {0},
};

UNUSED static const struct abi_config_map nest_keys[] = {
    {.type = SLIST, .name = "wildcard", .flags = MULT, .description = "Fields to nest."},
    {.type = INT, .name = "depth", .default_value = "1", .set_property = 1, .offset = 1u << 20},
    {0},
};

/* As if it had two elements, of twice the size. */
UNUSED static const struct abi_config_map even[] = {
    {.name = "a"}, {.name = "b"}, {.name = "c"}, {.name = "d"}, {0}, {0},
};

/* Two elements by another stride than the host's. */
UNUSED static const struct {
    struct {
        struct abi_config_map key;
        uint64_t more;
    } keys[3];
} longer = {{{.key = {.name = "a"}}, {.key = {.name = "b"}}}};

#if FILTERS == 4
#define KEYS(keys) one_key
#elif FILTERS == 5
#define KEYS(keys) garbage
#elif FILTERS == 8
#define KEYS(keys) even
#else
#define KEYS(keys) keys
#endif

#if FILTERS == 6
#define NEST_KEYS (const struct abi_config_map *) &longer
#else
#define NEST_KEYS nest_keys
#endif

/* ---- the structs ---- */

#if FILTERS == 7
/* Linkers for arm64 put constants where code is. */
static int variable[2];
#define CODE(function) ((void *) variable)
#else
#define CODE(function) (function)
#endif

/* In the order of the fields, whatever lies between them. */
#define FILTER(text, keys) \
    .name = text, .description = "A filter of the host's", .config_map = KEYS(keys), \
    .cb_init = CODE(start), .cb_filter = CODE(filter)

#if FILTERS != 3

struct abi_filter_plugin filter_grep_plugin = {FILTER("grep", grep_keys), .cb_exit = finish};
struct abi_filter_plugin filter_nest_plugin = {FILTER("nest", NEST_KEYS), .cb_exit = finish};
struct abi_filter_plugin filter_modify_plugin = {FILTER("modify", NULL), .cb_exit = finish};
struct abi_filter_plugin filter_stdout_plugin = {FILTER("stdout", no_keys)};
struct abi_filter_plugin filter_lua_plugin = {
    FILTER("lua", lua_keys),
    .cb_exit = finish,
#if GENERATION >= 3
    .cb_pre_run = start,
#endif
#if NEW_CALLBACK
    .cb_new = start,
#endif
};

#if FILTERS == 2
struct {
    struct abi_filter_plugin plugin;
    void *more[1];
} filter_throttle_plugin = {.plugin = {FILTER("throttle", no_keys), .cb_exit = finish}};
#else
struct abi_filter_plugin filter_throttle_plugin = {FILTER("throttle", one_key), .cb_exit = finish};
#endif

#else

/* Each would be taken for a filter of another layout. */
void *no_variable[] = {NULL, "grep", NULL, NULL, start, start};
__asm__(".globl filter_grep_plugin\n"
        ".type filter_grep_plugin, %function\n"
        ".size filter_grep_plugin, 48\n"
        ".set filter_grep_plugin, no_variable\n");
void *filter_nest_plugin[] = {NULL, "expect", NULL, NULL, start, start};
void *filter_modify_plugin[] = {NULL, (void *) 0x10, NULL, NULL, start, start};
void *filter_stdout_plugin[] = {NULL, NULL, NULL, NULL, start, start};
void *filter_lua_plugin[] = {NULL};
char filter_throttle_plugin[] = "throttle";

#endif

#endif

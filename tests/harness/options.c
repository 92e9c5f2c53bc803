#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"

static const char usage_text[] =
    "usage: %s PLUGIN [options]\n"
    "\n"
    "Loads a Fluent Bit filter as a host of generation %d does, starts it, filters\n"
    "the input through it, stops it. FILE may be - for stdin or stdout.\n"
    "\n"
    "plugin\n"
    "  -p, --property [N:]KEY=VALUE  configure every instance, or only number N (from 0)\n"
    "  --instances N        filters in a row, each fed by the one before (1)\n"
    "  --threads N          N such rows at once, each on a thread of its own; their\n"
    "                       outputs must be the same bytes\n"
    "  --contexts 2         hot reload: a second context starts before the first stops,\n"
    "                       calls alternate; their outputs must be the same bytes\n"
    "  --repeat N           the whole input N times; outputs must be the same bytes\n"
    "\n"
    "input, at most one (without any: start and stop)\n"
    "  --ndjson FILE        one event per line of JSON; {\"$raw\":\"c1\"} is raw MessagePack\n"
    "  --chunk FILE         one chunk, as it is\n"
    "  --frames FILE        many chunks, a call each: u32 little-endian length, bytes\n"
    "  --event-form WORDS   how NDJSON becomes events, words joined by commas:\n"
    "                       old new | fixarray array16 array32 mixed | ext ext8 int float |\n"
    "                       nometa meta (default: as this generation writes, %s)\n"
    "  --time SEC[.FRACTION]  the events' own time (1700000000.123456789)\n"
    "  --group-markers      an opening and a closing marker around the events\n"
    "  --split N            at most N events per call (0: all at once)\n"
    "\n"
    "output\n"
    "  --out-json FILE      the resulting events, one JSON line each\n"
    "  --out-raw FILE       the resulting bytes\n"
    "  --out-frames FILE    per call: u8 answer (1 modified, 2 not touched), u32\n"
    "                       little-endian length, bytes\n"
    "  --out-chunk FILE     the input's bytes, as encoded\n"
    "  --stats FILE         calls, answers, events and bytes as one JSON line\n"
    "  --count-allocs FILE  the plugin's malloc calls inside each cb_filter, JSON lines\n"
    "  --metrics FILE       what the instances have counted, JSON lines\n"
    "  --log FILE           log lines \"[level] message\" (stderr)\n"
    "\n"
    "modes\n"
    "  --list-keys          the config map as JSON lines, and end\n"
    "  --describe           the registration as one JSON line, and end\n"
    "  --dry-run            check the configuration as before a start or a reload, and end\n"
    "  --stack BYTES        each callback on a thread that has so much stack left, a multiple\n"
    "                       of 16\n"
    "  --counters KIND      elsewhere: counters are laid out as in no known version; untyped,\n"
    "                       another's: so are their maps; astray: the count under some labels\n"
    "                       is that under others\n"
    "  --null-checks        calls with each argument missing, as JSON lines on stdout\n"
    "  --fail-malloc N[+]   the Nth allocation inside cb_filter fails (+: and all after)\n"
    "  --marks              access(2) of \"mark:...\" around dlopen, each callback and\n"
    "                       dlclose, for strace to show which calls lie between\n"
    "  --keep-open          no dlclose, so that tools can still name the plugin's symbols\n"
    "\n"
    "exit status: 0 well, 1 the host refused to start, 2 wrong usage or input,\n"
    "3 the plugin broke the contract\n";

enum option_id {
    OPT_INSTANCES = 256, OPT_THREADS, OPT_CONTEXTS, OPT_REPEAT, OPT_NDJSON, OPT_CHUNK,
    OPT_FRAMES, OPT_FORM, OPT_TIME, OPT_MARKERS, OPT_SPLIT, OPT_OUT_JSON, OPT_OUT_RAW,
    OPT_OUT_FRAMES, OPT_OUT_CHUNK, OPT_STATS, OPT_ALLOCS, OPT_METRICS, OPT_LOG, OPT_KEYS,
    OPT_DESCRIBE, OPT_NULLS, OPT_FAIL, OPT_MARKS, OPT_KEEP,
    OPT_DRY, OPT_STACK, OPT_COUNTERS
};

static const struct option long_options[] = {
    {"help", no_argument, NULL, 'h'},
    {"property", required_argument, NULL, 'p'},
    {"instances", required_argument, NULL, OPT_INSTANCES},
    {"threads", required_argument, NULL, OPT_THREADS},
    {"contexts", required_argument, NULL, OPT_CONTEXTS},
    {"repeat", required_argument, NULL, OPT_REPEAT},
    {"ndjson", required_argument, NULL, OPT_NDJSON},
    {"chunk", required_argument, NULL, OPT_CHUNK},
    {"frames", required_argument, NULL, OPT_FRAMES},
    {"event-form", required_argument, NULL, OPT_FORM},
    {"time", required_argument, NULL, OPT_TIME},
    {"group-markers", no_argument, NULL, OPT_MARKERS},
    {"split", required_argument, NULL, OPT_SPLIT},
    {"out-json", required_argument, NULL, OPT_OUT_JSON},
    {"out-raw", required_argument, NULL, OPT_OUT_RAW},
    {"out-frames", required_argument, NULL, OPT_OUT_FRAMES},
    {"out-chunk", required_argument, NULL, OPT_OUT_CHUNK},
    {"stats", required_argument, NULL, OPT_STATS},
    {"count-allocs", required_argument, NULL, OPT_ALLOCS},
    {"metrics", required_argument, NULL, OPT_METRICS},
    {"log", required_argument, NULL, OPT_LOG},
    {"list-keys", no_argument, NULL, OPT_KEYS},
    {"describe", no_argument, NULL, OPT_DESCRIBE},
    {"null-checks", no_argument, NULL, OPT_NULLS},
    {"fail-malloc", required_argument, NULL, OPT_FAIL},
    {"marks", no_argument, NULL, OPT_MARKS},
    {"keep-open", no_argument, NULL, OPT_KEEP},
    {"dry-run", no_argument, NULL, OPT_DRY},
    {"stack", required_argument, NULL, OPT_STACK},
    {"counters", required_argument, NULL, OPT_COUNTERS},
    {NULL, 0, NULL, 0},
};

static unsigned long number(const char *text, unsigned long max, const char **rest)
{
    char *end;
    unsigned long value;

    errno = 0;
    value = strtoul(text, &end, 10);
    if (errno || end == text || *text == '-' || value > max || (!rest && *end)) {
        die("not a number up to %lu: %s", max, text);
    }
    if (rest) {
        *rest = end;
    }
    return value;
}

static unsigned long counting_number(const char *text, unsigned long max)
{
    unsigned long value = number(text, max, NULL);

    if (value == 0) {
        die("at least 1 is needed");
    }
    return value;
}

static void add_property(struct options *options, const char *text)
{
    struct property property = {.instance = -1};
    size_t digits = strspn(text, "0123456789");
    const char *equals;

    if (digits > 0 && text[digits] == ':') {
        const char *rest;

        property.instance = (long) number(text, 1000, &rest);
        text = rest + 1;
    }
    equals = strchr(text, '=');
    if (!equals || equals == text) {
        die("not KEY=VALUE: %s", text);
    }
    property.key = must(strndup(text, (size_t) (equals - text)));
    property.value = equals + 1;
    options->properties = must(realloc(options->properties, (options->property_count + 1) *
                                                                sizeof(*options->properties)));
    options->properties[options->property_count++] = property;
}

static void parse_time(struct event_form *form, const char *text)
{
    const char *rest;
    uint32_t unit = 100000000;

    form->seconds = (uint32_t) number(text, UINT32_MAX, &rest);
    form->nanoseconds = 0;
    if (*rest == '.') {
        for (rest++; *rest >= '0' && *rest <= '9'; rest++, unit /= 10) {
            form->nanoseconds += (uint32_t) (*rest - '0') * unit;
        }
    }
    if (*rest) {
        die("not SEC[.FRACTION]: %s", text);
    }
}

static void parse_form(struct event_form *form, const char *words)
{
    const char *wrong = event_form_parse(form, words);

    if (wrong) {
        die("unknown word in the event form: %s", wrong);
    }
}

static void parse_fail(struct options *options, const char *text)
{
    const char *rest;

    options->fail_malloc = number(text, 1000000000, &rest);
    options->fail_onwards = strcmp(rest, "+") == 0;
    if (options->fail_malloc == 0 || (*rest && !options->fail_onwards)) {
        die("not N or N+: %s", text);
    }
}

static void parse_counters(const char *text)
{
    static const char *const kinds[] = {
        [CMT_ELSEWHERE] = "elsewhere", [CMT_UNTYPED] = "untyped", [CMT_ANOTHERS] = "another's",
        [CMT_ASTRAY] = "astray",
    };

    for (int kind = CMT_ELSEWHERE; kind <= CMT_ASTRAY; kind++) {
        if (strcmp(text, kinds[kind]) == 0) {
            cmt_be((enum cmt_kind) kind);
            return;
        }
    }
    die("no kind of counters: %s", text);
}

static void apply(struct options *options, int id, const char *value)
{
    switch (id) {
    case 'p': add_property(options, value); break;
    case OPT_INSTANCES: options->instances = counting_number(value, 100); break;
    case OPT_THREADS: options->threads = counting_number(value, 100); break;
    case OPT_CONTEXTS: options->contexts = counting_number(value, 2); break;
    case OPT_REPEAT: options->repeat = counting_number(value, 1000000000); break;
    case OPT_NDJSON: options->ndjson = value; break;
    case OPT_CHUNK: options->chunk = value; break;
    case OPT_FRAMES: options->frames = value; break;
    case OPT_FORM: parse_form(&options->form, value); break;
    case OPT_TIME: parse_time(&options->form, value); break;
    case OPT_MARKERS: options->group_markers = true; break;
    case OPT_SPLIT: options->split = number(value, 1000000000, NULL); break;
    case OPT_OUT_JSON: options->out_json = value; break;
    case OPT_OUT_RAW: options->out_raw = value; break;
    case OPT_OUT_FRAMES: options->out_frames = value; break;
    case OPT_OUT_CHUNK: options->out_chunk = value; break;
    case OPT_STATS: options->stats = value; break;
    case OPT_ALLOCS: options->count_allocs = value; break;
    case OPT_METRICS: options->metrics = value; break;
    case OPT_LOG: options->log = value; break;
    case OPT_KEYS: options->list_keys = true; break;
    case OPT_DESCRIBE: options->describe = true; break;
    case OPT_NULLS: options->null_checks = true; break;
    case OPT_FAIL: parse_fail(options, value); break;
    case OPT_MARKS: options->marks = true; break;
    case OPT_KEEP: options->keep_open = true; break;
    case OPT_DRY: options->dry_run = true; break;
    case OPT_COUNTERS: parse_counters(value); break;
    case OPT_STACK: options->stack = counting_number(value, 1ul << 30); break;
    default: exit(EXIT_USAGE);
    }
}

void options_parse(struct options *options, int argc, char **argv)
{
    int id;

    *options = (struct options) {
        .instances = 1,
        .threads = 1,
        .contexts = 1,
        .repeat = 1,
        .form = {.metadata_is_empty = true, .seconds = 1700000000, .nanoseconds = 123456789},
    };
    parse_form(&options->form, host_event_form);
    while ((id = getopt_long(argc, argv, "hp:", long_options, NULL)) != -1) {
        if (id == 'h') {
            printf(usage_text, argv[0], host_generation, host_event_form);
            exit(EXIT_OK);
        }
        apply(options, id, optarg);
    }
    if (optind + 1 != argc) {
        die("one plugin is needed; see --help");
    }
    options->plugin = argv[optind];
    if (!!options->ndjson + !!options->chunk + !!options->frames > 1) {
        die("one input at most: --ndjson, --chunk or --frames");
    }
    if (options->contexts > 1 && options->threads > 1) {
        die("--contexts and --threads do not go together");
    }
}

void options_free(struct options *options)
{
    for (size_t i = 0; i < options->property_count; i++) {
        free(options->properties[i].key);
    }
    free(options->properties);
}

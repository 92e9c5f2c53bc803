# Prints records before and after the filter: demo.awk docs/mapping.md AFTER BEFORE. See demo.sh.
#
# JSON is laid out in WIDTH columns: what fits stays on one line; of what does not, an object in an object
# has a line of its own, and other members share lines. Where each field goes is read from the tables of
# docs/mapping.md.

BEGIN {
    WIDTH = 90
    title[1] = "dns_logs: a name that does not exist"
    title[2] = "gateway_dns: a query that a policy blocked"
    title[3] = "dns_firewall_logs: an answer from an upstream server"
    title[4] = "dns_logs: a SourceIP that is not an IP address"
    title[5] = "not a DNS record: what Logpush uploads when a job is made"
    if (colours) {
        BOLD = "\033[1m"; DIM = "\033[2m"; RED = "\033[31m"; PLAIN = "\033[0m"
        KEY = "\033[36m"; TEXT = "\033[32m"; OTHER = "\033[33m"
    }
    print BOLD "Cloudflare records, before and after the filter cloudflare_dns" PLAIN
    print DIM "in " where PLAIN
}

FILENAME == ARGV[1] && /^<!-- begin / { dataset = $3 }
FILENAME == ARGV[1] && /^\| `/ {
    split($0, cell, / *\| */)
    gsub(/`/, "", cell[2])
    goes_to[dataset, cell[2]] = cell[4]
}
FILENAME == ARGV[2] { after[++afters] = $0 }
FILENAME == ARGV[3] && NF { show($0) }

END {
    if (taken != afters) {
        print "demo: " afters - taken " records came out that did not go in" >"/dev/stderr"
        exit 1
    }
    printf "\n%s%d in, %d mapped, %d dropped%s\n", BOLD, count, taken, count - taken, PLAIN
    print "\nTry next:"
    if (explain) print "  make demo-all"
    else print "  make demo"
    print "  cargo run --example ndjson_to_ecs -- convention=ecs enrich=all <examples/demo.ndjson"
}

# One record, and what became of it: the filter keeps the order, and names the question.
function show(before,   name, paired) {
    count++
    explain = FILENAME ~ /demo\.ndjson$/
    name = bare(value_of(before, "QueryName"))
    if (name != ".") gsub(/^\.+|\.+$/, "", name)
    paired = index(after[taken + 1], "\"question\":{\"name\":\"" name "\"")
    if (!explain) title[count] = paired ? bare(at_path(after[taken + 1], "event.dataset")) : "not a DNS record"
    print "\n" BOLD count ". " title[count] PLAIN
    print_json("before", before)
    if (!paired) {
        print "   after   " DIM "nothing: on_mismatch is drop" PLAIN
        return
    }
    print_json("after", after[++taken])
    if (explain && count == 1) {
        print "\n   " DIM "field by field" PLAIN
        print_fields(before, after[taken])
        print "\n   " DIM "the same record with convention ecs and enrich all" PLAIN
        getline as_ecs_record <as_ecs
        print_json("after", as_ecs_record)
    }
}

function print_json(label, json,   lines, n, i) {
    n = split(layout(json, 11), lines, "\n")
    for (i = 1; i <= n; i++)
        printf "   %s%-8s%s%s\n", DIM, i == 1 ? label : "", PLAIN, painted(substr(lines[i], i == 1 ? 1 : 12))
}

# A line for each field that went somewhere.
function print_fields(before, after,   n, fields, i, name, paths, m, j, value, dataset) {
    dataset = bare(at_path(after, "event.dataset"))
    n = members(before, fields)
    for (i = 1; i <= n; i++) {
        name = key_of(fields[i])
        m = split(goes_to[dataset, name], paths, /, */)
        for (j = 1; j <= m; j++) {
            gsub(/`/, "", paths[j])
            value = at_path(after, paths[j])
            if (value != "")
                printf "   %s%-17s%s%-20s%s→ %s%-28s%s%s%s\n", KEY, name, PLAIN,
                    bare(value_of(before, name)), DIM, PLAIN KEY, paths[j], TEXT, bare(value), PLAIN
        }
    }
}

# A value without the quotation marks.
function bare(json) {
    gsub(/^"|"$/, "", json)
    return json
}

# ---- JSON ----

# The place of the last character of the value that begins at `at`.
function end_of(json, at,   c, depth) {
    for (; at <= length(json); at++) {
        c = substr(json, at, 1)
        if (c == "\"") {
            at++
            while (substr(json, at, 1) != "\"") at += substr(json, at, 1) == "\\" ? 2 : 1
        } else if (c ~ /[[{]/) depth++
        else if (c ~ /[]}]/) depth--
        else if (!depth) {
            match(substr(json, at), /^[^],}: ]+/)
            return at + RLENGTH - 1
        }
        if (!depth) return at
    }
}

# The members of an object, each as `"key":value`, or the items of an array; gives their number.
function members(json, list,   at, n, start) {
    for (at = 2; at < length(json); at++) {
        if (substr(json, at, 1) ~ /[, ]/) continue
        start = at
        at = end_of(json, at)
        if (substr(json, at + 1, 1) == ":") at = end_of(json, at + 2)
        list[++n] = substr(json, start, at - start + 1)
    }
    return n
}

function key_of(member) {
    return substr(member, 2, end_of(member, 1) - 2)
}

# The JSON of a member of an object; nothing when it has none of that name.
function value_of(json, key,   list, n, i) {
    n = members(json, list)
    for (i = 1; i <= n; i++)
        if (key_of(list[i]) == key) return substr(list[i], length(key) + 4)
    return ""
}

function at_path(json, path,   keys, n, i) {
    n = split(path, keys, ".")
    for (i = 1; i <= n && json != ""; i++) json = value_of(json, keys[i])
    return json
}

# The JSON with a space behind each comma and colon.
function spaced(json,   at, end, out, c) {
    for (at = 1; at <= length(json); at++) {
        c = substr(json, at, 1)
        end = c == "\"" ? end_of(json, at) : at
        out = out substr(json, at, end - at + 1) (c ~ /[,:]/ ? " " : "")
        at = end
    }
    return out
}

# The JSON in lines, when its first character stands in `column`; all lines but the first are indented.
function layout(json, column,   list, n, i, item, key, out, line, shared) {
    if (json !~ /^[[{]/ || column + length(spaced(json)) + 2 <= WIDTH) return spaced(json)
    n = members(json, list)
    shared = substr(json, 2) !~ /{/
    for (i = 1; i <= n; i++) {
        key = json ~ /^{/ ? key_of(list[i]) : ""
        item = json ~ /^{/ ? value_of("{" list[i] "}", key) : list[i]
        if (json ~ /^{/) key = "\"" key "\": "
        item = key layout(item, column + 1 + length(key)) (i < n ? "," : "")
        if (i > 1 && (!shared || column + length(line item) + 3 > WIDTH)) {
            out = out line "\n" sprintf("%" column "s", "")
            line = ""
        }
        line = line (i > 1 ? " " : substr(json, 1, 1)) item
    }
    return out line substr(json, length(json))
}

# A line of laid out JSON in colours; an error is red.
function painted(line,   at, end, out, c, token, text) {
    if (!colours) return line
    text = line ~ /^ *"error":/ ? RED : TEXT
    for (at = 1; at <= length(line); at = end + 1) {
        c = substr(line, at, 1)
        end = c ~ /[]["{}:, ]/ && c != "\"" ? at : end_of(line, at)
        token = substr(line, at, end - at + 1)
        if (c == "\"") token = (substr(line, end + 1, 1) == ":" ? KEY : text) token PLAIN
        else if (c ~ /[-0-9a-z]/) token = OTHER token PLAIN
        out = out token
    }
    return out
}

//! The filter among others, as people chain them: before it, behind it, and twice.

use serde_json::{Value, json};

use crate::events::Event;
use crate::hosts::{Host, PROCESSORS, Version, each, each_since};
use crate::mapper;
use crate::plugin::plugin;
use crate::run::{Running, Site};

/// A record of dns_logs, Logpush's validation upload, and a record of gateway_dns.
const LINES: [&str; 3] = [
    r#"{"ColoCode":"FRA","QueryName":"www.example.com.","QueryType":1,"ResponseCode":0,"SourceIP":"192.0.2.10","Timestamp":1785579000004000001}"#,
    r#"{"content":"tests"}"#,
    r#"{"Datetime":"2026-08-01T10:10:01.5Z","QueryName":"x.example.org","QueryTypeName":"A","RCode":3,"SrcIP":"2001:db8::1","DeviceName":"L"}"#,
];
const TIMES: [&str; 2] = ["1785579000.004000001", "1785579001.500000000"];
/// From here on, records are changed by a processor of that name.
const CONTENT_MODIFIER: Version = Version(3, 0, 0);

const OURS: &str = "[FILTER]\n    name cloudflare_dns\n    match *\n    on_mismatch drop\n";
const LUA: &str = "[FILTER]\n    name lua\n    match *\n    script add.lua\n    call add\n";
const TAIL: [&str; 5] =
    ["name tail", "path in.ndjson", "read_from_head on", "tag cloudflare.x", "parser json"];

fn site(host: &Host) -> Site {
    let site = Site::new(host);
    site.write("in.ndjson", LINES.join("\n") + "\n");
    site.write("add.lua", "function add(t, s, r) r[\"from_lua\"] = \"yes\" return 2, s, r end\n");
    site
}

/// Waits for two events, and compares them with records and times.
fn gives(mut run: Running<'_>, expected: &[Value], times: [&str; 2]) {
    let site = run.site;
    run.until_lines("out", 2);
    run.stop();
    let events = site.events("out");
    let told: Vec<_> = events.iter().map(|event: &Event| &event.record).collect();
    assert_eq!(told, expected.iter().collect::<Vec<_>>());
    assert_eq!(events.iter().map(|event| &*event.time).collect::<Vec<_>>(), times);
}

/// Reads the lines through these filters; all that come out are mapped.
fn through(host: &Host, input: &[&str], filters: &[&str], expected: &[Value], times: [&str; 2]) {
    let site = site(host);
    let input: String = input.iter().map(|line| format!("    {line}\n")).collect();
    let head = format!("[SERVICE]\n    flush 0.2\n[INPUT]\n{input}");
    let tail = "[OUTPUT]\n    name file\n    match *\n    file out\n";
    site.write("chain.conf", [&*head, &filters.concat(), tail].concat());
    let mut command = site.command(["-R", "parsers.conf", "-c", "chain.conf", "-e"]);
    command.arg(plugin());
    gives(site.spawn(command), expected, times);
}

/// What the mapper makes of the lines, when something changed each before.
fn mapped(change: impl Fn(&mut Value)) -> Vec<Value> {
    let changed = LINES.map(|line| {
        let mut record = serde_json::from_str(line).expect("JSON");
        change(&mut record);
        record.to_string()
    });
    mapper::map(&[("on_mismatch".to_owned(), "drop".to_owned())], &changed.join("\n"))
}

fn changed(mut records: Vec<Value>, change: impl Fn(&mut Value)) -> Vec<Value> {
    records.iter_mut().for_each(change);
    records
}

#[test]
fn filters_before_it_change_what_it_reads() {
    let modify =
        "[FILTER]\n    name modify\n    match *\n    add host web-1\n    rename ColoCode Colo\n";
    let record = "[FILTER]\n    name record_modifier\n    match *\n    record user me\n";
    let modified = mapped(|record| {
        record["host"] = json!("web-1");
        record["user"] = json!("me");
        if let Some(colo) = record.as_object_mut().and_then(|record| record.remove("ColoCode")) {
            record["Colo"] = colo;
        }
    });
    let nest = "[FILTER]\n    name nest\n    match *\n    operation nest\n    wildcard *\n    nest_under in\n";
    let lift = "[FILTER]\n    name nest\n    match *\n    operation lift\n    nested_under in\n";
    each(|host| {
        through(host, &TAIL, &[modify, record, OURS], &modified, TIMES);
        through(host, &TAIL, &[nest, lift, OURS], &mapped(|_| {}), TIMES);
    });
}

/// Lua has doubles only: of a time in nanoseconds the last digits are gone before the filter sees it.
#[test]
fn a_lua_filter_before_it_costs_the_last_digits_of_a_time() {
    let doubled = mapped(|record| {
        record["from_lua"] = json!("yes");
        if record["Timestamp"].is_number() {
            record["Timestamp"] = json!(1_785_579_000_004_000_000_u64);
        }
    });
    let times = ["1785579000.004000000", TIMES[1]];
    each(|host| through(host, &TAIL, &[LUA, OURS], &doubled, times));
}

#[test]
fn a_parser_filter_before_it_gives_fields() {
    let parser = "[FILTER]\n    name parser\n    match *\n    key_name log\n    parser json\n";
    each(|host| through(host, &TAIL[..4], &[parser, OURS], &mapped(|_| {}), TIMES));
}

#[test]
fn filters_behind_it_see_what_it_wrote() {
    let allow = "[FILTER]\n    name record_modifier\n    match *\n    allowlist_key dns\n    allowlist_key event\n";
    let lift = "[FILTER]\n    name nest\n    match *\n    operation lift\n    nested_under dns\n    add_prefix dns_\n";
    let grep =
        "[FILTER]\n    name grep\n    match *\n    regex $dns['question']['name'] ^(www|x)\n";
    let lua = changed(mapped(|_| {}), |record| record["from_lua"] = json!("yes"));
    let allowed = changed(mapped(|_| {}), |record| {
        let record = record.as_object_mut().expect("an object");
        record.retain(|key, _| ["dns", "event"].contains(&key.as_str()));
    });
    let lifted = changed(mapped(|_| {}), |record| {
        let record = record.as_object_mut().expect("an object");
        for (key, value) in record.remove("dns").expect("it").as_object().expect("an object") {
            record.insert(format!("dns_{key}"), value.clone());
        }
    });
    each(|host| {
        through(host, &TAIL, &[OURS, LUA], &lua, TIMES);
        through(host, &TAIL, &[OURS, grep, allow], &allowed, TIMES);
        through(host, &TAIL, &[OURS, grep, lift], &lifted, TIMES);
    });
}

#[test]
fn of_two_instances_in_a_row_the_second_drops_nothing_that_the_first_mapped() {
    let other = OURS.to_owned() + "    convention ecs\n    enrich all\n    key_name log\n";
    each(|host| through(host, &TAIL, &[OURS, &other], &mapped(|_| {}), TIMES));
}

/// A tag of its own for records with a `QueryName`; what is sent again comes to the filter once.
#[test]
fn rewrite_tag_before_it_chooses_its_records() {
    let rule = "[FILTER]\n    name rewrite_tag\n    match cloudflare.*\n    rule $QueryName . dns.$TAG false\n";
    let ours = OURS.replace("match *", "match dns.*");
    let drop = "[FILTER]\n    name grep\n    match cloudflare.*\n    exclude content .\n";
    each(|host| through(host, &TAIL, &[rule, drop, &ours], &mapped(|_| {}), TIMES));
}

/// The same pipeline in YAML, with these processors of the input and of the output.
fn processed(host: &Host, input: &str, output: &str, expected: &[Value]) {
    let site = site(host);
    let processors = |list: &str| match list {
        "" => String::new(),
        list => format!("      processors:\n        logs:\n{list}"),
    };
    let tail: String =
        TAIL[1..].iter().map(|line| format!("      {}\n", line.replace(' ', ": "))).collect();
    let yaml = format!(
        "service:\n  flush: 0.2\npipeline:\n  inputs:\n    - name: tail\n{tail}{}  outputs:\n    \
         - name: file\n      match: '*'\n      file: out\n{}",
        processors(input),
        processors(output),
    );
    site.write("chain.yaml", yaml);
    let mut command = site.command(["-R", "parsers.conf", "-c", "chain.yaml", "-e"]);
    command.arg(plugin());
    gives(site.spawn(command), expected, TIMES);
}

fn our_processor(alias: &str) -> String {
    format!(
        "          - name: cloudflare_dns\n            alias: {alias}\n            on_mismatch: drop\n"
    )
}

#[test]
fn processors_of_inputs_and_of_outputs_map_alike() {
    let [one, two] = ["chain.one", "chain.two"].map(our_processor);
    each_since(PROCESSORS, |host| {
        processed(host, &[&*one, &two].concat(), "", &mapped(|_| {}));
        processed(host, "", &one, &mapped(|_| {}));
        processed(host, &one, &two, &mapped(|_| {}));
    });
}

#[test]
fn processors_before_and_behind_it_do_their_work() {
    let insert = "          - name: content_modifier\n            action: insert\n            key: host\n            value: web-1\n";
    let rename = "          - name: content_modifier\n            action: rename\n            key: source\n            value: client\n";
    let ours = our_processor("chain.one");
    let expected = changed(mapped(|record| record["host"] = json!("web-1")), |record| {
        let source = record.as_object_mut().and_then(|record| record.remove("source"));
        record["client"] = source.expect("a source");
    });
    each_since(CONTENT_MODIFIER, |host| {
        processed(host, &[insert, &*ours, rename].concat(), "", &expected);
    });
}

//! The commands on the recipes' pages, and in the heads of their files, run as they stand there.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::delivery::{ELASTICSEARCH, KAFKA, OPENSEARCH, SEKOIA, elasticsearch_at, without_ids};
use crate::files::FILES;
use crate::hosts::{GZIP_BODIES, Host, NDJSON_BODIES, TAILS_GZIP, Version, each_since};
use crate::http::free_port;
use crate::https::{Certificate, HTTP2_OFF, HTTPS};
use crate::index_template::Server;
use crate::kafka::Broker;
use crate::kubernetes::objects;
use crate::machine::{Machine, blocks, head};
use crate::receiver::{Receiver, accept, bulk};
use crate::recipe::{ALL, Format, Recipe, each_format, examples, records_on_stdout};
use crate::routes::{AGENT, AGGREGATOR, DEAD_LETTERS, SPLIT, by_index, dead_letters};
use crate::run::Site;
use crate::{mapper, strict};

/// The pages, and what begins each of the blocks of commands on them: all are run below.
const PAGES: [(&str, &[&str]); 9] = [
    ("dead-letters", &[START, SEND, ". ./recipe.env\nmv "]),
    ("elasticsearch", &["curl -u", START, SEND]),
    ("files", &["mkdir -p /var/lib/fluent-bit", "mkdir -p /var/lib/logpush", "find ", "./unpack"]),
    ("https", &["openssl rand", SEND, "set -a; . ./recipe.env; set +a\nexport FLUENT_BIT"]),
    ("kafka", &[START, SEND]),
    ("kubernetes", &["docker build"]),
    ("sekoia", &[START, SEND]),
    ("split", &[START, SEND]),
    ("tiers", &["cd aggregator\n", "cd agent\nset -a", "cd agent\n. ./recipe.env"]),
];
const START: &str = "set -a; . ./recipe.env; set +a\nfluent-bit -e";
const SEND: &str = ". ./recipe.env\n../logpush/send.py";

/// For commands that start no Fluent Bit.
fn no_host() -> Host {
    Host { path: "fluent-bit".into(), version: Version(0, 0, 0) }
}

fn page(name: &str) -> Vec<String> {
    blocks(&examples().join(name).join("README.md"))
}

#[test]
fn the_commands_of_all_pages_are_known() {
    let entries = fs::read_dir(examples()).expect("examples").map(|entry| entry.expect("an entry"));
    let pages: BTreeSet<_> = entries
        .filter(|entry| entry.path().join("README.md").exists())
        .map(|entry| entry.file_name().into_string().expect("UTF-8"))
        .collect();
    assert_eq!(pages, PAGES.map(|(name, _)| name.to_owned()).into());
    for (name, begins) in PAGES {
        let blocks = page(name);
        assert_eq!(blocks.len(), begins.len(), "{name}: {blocks:#?}");
        for (block, begin) in blocks.iter().zip(begins) {
            assert!(block.starts_with(begin), "{name}: {block}");
        }
    }
    assert_eq!(blocks(&examples().join("README.md")), [] as [&str; 0]);
}

/// The last two lines of the page's block are those in the head of each format's file.
#[test]
fn the_heads_of_the_files_start_them_as_their_page_does() {
    for recipe in ALL {
        for format in Format::BOTH {
            let file = recipe.configuration(format);
            let name = file.file_name().and_then(|name| name.to_str()).expect("a name");
            let plugin = "/usr/lib/fluent-bit/flb-filter_cloudflare_dns.so";
            let start = format!("{START} {plugin} -c {name}\n");
            assert_eq!(head(&file), [start], "{}", file.display());
        }
    }
}

#[track_caller]
fn succeeds(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Runs the command in the head of a recipe's file, sends the input by the command of its page, and
/// waits until what `seen` finds has as many lines as expected.
fn delivers(
    recipe: Recipe,
    of_page: &str,
    (host, format): (&Host, Format),
    settings: &[(&str, &str)],
    seen: impl Fn() -> String,
) {
    let site = Site::new(host);
    let machine = Machine::new(&site);
    let count = recipe.input().lines().count();
    let port = free_port().to_string();
    machine.set(recipe, &[&[("PORT", &*port)], settings].concat());
    let start = head(&recipe.configuration(format)).swap_remove(0);
    let send = page(of_page).into_iter().find(|block| block.starts_with(SEND)).expect("a block");
    let mut run = machine.start(recipe.name, &start);
    let told = succeeds(&machine.run(recipe.name, &send));
    assert!(told.starts_with(&format!("{count} records in 1 batches")), "{told}");
    let count = recipe.expected().len();
    run.until(&format!("{count} lines"), |_| (seen().lines().count() >= count).then_some(()));
    machine.stop(run);
}

fn indexes(recipe: Recipe, prefix: &str, server: Server) {
    each_format(GZIP_BODIES, |host, format| {
        let receiver = Receiver::index(server, bulk);
        let names = ["HOST", "PORT", "TLS"].map(|name| format!("{prefix}_{name}"));
        let port = receiver.port.to_string();
        let settings: Vec<_> =
            names.iter().map(String::as_str).zip(["127.0.0.1", &port, "off"]).collect();
        delivers(recipe, "elasticsearch", (host, format), &settings, || receiver.text());
        assert_eq!(without_ids(&receiver.text()), without_ids(&recipe.text("expected.ndjson")));
    });
}

#[test]
fn the_commands_for_elasticsearch_deliver() {
    indexes(ELASTICSEARCH, "ES", Server::Elasticsearch);
}

/// Its page is Elasticsearch's.
#[test]
fn the_commands_for_opensearch_deliver() {
    indexes(OPENSEARCH, "OPENSEARCH", Server::OpenSearch);
}

#[test]
fn the_commands_for_an_intake_deliver() {
    each_format(GZIP_BODIES, |host, format| {
        let receiver = Receiver::new(accept);
        let port = receiver.port.to_string();
        let settings =
            [("INTAKE_HOST", "127.0.0.1"), ("INTAKE_PORT", &port), ("INTAKE_TLS", "off")];
        delivers(SEKOIA, "sekoia", (host, format), &settings, || receiver.text());
        assert_eq!(strict::json_lines(&receiver.text()), SEKOIA.expected());
    });
}

#[test]
fn the_commands_for_kafka_deliver() {
    each_format(GZIP_BODIES, |host, format| {
        let broker = Broker::new();
        let address = format!("127.0.0.1:{}", broker.port);
        let settings = [("KAFKA_BROKERS", &*address), ("KAFKA_COMPRESSION", "gzip")];
        delivers(KAFKA, "kafka", (host, format), &settings, || broker.values());
        assert_eq!(strict::json_lines(&broker.values()), KAFKA.expected());
    });
}

#[test]
fn the_commands_for_https_deliver() {
    each_format(HTTP2_OFF, |host, format| {
        let certificate = Certificate::new(&format!("page-{}-{format:?}", host.version));
        let site = Site::new(host);
        let machine = Machine::new(&site);
        let [mut start, send, _] = page("https").try_into().expect("three blocks");
        if format == Format::Yaml {
            start = start.replace("fluent-bit.conf", "fluent-bit.yaml");
        }
        // The first command makes the secret.
        let (make, _) = start.split_once('#').expect("a comment");
        let secret = succeeds(&machine.run("https", make)).trim().to_owned();
        assert_eq!(secret.len(), 64);
        machine.set(
            HTTPS,
            &[
                ("PORT", &*free_port().to_string()),
                ("TLS_CERT", &certificate.path("cert.pem")),
                ("TLS_KEY", &certificate.path("key.pem")),
                ("LOGPUSH_SECRET", &secret),
            ],
        );
        let mut run = machine.start("https", &start);
        let told = succeeds(&machine.run("https", &send));
        assert!(told.starts_with("5 records in 1 batches"), "{told}");
        let count = HTTPS.expected().len();
        run.until("the records", |site| (records_on_stdout(site).len() >= count).then_some(()));
        machine.stop(run);
        assert_eq!(records_on_stdout(&site), HTTPS.expected());
    });
}

/// nginx gets its file, with the settings in it, and Logpush a job that sends the header.
#[test]
fn the_commands_for_nginx_make_its_file_and_the_job() {
    let site = Site::new(&no_host());
    let machine = Machine::new(&site);
    let api = Receiver::new(accept);
    machine.set(HTTPS, &[("LOGPUSH_SECRET", "0a1b2c3d")]);
    let [_, _, block] = page("https").try_into().expect("three blocks");
    let mut command = machine.command("https", &block);
    command.env("CLOUDFLARE_API", format!("http://127.0.0.1:{}", api.port));
    command.env("CLOUDFLARE_API_TOKEN", "a-token");
    succeeds(&command.output().expect("a shell"));

    let settings = HTTPS.settings().into_iter().map(|(name, value)| match &*name {
        "LOGPUSH_SECRET" => (name, "0a1b2c3d".to_owned()),
        _ => (name, value),
    });
    let settings = settings.chain([("FLUENT_BIT".to_owned(), "127.0.0.1:8080".to_owned())]);
    let template = HTTPS.text("nginx.conf.template");
    let set = |text: String, (name, value): (String, String)| {
        text.replace(&format!("${{{name}}}"), &value)
    };
    let file = machine.path("/etc/nginx/conf.d/logpush.conf");
    let found = fs::read_to_string(file).expect("nginx's file");
    assert_eq!(found, settings.fold(template, set));
    assert!(!found.contains("${"), "{found}");

    let [request] = api.requests().try_into().expect("one request");
    let job = strict::json(&request.text()).expect("JSON");
    assert_eq!(
        job["destination_conf"],
        "https://logs.example.com:8443/cloudflare.dns_logs?header_Content-Type=application%2Fjson\
             &header_Authorization=Bearer%200a1b2c3d"
    );
}

/// A bucket is a directory for this rclone.
const RCLONE: &str = "[ \"$1\" = copy ] && mkdir -p \"$3\" && cp -R \"$BUCKET/${2#*:}/.\" \"$3\"\n";

#[test]
fn the_commands_for_files_read_those_of_the_bucket_and_those_to_try() {
    each_format(TAILS_GZIP, |host, format| {
        let site = Site::new(host);
        let machine = Machine::new(&site);
        machine.program("rclone", RCLONE);
        machine.set(FILES, &[]);
        let bucket = site.path("bucket");
        crate::files::fetch(&bucket.join("my-bucket/dns_logs"));
        let [mut start, attempt, delete, _] = page("files").try_into().expect("four blocks");
        if format == Format::Yaml {
            start = start.replace("fluent-bit.conf", "fluent-bit.yaml");
        }
        let mut command = machine.command("files", &start);
        command.env("BUCKET", &bucket);
        let mut run = site.spawn(site.logged(command));
        let count = FILES.expected().len();
        let seen =
            |count| move |site: &Site| (records_on_stdout(site).len() >= count).then_some(());
        run.until("the records", seen(count));
        succeeds(&machine.run("files", &attempt));
        run.until("the records again", seen(2 * count));
        machine.stop(run);
        assert_eq!(records_on_stdout(&site), [FILES.expected(), FILES.expected()].concat());

        // What is three days old goes, with its day; the rest stays.
        let dir = machine.path("/var/lib/logpush");
        fs::create_dir(dir.join("20260701")).expect("a directory");
        fs::write(dir.join("20260701/old.log.gz"), "").expect("a file");
        let old = ["20260701/old.log.gz", "20260701", "."].map(|name| dir.join(name));
        for path in old {
            let mut touch = std::process::Command::new("touch");
            assert!(touch.args(["-d", "3 days ago"]).arg(path).status().expect("touch").success());
        }
        succeeds(&machine.run("files", &delete));
        let left = fs::read_dir(&dir).expect("the directory").count();
        assert_eq!((left, dir.join("20260801/try.log.gz").exists()), (1, true));
    });
}

/// Where nothing unpacks, or a bucket did, the page's command does.
#[test]
fn the_command_that_unpacks_makes_files_for_every_in_tail() {
    each_since(Version(0, 0, 0), |host| {
        let site = Site::new(host);
        let machine = Machine::new(&site);
        let logs = machine.path("/var/lib/logpush");
        crate::files::fetch(&logs);
        fs::write(logs.join("20260801/plain.log.gz"), FILES.input()).expect("a file");
        let [start, _, _, unpack] = page("files").try_into().expect("four blocks");
        machine.program("rclone", "");
        let files = format!("{}/*/*.log", logs.display());
        machine.set(FILES, &[("FILES", &files)]);
        succeeds(&machine.run("files", &unpack));
        let mut run = machine.start("files", &start);
        let count = 2 * FILES.expected().len();
        run.until("the records", |site| (records_on_stdout(site).len() >= count).then_some(()));
        machine.stop(run);
        assert_eq!(records_on_stdout(&site), [FILES.expected(), FILES.expected()].concat());
    });
}

#[test]
fn the_commands_for_two_indices_deliver() {
    each_format(GZIP_BODIES, |host, format| {
        let index = Receiver::index(Server::Elasticsearch, bulk);
        let port = index.port.to_string();
        let settings = elasticsearch_at(&port);
        delivers(SPLIT, "split", (host, format), &settings, || index.text());
        assert_eq!(by_index(&index.text()), by_index(&SPLIT.text("expected.ndjson")));
    });
}

/// The sender's validation upload is a dead letter too. Sent again, they are dead letters again.
#[test]
fn the_commands_for_dead_letters_deliver_and_send_them_again() {
    each_format(GZIP_BODIES, |host, format| {
        let site = Site::new(host);
        let machine = Machine::new(&site);
        let index = Receiver::index(Server::Elasticsearch, bulk);
        let (port, to) = (free_port().to_string(), index.port.to_string());
        let own = [("PORT", &*port)];
        machine.set(DEAD_LETTERS, &[&own, &elasticsearch_at(&to)[..]].concat());
        let start = head(&DEAD_LETTERS.configuration(format)).swap_remove(0);
        let [_, send, again] = page("dead-letters").try_into().expect("three blocks");
        let mut run = machine.start("dead-letters", &start);
        let dir = machine.path("/var/lib/fluent-bit");
        let mut expected = DEAD_LETTERS.dead_letters();
        for commands in [&send, &again] {
            succeeds(&machine.run("dead-letters", commands));
            expected.insert(0, serde_json::json!({ "content": "tests" }));
            let found = |_: &Site| (dead_letters(&dir).len() >= expected.len()).then_some(());
            run.until("the dead letters", found);
        }
        let documents = without_ids(&DEAD_LETTERS.text("expected.ndjson"));
        let count = documents.len();
        run.until("documents", |_| (index.text().lines().count() >= count).then_some(()));
        machine.stop(run);
        assert_eq!(dead_letters(&dir), expected);
        assert_eq!(without_ids(&index.text()), documents);
    });
}

/// Both tiers on one machine, by the commands of their page.
#[test]
fn the_commands_for_two_tiers_deliver() {
    each_since(GZIP_BODIES, |host| {
        let (first, second) = (Site::new(host), Site::new(host));
        let machines = [&first, &second].map(Machine::new);
        let index = Receiver::index(Server::Elasticsearch, bulk);
        let [port, forward] = [free_port(), free_port()].map(|port| port.to_string());
        let to = index.port.to_string();
        let own = [("PORT", &*forward)];
        machines[1].set(AGGREGATOR, &[&own[..], &elasticsearch_at(&to)].concat());
        let there = [("AGGREGATOR", "127.0.0.1"), ("AGGREGATOR_PORT", &*forward)];
        machines[0].set(AGENT, &[&[("PORT", &*port)], &there[..]].concat());

        let [aggregator, agent, send] = page("tiers").try_into().expect("three blocks");
        let mut run = machines[1].start("tiers", &aggregator);
        let agent = machines[0].start("tiers", &agent);
        succeeds(&machines[0].run("tiers", &send));
        let documents = by_index(&ELASTICSEARCH.text("expected.ndjson"));
        let count = documents.len();
        run.until("documents", |_| (index.text().lines().count() / 2 >= count).then_some(()));
        machines[0].stop(agent);
        machines[1].stop(run);
        assert_eq!(by_index(&index.text()), documents);
    });
}

/// The template goes where the page says; the host is a stand-in.
#[test]
fn the_command_for_the_template_sends_it() {
    let site = Site::new(&no_host());
    let machine = Machine::new(&site);
    let server = Receiver::new(accept);
    let put = page("elasticsearch").swap_remove(0);
    let elsewhere = "https://elasticsearch.example.com:9200/";
    assert!(put.contains(elsewhere));
    let put = put.replace(elsewhere, &format!("http://127.0.0.1:{}/", server.port));
    for recipe in [ELASTICSEARCH, OPENSEARCH] {
        let mut command = machine.command(recipe.name, &put);
        command.env("ELASTIC_PASSWORD", "secret");
        succeeds(&command.output().expect("a shell"));
        let request = server.requests().pop().expect("a request");
        assert_eq!(request.line, "PUT /_index_template/logs-cloudflare.dns HTTP/1.1");
        assert_eq!(request.header("content-type"), Some("application/json"));
        assert_eq!(request.header("authorization"), Some("Basic ZWxhc3RpYzpzZWNyZXQ="));
        assert_eq!(request.text(), recipe.text("index-template.json"));
    }
}

/// docker and kubectl are asked for what the manifest needs.
#[test]
fn the_commands_for_kubernetes_make_what_its_objects_name() {
    let site = Site::new(&no_host());
    let machine = Machine::new(&site);
    for program in ["docker", "kubectl"] {
        let script = format!("echo \"{program} $*\" >>'{}'\n", site.path("asked").display());
        machine.program(program, &script);
    }
    let [block] = page("kubernetes").try_into().expect("one block");
    succeeds(&machine.run("kubernetes", &block));
    let asked = site.text("asked");
    let [build, push, tls, secret, apply] =
        asked.lines().collect::<Vec<_>>().try_into().expect("five commands");

    let pod = &objects()["Deployment"]["spec"]["template"]["spec"];
    let image = pod["initContainers"][0]["image"].as_str().expect("an image");
    let context = machine.path("/usr/lib/fluent-bit");
    let context = context.display();
    assert_eq!(build, format!("docker build -t {image} -f Dockerfile {context}"));
    assert_eq!(push, format!("docker push {image}"));
    assert!(context_has_what_is_copied(
        &machine.path("/examples/kubernetes/Dockerfile"),
        &context.to_string()
    ));

    let volumes = pod["volumes"].as_array().expect("volumes").iter();
    let named = volumes.filter_map(|volume| volume["secret"]["secretName"].as_str()).next();
    let named = named.expect("a secret");
    assert!(tls.starts_with(&format!("kubectl create secret tls {named} --cert=")), "{tls}");
    let env = pod["containers"][0]["env"].as_array().expect("variables").iter();
    let references: Vec<_> = env.map(|env| &env["valueFrom"]["secretKeyRef"]).collect();
    let references: Vec<_> = references.into_iter().filter(|it| !it.is_null()).collect();
    assert!(!references.is_empty());
    for reference in references {
        let [name, key] = ["name", "key"].map(|key| reference[key].as_str().expect("a text"));
        assert!(secret.starts_with(&format!("kubectl create secret generic {name} ")), "{secret}");
        assert!(secret.contains(&format!(" --from-literal={key}=")), "{key}: {secret}");
    }
    assert_eq!(apply, "kubectl apply -f fluent-bit.yaml");
}

fn context_has_what_is_copied(dockerfile: &Path, context: &str) -> bool {
    let text = fs::read_to_string(dockerfile).expect("a Dockerfile");
    let mut copied = text.lines().filter_map(|line| line.strip_prefix("COPY ")?.split(' ').next());
    copied.all(|file| Path::new(context).join(file).exists())
}

/// The configurations to start from, started and tried as their heads say.
#[test]
fn the_first_configurations_do_as_their_heads_say() {
    let batch = fs::read_to_string(examples().join("batch.ndjson")).expect("a batch");
    let filter = [("on_mismatch".to_owned(), "drop".to_owned())];
    let expected = mapper::map(&filter, &batch);
    each_format_of_the_first(|host, file| {
        let site = Site::new(host);
        let machine = Machine::new(&site);
        // Its port is in no setting.
        let port = free_port().to_string();
        machine.edit(file, |text| text.replace("8080", &port));
        let [start, attempt] = head(&examples().join(file)).try_into().expect("two commands");
        let mut run = machine.start(".", &start);
        let attempt = attempt.replace("8080", &port);
        run.until("an open port", |_| {
            std::net::TcpStream::connect(("127.0.0.1", port.parse().expect("a port"))).ok()
        });
        succeeds(&machine.run(".", &attempt));
        let count = expected.len();
        run.until("the records", |site| (records_on_stdout(site).len() >= count).then_some(()));
        machine.stop(run);
        let mut records = records_on_stdout(&site);
        for record in &mut records {
            record.as_object_mut().and_then(|record| record.remove("date")).expect("a date");
        }
        assert_eq!(records, expected);
    });
}

fn each_format_of_the_first(test: impl Fn(&Host, &str) + Sync) {
    each_format(NDJSON_BODIES, |host, format| match format {
        Format::Classic => test(host, "fluent-bit.conf"),
        Format::Yaml => test(host, "fluent-bit.yaml"),
    });
}

/// The files of the several cores, by the command in its head.
#[test]
fn the_threads_do_as_their_head_says() {
    each_since(crate::hosts::PROCESSORS, |host| {
        let site = Site::new(host);
        let machine = Machine::new(&site);
        let logs = machine.path("/var/lib/logpush");
        fs::create_dir_all(&logs).expect("a directory");
        for name in ["01.log", "11.log"] {
            fs::write(logs.join(name), FILES.input()).expect("a file");
        }
        let [start] = head(&examples().join("threads/fluent-bit.yaml")).try_into().expect("one");
        let mut run = machine.start("threads", &start);
        let count = 2 * FILES.expected().len();
        run.until("the records", |site| (records_on_stdout(site).len() >= count).then_some(()));
        machine.stop(run);
        let mut records = records_on_stdout(&site);
        let mut expected = [FILES.expected(), FILES.expected()].concat();
        records.sort_by_key(Value::to_string);
        expected.sort_by_key(Value::to_string);
        assert_eq!(records, expected);
    });
}

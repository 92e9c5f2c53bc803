//! `docs/troubleshooting.md`: what it quotes of Fluent Bit is what Fluent Bit says.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::files::FILES;
use crate::hosts::{Host, PROCESSORS, TAILS_GZIP, Version, YAML_PLUGINS, each, each_since};
use crate::http::free_port;
use crate::plugin::plugin;
use crate::run::Site;

fn page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/troubleshooting.md");
    fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn headings(page: &str) -> impl Iterator<Item = &str> {
    page.lines().filter_map(|line| line.strip_prefix("### "))
}

/// The messages that a heading of the page quotes; the heading is known by a part of it.
fn messages(part: &str) -> Vec<String> {
    let page = page();
    let found: Vec<_> = headings(&page).filter(|heading| heading.contains(part)).collect();
    let [heading] = found[..] else { panic!("not one heading with {part}: {found:?}") };
    heading.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Whether a line of the text is one of the messages; `…` stands for anything.
fn says(text: &str, messages: &[String]) -> bool {
    let is = |line: &str, message: &String| {
        let found = message.split('…').try_fold(line, |rest, part| {
            rest.split_once(part.trim_end_matches('.')).map(|(_, rest)| rest)
        });
        found.is_some()
    };
    text.lines().any(|line| messages.iter().any(|message| is(line, message)))
}

/// Starts something, again if need be, until its log has what the page quotes: a process that
/// ends at once may take its last lines with it.
fn quotes(host: &Host, part: &str, start: impl Fn(&Site) -> Command) {
    let mut messages = messages(part);
    // The page tells of the older words in brackets.
    let older = messages.iter().map(|text| text.replace("doesn't exist", "don't exists"));
    messages.extend(older.collect::<Vec<_>>());
    let mut log = String::new();
    for _ in 0..20 {
        let site = Site::new(host);
        let mut child = start(&site).spawn().expect("Fluent Bit");
        // What does not end by itself has said it, or will.
        for _ in 0..500 {
            let ended = child.try_wait().expect("a child").is_some();
            log = site.text("log");
            if ended || says(&log, &messages) {
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        drop(child.kill());
        drop(child.wait());
        if says(&log, &messages) {
            return;
        }
    }
    panic!("none of {messages:#?} in\n{log}");
}

/// A filter of ours in a pipeline of dummy and null, with these arguments before and behind.
fn filter(site: &Site, plugin: Option<&Path>, more: &[&str]) -> Command {
    let mut command = site.command([] as [&str; 0]);
    if let Some(plugin) = plugin {
        command.arg("-e").arg(plugin);
    }
    command.args(["-i", "dummy", "-F", "cloudflare_dns"]).args(more);
    command.args(["-o", "null", "-m", "*"]);
    command
}

const ALL: [&str; 2] = ["-m", "*"];

#[test]
fn a_plugin_that_was_not_loaded_does_not_exist() {
    each(|host| {
        quotes(host, "tried to instance a plugin", |site| filter(site, None, &ALL));
        let dir = Site::new(host);
        let file = dir.path("cloudflare_dns.so");
        fs::copy(plugin(), &file).expect("a copy");
        quotes(host, "tried to instance a plugin", |site| filter(site, Some(&file), &ALL));
    });
}

#[test]
fn a_file_with_another_name_or_content_is_refused() {
    each(|host| {
        let dir = Site::new(host);
        let [other, no_kind] =
            ["flb-filter_other.so", "flb-cloudflare_dns.so"].map(|name| dir.path(name));
        for file in [&other, &no_kind] {
            fs::copy(plugin(), file).expect("a copy");
        }
        for (part, file) in [("registration structure", &other), ("invalid plugin type", &no_kind)]
        {
            quotes(host, part, |site| filter(site, Some(file), &ALL));
        }
        let file = dir.path("flb-filter_cloudflare_dns.so");
        quotes(host, "cannot open shared object file", |site| filter(site, Some(&file), &ALL));
        for content in [&b"\x7fELF"[..], &[b'x'; 4096]] {
            fs::write(&file, content).expect("a file");
            quotes(host, "file too short", |site| filter(site, Some(&file), &ALL));
        }
    });
}

#[test]
fn wrong_properties_are_refused() {
    each(|host| {
        let filter = |more: &'static [&'static str]| {
            move |site: &Site| filter(site, Some(plugin()), &[&ALL, more].concat())
        };
        quotes(host, "unknown configuration property '…'", filter(&["-p", "conventoin=ecs"]));
        let twice = &["-p", "enrich=domain", "-p", "enrich=related"];
        quotes(host, "'enrich' is set 2 times", filter(twice));
        quotes(host, "property 'log_level'", filter(&["-p", "log_level=verbose"]));
    });
}

#[test]
fn a_filter_without_match_is_unloaded() {
    each(|host| {
        quotes(host, "NO match rule", |site| filter(site, Some(plugin()), &[]));
    });
}

#[test]
fn the_list_of_plugins_is_no_yaml_before_fluent_bit_3_2() {
    each(|host| {
        if host.has(YAML_PLUGINS) {
            return;
        }
        quotes(host, "YAML error", |site| {
            site.write("fluent-bit.yaml", format!("plugins:\n  - {}\n", plugin().display()));
            site.command(["-c", "fluent-bit.yaml"])
        });
    });
}

#[test]
fn http2_is_no_property_before_fluent_bit_3() {
    each(|host| {
        if host.has(Version(3, 0, 0)) {
            return;
        }
        quotes(host, "'http2'", |site| {
            site.command(["-i", "http", "-p", "http2=off", "-o", "null", "-m", "*"])
        });
    });
}

/// A relative `plugins_file` is found beside the configuration at the start, and not at a reload.
#[test]
fn a_reload_with_a_relative_plugins_file_is_refused() {
    each_since(PROCESSORS, |host| {
        let site = Site::new(host);
        fs::create_dir(site.path("etc")).expect("a directory");
        let plugins = format!("[PLUGINS]\n    Path {}\n", plugin().display());
        site.write("etc/plugins.conf", plugins);
        let service =
            "[SERVICE]\n    flush 0.2\n    plugins_file plugins.conf\n    hot_reload on\n";
        let filter = "[INPUT]\n    name dummy\n[FILTER]\n    name cloudflare_dns\n    match *\n";
        let output = "[OUTPUT]\n    name file\n    match *\n    file out\n";
        site.write("etc/fluent-bit.conf", [service, filter, output].concat());
        let mut run = site.spawn(site.command(["-Y", "-c", "etc/fluent-bit.conf"]));
        run.until_lines("out", 1);
        run.signal(libc::SIGHUP);
        let halted = messages("Reloading is halted");
        run.until("a refusal", |site| says(&site.text("log"), &halted).then_some(()));
        let lines = site.text("out").lines().count();
        run.until_lines("out", lines + 1);
        run.stop();
    });
}

/// Every message of the section is seen in one of these tests.
#[test]
fn the_messages_of_a_start_that_fails_are_all_seen() {
    let page = page();
    let (_, section) = page.split_once("\n## Fluent Bit does not start\n").expect("the section");
    let (section, _) = section.split_once("\n## ").expect("another section");
    assert_eq!(headings(section).count(), 12);
}

/// What a body gets that comes with these headers; nothing when the connection is cut.
fn post_with(port: u16, headers: &str) -> Option<String> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    let length = "Host: localhost\r\nContent-Length: 7\r\n";
    let request = format!("POST /t HTTP/1.1\r\n{length}{headers}\r\n{{\"a\":1}}");
    stream.write_all(request.as_bytes()).ok()?;
    let (mut response, mut bytes) = (Vec::new(), [0; 512]);
    // Some versions keep the connection open: the line of the body ends what matters.
    while !response.ends_with(b"\n") || response.ends_with(b"\r\n") {
        match stream.read(&mut bytes) {
            Ok(count @ 1..) => response.extend(&bytes[..count]),
            _ => break,
        }
    }
    Some(String::from_utf8_lossy(&response).into_owned())
}

#[test]
fn a_request_of_no_type_or_another_is_refused() {
    each(|host| {
        let site = Site::new(host);
        let port = free_port();
        let listen = format!("port={port}");
        let command = site.command(["-i", "http", "-p", &listen, "-o", "null", "-m", "*"]);
        let mut run = site.spawn(command);
        for headers in ["", "Content-Type: application/x-ndjson\r\n"] {
            let response = run.until("an answer", |_| post_with(port, headers));
            assert!(response.starts_with("HTTP/1.1 400 "), "{response}");
            assert!(says(&response, &messages("'Content-Type' is not set")), "{response}");
        }
        // As curl does it without a header.
        let form = "Content-Type: application/x-www-form-urlencoded\r\n";
        let response = run.until("an answer, or none", |_| post_with(port, form));
        if host.version == Version(2, 1, 10) {
            assert!(!run.wait().success());
            assert!(says(&site.text("log"), &messages("SIGSEGV")), "{}", site.text("log"));
        } else {
            assert!(response.starts_with("HTTP/1.1 400 "), "{response}");
            run.stop();
        }
    });
}

/// in_tail says so of a plain file with the name of a packed one.
#[test]
fn a_plain_file_named_gz_is_no_gzip() {
    let page = page();
    let quoted = ["invalid magic bytes", "decompression failed"];
    assert!(quoted.iter().all(|text| page.contains(&format!("`{text}`"))));
    each_since(TAILS_GZIP, |host| {
        let site = Site::new(host);
        site.write("plain.log.gz", FILES.input());
        let tail = ["-i", "tail", "-p", "path=plain.log.gz", "-p", "read_from_head=on"];
        let command = site.command([&tail[..], &["-o", "null", "-m", "*"]].concat());
        let mut run = site.spawn(command);
        run.until("both", |site| {
            let log = site.text("log");
            quoted.iter().all(|text| log.contains(text)).then_some(())
        });
        run.stop();
    });
}

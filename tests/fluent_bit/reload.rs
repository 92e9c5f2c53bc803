//! Settings are checked before anything starts with them: in a dry run, and ahead of a hot reload,
//! which must not end a Fluent Bit that works.

use serde_json::Value;

use crate::hosts::{CHECKS, DRY_RUN_CHECKS, Host, YAML_PLUGINS, each_since};
use crate::http::{Post, free_port};
use crate::pipeline::{Pipeline, Properties};
use crate::run::{Running, Site};

/// Properties that are wrong, one for each kind of reason, and what the line says.
const WRONG: [(Properties, &str); 5] = [
    (
        &[("dataset", "dns")],
        "dataset: wrong value \"dns\"; allowed: auto, dns_logs, dns_firewall_logs, gateway_dns",
    ),
    (&[("enrich", "domain,geoip")], "enrich: wrong value \"domain,geoip\"; allowed: any of "),
    (
        &[("set_time", "maybe")],
        "set_time: wrong value \"maybe\"; allowed: true, on, yes, false, off, no",
    ),
    (&[("timestamp_key", "event")], "timestamp_key: wrong value \"event\"; allowed: "),
    (
        &[("enrich", "observer"), ("timestamp_key", "observer")],
        "timestamp_key: wrong value \"observer\"; allowed: ",
    ),
];

/// What Fluent Bit says when the check has failed.
const CHECK_FAILED: &str = "[error] Failed pre_run callback on filter cloudflare_dns.0";

/// Whether there is just the line that begins so.
fn is_told(lines: &[String], message: &str) -> bool {
    let line = format!("[error] [filter:cloudflare_dns:cloudflare_dns.0] {message}");
    matches!(lines, [only] if only.starts_with(&line))
}

// ---- dry runs ----

fn dry_run(host: &Host, filter: Properties) -> (bool, Site) {
    let site = Site::new(host);
    let pipeline = Pipeline::new().input("dummy", &[]).filter(filter);
    site.write("fluent-bit.conf", pipeline.classic());
    let mut run = site.spawn(site.configured("fluent-bit.conf", &["--dry-run"]));
    let well = run.wait().success();
    drop(run);
    (well, site)
}

/// The lines of a dry run that fails. Logging is asynchronous, and a process that ends at once may
/// take its last lines with it: it is run again until they are there.
fn errors_of_a_dry_run(host: &Host, filter: Properties) -> Vec<String> {
    for _ in 0..20 {
        let (well, site) = dry_run(host, filter);
        assert!(!well, "{filter:?}: {:#?}", site.log());
        let errors = site.log().into_iter().filter(|line| line.contains("cloudflare_dns"));
        let errors: Vec<_> = errors.collect();
        if errors.iter().any(|line| line == CHECK_FAILED) {
            return errors;
        }
    }
    panic!("no errors in twenty logs");
}

#[test]
fn a_dry_run_fails_with_each_kind_of_wrong_setting() {
    each_since(DRY_RUN_CHECKS, |host| {
        for (properties, message) in WRONG {
            let mut errors = errors_of_a_dry_run(host, properties);
            errors.retain(|line| line != CHECK_FAILED);
            assert!(is_told(&errors, message), "{errors:#?}");
        }
    });
}

#[test]
fn a_dry_run_with_good_settings_goes_well() {
    each_since(DRY_RUN_CHECKS, |host| {
        let (well, site) = dry_run(host, &[("convention", "ecs"), ("enrich", "all")]);
        assert!(well && site.text("log").contains("configuration test is successful"));
        assert_eq!(site.plugin_log(), [] as [String; 0]);
    });
}

// ---- hot reloads ----

/// A Fluent Bit that can be reloaded, with one way of writing its configuration.
struct Reloaded<'s> {
    site: &'s Site,
    port: u16,
    yaml: bool,
    run: Running<'s>,
    sent: usize,
}

impl<'s> Reloaded<'s> {
    fn start(site: &'s Site, yaml: bool, filter: Properties) -> Self {
        let port = free_port();
        configure(site, port, yaml, filter);
        let run = site.spawn(site.configured(name(yaml), &["-Y"]));
        Self { site, port, yaml, run, sent: 0 }
    }

    /// Reloads with these properties, until the log has one line more like `line`. For a second
    /// after a reload Fluent Bit takes no other: then the signal is sent again.
    fn reload(&mut self, filter: Properties, line: &str) {
        const BUSY: &str = "reloading in progress, aborting";
        let count = |what: &str, site: &Site| site.text("log").matches(what).count();
        let (before, mut answered) = (count(line, self.site), count(BUSY, self.site));
        configure(self.site, self.port, self.yaml, filter);
        self.run.signal(libc::SIGHUP);
        let pid = self.run.pid();
        self.run.until(line, |site| {
            if count(BUSY, site) > answered {
                answered = count(BUSY, site);
                // SAFETY: the process is a child that was not waited for, so the id is its own.
                unsafe { libc::kill(pid, libc::SIGHUP) };
            }
            (count(line, site) > before).then_some(())
        });
    }

    /// What one more record becomes.
    fn next(&mut self) -> Value {
        let body = r#"{"QueryName":"a.example.com","QueryType":1,"ResponseCode":0}"#;
        self.run.post(self.port, &Post { path: "/dns", gzip: false, body: body.as_bytes() });
        self.sent += 1;
        self.run.until_lines("out", self.sent);
        self.site.events("out").remove(self.sent - 1).record
    }
}

fn name(yaml: bool) -> &'static str {
    if yaml { "fluent-bit.yaml" } else { "fluent-bit.conf" }
}

fn configure(site: &Site, port: u16, yaml: bool, filter: Properties) {
    let pipeline = Pipeline::new().service(&[("hot_reload", "on")]);
    let pipeline = pipeline.input("http", &[("port", &*port.to_string())]).filter(filter);
    site.write(name(yaml), if yaml { pipeline.yaml() } else { pipeline.classic() });
}

/// The response code as each convention writes it.
fn response_code(record: &Value) -> &str {
    record["dns"]["response_code"].as_str().expect("a mapped record")
}

fn goes_on_after_wrong_settings(host: &Host, yaml: bool) {
    let site = Site::new(host);
    let mut fluent_bit = Reloaded::start(&site, yaml, &[("convention", "ecs")]);
    assert_eq!(response_code(&fluent_bit.next()), "NOERROR");
    for (properties, message) in WRONG {
        let before = site.plugin_log().len();
        fluent_bit.reload(properties, "Reloading is halted");
        let lines = site.plugin_log().split_off(before);
        assert!(is_told(&lines, message), "{lines:#?}");
        // The old configuration maps on.
        assert_eq!(response_code(&fluent_bit.next()), "NOERROR", "{}", fluent_bit.run);
    }
    fluent_bit.reload(&[("convention", "sekoia")], "] version ");
    assert_eq!(response_code(&fluent_bit.next()), "NoError", "{}", fluent_bit.run);
    fluent_bit.reload(&[("convention", "ecs")], "] version ");
    assert_eq!(response_code(&fluent_bit.next()), "NOERROR", "{}", fluent_bit.run);
    fluent_bit.run.stop();
}

#[test]
fn a_reload_with_a_wrong_value_is_refused_and_the_old_configuration_maps_on() {
    each_since(CHECKS, |host| goes_on_after_wrong_settings(host, false));
}

#[test]
fn so_it_is_in_yaml() {
    each_since(YAML_PLUGINS, |host| goes_on_after_wrong_settings(host, true));
}

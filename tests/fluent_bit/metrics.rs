//! The filter's counters among Fluent Bit's own, and an instance's own `log_level`.

use flb_filter_cloudflare_dns::VERSION;

use crate::hosts::{Host, METRICS, each, each_since};
use crate::http::{free_port, get};
use crate::pipeline::Pipeline;
use crate::run::{Site, with_whole_log};

/// Two records of `dns_logs`, one with a field that cannot be read, one of `gateway_dns`, one that is
/// not Cloudflare's, and one that was mapped before.
const LINES: &str = r#"{"QueryName":"a.example.com","QueryType":1}
{"QueryName":"b.example.com","QueryType":1,"SourceIP":"localhost"}
{"QueryName":"c.example.com","RCode":0}
{"message":"hello"}
{"event":{"dataset":"dns_logs"}}
"#;

const EXPECTED: &[&str] = &[
    r#"records_total{name="logpush",dataset="dns_logs",result="mapped",reason="none"} 2"#,
    r#"records_total{name="logpush",dataset="dns_firewall_logs",result="mapped",reason="none"} 0"#,
    r#"records_total{name="logpush",dataset="gateway_dns",result="mapped",reason="none"} 1"#,
    r#"records_total{name="logpush",dataset="none",result="passed",reason="mapped_before"} 1"#,
    r#"records_total{name="logpush",dataset="none",result="passed",reason="no_query_name"} 1"#,
    r#"records_total{name="logpush",dataset="none",result="dropped",reason="no_query_name"} 0"#,
    r#"records_total{name="logpush",dataset="none",result="passed",reason="not_told"} 0"#,
    r#"records_total{name="logpush",dataset="none",result="dropped",reason="not_told"} 0"#,
    r#"records_total{name="logpush",dataset="none",result="passed",reason="not_json"} 0"#,
    r#"records_total{name="logpush",dataset="none",result="dropped",reason="not_json"} 0"#,
    r#"records_with_errors_total{name="logpush",dataset="dns_logs"} 1"#,
    r#"records_with_errors_total{name="logpush",dataset="dns_firewall_logs"} 0"#,
    r#"records_with_errors_total{name="logpush",dataset="gateway_dns"} 0"#,
    r#"malformed_chunks_total{name="logpush"} 0"#,
];

/// Our lines of the metrics, without the times that old versions write behind them.
fn counters(metrics: &str) -> Vec<String> {
    let ours = |line: &str| {
        let line = line.strip_prefix("fluentbit_filter_cloudflare_dns_")?;
        let (labels, value) = line.split_once("} ")?;
        Some(format!("{labels}}} {}", value.split(' ').next()?))
    };
    metrics.lines().filter_map(ours).collect()
}

#[test]
fn counters_stand_among_the_host_s_own() {
    each_since(METRICS, |host| {
        let site = Site::new(host);
        let port = free_port();
        site.write("batch.log", LINES);
        let input = [("path", "batch.log"), ("read_from_head", "true"), ("parser", "json")];
        let server = [("http_server", "on"), ("http_port", &*port.to_string())];
        let pipeline = Pipeline::new().service(&server).input("tail", &input);
        let mut run = site.classic(&pipeline.filter(&[("alias", "logpush")]));
        let (version, commit) = VERSION.trim_end_matches(')').split_once(" (").expect("a commit");
        let info = format!(r#"info{{name="logpush",version="{version}",commit="{commit}"}} 1"#);
        let expected: Vec<_> = EXPECTED.iter().copied().chain([&*info]).collect();
        run.until(&format!("{expected:#?}"), |_| {
            let counters = counters(&get(port, "/api/v2/metrics/prometheus")?);
            (counters == expected).then_some(())
        });
        run.stop();
    });
}

#[test]
fn an_instance_s_own_log_level_silences_its_lines() {
    let run = |host: &Host, level| {
        let site = Site::new(host);
        site.write("batch.log", LINES);
        let input = [("path", "batch.log"), ("read_from_head", "true"), ("parser", "json")];
        let pipeline = Pipeline::new().input("tail", &input).filter(&[("log_level", level)]);
        let mut run = site.classic(&pipeline);
        run.until_lines("out", LINES.lines().count());
        run.stop();
        site
    };
    each(|host| {
        for (level, lines) in [("error", 0), ("warn", 1), ("info", 3)] {
            let site = with_whole_log(|| run(host, level));
            assert_eq!(site.plugin_log().len(), lines, "{level}: {:#?}", site.log());
        }
    });
}

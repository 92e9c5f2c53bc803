//! `examples/logpush/`: the script that makes a job, and the sender that does as a job does.

use std::collections::BTreeSet;
use std::process::{Command, Output};

use flb_filter_cloudflare_dns::source::Dataset;
use serde_json::{Value, json};

use crate::https::send;
use crate::receiver::{Receiver, Request, accept};
use crate::recipe::examples;
use crate::{mapper, strict};

const TOKEN: &str = "token-that-nobody-sees";
const SECRET: &str = "0a1b2c3d4e5f";

fn create_job(api: &str, args: &[&str]) -> Output {
    let mut command = Command::new(examples().join("logpush/create-job.sh"));
    command.args(args).env("CLOUDFLARE_API_TOKEN", TOKEN).env("LOGPUSH_SECRET", SECRET);
    command.env("CLOUDFLARE_API", api).output().expect("a shell")
}

const ZONE: [&str; 4] = ["--zone", "023e105f4ecef8ad", "--to", "https://logs.example.com:8443"];
const ACCOUNT: [&str; 4] = ["--account", "9a7806061c88ada1", "--to", "https://logs.example.com"];

fn with<'a>(base: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [base, more].concat()
}

/// What a dry run prints: the lines before the body, and the body.
fn dry_run(args: &[&str]) -> (Vec<String>, Value) {
    let output = create_job("https://api.invalid", &with(args, &["--dry-run"]));
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    for secret in [TOKEN, SECRET, "Splunk"] {
        assert!(!text.contains(secret), "{text}");
    }
    let (head, body) = text.split_once("\n\n").expect("a head and a body");
    (head.lines().map(str::to_owned).collect(), strict::json(body).expect("JSON"))
}

#[test]
fn a_dry_run_prints_the_request_without_its_secrets() {
    let (head, body) = dry_run(&with(&ZONE, &["--header", "Authorization: Splunk a/b"]));
    assert_eq!(
        head,
        [
            "POST https://api.invalid/zones/023e105f4ecef8ad/logpush/jobs",
            "Authorization: Bearer <CLOUDFLARE_API_TOKEN>",
            "Content-Type: application/json",
        ]
    );
    let destination = "https://logs.example.com:8443/cloudflare.<LOGPUSH_SECRET>.dns_logs\
                       ?header_Content-Type=application%2Fjson&header_Authorization=<hidden>";
    assert_eq!(
        body,
        json!({
            "name": "dns_logs",
            "dataset": "dns_logs",
            "enabled": true,
            "max_upload_bytes": 5_000_000,
            "destination_conf": destination,
            "output_options": {
                "field_names": [
                    "ColoCode", "EDNSSubnet", "EDNSSubnetLength", "QueryName", "QueryType",
                    "ResponseCached", "ResponseCode", "SourceIP", "Timestamp",
                ],
                "timestamp_format": "unixnano",
            },
        })
    );
}

#[test]
fn a_legacy_job_has_the_same_as_logpull_options() {
    let (_, body) = dry_run(&with(&ZONE, &["--legacy", "--timestamps", "rfc3339"]));
    assert_eq!(
        body["logpull_options"],
        "fields=ColoCode,EDNSSubnet,EDNSSubnetLength,QueryName,QueryType,ResponseCached,\
         ResponseCode,SourceIP,Timestamp&timestamps=rfc3339"
    );
    assert_eq!(body.get("output_options"), None);
}

#[test]
fn the_fields_that_it_asks_for_are_those_of_the_dataset() {
    for dataset in Dataset::ALL {
        let base = if dataset == Dataset::DnsLogs { ZONE } else { ACCOUNT };
        let (_, body) = dry_run(&with(&base, &["--dataset", dataset.name()]));
        let asked = body["output_options"]["field_names"].as_array().expect("fields").iter();
        let asked: BTreeSet<_> = asked.map(|name| name.as_str().expect("a name")).collect();
        let known: BTreeSet<_> = dataset.fields().into_iter().map(|field| field.name()).collect();
        match dataset {
            // Too many for a start: those that become ECS, and why a query was blocked.
            Dataset::GatewayDns => assert!(asked.is_subset(&known), "{:?}", &asked - &known),
            _ => assert_eq!(asked, known),
        }
    }
}

#[test]
fn the_request_itself_carries_the_token_and_the_secret() {
    let api = Receiver::new(|_, _| (200, r#"{"success":true,"result":{"id":7}}"#.to_owned()));
    let url = format!("http://127.0.0.1:{}/client/v4", api.port);
    let header = ["--header", "X-Key: é&=\"\\%"];
    let output = create_job(&url, &with(&ACCOUNT, &with(&header, &["--dataset", "gateway_dns"])));
    assert!(output.status.success(), "{output:?}");
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "{\"success\":true,\"result\":{\"id\":7}}\n"
    );
    let [request] = api.requests().try_into().expect("one request");
    assert_eq!(request.line, "POST /client/v4/accounts/9a7806061c88ada1/logpush/jobs HTTP/1.1");
    assert_eq!(request.header("authorization"), Some(&*format!("Bearer {TOKEN}")));
    assert_eq!(request.header("content-type"), Some("application/json"));
    let body = strict::json(&request.text()).expect("JSON");
    assert_eq!(
        body["destination_conf"],
        format!(
            "https://logs.example.com/cloudflare.{SECRET}.gateway_dns\
             ?header_Content-Type=application%2Fjson&header_X-Key=%C3%A9%26%3D%22%5C%25"
        )
    );
}

#[test]
fn a_refusal_of_the_api_is_an_error_and_is_shown() {
    let api = Receiver::new(|_, _| (400, r#"{"success":false}"#.to_owned()));
    let output = create_job(&format!("http://127.0.0.1:{}", api.port), &ZONE);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "{\"success\":false}\n");
    assert!(String::from_utf8_lossy(&output.stderr).ends_with("the API answered 400\n"));
}

#[test]
fn wrong_options_send_nothing() {
    let api = Receiver::new(accept);
    let url = format!("http://127.0.0.1:{}", api.port);
    for (args, told) in [
        (
            with(&ZONE, &["--dataset", "http_requests"]),
            "dns_logs, dns_firewall_logs or gateway_dns",
        ),
        (with(&ZONE, &["--dataset", "gateway_dns"]), "gateway_dns belongs to an account"),
        (with(&ACCOUNT, &[]), "dns_logs belongs to a zone"),
        (with(&ZONE, &["--to", "http://logs.example.com"]), "over TLS only"),
        (with(&ZONE, &["--to", "https://a\"b"]), "a URL without parameters"),
        (with(&ZONE, &["--zone", "../x"]), "an ID has letters and digits"),
        (with(&ZONE, &["--fields", "A\",\"B"]), "no quotes"),
        (with(&ZONE, &["--timestamps", "iso"]), "unixnano, rfc3339 or unix"),
        (with(&ZONE, &["--dry"]), "unknown option: --dry"),
        (with(&ZONE, &["--header"]), "--header needs a value"),
        (with(&ZONE, &["--header", "Authorization"]), "NAME:VALUE"),
    ] {
        let output = create_job(&url, &args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(error.contains(told), "{args:?}: {error}");
    }
    assert_eq!(api.requests().len(), 0);
}

fn to(receiver: &Receiver) -> String {
    format!(
        "http://127.0.0.1:{}/tag?header_Content-Type=application%2Fjson&header_X-Key=a%20b&left=1",
        receiver.port
    )
}

#[test]
fn the_sender_does_as_a_job_does() {
    let receiver = Receiver::new(accept);
    let output = send([&*to(&receiver), "--records", "1000", "--max-upload-bytes", "100000"]);
    assert!(output.status.success(), "{output:?}");
    let requests = receiver.requests();
    assert_eq!(requests[0].text(), r#"{"content":"tests"}"#);
    for request in &requests {
        assert_eq!(request.line, "POST /tag?left=1 HTTP/1.1");
        assert_eq!(request.header("content-type"), Some("application/json"));
        assert_eq!(request.header("x-key"), Some("a b"));
        assert_eq!(request.header("content-encoding"), Some("gzip"));
    }
    let batches = &requests[1..];
    assert!(batches.len() > 1 && batches.iter().all(|request| request.body.len() <= 100_000));
    let records: String = batches.iter().map(Request::text).collect();
    assert_eq!(records.lines().count(), 1000);
    let bytes = records.len();
    let told = format!(
        "1000 records in {} batches, {bytes} bytes before gzip, 0 sent again\n",
        batches.len()
    );
    assert_eq!(String::from_utf8_lossy(&output.stdout), told);
}

/// Made-up records are Cloudflare's to the letter: each field exists, and each record is mapped
/// without an error.
#[test]
fn the_records_that_it_makes_up_are_mapped_without_an_error() {
    for dataset in Dataset::ALL {
        for format in ["unixnano", "unix", "rfc3339"] {
            let receiver = Receiver::new(accept);
            let args =
                ["--records", "500", "--dataset", dataset.name(), "--timestamp-format", format];
            assert!(send([&[&*to(&receiver)], &args[..]].concat()).status.success());
            let lines: String = receiver.requests()[1..].iter().map(Request::text).collect();
            let names: BTreeSet<_> =
                dataset.fields().into_iter().map(|field| field.name()).collect();
            for record in strict::json_lines(&lines) {
                let unknown = record.as_object().expect("an object").keys();
                let unknown: Vec<_> = unknown.filter(|key| !names.contains(key.as_str())).collect();
                assert!(unknown.is_empty(), "{unknown:?}");
            }
            let mapped = mapper::map(&[], &lines);
            assert_eq!(mapped.len(), 500);
            for record in mapped {
                assert_eq!(record["event"]["dataset"], dataset.name());
                assert_eq!(record.get("error"), None, "{record}");
            }
        }
    }
}

#[test]
fn the_sender_tries_again_when_the_receiver_is_unwell() {
    // The validation is accepted at once, the first batch at the fourth attempt.
    let receiver = Receiver::new(|before, _| match before {
        1 => (503, String::new()),
        2 => (429, String::new()),
        3 => (500, String::new()),
        _ => (200, String::new()),
    });
    let output = send([&*to(&receiver), "--records", "10", "--pause", "0.01", "--progress"]);
    assert!(output.status.success(), "{output:?}");
    let bodies: Vec<_> = receiver.requests().iter().map(Request::text).collect();
    assert_eq!(bodies.len(), 5);
    assert!(bodies[1..].iter().all(|body| *body == bodies[1]), "the same batch each time");
    let bar = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(bar.contains("10 of 10 records") && bar.contains("3 sent again"), "{bar}");
}

#[test]
fn the_sender_gives_up_when_refused_or_after_its_retries() {
    for (answer, requests, told) in
        [(404, 1, "refused: status 404\n"), (500, 3, "refused: status 500, 3 times\n")]
    {
        let receiver = Receiver::new(match answer {
            404 => |_, _| (404, String::new()),
            _ => |_, _| (500, String::new()),
        });
        let output = send([&*to(&receiver), "--pause", "0.01", "--retries", "2"]);
        assert_eq!(output.status.code(), Some(1));
        assert_eq!(receiver.requests().len(), requests);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(error.ends_with(told), "{error}");
    }
}

#[test]
fn the_sender_leaves_other_machines_alone() {
    let output = send(["http://192.0.2.1:8080/tag", "--records", "1"]);
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(error.starts_with("192.0.2.1 is not this machine"), "{error}");
}

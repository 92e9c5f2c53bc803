//! `examples/logpush/`: the script that makes a job, and the sender that does as a job does.

use std::collections::BTreeSet;
use std::process::{Command, Output};

use flb_filter_cloudflare_dns::source::Dataset;
use serde_json::{Value, json};

use crate::https::{HTTPS, send};
use crate::receiver::{Receiver, Request, accept};
use crate::recipe::examples;
use crate::{mapper, strict};

const TOKEN: &str = "token-that-nobody-sees";
const SECRET: &str = "0a1b2c3d4e5f";
const TIME_FORMATS: [&str; 5] = ["unixnano", "unix", "rfc3339", "rfc3339ms", "rfc3339ns"];

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

/// All fields of a dataset may be asked for, and no others.
#[test]
fn the_fields_that_it_takes_are_those_of_the_dataset() {
    for dataset in Dataset::ALL {
        let base = if dataset == Dataset::DnsLogs { ZONE } else { ACCOUNT };
        let base = with(&base, &["--dataset", dataset.name()]);
        let names: Vec<_> = dataset.fields().into_iter().map(|field| field.name()).collect();
        let all = names.join(",");
        let (_, body) = dry_run(&with(&base, &["--fields", &all]));
        assert_eq!(body["output_options"]["field_names"], json!(names));

        let unknown = format!("{all},FromTomorrow");
        let output = create_job("https://api.invalid", &with(&base, &["--fields", &unknown]));
        assert_eq!(output.status.code(), Some(2));
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(told.contains(&format!("{} has no FromTomorrow", dataset.name())), "{told}");
        let (_, body) = dry_run(&with(&base, &["--fields", &unknown, "--new-fields"]));
        let asked = body["output_options"]["field_names"].as_array().expect("fields");
        assert_eq!(asked.last(), Some(&json!("FromTomorrow")));
    }
}

/// Whether the filter tells the dataset by some fields is said, and as the filter does it.
#[test]
fn fields_that_tell_another_dataset_or_none_are_noted() {
    for dataset in Dataset::ALL {
        let base = if dataset == Dataset::DnsLogs { ZONE } else { ACCOUNT };
        for field in dataset.fields() {
            let fields = format!("QueryName,{}", field.name());
            let args = ["--dataset", dataset.name(), "--fields", &fields, "--dry-run"];
            let output = create_job("https://api.invalid", &with(&base, &args));
            assert!(output.status.success(), "{output:?}");
            let record = json!({ "QueryName": "a.example", field.name(): "x" }).to_string();
            let told = &mapper::map(&[], &record)[0]["event"]["dataset"];
            let told = told.as_str().unwrap_or("none");
            let note = String::from_utf8_lossy(&output.stderr).into_owned();
            match told == dataset.name() {
                true => assert_eq!(note, "", "{fields}"),
                false => assert!(note.contains(&format!(" the filter tells {told}: ")), "{note}"),
            }
        }
    }
}

#[test]
fn each_format_of_a_time_is_asked_for_by_its_name() {
    for format in TIME_FORMATS {
        let (_, body) = dry_run(&with(&ZONE, &["--timestamps", format]));
        assert_eq!(body["output_options"]["timestamp_format"], format);
    }
}

/// The slash at its end is none of a path.
#[test]
fn a_destination_may_end_in_a_slash() {
    let (_, plain) = dry_run(&ZONE);
    let (_, slash) = dry_run(&with(&ZONE, &["--to", "https://logs.example.com:8443/"]));
    assert_eq!(slash, plain);
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
    let options: &[(&[&str], &[&str], &str)] = &[
        (&ZONE, &["--dataset", "http_requests"], "dns_logs, dns_firewall_logs or gateway_dns"),
        (&ZONE, &["--dataset", "gateway_dns"], "gateway_dns belongs to an account"),
        (&ACCOUNT, &[], "dns_logs belongs to a zone"),
        (&ZONE, &["--account", "9a7806061c88ada1"], "one --zone or one --account"),
        (&ZONE[2..], &[], "--zone ID or --account ID"),
        (&ZONE[2..], &["--zone", "../x"], "an ID has letters and digits"),
        (&ZONE, &["--to", "http://logs.example.com"], "over TLS only"),
        (&ZONE, &["--to", "https://a\"b"], "a URL without parameters"),
        (
            &ZONE,
            &["--to", "https://logs.example.com/in"],
            "no path: it would become part of the tag",
        ),
        (&ZONE, &["--fields", "QueryName,A\",\"B"], "no spaces, no quotes"),
        (&ZONE, &["--fields", "QueryName, QueryType"], "no spaces, no quotes"),
        (&ZONE, &["--fields", "QueryName,,QueryType"], "an empty name in QueryName,,QueryType"),
        (
            &ZONE,
            &["--fields", "QueryType,ResponseCode"],
            "without QueryName the filter maps nothing",
        ),
        (&ZONE, &["--fields", "QueryName,SrcIP"], "dns_logs has no SrcIP"),
        (&ZONE, &["--name", "A\",\"B"], "no quotes"),
        (&ZONE, &["--timestamps", "iso"], "unixnano, unix, rfc3339, rfc3339ms or rfc3339ns"),
        (&ZONE, &["--timestamps", "rfc3339ns", "--legacy"], "logpull_options (--legacy) do not"),
        (&ZONE, &["--dry"], "unknown option: --dry"),
        (&ZONE, &["--header"], "--header needs a value"),
        (&ZONE, &["--header", "Authorization"], "NAME:VALUE"),
    ];
    for (base, args, told) in options {
        let args = with(base, args);
        let output = create_job(&url, &args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(error.contains(told), "{args:?}: {error}");
    }
    assert_eq!(api.requests().len(), 0);
}

/// The secret as `recipe.env` comes with it, and others that no tag would match.
#[test]
fn a_secret_that_is_none_sends_nothing() {
    let api = Receiver::new(accept);
    let url = format!("http://127.0.0.1:{}", api.port);
    let settings = HTTPS.settings();
    let (_, placeholder) = settings.iter().find(|(name, _)| name == "LOGPUSH_SECRET").expect("it");
    for (secret, told) in [
        (&**placeholder, "is still recipe.env's change_me"),
        ("", "LOGPUSH_SECRET is not set"),
        ("a-b", "letters, digits and _ only"),
    ] {
        let mut command = Command::new(examples().join("logpush/create-job.sh"));
        command.args(ZONE).env("CLOUDFLARE_API_TOKEN", TOKEN).env("LOGPUSH_SECRET", secret);
        let output = command.env("CLOUDFLARE_API", &url).output().expect("a shell");
        assert_eq!(output.status.code(), Some(2), "{secret}");
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(error.contains(told), "{secret}: {error}");
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
        for format in TIME_FORMATS {
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

//! Logpush by HTTPS: what `examples/logpush/send.py` sends, which does as Logpush does.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::hosts::{GZIP_BODIES, Host, Version, each};
use crate::http::free_port;
use crate::plugin::plugin;
use crate::receiver::{Receiver, accept};
use crate::recipe::{Format, Recipe, each_format, examples, records_on_stdout};
use crate::run::{Running, Site};

pub(crate) const HTTPS: Recipe = Recipe { name: "https" };
/// in_http knows `http2` from here on.
const HTTP2: Version = Version(3, 0, 0);
/// From here on it also unpacks gzip when that is off.
pub(crate) const HTTP2_OFF: Version = Version(3, 2, 0);
const SECRET: &str = "0a1b2c3d4e5f";
const JSON: &str = "header_Content-Type=application%2Fjson";

/// The sender, with arguments.
pub(crate) fn send<A: AsRef<std::ffi::OsStr>>(args: impl IntoIterator<Item = A>) -> Output {
    let mut command = Command::new("python3");
    command.arg(examples().join("logpush/send.py")).args(args).stdin(Stdio::null());
    command.output().unwrap_or_else(|e| panic!("python3 is needed (make deps): {e}"))
}

/// A certificate for localhost, and its key, made in a directory of its own.
pub(crate) struct Certificate {
    dir: PathBuf,
}

impl Certificate {
    pub(crate) fn new(name: &str) -> Self {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let dir = dir.join(format!("certificate-{name}-{}", std::process::id()));
        fs::create_dir_all(&dir).expect("a directory");
        let mut openssl = Command::new("openssl");
        openssl.current_dir(&dir).stdin(Stdio::null());
        openssl.args(["req", "-x509", "-nodes", "-days", "2", "-subj", "/CN=localhost"]);
        openssl.args(["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]);
        openssl.args(["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]);
        openssl.args(["-keyout", "key.pem", "-out", "cert.pem"]);
        let output = openssl.output().expect("openssl is needed (make deps)");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Self { dir }
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.dir.join(name).display().to_string()
    }
}

impl Drop for Certificate {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.dir));
    }
}

/// One recipe at work, and how to send to it.
struct Server<'a> {
    run: Running<'a>,
    certificate: &'a Certificate,
    port: u16,
}

impl<'a> Server<'a> {
    fn new(site: &'a Site, format: Format, certificate: &'a Certificate) -> Self {
        Self::from(site, certificate, |changed| HTTPS.command(site, format, changed))
    }

    fn from(
        site: &'a Site,
        certificate: &'a Certificate,
        command: impl FnOnce(&[(&str, &str)]) -> Command,
    ) -> Self {
        let port = free_port();
        let changed = [
            ("LISTEN", "127.0.0.1"),
            ("PORT", &*port.to_string()),
            ("TLS_CERT", &certificate.path("cert.pem")),
            ("TLS_KEY", &certificate.path("key.pem")),
            ("LOGPUSH_SECRET", SECRET),
        ];
        Self { run: site.spawn(command(&changed)), certificate, port }
    }

    fn send(&mut self, path: &str, parameters: &str, args: &[&str]) -> Output {
        let to = format!("https://localhost:{}/{path}?{parameters}", self.port);
        let ca = self.certificate.path("cert.pem");
        let fixed =
            [&*to, "--cafile", &*ca, "--timeout", "30", "--pause", "0.1", "--retries", "10"];
        send([&fixed[..], args].concat())
    }
}

#[track_caller]
fn accepted(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn what_is_sent_with_the_secret_comes_out_and_nothing_else() {
    let input = HTTPS.path("input.ndjson").display().to_string();
    each_format(HTTP2_OFF, |host, format| {
        let certificate = Certificate::new(&format!("{}-{format:?}", host.version));
        let site = Site::new(host);
        let mut server = Server::new(&site, format, &certificate);
        // Nobody can tell a wrong secret by the answer. Its records would come out first.
        for path in ["cloudflare.0a1b2c3d4e5.dns_logs", "cloudflare..dns_logs", "cloudflare", ""] {
            accepted(&server.send(path, JSON, &["--records", "20"]));
        }
        let path = format!("cloudflare.{SECRET}.dns_logs");
        let told = accepted(&server.send(&path, JSON, &["--file", &input]));
        assert!(told.starts_with("5 records in 1 batches"), "{told}");
        let expected = HTTPS.expected();
        let found = |site: &Site| (records_on_stdout(site).len() >= expected.len()).then_some(());
        server.run.until("the records", found);
        server.run.stop();
        assert_eq!(records_on_stdout(&site), expected);
    });
}

/// Fluent Bit 2.2 takes the recipe without the line that it does not know.
#[test]
fn without_http2_off_the_recipe_serves_fluent_bit_2_2() {
    let input = HTTPS.path("input.ndjson").display().to_string();
    let line = "    http2           off\n";
    let text = HTTPS.text("fluent-bit.conf");
    assert!(text.contains(line));
    let test = |host: &Host| {
        let certificate = Certificate::new(&format!("old-{}", host.version));
        let site = Site::new(host);
        site.write("without.conf", text.replace(line, ""));
        let mut server = Server::from(&site, &certificate, |changed| {
            let mut command = site.command(["-c", "without.conf", "-e"]);
            command.arg(plugin()).envs(changed.iter().copied());
            command
        });
        let path = format!("cloudflare.{SECRET}.dns_logs");
        accepted(&server.send(&path, JSON, &["--file", &input]));
        let expected = HTTPS.expected();
        let found = |site: &Site| (records_on_stdout(site).len() >= expected.len()).then_some(());
        server.run.until("the records", found);
        server.run.stop();
        assert_eq!(records_on_stdout(&site), expected);
    };
    each(|host| {
        if host.has(GZIP_BODIES) && !host.has(HTTP2) {
            test(host);
        }
    });
}

#[test]
fn batches_of_logpush_s_size_fit_the_buffer() {
    const RECORDS: usize = 30_000;
    each_format(HTTP2_OFF, |host, format| {
        let certificate = Certificate::new(&format!("large-{}-{format:?}", host.version));
        let site = Site::new(host);
        let mut server = Server::new(&site, format, &certificate);
        let path = format!("cloudflare.{SECRET}.dns_logs");
        let args = ["--records", "30000", "--max-upload-bytes", "10000000", "--timeout", "90"];
        let told = accepted(&server.send(&path, JSON, &args));
        assert!(told.starts_with("30000 records in 1 batches, 6225081 bytes"), "{told}");
        server.run.until_lines("stdout", RECORDS);
        server.run.stop();
        assert_eq!(records_on_stdout(&site).len(), RECORDS);
    });
}

#[test]
fn without_the_content_type_the_validation_upload_is_refused() {
    each_format(HTTP2_OFF, |host, format| {
        let certificate = Certificate::new(&format!("type-{}-{format:?}", host.version));
        let site = Site::new(host);
        let mut server = Server::new(&site, format, &certificate);
        let path = format!("cloudflare.{SECRET}.dns_logs");
        let output = server.send(&path, "", &["--records", "1"]);
        assert_eq!(
            String::from_utf8_lossy(&output.stderr).lines().last(),
            Some("refused: status 400")
        );
        assert_eq!(output.status.code(), Some(1));
    });
}

/// nginx in front, as `nginx.conf.template` has it, which checks a header; what it lets through
/// is seen by a stand-in for Fluent Bit.
#[test]
fn nginx_lets_through_what_has_the_header() {
    let fluent_bit = Receiver::new(accept);
    let certificate = Certificate::new("nginx");
    let port = free_port();
    let mut nginx = nginx(&certificate, port, fluent_bit.port);
    let send = |header: &str| {
        let to = format!("https://localhost:{port}/cloudflare.dns_logs?{JSON}{header}");
        let (ca, input) = (certificate.path("cert.pem"), HTTPS.path("input.ndjson"));
        let input = input.display().to_string();
        send([&*to, "--cafile", &ca, "--file", &input, "--pause", "0.1", "--retries", "10"])
    };
    for header in ["", "&header_Authorization=Bearer%20wrong", "&header_Authorization=Bearer%20"] {
        let output = send(header);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert!(
            String::from_utf8_lossy(&output.stderr).ends_with("refused: status 403\n"),
            "{output:?}"
        );
    }
    assert_eq!(fluent_bit.requests().len(), 0);
    let told = accepted(&send(&format!("&header_Authorization=Bearer%20{SECRET}")));
    assert!(told.starts_with("5 records in 1 batches"), "{told}");
    let seen: Vec<_> = fluent_bit
        .requests()
        .iter()
        .map(|request| {
            assert_eq!(request.header("content-type"), Some("application/json"));
            assert_eq!(request.header("authorization"), None, "the secret goes no further");
            (request.line.clone(), request.text())
        })
        .collect();
    let line = "POST /cloudflare.dns_logs HTTP/1.1".to_owned();
    let validation = (line.clone(), r#"{"content":"tests"}"#.to_owned());
    assert_eq!(seen, [validation, (line, HTTPS.input())]);
    nginx.kill().expect("a running nginx");
    nginx.wait().expect("a child");
}

/// Starts nginx with the template's variables replaced as `envsubst` does.
fn nginx(certificate: &Certificate, port: u16, upstream: u16) -> std::process::Child {
    let mut server = HTTPS.text("nginx.conf.template");
    for (name, value) in [
        ("PORT", port.to_string()),
        ("TLS_CERT", certificate.path("cert.pem")),
        ("TLS_KEY", certificate.path("key.pem")),
        ("LOGPUSH_SECRET", SECRET.to_owned()),
        ("FLUENT_BIT", format!("127.0.0.1:{upstream}")),
    ] {
        let variable = format!("${{{name}}}");
        assert!(server.contains(&variable), "no {variable}");
        server = server.replace(&variable, &value);
    }
    let dir = certificate.dir.display();
    let paths: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("{kind}_temp_path {dir}/{kind};\n"))
        .concat();
    let config = format!(
        "daemon off; pid {dir}/nginx.pid; events {{}}\nhttp {{ access_log off;\n{paths}{server}\n}}\n"
    );
    let file = certificate.path("nginx.conf");
    fs::write(&file, config).expect("a file");
    let log = fs::File::create(certificate.path("nginx.log")).expect("a file");
    let mut command = Command::new("nginx");
    command.args(["-e", "stderr", "-c", &file]).stdin(Stdio::null()).stderr(log);
    // A worker ends with its master.
    command.args(["-g", "master_process off;"]);
    command.spawn().unwrap_or_else(|e| panic!("nginx is needed (make deps): {e}"))
}

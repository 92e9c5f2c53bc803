//! A stand-in for whatever takes records over HTTP: an Elasticsearch, an intake, Cloudflare's API.
//!
//! It listens on loopback, keeps each request whole (gzip unpacked), and answers what it was told
//! to. As an index it also holds each document that it accepts against the index template of its
//! recipe; [`bulk`] answers as the `_bulk` API of Elasticsearch and OpenSearch does.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use flate2::read::MultiGzDecoder;
use serde_json::{Value, json};

use crate::index_template::{Refusal, Server, Template};
use crate::strict;

#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// `POST /path HTTP/1.1`
    pub(crate) line: String,
    /// Names in lower case.
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).expect("UTF-8")
    }
}

/// The status and the body of the answer to a request, of which so many came before.
pub(crate) type Answer = fn(usize, &Request) -> (u16, String);

#[derive(Clone)]
pub(crate) struct Receiver {
    pub(crate) port: u16,
    requests: Arc<Mutex<Vec<Request>>>,
    index: Option<Server>,
}

impl Receiver {
    /// Its threads end with the test's process.
    pub(crate) fn new(answer: Answer) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port on loopback");
        let port = listener.local_addr().expect("an address").port();
        let receiver = Self { port, requests: Arc::default(), index: None };
        let requests = Arc::clone(&receiver.requests);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let requests = Arc::clone(&requests);
                thread::spawn(move || drop(serve(stream, answer, &requests)));
            }
        });
        receiver
    }

    /// The same as an index of that server.
    pub(crate) fn index(server: Server, answer: Answer) -> Self {
        Self { index: Some(server), ..Self::new(answer) }
    }

    /// All requests so far. An index that refuses one of their documents ends the test.
    pub(crate) fn requests(&self) -> Vec<Request> {
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(server) = self.index {
            let template = Template::of(server);
            let judged = requests.iter().try_for_each(|request| judge(&template, &request.text()));
            judged.unwrap_or_else(|refusal| panic!("{server:?} refuses a document: {refusal}"));
        }
        requests
    }

    /// All bodies so far, one after the other.
    pub(crate) fn text(&self) -> String {
        self.requests().iter().map(Request::text).collect()
    }
}

fn serve(stream: TcpStream, answer: Answer, requests: &Mutex<Vec<Request>>) -> io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut stream = stream;
    while let Some(request) = read(&mut reader)? {
        let mut requests = requests.lock().unwrap_or_else(PoisonError::into_inner);
        let (status, body) = answer(requests.len(), &request);
        requests.push(request);
        drop(requests);
        let length = body.len();
        write!(
            stream,
            "HTTP/1.1 {status} As told\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        )?;
    }
    Ok(())
}

/// Reads a request; `None` at the end of the connection.
fn read(reader: &mut impl BufRead) -> io::Result<Option<Request>> {
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        match line.trim_end() {
            "" => break,
            line => head.push(line.to_owned()),
        }
    }
    let mut head = head.into_iter();
    let line = head.next().unwrap_or_default();
    let header = |line: String| {
        let (name, value) = line.split_once(':')?;
        Some((name.to_ascii_lowercase(), value.trim().to_owned()))
    };
    let mut request = Request { line, headers: head.filter_map(header).collect(), body: vec![] };
    let length = request.header("content-length").and_then(|length| length.parse().ok());
    request.body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut request.body)?;
    if request.header("content-encoding") == Some("gzip") {
        let mut body = Vec::new();
        MultiGzDecoder::new(&*request.body).read_to_end(&mut body)?;
        request.body = body;
    }
    Ok(Some(request))
}

/// Takes everything.
pub(crate) fn accept(_: usize, _: &Request) -> (u16, String) {
    (200, "{}".to_owned())
}

/// Looks at each document of a bulk request, and whether it goes to the data stream.
fn judge(template: &Template, bulk: &str) -> Result<(), Refusal> {
    let lines = strict::json_lines(bulk);
    lines.chunks(2).try_for_each(|pair| match pair {
        [action, document] if in_data_stream(action) => template.takes(document),
        _ => Err(format!("no document for the data stream: {pair:?}")),
    })
}

/// Data streams take `create` only.
fn in_data_stream(action: &Value) -> bool {
    action["create"]["_index"]
        .as_str()
        .is_some_and(|index| index.starts_with("logs-cloudflare.dns-"))
}

/// Answers a bulk request as Elasticsearch does: one item for each document.
pub(crate) fn bulk(_: usize, request: &Request) -> (u16, String) {
    let documents = request.text().lines().count() / 2;
    let item = json!({ "create": { "_index": "logs", "status": 201, "result": "created" } });
    (200, json!({ "took": 1, "errors": false, "items": vec![item; documents] }).to_string())
}

//! As much of an HTTP client as Logpush is.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;

/// A port that was free a moment ago, and that nobody gets by chance: below those that the
/// kernel hands out, and never the same twice.
pub(crate) fn free_port() -> u16 {
    const FIRST: u16 = 15_000;
    const COUNT: u16 = 16_000;
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let start = (std::process::id() % u32::from(COUNT)) as u16;
    loop {
        let step = NEXT.fetch_add(1, Ordering::Relaxed);
        let port = FIRST + (start / 2 * 7 % COUNT + step) % COUNT;
        if TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).is_ok() {
            return port;
        }
    }
}

pub(crate) fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

/// What is sent: always JSON, for that is what in_http takes.
pub(crate) struct Post<'a> {
    pub(crate) path: &'a str,
    pub(crate) gzip: bool,
    pub(crate) body: &'a [u8],
}

impl Post<'_> {
    /// Sends it, and gives the status of the response.
    pub(crate) fn send(&self, port: u16) -> io::Result<u16> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        let body = if self.gzip { gzip(self.body) } else { self.body.to_vec() };
        let encoding = if self.gzip { "Content-Encoding: gzip\r\n" } else { "" };
        let head = format!(
            "POST {} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{encoding}\
             Content-Length: {}\r\nConnection: close\r\n\r\n",
            self.path,
            body.len(),
        );
        stream.write_all(&[head.as_bytes(), &body].concat())?;
        status(stream)
    }
}

/// Gets a text; `None` while nobody listens or answers with it. Some versions keep even a
/// connection of HTTP/1.0 open: what has come after a second is the text.
pub(crate) fn get(port: u16, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(1))).ok()?;
    let head = format!("GET {path} HTTP/1.0\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).ok()?;
    let mut response = Vec::new();
    drop(stream.read_to_end(&mut response));
    let response = String::from_utf8(response).ok()?;
    let (head, body) = response.split_once("\r\n\r\n")?;
    let status = head.lines().next()?.split(' ').nth(1)?;
    (status == "200").then(|| body.to_owned())
}

/// Reads a response up to the end of its head; some versions keep the connection open.
fn status(mut stream: TcpStream) -> io::Result<u16> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        head.extend(byte);
    }
    let head = String::from_utf8_lossy(&head);
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    status.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, head.into_owned()))
}

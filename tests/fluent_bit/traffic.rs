//! A flow of numbered records, while something happens to Fluent Bit.

use std::io::ErrorKind;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::hosts::{GZIP_BODIES, Host};
use crate::http::Post;
use crate::logpush::body;
use crate::numbered::{Sent, lines};

/// Records of one portion.
const SIZE: u64 = 100;
/// Between two portions: what makes it a flow, and not a flood.
const PAUSE: Duration = Duration::from_millis(20);

/// What became of a portion.
pub(crate) enum Put {
    Taken,
    /// It is put again.
    Refused,
    /// It may have been taken. Logpush would put it again, and it might come out twice; here it is
    /// not, so that whatever comes out twice is a fault.
    Unsure,
}

/// Puts records in for as long as `meanwhile` takes, and tells which.
pub(crate) fn flowing(put: impl Fn(Range<u64>) -> Put + Send, meanwhile: impl FnOnce()) -> Sent {
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        let stopped = &stop;
        let flow = scope.spawn(move || flow(put, stopped));
        // Also when something in it panics.
        let stops = Stop(&stop);
        meanwhile();
        drop(stops);
        flow.join().expect("a flow that does not panic")
    })
}

struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn flow(put: impl Fn(Range<u64>) -> Put, stop: &AtomicBool) -> Sent {
    let mut sent = Sent::default();
    while !stop.load(Ordering::Relaxed) {
        let next = sent.count..sent.count + SIZE;
        match put(next.clone()) {
            Put::Taken => sent.count = next.end,
            Put::Refused => {}
            Put::Unsure => {
                sent.count = next.end;
                sent.unsure.push(next);
            }
        }
        thread::sleep(PAUSE);
    }
    sent
}

/// Uploads a portion as Logpush does.
pub(crate) fn upload(host: &Host, port: u16, numbers: Range<u64>) -> Put {
    let body = body(host, &lines(numbers));
    let post = Post { path: "/t", gzip: host.has(GZIP_BODIES), body: body.as_bytes() };
    match post.send(port) {
        Ok(200..300) => Put::Taken,
        Ok(_) => Put::Refused,
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => Put::Refused,
        Err(_) => Put::Unsure,
    }
}

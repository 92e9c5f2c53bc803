//! A stand-in for Kafka: as much of its protocol as a producer speaks.
//!
//! It is one broker with one partition for any topic. It tells which versions of the requests it
//! knows, and keeps what was produced; batches may be packed by gzip. The layouts are those of
//! Kafka's protocol guide: ApiVersions 0 to 3, Metadata 0 to 2, Produce 3 to 7, record batch 2.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use flate2::read::GzDecoder;

const PRODUCE: i16 = 0;
const METADATA: i16 = 3;
const API_VERSIONS: i16 = 18;

/// The requests and their versions. Clients tell features by these: Fetch, ListOffsets and
/// FindCoordinator are never asked for by a producer.
const KNOWN: [(i16, i16, i16); 6] =
    [(PRODUCE, 3, 7), (1, 4, 11), (2, 1, 2), (METADATA, 0, 2), (10, 0, 2), (API_VERSIONS, 0, 3)];

#[derive(Clone)]
pub(crate) struct Broker {
    pub(crate) port: u16,
    messages: Arc<Mutex<Vec<(String, String)>>>,
}

impl Broker {
    pub(crate) fn new() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port on loopback");
        let port = listener.local_addr().expect("an address").port();
        let broker = Self { port, messages: Arc::default() };
        let served = broker.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let broker = served.clone();
                thread::spawn(move || drop(broker.serve(stream)));
            }
        });
        broker
    }

    /// Topics and values, in the order of their arrival.
    pub(crate) fn messages(&self) -> Vec<(String, String)> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The values alone, one a line.
    pub(crate) fn values(&self) -> String {
        let messages = self.messages().into_iter();
        messages.map(|(_, value)| format!("{}\n", value.trim_end())).collect()
    }

    fn serve(&self, mut stream: TcpStream) -> io::Result<()> {
        loop {
            let mut size = [0; 4];
            stream.read_exact(&mut size)?;
            let mut request = vec![0; u32::from_be_bytes(size) as usize];
            stream.read_exact(&mut request)?;
            let mut input = Input(&request);
            let (api, version, correlation) = (input.i16(), input.i16(), input.i32());
            input.string();
            let mut output = Output(correlation.to_be_bytes().to_vec());
            match api {
                API_VERSIONS => api_versions(version, &mut output),
                METADATA => self.metadata(&mut input, &mut output),
                PRODUCE => self.produce(version, &mut input, &mut output),
                other => panic!("a producer asked for {other}"),
            }
            let size = u32::try_from(output.0.len()).expect("short");
            stream.write_all(&[&size.to_be_bytes()[..], &output.0].concat())?;
        }
    }

    /// Each topic asked for has partition 0, here.
    fn metadata(&self, input: &mut Input<'_>, output: &mut Output) {
        let count = input.i32().max(0);
        output.i32(1).i32(1).string("127.0.0.1").i32(self.port.into()).i16(-1);
        output.string("stand-in").i32(1).i32(count);
        for _ in 0..count {
            output.i16(0).string(&input.string()).i8(0).i32(1);
            output.i16(0).i32(0).i32(1).i32(1).i32(1).i32(1).i32(1);
        }
    }

    fn produce(&self, version: i16, input: &mut Input<'_>, output: &mut Output) {
        input.string();
        assert_eq!(input.i16(), -1, "acknowledged by all replicas");
        input.i32();
        let topics = input.i32();
        output.i32(topics);
        for _ in 0..topics {
            let topic = input.string();
            let partitions = input.i32();
            output.string(&topic).i32(partitions);
            for _ in 0..partitions {
                let partition = input.i32();
                let size = input.i32();
                let values = batch(input.take(size)).into_iter();
                let messages = values.map(|value| (topic.clone(), value));
                self.messages.lock().unwrap_or_else(PoisonError::into_inner).extend(messages);
                // No error, the offset, no time; then the first offset.
                output.i32(partition).i16(0).i64(0).i64(-1);
                if version >= 5 {
                    output.i64(0);
                }
            }
        }
        output.i32(0);
    }
}

fn api_versions(version: i16, output: &mut Output) {
    let compact = version >= 3;
    output.i16(0);
    match compact {
        true => output.i8(KNOWN.len() as i8 + 1),
        false => output.i32(KNOWN.len() as i32),
    };
    for (api, first, last) in KNOWN {
        output.i16(api).i16(first).i16(last);
        if compact {
            output.i8(0);
        }
    }
    if version >= 1 {
        output.i32(0);
    }
    if compact {
        output.i8(0);
    }
}

/// The values of a record batch.
fn batch(bytes: &[u8]) -> Vec<String> {
    let mut input = Input(bytes);
    input.take(8 + 4 + 4);
    assert_eq!(input.take(1), [2], "the format of the batch");
    input.take(4);
    let attributes = input.i16();
    input.take(4 + 8 + 8 + 8 + 2 + 4);
    let count = input.i32();
    let mut records = Vec::new();
    match attributes & 7 {
        0 => records.extend(input.0),
        1 => drop(GzDecoder::new(input.0).read_to_end(&mut records).expect("gzip")),
        other => panic!("packed by {other}"),
    }
    let mut input = Input(&records);
    let mut record = |_| {
        input.varint();
        input.take(1);
        input.varint();
        input.varint();
        let key = input.varint();
        input.take(i32::try_from(key).expect("short"));
        let value = input.varint();
        let value = input.take(i32::try_from(value).expect("short")).to_vec();
        assert_eq!(input.varint(), 0, "no headers");
        String::from_utf8(value).expect("UTF-8")
    };
    (0..count).map(&mut record).collect()
}

struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    /// So many bytes; none for a negative number, as for a text that is null.
    fn take(&mut self, count: i32) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(count.max(0) as usize);
        self.0 = rest;
        taken
    }

    fn i16(&mut self) -> i16 {
        i16::from_be_bytes(self.take(2).try_into().expect("two bytes"))
    }

    fn i32(&mut self) -> i32 {
        i32::from_be_bytes(self.take(4).try_into().expect("four bytes"))
    }

    fn string(&mut self) -> String {
        let length = self.i16();
        String::from_utf8_lossy(self.take(length.into())).into_owned()
    }

    /// Seven bits a byte, the lowest first; zigzag.
    fn varint(&mut self) -> i64 {
        let mut bits = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.take(1)[0];
            bits |= u64::from(byte & 127) << shift;
            if byte < 128 {
                break;
            }
        }
        (bits >> 1) as i64 ^ -((bits & 1) as i64)
    }
}

struct Output(Vec<u8>);

macro_rules! integers {
    ($($name:ident)*) => {
        $(fn $name(&mut self, value: $name) -> &mut Self {
            self.0.extend(value.to_be_bytes());
            self
        })*
    };
}

impl Output {
    integers!(i8 i16 i32 i64);

    fn string(&mut self, text: &str) -> &mut Self {
        self.i16(i16::try_from(text.len()).expect("short"));
        self.0.extend(text.as_bytes());
        self
    }
}

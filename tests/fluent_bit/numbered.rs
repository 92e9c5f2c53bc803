//! Numbered records: each has its number in its name, so that whoever reads the output can tell
//! whether every one came out, once, and whole.

use std::fmt;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::PathBuf;

/// Behind the number, once in each record that goes in or comes out.
const DOMAIN: &str = ".example.com";

/// The second in which all times begin; record `n` is `n` microseconds later.
const START: u64 = 1_657_233_600;

/// One record as Logpush sends it. The three datasets take turns with foreign records.
pub(crate) fn line(number: u64) -> String {
    let (time, name) = (nanoseconds(number), format!("{number}{DOMAIN}"));
    match number % 4 {
        0 => format!(
            r#"{{"QueryName":"{name}.","QueryType":28,"ResponseCode":3,"SourceIP":"192.0.2.7","ColoCode":"AMS","Timestamp":{time}}}"#
        ),
        1 => format!(
            r#"{{"ClusterID":"c1","QueryName":"{name}","QueryTCP":true,"QueryType":1,"Timestamp":{time},"UpstreamIP":"2001:db8::9","extra":{{"n":[1,null]}}}}"#
        ),
        2 => format!(
            r#"{{"Datetime":{time},"QueryName":"{name}.","QueryTypeName":"MX","RCode":0,"SrcIP":"10.0.0.1","SrcPort":53124,"ResourceRecordsJSON":"[{{\"ttl\":300,\"rdata\":\"192.0.2.1\"}}]"}}"#
        ),
        _ => format!(r#"{{"message":"{name}","level":7}}"#),
    }
}

pub(crate) fn lines(numbers: Range<u64>) -> String {
    numbers.flat_map(|number| [line(number), "\n".to_owned()]).collect()
}

/// What out_file has to print of it, from the event's time on; foreign records keep the time of
/// their arrival, and are told from the record on.
fn mapped(number: u64) -> String {
    let name = format!("{number}{DOMAIN}");
    let event = |dataset| {
        format!(
            r#""event":{{"kind":"event","category":["network"],"type":["info"],"dataset":"{dataset}"}}"#
        )
    };
    let time = format!(r#""@timestamp":"{}""#, rfc3339(number));
    let record = match number % 4 {
        0 => format!(
            r#"{{{time},"dns":{{"question":{{"name":"{name}","type":"AAAA"}},"response_code":"NXDomain"}},{},"source":{{"ip":"192.0.2.7"}},"cloudflare":{{"ColoCode":"AMS"}}}}"#,
            event("dns_logs"),
        ),
        1 => format!(
            r#"{{{time},"dns":{{"question":{{"name":"{name}","type":"A"}}}},{},"destination":{{"ip":"2001:db8::9"}},"network":{{"transport":"tcp"}},"cloudflare":{{"ClusterID":"c1"}},"extra":{{"n":[1,null]}}}}"#,
            event("dns_firewall_logs"),
        ),
        2 => format!(
            r#"{{{time},"dns":{{"question":{{"name":"{name}","type":"MX"}},"response_code":"NoError","answers":[{{"ttl":300,"data":"192.0.2.1"}}]}},{},"source":{{"address":"10.0.0.1","ip":"10.0.0.1","port":53124}},"network":{{"protocol":"dns"}}}}"#,
            event("gateway_dns"),
        ),
        _ => return line(number),
    };
    let nanoseconds = nanoseconds(number);
    let (seconds, rest) = (nanoseconds / 1_000_000_000, nanoseconds % 1_000_000_000);
    format!("{seconds}.{rest:09}, {record}")
}

fn nanoseconds(number: u64) -> u64 {
    START * 1_000_000_000 + number * 1_000
}

/// START is 22:40:00 on a day in July.
fn rfc3339(number: u64) -> String {
    let (second, micros) = (number / 1_000_000, number % 1_000_000);
    assert!(second < 3600, "more records than an hour has microseconds");
    let (minute, second) = (40 + second / 60, second % 60);
    let (hour, minute) = (22 + minute / 60, minute % 60);
    format!("2022-07-07T{hour}:{minute:02}:{second:02}.{micros:06}Z")
}

/// Whether a filter stands between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expect {
    Mapped,
    /// The control: what Fluent Bit does by itself.
    AsTheyCame,
}

/// The records that have come out of out_file so far.
pub(crate) struct Tally {
    file: PathBuf,
    offset: u64,
    /// The begin of a line that is not all there yet.
    rest: Vec<u8>,
    expect: Expect,
    /// How often each has come out.
    seen: Vec<u8>,
    lines: u64,
    /// The first lines that are not what they should be, and how many there were.
    torn: Vec<String>,
    torn_count: u64,
}

impl Tally {
    pub(crate) fn new(file: PathBuf, expect: Expect) -> Self {
        let (rest, seen, torn) = (Vec::new(), Vec::new(), Vec::new());
        Self { file, offset: 0, rest, expect, seen, lines: 0, torn, torn_count: 0 }
    }

    /// Reads on, and tells how many lines there are.
    pub(crate) fn read(&mut self) -> u64 {
        let Ok(mut file) = File::open(&self.file) else { return 0 };
        file.seek(SeekFrom::Start(self.offset)).expect("a file");
        let mut bytes = std::mem::take(&mut self.rest);
        let read = file.read_to_end(&mut bytes).expect("the output");
        self.offset += read as u64;
        let end = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
        self.rest = bytes.split_off(end);
        let text = String::from_utf8_lossy(&bytes);
        text.lines().for_each(|line| self.take(line));
        self.lines
    }

    fn take(&mut self, line: &str) {
        self.lines += 1;
        let Some(number) = number_of(line).filter(|&number| self.is_whole(number, line)) else {
            self.torn_count += 1;
            if self.torn.len() < 5 {
                self.torn.push(line.to_owned());
            }
            return;
        };
        let place = usize::try_from(number).expect("64 bits");
        if self.seen.len() <= place {
            self.seen.resize(place + 1, 0);
        }
        self.seen[place] = self.seen[place].saturating_add(1);
    }

    /// `tag: [seconds.nanoseconds, {record}]`
    fn is_whole(&self, number: u64, line: &str) -> bool {
        let is_foreign = number % 4 == 3;
        let (from, expected) = match self.expect {
            Expect::Mapped if !is_foreign => (": [", mapped(number)),
            _ => (", ", self::line(number)),
        };
        let event = line.split_once(from).and_then(|(_, event)| event.strip_suffix(']'));
        event == Some(&*expected)
    }

    /// What is amiss when these have gone in; nothing when all came out once, and whole.
    pub(crate) fn verdict(&self, sent: &Sent) -> Verdict {
        let count = usize::try_from(sent.count).expect("64 bits");
        let seen = |place: usize| self.seen.get(place).copied().unwrap_or(0);
        // The ranges are in order: of those that end behind a number, the first has it or none.
        let is_unsure = |place: &usize| {
            let number = u64::try_from(*place).expect("64 bits");
            let at = sent.unsure.partition_point(|range| range.end <= number);
            sent.unsure.get(at).is_some_and(|range| range.contains(&number))
        };
        Verdict {
            lost: (0..count).filter(|&n| seen(n) == 0).filter(|n| !is_unsure(n)).collect(),
            repeated: (0..count).filter(|&n| seen(n) > 1).collect(),
            unsent: self.seen.len().saturating_sub(count),
            torn: self.torn_count,
            examples: self.torn.clone(),
        }
    }
}

/// The records that have gone in: the first `count`.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    pub(crate) count: u64,
    /// Of these, in their order, nobody knows, for their upload was never answered.
    pub(crate) unsure: Vec<Range<u64>>,
}

impl Sent {
    pub(crate) fn sure(&self) -> u64 {
        self.count - self.unsure.iter().map(|range| range.end - range.start).sum::<u64>()
    }
}

fn number_of(line: &str) -> Option<u64> {
    let head = &line[..line.find(DOMAIN)?];
    let digits = head.rfind(|c: char| !c.is_ascii_digit()).map_or(0, |at| at + 1);
    head[digits..].parse().ok()
}

/// What has become of numbered records.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) lost: Vec<usize>,
    pub(crate) repeated: Vec<usize>,
    unsent: usize,
    torn: u64,
    examples: Vec<String>,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = |numbers: &[usize]| format!("{:?}", &numbers[..numbers.len().min(5)]);
        write!(
            f,
            "{} lost {}, {} repeated {}, {} never sent, {} torn {:?}",
            self.lost.len(),
            first(&self.lost),
            self.repeated.len(),
            first(&self.repeated),
            self.unsent,
            self.torn,
            self.examples,
        )
    }
}

#[test]
fn what_is_lost_repeated_or_torn_is_told() {
    let out = |number| match number % 4 {
        3 => format!("t: [1.000000000, {}]\n", line(number)),
        _ => format!("t: [{}]\n", mapped(number)),
    };
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("numbered");
    let whole: String = (0..8).map(out).collect();
    let damaged = whole.replace(&out(2), "").replace(&out(7), &out(4));
    let damaged = damaged.replacen("192.0.2.7", "192.0.2.8", 1);
    let verdict = |text: &str| {
        std::fs::write(&file, text).expect("a file of the test's own");
        let mut tally = Tally::new(file.clone(), Expect::Mapped);
        assert_eq!(tally.read(), text.lines().count() as u64);
        tally.verdict(&Sent { count: 8, unsure: vec![5..6, 6..7] })
    };
    assert_eq!(verdict(&whole), Verdict::default());
    let found = verdict(&damaged);
    assert_eq!((found.lost, found.repeated, found.torn), (vec![0, 2, 7], vec![4], 1));
    assert_eq!(verdict(&whole.replace(&out(6), "")), Verdict::default());
    assert_eq!(verdict(&[whole, out(8)].concat()).unsent, 1);
    std::fs::remove_file(&file).expect("a file of the test's own");
}

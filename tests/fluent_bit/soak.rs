//! Endurance: numbered records through long runs, reloads, restarts, storage and threads, each of
//! which has to come out once and whole.
//!
//! `SOAK=<records>` makes the tests long; without it each has a few thousand records. When one
//! record is amiss, the same is done without the filter, so that the failure tells what Fluent Bit
//! loses by itself. In the long form the long run is always done both ways, for the memory.

use std::fs;
use std::io::Write;
use std::sync::{Mutex, PoisonError};

use crate::hosts::{CONDITIONS, Host, PROCESSORS, Version, each, each_since};
use crate::http::free_port;
use crate::logpush::send;
use crate::numbered::{Expect, Sent, Tally, Verdict, lines};
use crate::pipeline::{Pipeline, Properties};
use crate::run::{Running, Site};
use crate::traffic::{flowing, upload};

/// Before, in_http goes on to accept uploads while Fluent Bit stops; up to 3.2 it loses them, and up
/// to 5.0 no reload ends as long as somebody connects.
const STOPS_FOR_UPLOADS: Version = Version(5, 1, 0);

/// Before, in_http reads from where its buffer was when it had to grow amid an upload: now and then
/// it answers 400.
const MOVES_ITS_POINTERS: Version = Version(3, 0, 2);

/// What is freed goes back at once, by jemalloc and by glibc: otherwise what they keep moves the
/// memory by some percent, without the filter too.
const NOTHING_KEPT: [(&str, &str); 3] = [
    ("MALLOC_CONF", "dirty_decay_ms:0,muzzy_decay_ms:0"),
    ("MALLOC_TRIM_THRESHOLD_", "0"),
    ("MALLOC_MMAP_THRESHOLD_", "65536"),
];

/// Records of a short form.
const FEW: u64 = 4_000;
/// The records of a batch, about as many as Logpush sends in one upload.
const BATCH: u64 = 10_000;
/// From so many records on the memory has a shape.
const MANY: u64 = 1_000_000;
/// Files have no more: Fluent Bit stops to read when too many chunks wait for their output.
const STORED: u64 = 200_000;

/// The records of a long form.
fn soak() -> Option<u64> {
    let records = std::env::var("SOAK").ok()?;
    Some(records.parse().expect("SOAK is a number of records"))
}

fn records() -> u64 {
    soak().unwrap_or(FEW)
}

/// How often to reload: 1,000 times with ten million records, and at least thrice.
fn times() -> u64 {
    (records() / 10_000).clamp(3, 1_000)
}

/// Past the capture of the tests' output.
fn tell(text: &str) {
    drop(std::io::stderr().write_all(format!("{text}\n").as_bytes()));
}

/// Tells of a long form what it was.
fn tell_of(host: &Host, expect: Expect, what: &str, times: u64, sent: &Sent) {
    if soak().is_some() {
        let (version, records, unsure) = (host.version, sent.count, sent.count - sent.sure());
        tell(&format!(
            "Fluent Bit {version}, {expect:?}: {times} {what} amid {records} records, of which \
             {unsure} were in uploads without an answer"
        ));
    }
}

/// Does it with the filter, and on a failure without, to tell who is to blame.
fn judge(host: &Host, scenario: impl Fn(&Host, Expect) -> Verdict) {
    let verdict = scenario(
        host,
        if std::env::var_os("CONTROL").is_some() { Expect::AsTheyCame } else { Expect::Mapped },
    );
    if verdict != Verdict::default() {
        let control = scenario(host, Expect::AsTheyCame);
        panic!("with the filter: {verdict}\nFluent Bit by itself: {control}");
    }
}

/// Filters of ours, or none in the control.
fn filtered(pipeline: Pipeline, expect: Expect, filters: &[Properties]) -> Pipeline {
    let filters = if expect == Expect::Mapped { filters } else { &[] };
    filters.iter().fold(pipeline, |pipeline, filter| pipeline.filter(filter))
}

/// Waits until so many are out, or no more come.
fn follow(run: &mut Running<'_>, tally: &mut Tally, count: u64) {
    run.comes("records", |_| (tally.read() >= count).then_some(()));
}

/// Waits for the last one, stops, and looks at what came.
fn finish(mut run: Running<'_>, mut tally: Tally, sent: &Sent) -> Verdict {
    follow(&mut run, &mut tally, sent.sure());
    run.stop();
    tally.read();
    tally.verdict(sent)
}

// ---- a long run ----

/// The memory that a process holds, in KiB.
fn memory(run: &Running<'_>) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", run.pid())).expect("a process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("VmRSS");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

/// The means of the second and of the last quarter.
fn quarters(memory: &[u64]) -> (u64, u64) {
    let quarter = memory.len() / 4;
    let mean = |part: &[u64]| part.iter().sum::<u64>() / part.len().max(1) as u64;
    (mean(&memory[quarter..2 * quarter]), mean(&memory[memory.len() - quarter..]))
}

/// Uploads as Logpush makes them; each waits for those before. Gives the memory after each, too.
fn long_run(host: &Host, expect: Expect) -> (Verdict, Vec<u64>) {
    let (site, port, count) = (Site::new(host), free_port(), records());
    let port_text = port.to_string();
    let mut input = vec![("port", &*port_text), ("buffer_max_size", "64M")];
    if !host.has(MOVES_ITS_POINTERS) {
        input.push(("buffer_chunk_size", "8M"));
    }
    let pipeline = Pipeline::new().input("http", &input);
    site.write("fluent-bit.conf", filtered(pipeline, expect, &[&[]]).classic());
    let mut command = site.configured("fluent-bit.conf", &[]);
    command.envs(NOTHING_KEPT);
    let mut run = site.spawn(command);
    let mut tally = Tally::new(site.path("out"), expect);
    let batch = BATCH.min(count / 4);
    let (mut sent, mut held) = (Sent::default(), Vec::new());
    while sent.count < count {
        let next = (sent.count + batch).min(count);
        send(&mut run, port, "t", &lines(sent.count..next));
        sent.count = next;
        follow(&mut run, &mut tally, next.saturating_sub(2 * batch));
        held.push(memory(&run));
    }
    (finish(run, tally, &sent), held)
}

fn check_memory(host: &Host, records: u64, held: &[u64]) {
    let (second, last) = quarters(held);
    let (verdict, alone) = long_run(host, Expect::AsTheyCame);
    let (control_second, control_last) = quarters(&alone);
    tell(&format!(
        "Fluent Bit {}, {records} records: RSS {second} KiB in the second quarter and {last} in \
         the last; without the filter {control_second} and {control_last}, {verdict}",
        host.version,
    ));
    let is_flat = records < MANY || last * 100 <= second * 102;
    assert!(is_flat, "RSS {second} KiB in the second quarter, {last} in the last");
}

#[test]
fn uploads_come_out_once_and_memory_stays_flat() {
    each(|host| {
        let held = std::cell::RefCell::new(Vec::new());
        judge(host, |host, expect| {
            let (verdict, memory) = long_run(host, expect);
            held.replace(memory);
            verdict
        });
        if let Some(records) = soak() {
            check_memory(host, records, &held.take());
        }
    });
}

// ---- reloads and restarts ----

/// Starts of the filter, or of Fluent Bit itself in the control.
fn starts(site: &Site, expect: Expect) -> usize {
    let version = concat!("] version ", env!("CARGO_PKG_VERSION"));
    let is_start = |line: &&String| match expect {
        Expect::Mapped => line.contains("[filter:cloudflare_dns:") && line.contains(version),
        Expect::AsTheyCame => line.contains("[fluent bit] version="),
    };
    site.log().iter().filter(is_start).count()
}

/// A signal that comes while the reload before is still on its way is ignored: it is sent again.
fn reload(run: &mut Running<'_>, expect: Expect) {
    const LOOKS: u32 = 250;
    let (before, mut looks) = (starts(run.site, expect), 0);
    let pid = run.pid();
    run.until("a reload", |site| {
        if looks % LOOKS == 0 {
            // SAFETY: the process is a child that was not waited for, so the id is its own.
            unsafe { libc::kill(pid, libc::SIGHUP) };
        }
        looks += 1;
        (starts(site, expect) > before).then_some(())
    });
}

/// Uploads that go on whatever happens, or that wait for `pausing` where Fluent Bit must not get
/// any while it stops: then the last of them have been accepted a moment before.
struct Uploads<'a> {
    host: &'a Host,
    port: u16,
    gate: Mutex<()>,
}

impl<'a> Uploads<'a> {
    fn new(host: &'a Host) -> Self {
        Self { host, port: free_port(), gate: Mutex::new(()) }
    }

    fn pipeline(&self, expect: Expect, filters: &[Properties]) -> Pipeline {
        let pipeline = Pipeline::new().service(&[("hot_reload", "on")]);
        let pipeline = pipeline.input("http", &[("port", &*self.port.to_string())]);
        filtered(pipeline, expect, filters)
    }

    fn flowing(&self, meanwhile: impl FnOnce()) -> Sent {
        let put = |numbers| {
            let _open = self.gate.lock().unwrap_or_else(PoisonError::into_inner);
            upload(self.host, self.port, numbers)
        };
        flowing(put, meanwhile)
    }

    fn pausing<T>(&self, pause: impl FnOnce() -> T) -> T {
        let _closed = (!self.host.has(STOPS_FOR_UPLOADS))
            .then(|| self.gate.lock().unwrap_or_else(PoisonError::into_inner));
        pause()
    }
}

fn reloads(host: &Host, expect: Expect) -> Verdict {
    let (site, uploads) = (Site::new(host), Uploads::new(host));
    let mut tally = Tally::new(site.path("out"), expect);
    let mut run = site.classic(&uploads.pipeline(expect, &[&[]]));
    let sent = uploads.flowing(|| {
        for _ in 0..times() {
            let before = tally.read();
            follow(&mut run, &mut tally, before + 1);
            uploads.pausing(|| reload(&mut run, expect));
        }
        let before = tally.read();
        follow(&mut run, &mut tally, before + 1);
    });
    tell_of(host, expect, "reloads", times(), &sent);
    finish(run, tally, &sent)
}

#[test]
fn hot_reloads_amid_traffic_lose_nothing() {
    each_since(PROCESSORS, |host| judge(host, reloads));
}

fn restarts(host: &Host, expect: Expect) -> Verdict {
    let (site, uploads) = (Site::new(host), Uploads::new(host));
    let pipeline = uploads.pipeline(expect, &[&[], &[("convention", "ecs")]]);
    let mut tally = Tally::new(site.path("out"), expect);
    let (mut last, starts) = (None, times().min(100));
    let sent = uploads.flowing(|| {
        for _ in 0..starts {
            last.take().into_iter().for_each(|run: Running<'_>| uploads.pausing(|| run.stop()));
            let before = tally.read();
            follow(last.insert(site.classic(&pipeline)), &mut tally, before + 1);
        }
    });
    tell_of(host, expect, "starts", starts, &sent);
    finish(last.expect("a start"), tally, &sent)
}

#[test]
fn sigterm_amid_traffic_through_two_filters_loses_nothing() {
    each(|host| judge(host, restarts));
}

// ---- files of records ----

/// A file of so many records, and in_tail's properties for it.
fn file<'a>(site: &Site, name: &'a str, from: u64, count: u64) -> (Vec<(&'a str, &'a str)>, Sent) {
    site.write(name, lines(from..from + count));
    let input = [("path", name), ("tag", name), ("read_from_head", "on"), ("parser", "json")];
    (input.to_vec(), Sent { count, unsure: Vec::new() })
}

/// Chunks are kept in files while nobody takes them, and delivered after a restart.
fn stored(host: &Host, expect: Expect) -> Verdict {
    let site = Site::new(host);
    let nobody = free_port().to_string();
    let output = [("host", "127.0.0.1"), ("port", &*nobody), ("retry_limit", "false")];
    let (input, sent) = file(&site, "traffic.log", 0, records().min(STORED));
    let service = [("flush", "0.2"), ("grace", "1"), ("storage.path", "storage")];
    let input = [&input[..], &[("storage.type", "filesystem"), ("db", "tail.db")]].concat();
    let pipeline = Pipeline::bare().service(&service).input("tail", &input);
    let pipeline = filtered(pipeline, expect, &[&[]]).output("http", &output);
    // Whoever has seen a record go by knows that its chunk is in a file.
    let mut run = site.classic(&pipeline.output("file", &[("file", "seen")]));
    run.until_lines("seen", usize::try_from(sent.count).expect("64 bits"));
    run.stop();
    let pipeline = Pipeline::new().service(&[("storage.path", "storage")]);
    let pipeline = filtered(pipeline.input("tail", &input), expect, &[&[]]);
    finish(site.classic(&pipeline), Tally::new(site.path("out"), expect), &sent)
}

#[test]
fn chunks_in_filesystem_storage_survive_a_restart() {
    each(|host| judge(host, stored));
}

// ---- threads ----

/// A condition that all of our records meet.
const CONDITION: &str = "            condition:
              op: and
              rules:
                - {field: $QueryName, op: regex, value: example}
";

/// Two inputs with a thread each, and a filter as the processor of each; where there are
/// conditions, the first has one.
fn threads(host: &Host, expect: Expect) -> Verdict {
    let site = Site::new(host);
    let half = records().min(STORED) / 2;
    let mut pipeline = Pipeline::new();
    for (name, from) in [("one", 0), ("two", half)] {
        let (input, _) = file(&site, name, from, half);
        pipeline = pipeline.input("tail", &[&input[..], &[("threaded", "on")]].concat());
        if expect == Expect::Mapped {
            pipeline = pipeline.processor(&[]);
        }
    }
    let mut yaml = pipeline.yaml();
    if host.has(CONDITIONS) {
        let name = "          - name: \"cloudflare_dns\"\n";
        yaml = yaml.replacen(name, &[name, CONDITION].concat(), 1);
    }
    site.write("fluent-bit.yaml", yaml);
    let run = site.spawn(site.configured("fluent-bit.yaml", &[]));
    let sent = Sent { count: 2 * half, unsure: Vec::new() };
    finish(run, Tally::new(site.path("out"), expect), &sent)
}

#[test]
fn processors_in_threads_of_their_own_lose_nothing() {
    each_since(PROCESSORS, |host| judge(host, threads));
}

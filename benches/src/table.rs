//! `make bench`: the filter, called through the C ABI, beside the floor and the peers.
//!
//! The floor is one validating walk over the input, and one copy of the output into fresh memory. Before anything is timed, the output of each peer is compared with ours.
//! All take turns, so the ratios of one run can be trusted, even where its times cannot.

use std::hint::black_box;

use benches::cases::{CASES, Case};
use benches::chunk::{self, HEADER};
use benches::peers::vrl::Vrl;
use benches::peers::{self, Dataset, Input};
use benches::plugin::Library;
use benches::timing::{Contestant, Timed, race};
use flb_filter_cloudflare_dns::{Answer, Config, Mapper};
use serde_json::Value;

const SIZES: [usize; 4] = [1, 10, 1_000, 50_000];

fn main() {
    keep_memory();
    let path = Library::path();
    let library = Library::load(&path);
    println!("Plugin: {}", path.file_name().unwrap_or_default().display());
    println!("Times are the quickest of all rounds; ratios are the medians over the rounds.\n");
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let wanted = |case: &Case| wanted.is_empty() || wanted.iter().any(|name| name == case.name);
    println!("{:<36}{:>10}{:>10}{HEADINGS}", "", "records", "ours");
    println!("{:<36}{:>10}{:>10}{UNITS}", "chunks of", "a chunk", "ns/record");
    let mut rows = Vec::new();
    for case in CASES.into_iter().filter(wanted) {
        let events = case.events(50_000);
        for size in SIZES {
            let row = measure(library, case, &events, size);
            println!("{}", row.line());
            rows.push(row);
        }
    }
    let is_whole = std::env::args().len() == 1;
    targets(&rows, &if is_whole { long_chunks(library) } else { Vec::new() });
    if is_whole {
        for (case, other, most) in BESIDE {
            target(&format!("{case}: to {other}"), most, Some(compare(library, case, other)));
        }
    }
}

/// Cases that the peers do not map, what each is compared with, and the most that it may take of that.
const BESIDE: [(&str, &str, f64); 3] = [
    ("dns_logs, raw JSON, space behind", "dns_logs, raw JSON", 1.1),
    ("dns_logs, raw JSON, spaces around", "dns_logs, raw JSON", 1.1),
    ("gateway_dns, ecs, 3 wire answers", "gateway_dns, ecs, 3 text answers", 1.5),
];

/// The time of a record of one case, in that of another.
fn compare(library: Library, case: &'static str, other: &'static str) -> f64 {
    let contestants = [case, other].map(|name| {
        let case = Case::named(name).expect("a case's name");
        let chunks = chunk::chunks(&case.events(2_000), 1_000);
        let mut filter = library.start(&case.settings());
        Contestant::new(name, move || {
            chunks.iter().for_each(|chunk| filter.filter(chunk, |output| _ = black_box(output)));
        })
    });
    let timed = race(contestants.into(), 15);
    timed[0].ratio_to(&timed[1])
}

/// Has malloc keep what is freed, as the allocator in Fluent Bit's builds (jemalloc) does for a
/// while: otherwise large chunks would time the kernel's page faults.
fn keep_memory() {
    // SAFETY: mallopt sets parameters, before any thread is started.
    unsafe { libc::mallopt(libc::M_MMAP_MAX, 0) };
    // SAFETY: as above.
    unsafe { libc::mallopt(libc::M_TRIM_THRESHOLD, i32::MAX) };
}

/// What one case gave, in chunks of one size.
struct Row {
    case: Case,
    size: usize,
    records: f64,
    timed: Vec<Timed>,
}

const HEADINGS: &str = "      floor       ours       ours    structs        VRL       ours";
const UNITS: &str = "  ns/record     /floor      /walk      /ours      /ours  /JSON parse";

impl Row {
    fn timed(&self, name: &str) -> Option<&Timed> {
        self.timed.iter().find(|timed| timed.name == name)
    }

    fn nanoseconds(&self, name: &str) -> Option<f64> {
        Some(self.timed(name)?.min() / self.records)
    }

    fn ratio(&self, of: &str, to: &str) -> Option<f64> {
        Some(self.timed(of)?.ratio_to(self.timed(to)?))
    }

    fn line(&self) -> String {
        let number = |number: Option<f64>, digits: usize| {
            number.map_or_else(|| format!("{:>11}", "-"), |number| format!("{number:>11.digits$}"))
        };
        let case = format!("{:<36}{:>10}", self.case.name, self.size);
        let times = ["ours", "floor"].map(|name| number(self.nanoseconds(name), 1));
        let ratios = [
            ("ours", "floor"),
            ("ours", "walk"),
            ("structs", "ours"),
            ("vrl", "ours"),
            ("ours", "parse"),
        ];
        let ratios = ratios.map(|(of, to)| number(self.ratio(of, to), 2));
        format!("{case}{}{}", times.concat().split_at(1).1, ratios.concat())
    }
}

/// Checks and times one case.
fn measure(library: Library, case: Case, events: &[Vec<u8>], size: usize) -> Row {
    let total = if size <= 1_000 { 2_000 } else { size };
    let chunks = chunk::chunks(&events[..total], size);
    let mut filter = library.start(&case.settings());
    let outputs: Vec<_> = chunks.iter().map(|chunk| filter.output(chunk)).collect();
    check(case, &chunks, &outputs);
    let texts: Vec<_> = match case.input {
        Input::Text => chunks.iter().flat_map(|chunk| peers::texts(chunk)).collect(),
        Input::Record => Vec::new(),
    };
    let Case { input, options, .. } = case;
    let chunks = &chunks;
    let mut contestants = vec![
        Contestant::new("walk", || chunks.iter().for_each(|chunk| chunk::walk(chunk))),
        Contestant::new("ours", || {
            chunks.iter().for_each(|chunk| filter.filter(chunk, |output| _ = black_box(output)));
        }),
    ];
    if let Some(dataset) = case.dataset {
        contestants.push(Contestant::new("floor", || {
            for (chunk, output) in chunks.iter().zip(&outputs) {
                chunk::walk(chunk);
                output.iter().for_each(|output| chunk::copy(output));
            }
        }));
        contestants.push(Contestant::new("structs", move || {
            for chunk in chunks {
                black_box(peers::structs::rewrite(dataset, input, options, chunk));
            }
        }));
    }
    if let Some(mut vrl) = case.dataset.and_then(|of| Vrl::new(of, input, options)) {
        contestants.push(Contestant::new("vrl", move || {
            for chunk in chunks {
                black_box(vrl.rewrite(chunk));
            }
        }));
    }
    if input == Input::Text {
        let (texts, dataset) = (&texts, case.dataset.unwrap_or(Dataset::DnsLogs));
        contestants.push(Contestant::new("parse", move || {
            texts.iter().for_each(|text| peers::structs::parse(dataset, text));
        }));
    }
    let timed = race(contestants, if size <= 1_000 { 15 } else { 7 });
    Row { case, size, records: total as f64, timed }
}

/// Compares the peers' answers with ours, and ours with that of the mapper built into this
/// program, so that nobody times an old plugin.
fn check(case: Case, chunks: &[Vec<u8>], outputs: &[Option<Vec<u8>>]) {
    let settings = case.settings();
    let setting = |key: &std::ffi::CStr| {
        settings.iter().find(|(name, _)| name.as_bytes() == key.to_bytes()).map(|(_, value)| *value)
    };
    let config = Config::read(setting).expect("valid settings");
    let mut vrl = case.dataset.and_then(|of| Vrl::new(of, case.input, case.options));
    let mut mapper = Mapper::new(&config).expect("valid settings");
    for (chunk, output) in chunks.iter().zip(outputs) {
        let mut mapped = Vec::new();
        let answer = mapper.rewrite(chunk, &mut mapped).expect("enough memory").answer;
        let mapped = (answer != Answer::Untouched).then_some(mapped);
        assert!(mapped == *output, "the plugin was not built from these sources: make build");
        let Some(dataset) = case.dataset else {
            assert!(output.is_none(), "{}: something was taken for ours", case.name);
            continue;
        };
        let ours = values(output.as_ref().unwrap_or(chunk));
        let structs = peers::structs::rewrite(dataset, case.input, case.options, chunk);
        let vrl = vrl.as_mut().map(|vrl| ("VRL", vrl.rewrite(chunk)));
        for (peer, theirs) in std::iter::once(("structs", structs)).chain(vrl) {
            let theirs = values(&theirs);
            assert_eq!(ours.len(), theirs.len(), "{}: {peer} has as many events", case.name);
            for (ours, theirs) in ours.iter().zip(&theirs) {
                assert_eq!(ours, theirs, "{}: {peer} maps alike", case.name);
            }
        }
    }
}

/// The events of a chunk: their headers and their records.
fn values(chunk: &[u8]) -> Vec<(Vec<u8>, Value)> {
    let value = |event: &[u8]| {
        let (header, record) = event.split_at(HEADER);
        (header.to_vec(), rmp_serde::from_slice(record).expect("a record"))
    };
    chunk::events(chunk).map(value).collect()
}

/// The same million records, in chunks of a thousand and in one.
fn long_chunks(library: Library) -> Vec<Row> {
    let case = Case { name: "dns_logs, a million records", ..CASES[0] };
    let events = case.events(1_000_000);
    let mut rows = Vec::new();
    for size in [1_000, 50_000, 1_000_000] {
        let chunks = chunk::chunks(&events, size);
        let mut filter = library.start(&case.settings());
        let outputs: Vec<_> = chunks.iter().map(|chunk| filter.output(chunk)).collect();
        let contestants = vec![
            Contestant::new("floor", || {
                for (chunk, output) in chunks.iter().zip(&outputs) {
                    chunk::walk(chunk);
                    output.iter().for_each(|output| chunk::copy(output));
                }
            }),
            Contestant::new("ours", || {
                chunks
                    .iter()
                    .for_each(|chunk| filter.filter(chunk, |output| _ = black_box(output)));
            }),
        ];
        let timed = race(contestants, 5);
        let row = Row { case, size, records: 1e6, timed };
        println!("{}", row.line());
        rows.push(row);
    }
    rows
}

/// Prints a target with what was measured.
fn target(what: &str, most: f64, measured: Option<f64>) {
    let Some(measured) = measured else { return };
    let met = if measured <= most { "met" } else { "NOT met" };
    println!("{what:<68}{most:>9.2}{measured:>9.2}  {met}");
}

/// Prints each target with what was measured.
fn targets(rows: &[Row], long: &[Row]) {
    println!("\n{:<68}{:>9}{:>9}", "Targets", "at most", "measured");
    let row = |name: &str, size| rows.iter().find(|r| r.case.name == name && r.size == size);
    for (name, most) in [
        ("dns_logs", 1.35),
        ("dns_logs, ecs", 1.35),
        ("dns_logs, enrich all", 2.3),
        ("dns_logs, ecs, enrich all", 2.3),
    ] {
        for size in [1_000, 50_000] {
            let ratio = row(name, size).and_then(|row| row.ratio("ours", "floor"));
            target(&format!("{name}, chunks of {size}: to the floor"), most, ratio);
        }
    }
    for name in [
        "dns_logs, raw JSON",
        "dns_firewall_logs, raw JSON",
        "gateway_dns, raw JSON",
        "other JSON, key_name",
    ] {
        for size in [1_000, 50_000] {
            let ratio = row(name, size).and_then(|row| row.ratio("ours", "parse"));
            target(&format!("{name}, chunks of {size}: to serde_json's parse"), 1.0, ratio);
        }
    }
    for name in ["access logs", "container logs", "text lines, key_name"] {
        for size in [1_000, 50_000] {
            let ratio = row(name, size).and_then(|row| row.ratio("ours", "walk"));
            target(&format!("{name}, chunks of {size}: to the walk"), 1.15, ratio);
        }
    }
    for name in ["dns_logs", "dns_logs, enrich all"] {
        let ours = |size| row(name, size).and_then(|row| row.nanoseconds("ours"));
        let extra = ours(1).zip(ours(1_000)).map(|(one, each)| one - each);
        target(&format!("{name}: a one-record chunk, ns on top"), 25.0, extra);
    }
    let growth = |name| {
        let last = long.last().and_then(|row| row.nanoseconds(name));
        long.first().and_then(|row| row.nanoseconds(name)).zip(last).map(|(few, all)| all / few)
    };
    let floor = growth("floor").unwrap_or_default();
    let what = format!("ns/record in one chunk of a million to chunks of 1,000 (floor {floor:.2})");
    target(&what, 1.25, growth("ours"));
}

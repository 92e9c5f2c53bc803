//! For valgrind: one contestant works on one fixed chunk again and again, and nothing else happens.
//!
//! `profile CASE CONTESTANT RECORDS ROUNDS`: the case is named as in the table that `make bench`
//! prints; the contestant is `ours`, `walk`, `floor`, `structs`, `vrl` or `parse`; the chunk
//! has so many records. `vrl` needs the feature `vrl`. Without arguments it names the cases.

use std::hint::black_box;

use benches::cases::{CASES, Case};
use benches::chunk;
use benches::peers::vrl::Vrl;
use benches::peers::{self, Dataset};
use benches::plugin::Library;

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [case, contestant, records, rounds] = &arguments[..] else {
        return CASES.iter().for_each(|case| println!("{}", case.name));
    };
    let case = Case::named(case).expect("a case's name");
    let records = records.parse().expect("a number of records");
    let rounds = rounds.parse().expect("a number of rounds");
    let chunk = case.events(records).concat();
    let mut filter = Library::load(&Library::path()).start(&case.settings());
    let output = filter.output(&chunk);
    let dataset = case.dataset.unwrap_or(Dataset::DnsLogs);
    let texts = if contestant == "parse" { peers::texts(&chunk) } else { Vec::new() };
    let mut vrl = (contestant == "vrl").then(|| {
        Vrl::new(dataset, case.input, case.options)
            .expect("a dataset with a program, and the feature vrl")
    });
    for _ in 0..rounds {
        match &contestant[..] {
            "ours" => filter.filter(&chunk, |output| _ = black_box(output)),
            "walk" => chunk::walk(&chunk),
            "floor" => {
                chunk::walk(&chunk);
                output.iter().for_each(|output| chunk::copy(output));
            }
            "structs" => {
                let Case { input, options, .. } = case;
                black_box(peers::structs::rewrite(dataset, input, options, &chunk));
            }
            "vrl" => vrl.iter_mut().for_each(|vrl| _ = black_box(vrl.rewrite(&chunk))),
            "parse" => texts.iter().for_each(|text| peers::structs::parse(dataset, text)),
            other => panic!("no contestant is called {other}"),
        }
    }
}

//! What a call of `cb_filter` costs, in instructions as callgrind counts them: the same on every
//! machine, whatever else it does.
//!
//! The bounds leave a tenth for other compilers. They hold for a host's own part, too: the copy of a
//! count's functions, and of malloc. `benches/one_record.py` counts in the real Fluent Bit.

use crate::driver::Run;
use crate::plugin::given;

/// A record of `dns_logs` as Logpush writes it.
const RECORD: &str = r#"{"ColoCode":"FRA","EDNSSubnet":"192.0.2.0","EDNSSubnetLength":24,"QueryName":"www.example.com","QueryType":1,"ResponseCached":false,"ResponseCode":0,"SourceIP":"192.0.2.53","Timestamp":1715065689123456789}"#;
const RFC3339: &str = r#"{"ColoCode":"FRA","EDNSSubnet":"192.0.2.0","EDNSSubnetLength":24,"QueryName":"www.example.com","QueryType":1,"ResponseCached":false,"ResponseCode":0,"SourceIP":"192.0.2.53","Timestamp":"2024-05-07T07:08:09.123456Z"}"#;
const FOREIGN: &str = r#"{"host":"192.0.2.53","user":"-","method":"GET","path":"/","code":200,"size":1234,"referer":"-","agent":"curl"}"#;

/// What one call for that record takes, when many were before it.
fn per_call(record: &str) -> u64 {
    const CALLS: u64 = 200;
    let line = format!("{record}\n");
    let run = |times: u64| {
        let run = Run::new("gen4raw").args(["--repeat", &times.to_string()]).ndjson(&line);
        run.under_callgrind().well().instructions()
    };
    (run(CALLS + 200) - run(200)) / CALLS
}

#[test]
fn a_call_for_one_record_takes_no_more_than_it_did() {
    // Code that is not optimized takes some thirty times as many, and another processor has other
    // instructions; there only the way is tried.
    let is_optimized = given("FLB_PLUGIN").is_some() || !cfg!(debug_assertions);
    let is_measured = is_optimized && cfg!(target_arch = "x86_64");
    for (record, most) in [(RECORD, 3220), (RFC3339, 3600), (FOREIGN, 920)] {
        let most = if is_measured { most } else { 100 * most };
        let taken = per_call(record);
        println!("{taken} instructions, {most} at most: {record}");
        assert!(
            (100..=most).contains(&taken),
            "{taken} instructions, not {most} at most: {record}"
        );
    }
}

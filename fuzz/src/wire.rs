//! Resource records in wire format, beside the oracle's reading of them.

use data_encoding::BASE64;
use flb_filter_cloudflare_dns::wire::{WireReader, WireRecord};

use crate::oracle::wire::{self, Record, Wire};

/// A record's bytes, with its length put right or not; or a text.
pub fn wire(input: &[u8]) {
    let Some((kind, rest)) = input.split_first() else { return };
    match kind % 3 {
        0 => bytes(rest),
        1 => bytes(&with_length(rest)),
        _ => text(rest),
    }
}

fn text(text: &[u8]) {
    let expected = std::str::from_utf8(text).map_or(Wire::Wrong, wire::read);
    check(text, &expected);
}

fn bytes(bytes: &[u8]) {
    check(BASE64.encode(bytes).as_bytes(), &wire::read_bytes(bytes));
}

/// The record with the length of its data as they are, so that fuzzing gets behind it.
fn with_length(record: &[u8]) -> Vec<u8> {
    let mut record = record.to_vec();
    let mut at = 0;
    while let Some(size @ 1..) = record.get(at) {
        at += 1 + usize::from(*size);
    }
    let data = (record.len()).saturating_sub(at + 11);
    if let Some(length) = record.get_mut(at + 9..at + 11) {
        length.copy_from_slice(&(data as u16).to_be_bytes());
    }
    record
}

fn check(text: &[u8], expected: &Wire) {
    let mut reader = WireReader::default();
    let read = reader.read(text).expect("memory").and_then(|record| written(&record));
    match (&read, expected) {
        (Some(read), Wire::Record(expected)) => assert_eq!(read, expected),
        (None, Wire::Wrong) | (_, Wire::Unknown) => {}
        _ => panic!("{read:?} for {expected:?}"),
    }
    let Some(record) = read else { return };
    for part in [&record.name, &record.data] {
        assert!(part.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{part:?}");
        // What grows most is a bitmap of types (RFC 4034, section 4.1.2): a bit is up to 10 bytes.
        assert!(part.len() <= 60 * text.len(), "{} bytes of {}", part.len(), text.len());
    }
    // What was read before changes nothing.
    let again = reader.read(text).expect("memory").and_then(|record| written(&record));
    assert_eq!(again, Some(record));
}

fn written(record: &WireRecord<'_>) -> Option<Record> {
    let (mut name, mut data) = (String::new(), String::new());
    record.write_name(&mut name).expect("a name");
    record.write_data(&mut data).ok()?;
    let WireRecord { rr_type, class, ttl, .. } = *record;
    Some(Record { name, rr_type, class, ttl, data })
}

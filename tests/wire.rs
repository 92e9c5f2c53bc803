//! Resource records in wire format, beside what dnspython makes of them, and bytes that are none.

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

#[path = "oracle/wire.rs"]
mod plainly;

use data_encoding::BASE64;
use flb_filter_cloudflare_dns::wire::WireReader;

/// Base64 of a record, its name, time to live, class, type and data (tests/data/wire-records.py).
const RECORDS: &str = include_str!("data/wire-records.tsv");

/// Where a type's RFC allows several spellings, and ours is not dnspython's.
const SPELLINGS: [(&str, &str, &str); 8] = [
    // Hex digits in capitals: the examples of RFC 4034, section 5.4; of RFC 5155; of RFC 8976.
    (
        "DS",
        "60485 5 1 2bb183af5f22588179a53b0a98631fad1a292118",
        "60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118",
    ),
    (
        "NSEC3",
        "1 1 12 aabbccdd 2t7b4g4vsa5smi47k61mv5bv1a22bojr NS SOA MX RRSIG",
        "1 1 12 AABBCCDD 2T7B4G4VSA5SMI47K61MV5BV1A22BOJR NS SOA MX RRSIG",
    ),
    (
        "ZONEMD",
        "2018031500 1 1 febe3d4ce2ec2ffa4ba99d46cd69d6d29711e55217057bee7eb1a7b641a47ba7fed2dd5b97ae499fafa4f22c6bd647de",
        "2018031500 1 1 FEBE3D4CE2EC2FFA4BA99D46CD69D6D29711E55217057BEE7EB1A7B641A47BA7FED2DD5B97AE499FAFA4F22C6BD647DE",
    ),
    // Values without quotes where they need none: the examples of RFC 9460, appendix D.
    (
        "SVCB",
        r#"16 foo.example.org. mandatory="alpn,ipv4hint" alpn="h2,h3-19" no-default-alpn port="53" ipv4hint="192.0.2.1" dohpath="/dns-query{?dns}""#,
        "16 foo.example.org. mandatory=alpn,ipv4hint alpn=h2,h3-19 no-default-alpn port=53 ipv4hint=192.0.2.1 dohpath=/dns-query{?dns}",
    ),
    ("SVCB", r#"1 . key667="hello""#, "1 . key667=hello"),
    (
        "HTTPS",
        r#"1 . alpn="h3,h2" ipv4hint="104.18.4.35,104.18.5.35" ech="AEX+DQBBHwAgACB8mMAmZ1QhCHFIeJTRJNL8AL3BvyNfHSAJSElzIpOiIQAEAAEAAQASY2xvdWRmbGFyZS1lY2guY29tAAA=" ipv6hint="2606:4700::6812:423,2606:4700::6812:523""#,
        "1 . alpn=h3,h2 ipv4hint=104.18.4.35,104.18.5.35 ech=AEX+DQBBHwAgACB8mMAmZ1QhCHFIeJTRJNL8AL3BvyNfHSAJSElzIpOiIQAEAAEAAQASY2xvdWRmbGFyZS1lY2guY29tAAA= ipv6hint=2606:4700::6812:423,2606:4700::6812:523",
    ),
    (
        "HTTPS",
        r#"1 . alpn="h2" ipv4hint="104.18.4.35,104.18.5.35" ipv6hint="2606:4700::6812:423,2606:4700::6812:523""#,
        "1 . alpn=h2 ipv4hint=104.18.4.35,104.18.5.35 ipv6hint=2606:4700::6812:423,2606:4700::6812:523",
    ),
    // OPT has no presentation form (RFC 6891, section 6.1.1): its bytes, as RFC 3597 writes them.
    ("OPT", "COOKIE 0123456789abcdef", r"\# 12 000a00080123456789abcdef"),
];

/// What the oracle knows, it reads so, too.
#[test]
fn the_oracle_reads_as_dnspython_does() {
    let mut known = 0;
    for (text, expected) in records() {
        let plainly::Wire::Record(record) = plainly::read(text) else { continue };
        let [name, ttl, _, _, data] = expected;
        assert_eq!((record.name, record.ttl.to_string(), record.data), (name, ttl, data));
        known += 1;
    }
    assert!(known > 20, "{known}");
}

/// A record's name, time to live, numbers of class and type, and data.
type Parts = (String, u32, u16, u16, String);

fn read(reader: &mut WireReader, text: &str) -> Option<Parts> {
    let record = reader.read(text.as_bytes()).expect("memory")?;
    let (mut name, mut data) = (String::new(), String::new());
    record.write_name(&mut name).expect("a name");
    record.write_data(&mut data).ok()?;
    Some((name, record.ttl, record.class, record.rr_type, data))
}

/// The records of the table: base64, and what dnspython makes of it, in our spelling.
fn records() -> impl Iterator<Item = (&'static str, [String; 5])> {
    RECORDS.lines().map(|line| {
        let columns: Vec<_> = line.split('\t').collect();
        let [text, parts @ ..] = &columns[..] else { panic!("{line}") };
        let mut parts: [String; 5] = std::array::from_fn(|column| parts[column].to_owned());
        let ours = SPELLINGS.iter().find(|(of, theirs, _)| [*of, theirs] == [&parts[3], &parts[4]]);
        if let Some((.., ours)) = ours {
            parts[4] = (*ours).to_owned();
        }
        (*text, parts)
    })
}

fn bytes(text: &str) -> Vec<u8> {
    BASE64.decode(text.as_bytes()).expect("base64")
}

fn read_bytes(reader: &mut WireReader, bytes: &[u8]) -> Option<Parts> {
    read(reader, &BASE64.encode(bytes))
}

/// A record of that type with the owner `x.`, and `data` as its bytes.
fn record(rr_type: u16, data: &[u8]) -> Vec<u8> {
    let size = u16::try_from(data.len()).expect("16 bits");
    let head = [b"\x01x\0", &rr_type.to_be_bytes()[..], b"\0\x01\0\0\0\x3c", &size.to_be_bytes()];
    [&head.concat(), data].concat()
}

fn type_name(number: u16) -> String {
    let mut named =
        include_str!("data/rrtypes.csv").lines().filter_map(|line| line.split_once(','));
    let name = named.find(|(known, _)| *known == number.to_string());
    name.map_or(format!("TYPE{number}"), |(_, name)| name.to_owned())
}

fn class_name(number: u16) -> String {
    match number {
        1 => "IN".to_owned(),
        3 => "CH".to_owned(),
        4 => "HS".to_owned(),
        _ => format!("CLASS{number}"),
    }
}

#[test]
fn records_are_read_as_dnspython_reads_them() {
    let mut reader = WireReader::default();
    for (text, expected) in records() {
        let read = read(&mut reader, text);
        let (name, ttl, class, rr_type, data) = read.unwrap_or_else(|| panic!("{expected:?}"));
        let (class, rr_type) = (class_name(class), type_name(rr_type));
        assert_eq!([name, ttl.to_string(), class, rr_type, data], expected);
    }
    assert_eq!(records().count(), 56);
}

/// RFC 5952, sections 4 and 5: dotted where the prefix says that it is an IPv4 address.
#[test]
fn an_ipv6_address_is_written_as_everywhere_else() {
    let mut reader = WireReader::default();
    for address in ["::2400:0", "::1", "::", "::ffff:192.0.2.1", "64:ff9b::c000:201", "2001:db8::1"]
    {
        let parsed: std::net::Ipv6Addr = address.parse().expect("an address");
        let read = read_bytes(&mut reader, &record(28, &parsed.octets()));
        assert_eq!(read.map(|(.., data)| data).as_deref(), Some(address));
    }
}

#[test]
fn every_spelling_that_is_not_dnspythons_is_tried() {
    for (rr_type, theirs, ours) in SPELLINGS {
        let tried = RECORDS.lines().any(|line| line.ends_with(&format!("\t{rr_type}\t{theirs}")));
        assert!(tried && theirs != ours, "{rr_type} {theirs}");
    }
}

#[test]
fn a_record_that_is_cut_or_has_bytes_behind_it_is_none() {
    let mut reader = WireReader::default();
    for (text, parts) in records() {
        let whole = bytes(text);
        for cut in 0..whole.len() {
            assert_eq!(read_bytes(&mut reader, &whole[..cut]), None, "{parts:?}, cut at {cut}");
        }
        assert_eq!(read_bytes(&mut reader, &[&whole[..], b"\0"].concat()), None, "{parts:?}");
    }
}

#[test]
fn data_of_another_length_are_other_data_or_none() {
    let mut reader = WireReader::default();
    // Where the data end anywhere, what is there is read: bytes, strings, keys, hashes.
    let mut others = 0;
    for (text, parts) in records() {
        let whole = bytes(text);
        let (_, _, _, rr_type, _) = read_bytes(&mut reader, &whole).expect("a record");
        let head = whole.windows(2).position(|two| two == rr_type.to_be_bytes()).expect("a type");
        for size in 0..whole.len() - head - 10 {
            let mut cut = whole[..head + 10 + size].to_vec();
            cut[head + 8..][..2].copy_from_slice(&(size as u16).to_be_bytes());
            let Some((.., data)) = read_bytes(&mut reader, &cut) else { continue };
            let is_line = data.bytes().all(|byte| (b' '..=b'~').contains(&byte));
            assert!(is_line && data != parts[4], "{parts:?}, {size} bytes of data: {data}");
            others += 1;
        }
    }
    assert!(others > 100, "{others}");
}

#[test]
fn what_is_no_base64_is_none() {
    let mut reader = WireReader::default();
    let (text, _) = records().next().expect("a record");
    let text = text.trim_end_matches('=');
    for text in [
        "",
        "=",
        "====",
        "AAAA",
        "A",
        "\u{e9}\u{e9}",
        &text.replace('A', "-"),
        &format!("{text} "),
        &format!(" {text}"),
        &format!("{text}\n"),
        &text[1..],
        &format!("{text}===="),
        // Two texts behind each other, whose bytes together are a record.
        "A3d3dwdFeGFtcGxlA2NvbQAAAQABAAABLAAEwAA=AgE=",
    ] {
        assert_eq!(read(&mut reader, text), None, "{text:?}");
    }
}

#[test]
fn compression_pointers_are_refused_wherever_they_point() {
    const NAME: &[u8] = b"\x01x\0";
    let mut reader = WireReader::default();
    for offset in 0..=0x3fff_u16 {
        let pointer = (0xc000 | offset).to_be_bytes();
        let behind = [&b"\x01y"[..], &pointer].concat();
        let rest = b"\0\x01\0\x01\0\0\0\0\0\x04\x7f\0\0\x01";
        assert_eq!(read_bytes(&mut reader, &[&pointer[..], rest].concat()), None, "{offset}");
        assert_eq!(read_bytes(&mut reader, &[&behind[..], rest].concat()), None, "{offset}");
        for name in [&pointer[..], &behind] {
            for (rr_type, data) in [
                (2, name.to_vec()),
                (5, name.to_vec()),
                (6, [name, NAME, &[0; 20]].concat()),
                (6, [NAME, name, &[0; 20]].concat()),
                (15, [b"\0\0", name].concat()),
                (33, [b"\0\0\0\0\0\0", name].concat()),
                (47, [name, b"\0\x01\x40"].concat()),
                (65, [b"\0\x01", name].concat()),
            ] {
                let record = record(rr_type, &data);
                assert_eq!(read_bytes(&mut reader, &record), None, "{offset} {record:02x?}");
            }
        }
    }
}

#[test]
fn names_and_their_labels_have_a_greatest_length() {
    let mut reader = WireReader::default();
    let name = |labels: &[usize]| {
        let labels = labels.iter().map(|&size| [&[size as u8][..], &vec![b'a'; size]].concat());
        [labels.collect::<Vec<_>>().concat(), vec![0]].concat()
    };
    let longest = name(&[63, 63, 63, 61]);
    assert_eq!(longest.len(), 255);
    let text = [63, 63, 63, 61].map(|size| "a".repeat(size) + ".").concat();
    let parts = ("x.".to_owned(), 60, 1, 5, text);
    assert_eq!(read_bytes(&mut reader, &record(5, &longest)), Some(parts));
    for wrong in [name(&[63, 63, 63, 62]), name(&[64]), name(&[128]), name(&[0x40])] {
        assert_eq!(read_bytes(&mut reader, &record(5, &wrong)), None, "{wrong:02x?}");
    }
}

#[test]
fn the_largest_record_is_read_and_a_longer_text_is_not() {
    let mut reader = WireReader::default();
    let strings = [&[255][..], &[b'"'; 255]].concat().repeat(255);
    let rest = [&[254][..], &[0xff; 254]].concat();
    let data = [strings, rest].concat();
    assert_eq!(data.len(), 0xffff);
    let quoted = vec![format!("\"{}\"", "\\\"".repeat(255)); 255].join(" ");
    let text = format!("{quoted} \"{}\"", "\\255".repeat(254));
    let parts = ("x.".to_owned(), 60, 1, 16, text);
    assert_eq!(read_bytes(&mut reader, &record(16, &data)), Some(parts));

    let generic = record(65353, &data);
    let hex: String = data.iter().map(|byte| format!("{byte:02x}")).collect();
    let parts = ("x.".to_owned(), 60, 1, 65353, format!("\\# 65535 {hex}"));
    assert_eq!(read_bytes(&mut reader, &generic), Some(parts));

    for size in [88_000, 1 << 20] {
        assert_eq!(read(&mut reader, &"A".repeat(size)), None, "{size}");
    }
}

#[test]
fn parameters_of_services_have_the_values_that_their_keys_allow() {
    let mut reader = WireReader::default();
    let mut data_of = |params: &[u8]| {
        let read = read_bytes(&mut reader, &record(65, &[b"\0\x01\0", params].concat()));
        read.map(|(.., data)| data)
    };
    assert_eq!(data_of(b"\0\x03\0\x02\x01\xbb").as_deref(), Some("1 . port=443"));
    // Bytes of a protocol that have a meaning, or no character: quotes, comma, backslash, DEL, 0x80.
    assert_eq!(
        data_of(b"\0\x01\0\x0a\x09a\"b,c\\d\x7f\x80").as_deref(),
        Some(r#"1 . alpn="a\"b\\,c\\\\d\127\128""#)
    );
    for wrong in [
        &b"\0"[..],
        b"\0\x03",
        b"\0\x03\0\x02\x01",                       // cut
        b"\0\x03\0\x02\x01\xbb\0\x01\0\x03\x02h2", // keys out of order
        b"\0\x03\0\x02\x01\xbb\0\x03\0\x02\x01\xbb",
        b"\0\0\0\0", // mandatory
        b"\0\0\0\x01\0",
        b"\0\x01\0\0", // alpn
        b"\0\x01\0\x01\0",
        b"\0\x01\0\x02\x02h",
        b"\0\x02\0\x01x", // no-default-alpn
        b"\0\x03\0\0",    // port
        b"\0\x03\0\x01\0",
        b"\0\x03\0\x03\0\0\0",
        b"\0\x04\0\0", // ipv4hint
        b"\0\x04\0\x05\0\0\0\0\0",
        b"\0\x05\0\0", // ech
        b"\0\x06\0\0", // ipv6hint
        b"\0\x06\0\x04\0\0\0\0",
        b"\0\x07\0\0",    // dohpath
        b"\0\x08\0\x01x", // ohttp
    ] {
        assert_eq!(data_of(wrong), None, "{wrong:02x?}");
    }
}

#[test]
fn data_that_their_type_does_not_allow_are_none() {
    let mut reader = WireReader::default();
    for (rr_type, data) in [
        (1, &b"\x7f\0\0"[..]),
        (1, b"\x7f\0\0\x01\0"),
        (28, b"\x7f\0\0\x01"),
        (2, b""),
        (2, b"\x01"),
        (16, b""),
        (16, b"\x02a"),
        (257, b""),
        (257, b"\0"),
        (257, b"\0\0value"),
        (257, b"\0\x05tagx"),
        (257, b"\0\x03a-bv"),
        (47, b"\0\0\x00"),         // a window of no bytes
        (47, b"\0\0\x21\x40"),     // and of too many
        (50, b"\x01\0\0\x01\x05"), // NSEC3 with its salt cut
    ] {
        assert_eq!(read_bytes(&mut reader, &record(rr_type, data)), None, "{rr_type} {data:02x?}");
    }
}

//! The writer: every value in the shortest form that MessagePack has for it, to the byte. The walk:
//! every form of a value is passed over, and told where it is cut short. JSON: what has one.

#![expect(clippy::indexing_slicing, reason = "a test")]

use super::{AsJson, DEEPEST, Malformed, Object, Part, Writer, skip_value};
use crate::long_way::counted::while_it;

fn written(write: impl FnOnce(&mut Writer<'_>)) -> Vec<u8> {
    let mut room = vec![0xc1; 70_000];
    let mut writer = Writer::new(&mut room);
    write(&mut writer);
    let size = writer.finish().unwrap_or_default();
    room.truncate(size);
    room
}

#[test]
fn integers() {
    let cases: [(i128, &[u8]); 19] = [
        (0, b"\x00"),
        (0x7f, b"\x7f"),
        (0x80, b"\xcc\x80"),
        (0xff, b"\xcc\xff"),
        (0x100, b"\xcd\x01\x00"),
        (0xffff, b"\xcd\xff\xff"),
        (0x1_0000, b"\xce\x00\x01\x00\x00"),
        (0xffff_ffff, b"\xce\xff\xff\xff\xff"),
        (0x1_0000_0000, b"\xcf\x00\x00\x00\x01\x00\x00\x00\x00"),
        (u64::MAX as i128, b"\xcf\xff\xff\xff\xff\xff\xff\xff\xff"),
        (i64::MAX as i128, b"\xcf\x7f\xff\xff\xff\xff\xff\xff\xff"),
        (-1, b"\xff"),
        (-32, b"\xe0"),
        (-33, b"\xd0\xdf"),
        (-127, b"\xd0\x81"),
        (-128, b"\xd0\x80"),
        // Those in between are too rare for a form of their own.
        (-129, b"\xd3\xff\xff\xff\xff\xff\xff\xff\x7f"),
        (-0x8000_0000, b"\xd3\xff\xff\xff\xff\x80\x00\x00\x00"),
        (i64::MIN as i128, b"\xd3\x80\x00\x00\x00\x00\x00\x00\x00"),
    ];
    for (number, expected) in cases {
        if let Ok(number) = u64::try_from(number) {
            assert_eq!(written(|to| to.uint(number)), expected, "{number}");
        }
        if let Ok(number) = i64::try_from(number) {
            assert_eq!(written(|to| to.int(number)), expected, "{number}");
        }
    }
}

#[test]
fn strings() {
    let cases: [(usize, &[u8]); 8] = [
        (0, b"\xa0"),
        (1, b"\xa1"),
        (31, b"\xbf"),
        (32, b"\xd9\x20"),
        (255, b"\xd9\xff"),
        (256, b"\xda\x01\x00"),
        (65_535, b"\xda\xff\xff"),
        (65_536, b"\xdb\x00\x01\x00\x00"),
    ];
    for (size, header) in cases {
        let text = vec![b'Q'; size];
        let expected = [header, &text[..]].concat();
        assert_eq!(written(|to| to.str(&text)), expected, "{size}");
        assert_eq!(written(|to| to.str_part(Part::new(&text, 0, size))), expected, "{size}");
        let by_text = |to: &mut Writer<'_>| {
            let start = to.begin_text();
            to.copy(&text);
            to.end_text(start);
        };
        assert_eq!(written(by_text), expected, "{size}");
        let encoded = Part::new(&expected, 0, expected.len());
        let inside = Part::new(&expected, header.len(), expected.len());
        assert_eq!(written(|to| to.str_of(encoded, inside)), expected, "{size}");
        let small = [header, &vec![b'q'; size][..]].concat();
        assert_eq!(written(|to| to.str_lower(&text)), small, "{size}");
    }
}

#[test]
fn a_word_with_a_number() {
    for number in [0u16, 9, 10, 99, 100, 65_353, u16::MAX] {
        let text = format!("TYPE{number}");
        let expected = [&[0xa0 | text.len() as u8], text.as_bytes()].concat();
        assert_eq!(written(|to| to.numbered(b"TYPE", number)), expected);
    }
}

#[test]
fn containers_by_their_bounds() {
    type Open = fn(&mut Writer<'_>, usize) -> Object;
    let open: [(Open, [u8; 3]); 2] = [
        (|to, bound| to.open_root_map(bound), [0x80, 0xde, 0xdf]),
        (|to, bound| to.open_root_array(bound), [0x90, 0xdc, 0xdd]),
    ];
    for (open, [fixed, sized16, sized32]) in open {
        let cases: [(usize, u32, &[u8]); 9] = [
            (0, 0, &[fixed]),
            (15, 0, &[fixed]),
            (15, 15, &[fixed | 15]),
            (16, 1, &[sized16, 0, 1]),
            (16, 16, &[sized16, 0, 16]),
            (65_535, 65_535, &[sized16, 0xff, 0xff]),
            (65_536, 65_535, &[sized32, 0, 0, 0xff, 0xff]),
            (65_536, 65_536, &[sized32, 0, 1, 0, 0]),
            (usize::MAX, 3, &[sized32, 0, 0, 0, 3]),
        ];
        for (bound, members, expected) in cases {
            let got = written(|to| {
                to.add_members(7);
                let opened = open(to, bound);
                to.add_members(members);
                to.close_root(opened);
                assert_eq!(to.members(), 7, "those outside");
            });
            assert_eq!(got, expected, "{bound}, {members}");
        }
    }
}

#[test]
fn an_empty_object_is_taken_back_with_its_key() {
    let got = written(|to| {
        let outer = to.open_root_map(15);
        let empty = to.open_map(b"\xa1a", 15);
        to.close(empty);
        let one = to.open_map(b"\xa1b", 15);
        to.key(b"\xa1c");
        to.nil();
        to.close(one);
        to.close_root(outer);
    });
    assert_eq!(got, b"\x81\xa1b\x81\xa1c\xc0");
}

/// Nothing is written beyond the room, and the size that is needed is told.
#[test]
fn in_any_room() {
    let text = b"0123456789012345678901234567890123456789";
    let write = |to: &mut Writer<'_>| {
        let opened = to.open_root_map(15);
        to.key(b"\xa1a");
        let value = to.position();
        to.str_part(Part::new(text, 3, 20));
        to.again(b"\xa1b", value);
        to.key(b"\xa1c");
        to.put_padded(b"\xa3abc0000", 4);
        to.member(b"\xa1d");
        to.float(1.5);
        to.close_root(opened);
    };
    let whole = written(write);
    let expected = [
        b"\x84\xa1a\xb1".as_slice(),
        &text[3..20],
        b"\xa1b\xb1",
        &text[3..20],
        b"\xa1c\xa3abc\xa1d\xcb\x3f\xf8\0\0\0\0\0\0",
    ];
    assert_eq!(whole, expected.concat());
    for size in 0..whole.len() + 40 {
        let mut room = vec![0; size];
        let mut writer = Writer::new(&mut room);
        write(&mut writer);
        let enough = size >= whole.len();
        assert_eq!(writer.finish(), if enough { Ok(whole.len()) } else { Err(whole.len()) });
        if enough {
            assert_eq!(room[..whole.len()], whole, "{size}");
        }
    }
}

/// Each form, and whether it stands for nothing.
#[test]
fn every_form_is_passed_over_and_every_cut_is_noticed() {
    let long = |head: &[u8], size: usize| [head, &vec![0xc1; size]].concat();
    let forms: Vec<(Vec<u8>, bool)> = [
        (&b"\x00"[..], false),
        (b"\x7f", false),
        (b"\xe0", false),
        (b"\xc0", true),
        (b"\xc2", false),
        (b"\xc3", false),
        (b"\xa0", true),
        (b"\xa1a", false),
        (b"\xd9\0", true),
        (b"\xd9\x01a", false),
        (b"\xda\0\0", true),
        (b"\xda\0\x01a", false),
        (b"\xdb\0\0\0\0", true),
        (b"\xdb\0\0\0\x01a", false),
        (b"\xc4\0", true),
        (b"\xc4\x01a", false),
        (b"\xc5\0\0", true),
        (b"\xc5\0\x01a", false),
        (b"\xc6\0\0\0\0", true),
        (b"\xc6\0\0\0\x01a", false),
        (b"\x80", true),
        (b"\x82\x01\x91\xa1a\x02\xdc\0\x01\xc0", false),
        (b"\xde\0\0", true),
        (b"\xde\0\x01\xa1a\xd9\x01a", false),
        (b"\xdf\0\0\0\0", true),
        (b"\xdf\0\0\0\x01\xa1a\x80", false),
        (b"\x90", true),
        (b"\x92\x81\x01\x02\xcb12345678", false),
        (b"\xdc\0\0", true),
        (b"\xdd\0\0\0\0", true),
        (b"\xdd\0\0\0\x02\x90\xc3", false),
        (b"\xcc1", false),
        (b"\xcd12", false),
        (b"\xce1234", false),
        (b"\xcf12345678", false),
        (b"\xd01", false),
        (b"\xd112", false),
        (b"\xd21234", false),
        (b"\xd312345678", false),
        (b"\xca1234", false),
        (b"\xcb12345678", false),
        (b"\xd4\x011", false),
        (b"\xd5\x0112", false),
        (b"\xd6\x011234", false),
        (b"\xd7\x0112345678", false),
        (b"\xd8\x011234567812345678", false),
        (b"\xc7\0\x01", false),
        (b"\xc8\0\x01\x01a", false),
        (b"\xc9\0\0\0\x02\x01ab", false),
    ]
    .map(|(form, is_absent)| (form.to_vec(), is_absent))
    .into_iter()
    .chain([
        (long(b"\xd9\xff", 0xff), false),
        (long(b"\xda\x12\x34", 0x1234), false),
        (long(b"\xc5\x12\x34", 0x1234), false),
        (long(b"\xdb\0\x01\0\0", 0x1_0000), false),
    ])
    .collect();
    for (form, is_absent) in forms {
        for behind in [&b""[..], b"\xc1\xc1"] {
            let bytes = [b"\xc1", &form[..], behind].concat();
            let end = 1 + form.len();
            assert_eq!(skip_value(&bytes, 1), Ok((end, is_absent)), "{}", form.escape_ascii());
        }
        let is_long = matches!(form[0], 0x81..=0x8f | 0x91..=0x9f | 0xc6..=0xc9 | 0xdb..=0xdf);
        let ways = while_it(|| assert!(skip_value(&form, 0).is_ok()));
        let way = ways.contains_key("value passed over that is long or nested");
        assert_eq!(way, is_long, "{}", form.escape_ascii());
        for size in 0..form.len() {
            let cut = &form[..size];
            assert_eq!(skip_value(cut, 0), Err(Malformed), "{}", cut.escape_ascii());
        }
    }
    for reserved in [&b"\xc1"[..], b"\x91\xc1", b"\x81\x01\xc1"] {
        assert_eq!(skip_value(reserved, 0), Err(Malformed));
    }
}

#[test]
fn what_is_nested_too_deeply_has_no_json() {
    // An array of one, a map of one, and a map whose only key is a container.
    for (open, close) in [(&b"\x91"[..], &b""[..]), (b"\x81\xa1k", b""), (b"\x81", b"\x01")] {
        let nested = |levels: usize| [open.repeat(levels), vec![1], close.repeat(levels)].concat();
        // A container in the key of a container that is a key has no form.
        let most = if close.is_empty() { DEEPEST } else { 2 };
        for levels in [0, 1, most, most + 1, most + 10] {
            let json =
                AsJson::new(&nested(levels)).map(|json| serde_json::to_string(&json).is_ok());
            assert_eq!(
                json,
                (levels <= most).then_some(true),
                "{levels} of {}",
                open.escape_ascii()
            );
        }
    }
    let with_array_as_key =
        |maps: usize| [b"\x81\xa1k".repeat(maps - 1), b"\x81\x91\x01\x01".to_vec()].concat();
    assert!(AsJson::new(&with_array_as_key(DEEPEST - 1)).is_some());
    assert!(AsJson::new(&with_array_as_key(DEEPEST)).is_none());
}

//! The writer: every value in the shortest form that MessagePack has for it, to the byte.

#![expect(clippy::indexing_slicing, reason = "a test")]

use super::{Object, Part, Writer};

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

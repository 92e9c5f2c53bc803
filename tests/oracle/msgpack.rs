//! MessagePack to a tree and back, in every legal form.

use super::value::Val;

/// Which of the legal forms each value takes: one byte a value, over and over.
/// No bytes at all: the smallest form always.
pub(crate) struct Forms<'a> {
    choices: &'a [u8],
    at: usize,
}

impl<'a> Forms<'a> {
    pub(crate) fn new(choices: &'a [u8]) -> Self {
        Self { choices, at: 0 }
    }

    /// Always the smallest form.
    pub(crate) fn smallest() -> Self {
        Self::new(&[])
    }

    /// How much wider than the smallest form the next value is to be.
    fn next(&mut self) -> usize {
        self.at += 1;
        match self.choices.len() {
            0 => 0,
            len => usize::from(self.choices[self.at % len] % 4),
        }
    }
}

/// The bytes of `value`.
pub(crate) fn encode(value: &Val, forms: &mut Forms<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    put(value, forms, &mut out);
    out
}

fn put(value: &Val, forms: &mut Forms<'_>, out: &mut Vec<u8>) {
    match value {
        Val::Nil => out.push(0xc0),
        Val::Bool(truth) => out.push(if *truth { 0xc3 } else { 0xc2 }),
        Val::Int(number) => put_int(*number, forms.next(), out),
        Val::Float(number) => {
            out.push(0xcb);
            out.extend(number.to_be_bytes());
        }
        Val::Number(digits) => panic!("{digits}: JSON only"),
        Val::Str(text) => {
            let headers = [Some((0xa0, 31)), Some((0xd9, 0xff))];
            put_header(text.len(), headers, [0xda, 0xdb], forms, out);
            out.extend(text);
        }
        Val::Bin(text) => {
            put_header(text.len(), [None, Some((0xc4, 0xff))], [0xc5, 0xc6], forms, out);
            out.extend(text);
        }
        Val::Ext(kind, payload) => {
            let fixed = [1, 2, 4, 8, 16].iter().position(|&size| size == payload.len());
            match fixed {
                Some(place) if forms.next() == 0 => out.push(0xd4 + place as u8),
                _ => {
                    put_header(payload.len(), [None, Some((0xc7, 0xff))], [0xc8, 0xc9], forms, out)
                }
            }
            out.push(*kind as u8);
            out.extend(payload);
        }
        Val::Array(items) => {
            put_header(items.len(), [Some((0x90, 15)), None], [0xdc, 0xdd], forms, out);
            items.iter().for_each(|item| put(item, forms, out));
        }
        Val::Map(pairs) => {
            put_header(pairs.len(), [Some((0x80, 15)), None], [0xde, 0xdf], forms, out);
            for (key, value) in pairs {
                put(key, forms, out);
                put(value, forms, out);
            }
        }
    }
}

/// A header of 0 or 1 bytes of length where the form has them (its first byte, and the greatest
/// length that it holds), or of 2 or 4.
fn put_header(
    len: usize,
    small: [Option<(u8, usize)>; 2],
    [wide, widest]: [u8; 2],
    forms: &mut Forms<'_>,
    out: &mut Vec<u8>,
) {
    let mut headers = Vec::new();
    if let Some((first, _)) = small[0].filter(|(_, most)| len <= *most) {
        headers.push(vec![first | len as u8]);
    }
    if let Some((first, _)) = small[1].filter(|(_, most)| len <= *most) {
        headers.push(vec![first, len as u8]);
    }
    if let Ok(len) = u16::try_from(len) {
        headers.push([&[wide], &len.to_be_bytes()[..]].concat());
    }
    headers.push([&[widest], &(len as u32).to_be_bytes()[..]].concat());
    let form = forms.next().min(headers.len() - 1);
    out.extend(&headers[form]);
}

fn put_int(number: i128, wider: usize, out: &mut Vec<u8>) {
    let mut forms: Vec<Vec<u8>> = Vec::new();
    let mut form = |first: u8, bytes: &[u8]| forms.push([&[first], bytes].concat());
    if (-32..=127).contains(&number) {
        form(number as u8, &[]);
    }
    if let Ok(number) = u8::try_from(number) {
        form(0xcc, &[number]);
    }
    if let Ok(number) = i8::try_from(number) {
        form(0xd0, &number.to_be_bytes());
    }
    if let Ok(number) = u16::try_from(number) {
        form(0xcd, &number.to_be_bytes());
    }
    if let Ok(number) = i16::try_from(number) {
        form(0xd1, &number.to_be_bytes());
    }
    if let Ok(number) = u32::try_from(number) {
        form(0xce, &number.to_be_bytes());
    }
    if let Ok(number) = i32::try_from(number) {
        form(0xd2, &number.to_be_bytes());
    }
    if let Ok(number) = u64::try_from(number) {
        form(0xcf, &number.to_be_bytes());
    }
    if let Ok(number) = i64::try_from(number) {
        form(0xd3, &number.to_be_bytes());
    }
    // From the smallest form to the widest in four steps.
    let place = (wider * (forms.len() - 1)).div_ceil(3);
    out.extend(&forms[place]);
}

/// The first value of `bytes`, which must be whole, and what stands behind it.
pub(crate) fn decode(bytes: &[u8]) -> (Val, &[u8]) {
    let (&first, rest) = bytes.split_first().expect("a value");
    let sized = |width: usize| {
        let (size, rest) = rest.split_at(width);
        (size.iter().fold(0usize, |size, byte| size << 8 | usize::from(*byte)), rest)
    };
    let unsigned = |width: usize| {
        let (bytes, rest) = rest.split_at(width);
        (bytes.iter().fold(0i128, |number, byte| number << 8 | i128::from(*byte)), rest)
    };
    let signed = |width: usize| {
        let (number, rest) = unsigned(width);
        let past = 1i128 << (8 * width);
        (Val::Int(if number >= past / 2 { number - past } else { number }), rest)
    };
    match first {
        0x00..=0x7f => (Val::Int(first.into()), rest),
        0x80..=0x8f => decode_map(usize::from(first & 15), rest),
        0x90..=0x9f => decode_array(usize::from(first & 15), rest),
        0xa0..=0xbf => decode_text(Val::Str, (usize::from(first & 31), rest)),
        0xc0 => (Val::Nil, rest),
        0xc1 => panic!("the reserved byte"),
        0xc2 | 0xc3 => (Val::Bool(first == 0xc3), rest),
        0xc4..=0xc6 => decode_text(Val::Bin, sized(1 << (first - 0xc4))),
        0xc7..=0xc9 => decode_ext(sized(1 << (first - 0xc7))),
        0xca => {
            let (bytes, rest) = rest.split_at(4);
            (Val::Float(f32::from_be_bytes(bytes.try_into().expect("4")).into()), rest)
        }
        0xcb => {
            let (bytes, rest) = rest.split_at(8);
            (Val::Float(f64::from_be_bytes(bytes.try_into().expect("8"))), rest)
        }
        0xcc..=0xcf => {
            let (number, rest) = unsigned(1 << (first - 0xcc));
            (Val::Int(number), rest)
        }
        0xd0..=0xd3 => signed(1 << (first - 0xd0)),
        0xd4..=0xd8 => decode_ext((1 << (first - 0xd4), rest)),
        0xd9..=0xdb => decode_text(Val::Str, sized(1 << (first - 0xd9))),
        0xdc | 0xdd => {
            let (len, rest) = sized(if first == 0xdc { 2 } else { 4 });
            decode_array(len, rest)
        }
        0xde | 0xdf => {
            let (len, rest) = sized(if first == 0xde { 2 } else { 4 });
            decode_map(len, rest)
        }
        0xe0..=0xff => (Val::Int((first as i8).into()), rest),
    }
}

fn decode_text(form: fn(Vec<u8>) -> Val, (len, rest): (usize, &[u8])) -> (Val, &[u8]) {
    let (text, rest) = rest.split_at(len);
    (form(text.to_vec()), rest)
}

fn decode_ext((len, rest): (usize, &[u8])) -> (Val, &[u8]) {
    let (kind, rest) = rest.split_first().expect("a type");
    let (payload, rest) = rest.split_at(len);
    (Val::Ext(*kind as i8, payload.to_vec()), rest)
}

fn decode_array(len: usize, mut rest: &[u8]) -> (Val, &[u8]) {
    let mut items = Vec::new();
    for _ in 0..len {
        let (item, behind) = decode(rest);
        items.push(item);
        rest = behind;
    }
    (Val::Array(items), rest)
}

fn decode_map(len: usize, mut rest: &[u8]) -> (Val, &[u8]) {
    let mut pairs = Vec::new();
    for _ in 0..len {
        let (key, behind) = decode(rest);
        let (value, behind) = decode(behind);
        pairs.push((key, value));
        rest = behind;
    }
    (Val::Map(pairs), rest)
}

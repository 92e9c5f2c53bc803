//! Random events that hold a record as JSON text, in every spelling that JSON allows.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::generate;
use crate::oracle::json;
use crate::oracle::value::Val;

/// The field that the tests configure.
pub(crate) const KEY_NAME: &str = "log";

/// JSON text of a value, with white space around each token and needless escapes.
fn spelled(value: &Val, spaces: &[&str]) -> String {
    let list = |items: Vec<String>| {
        let spaced = items.iter().zip(spaces.iter().cycle());
        spaced.map(|(item, space)| format!("{space}{item}{space}")).collect::<Vec<_>>().join(",")
    };
    let space = spaces[0];
    match value {
        Val::Array(items) => {
            let items = items.iter().map(|item| spelled(item, spaces)).collect();
            format!("[{space}{}]", list(items))
        }
        Val::Map(pairs) => {
            let pair = |(key, value): &(Val, Val)| {
                format!("{}{space}:{space}{}", escaped(key), spelled(value, spaces))
            };
            format!("{{{space}{}}}", list(pairs.iter().map(pair).collect()))
        }
        Val::Str(_) => escaped(value),
        other => json::print(other),
    }
}

/// A string with some of its characters escaped that need not be.
fn escaped(value: &Val) -> String {
    let plain = json::print(value);
    let escape = |c: char| match c {
        '/' => "\\/".to_owned(),
        'Q' | 'é' | '𝄞' => {
            c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04X}")).collect()
        }
        other => other.to_string(),
    };
    plain.chars().map(escape).collect()
}

/// The text of a record, or nearly so.
fn text(record: Val) -> BoxedStrategy<String> {
    let spaces = vec(select(vec!["", " ", "\n", "\t\r "]), 1..4);
    let whole = (generate::with_numbers(record), spaces, any::<bool>());
    let whole = whole.prop_map(|(record, spaces, plain)| {
        if plain {
            return json::print(&record);
        }
        format!("{}{}{}", spaces[0], spelled(&record, &spaces), spaces[spaces.len() - 1])
    });
    let broken =
        select(vec!["{}", "x", "]", ",", "\u{feff}", "\u{a0}", "null", "\0", "\0,\n\0", ",,"]);
    let behind = "[ \r\n\0]{0,3},?[ \n\0]{0,3}";
    (whole, broken, behind, 0..24u8, any::<prop::sample::Index>())
        .prop_map(|(whole, broken, behind, how, place)| match how {
            0 => whole + broken,
            1 => broken.to_owned() + &whole,
            4 => whole + &behind,
            5 => format!("\u{feff}{whole}{behind}"),
            6 => format!(" \n\u{feff}\t{whole}"),
            2 => whole.chars().take(place.index(whole.len() + 1)).collect(),
            3 => format!("[{whole}]"),
            _ => whole,
        })
        .boxed()
}

/// An event's record with the text of `record` in one field and others beside it.
fn around(record: Val) -> BoxedStrategy<Val> {
    let value = prop_oneof![30 => text(record).prop_map(Val::from), 1 => Just(Val::Int(1))];
    let field = value.prop_map(|value| vec![(Val::from(KEY_NAME), value)]);
    let beside = generate::any_record().prop_map(|record| record.pairs().to_vec());
    let twice = "[a-z]{0,3}".prop_map(|text| vec![(Val::from(KEY_NAME), Val::from(text))]);
    let beside = prop_oneof![4 => Just(Vec::new()), 2 => beside, 1 => twice];
    (field, beside)
        .prop_map(|(field, beside)| [field, beside].concat())
        .prop_shuffle()
        .prop_map(Val::Map)
        .boxed()
}

/// Records as texts in events.
pub(crate) fn records() -> BoxedStrategy<Vec<Val>> {
    generate::alike()
        .prop_flat_map(|records| records.into_iter().map(around).collect::<Vec<_>>())
        .boxed()
}

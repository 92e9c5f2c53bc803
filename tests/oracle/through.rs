//! The mapper itself, with trees at both ends.

use flb_filter_cloudflare_dns::{Answer, Config, Mapper};

use super::msgpack::{Forms, decode, encode};
use super::tables::TOP_LEVEL;
use super::value::Val;

/// The configuration of these properties.
pub(crate) fn config<K: AsRef<str>, V: AsRef<str>>(
    properties: &[(K, V)],
) -> Result<Config, String> {
    let find = |key: &str| properties.iter().find(|(name, _)| name.as_ref() == key);
    Config::read(|key| find(key.to_str().expect("a key")).map(|(_, value)| value.as_ref()))
        .and_then(|config| Mapper::new(&config).map(|_| config))
        .map_err(|wrong| wrong.to_string())
}

/// A mapper with these properties.
pub(crate) fn mapper<K: AsRef<str>, V: AsRef<str>>(properties: &[(K, V)]) -> Mapper {
    let config = config(properties).unwrap_or_else(|wrong| panic!("{wrong}"));
    Mapper::new(&config).expect("checked before")
}

/// What a chunk becomes; `None` where it is untouched.
pub(crate) fn rewrite(mapper: &mut Mapper, chunk: &[u8]) -> Option<Vec<u8>> {
    let mut output = Vec::new();
    match mapper.rewrite(chunk, &mut output).expect("memory").answer {
        Answer::Untouched => {
            assert!(output.is_empty(), "untouched, but something was written");
            None
        }
        Answer::Rewritten => Some(output),
        Answer::Emptied => {
            assert!(output.is_empty(), "emptied, but something was written");
            Some(output)
        }
    }
}

/// The header that Fluent Bit writes for an event of 2001-09-09T01:46:40.000000005Z.
pub(crate) const HEADER: [u8; 13] = [0x92, 0x92, 0xd7, 0, 0x3b, 0x9a, 0xca, 0, 0, 0, 0, 5, 0x80];

/// The time of [`HEADER`].
pub(crate) fn header_time() -> Val {
    Val::Ext(0, HEADER[4..12].to_vec())
}

/// What becomes of an event: its time, its metadata and its record.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Became {
    Mapped { time: Val, metadata: Val, record: Val },
    Untouched,
    Dropped,
}

/// What becomes of an event with [`HEADER`] and that record.
pub(crate) fn event(mapper: &mut Mapper, record: &Val) -> Became {
    let chunk = [&HEADER[..], &encode(record, &mut Forms::smallest())].concat();
    match rewrite(mapper, &chunk) {
        None => Became::Untouched,
        Some(output) if output.is_empty() => Became::Dropped,
        Some(output) => became(&output),
    }
}

/// The parts of the one event in `output`.
pub(crate) fn became(output: &[u8]) -> Became {
    let (event, rest) = decode(output);
    assert!(rest.is_empty(), "{event:?}, and bytes behind: {rest:02x?}");
    let Val::Array(parts) = &event else { panic!("no event: {event:?}") };
    let (time, metadata) = match &parts[0] {
        Val::Array(head) => (head[0].clone(), head[1].clone()),
        time => (time.clone(), Val::Nil),
    };
    Became::Mapped { time, metadata, record: parts[1].clone() }
}

/// The record with what is inside the ECS fields in the order of the names: nobody promised another.
pub(crate) fn canonical(record: &Val) -> Val {
    let member = |(key, value): &(Val, Val)| match key.text() {
        Some(name) if TOP_LEVEL.contains(&name) => (key.clone(), value.sorted()),
        _ => (key.clone(), value.clone()),
    };
    Val::Map(record.pairs().iter().map(member).collect())
}

/// The canonical record with `…` in place of each reason in `error.message`.
pub(crate) fn without_reasons(record: &Val) -> Val {
    let mut record = canonical(record);
    let Val::Map(pairs) = &mut record else { return record };
    let error = pairs.iter_mut().find(|(key, _)| key.text() == Some("error"));
    let Some((_, Val::Map(members))) = error else { return record };
    for (key, message) in members {
        let Some(text) = message.text().filter(|_| key.text() == Some("message")) else { continue };
        let field = |note: &str| format!("{}: …", note.split(": ").next().unwrap_or_default());
        *message = text.split("; ").map(field).collect::<Vec<_>>().join("; ").into();
    }
    record
}

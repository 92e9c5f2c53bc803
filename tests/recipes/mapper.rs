//! The mapper by itself, without Fluent Bit: what a recipe's filter has to make of its input.

use flb_filter_cloudflare_dns::config::KEYS;
use flb_filter_cloudflare_dns::msgpack::{AsJson, Reader, Writer, fixstr};
use flb_filter_cloudflare_dns::{Answer, Config, Mapper};
use serde_json::Value;

/// The field that carries a line, as in_tail names it.
const LINE: &str = "log";

/// Maps lines of JSON by a filter with these properties; records that are dropped are not among
/// the answers.
pub(crate) fn map(properties: &[(String, String)], lines: &str) -> Vec<Value> {
    let texts = texts(properties, lines).into_iter();
    texts.map(|text| serde_json::from_str(&text).expect("JSON")).collect()
}

/// The same as JSON text, with the keys in the mapper's order.
pub(crate) fn texts(properties: &[(String, String)], lines: &str) -> Vec<String> {
    let value = |key: &str| {
        let set = properties.iter().find(|(name, _)| name == key);
        set.map(|(_, value)| value.as_str()).or((key == "key_name").then_some(LINE))
    };
    let config = Config::read(|key| value(key.to_str().expect("UTF-8")));
    let config = config.unwrap_or_else(|e| panic!("{e}"));
    let mut mapper = Mapper::new(&config).unwrap_or_else(|e| panic!("{e}"));
    lines.lines().filter_map(|line| map_line(&mut mapper, line)).collect()
}

/// Whether the filter has a key of that name.
pub(crate) fn has_key(name: &str) -> bool {
    KEYS.iter().any(|key| key.name() == name)
}

fn map_line(mapper: &mut Mapper, line: &str) -> Option<String> {
    let mut chunk = Vec::new();
    match mapper.rewrite(&event(line.as_bytes()), &mut chunk).expect("memory").answer {
        Answer::Untouched => Some(line.to_owned()),
        Answer::Rewritten => {
            let mut reader = Reader::new(&chunk, 1);
            reader.raw().expect("a time");
            let record = &chunk[reader.position()..];
            Some(serde_json::to_string(&AsJson::new(record).expect("depth")).expect("JSON"))
        }
        Answer::Emptied => None,
    }
}

/// An event of one line: `[0, {"log": line}]`.
fn event(line: &[u8]) -> Vec<u8> {
    let mut event = vec![0; line.len() + 64];
    let mut writer = Writer::new(&mut event);
    let outer = writer.open_root_array(2);
    writer.uint(0);
    let record = writer.open_root_map(1);
    writer.key(&fixstr::<4>(LINE));
    writer.str(line);
    writer.close_root(record);
    writer.add_members(2);
    writer.close_root(outer);
    let size = writer.finish().expect("room");
    event.truncate(size);
    event
}

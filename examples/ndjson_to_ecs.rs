//! Maps Cloudflare DNS records, one JSON object a line on stdin, to ECS records, one a line on
//! stdout, with the same mapper that the plugin uses.
//!
//! Arguments are `key=value`, with the filter's own configuration keys:
//! `cargo run --release --example ndjson_to_ecs -- convention=ecs enrich=all < batch.ndjson`

use std::collections::HashMap;
use std::error::Error;
use std::io::{self, BufRead, BufWriter, Write};

use flb_filter_cloudflare_dns::msgpack::{AsJson, Reader, Writer};
use flb_filter_cloudflare_dns::{Answer, Config, Mapper};

/// The field that carries a line, as in_tail names it.
const LINE: &str = "log";

fn main() -> Result<(), Box<dyn Error>> {
    let mut properties = HashMap::from([("key_name".to_owned(), LINE.to_owned())]);
    for argument in std::env::args().skip(1) {
        let (key, value) = argument.split_once('=').ok_or("arguments are key=value")?;
        properties.insert(key.to_owned(), value.to_owned());
    }
    let config = Config::read(|key| properties.get(key.to_str().unwrap_or_default()))?;
    let mut mapper = Mapper::new(&config)?;
    let mut output = BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let line = line?;
        let event = event(line.as_bytes());
        let mut chunk = Vec::new();
        match mapper.rewrite(&event, &mut chunk)?.answer {
            Answer::Untouched => writeln!(output, "{line}")?,
            Answer::Rewritten => {
                let json = AsJson::new(record(&chunk)).ok_or("a record that JSON cannot hold")?;
                serde_json::to_writer(&mut output, &json)?;
                output.write_all(b"\n")?;
            }
            Answer::Emptied => {}
        }
    }
    output.flush()?;
    Ok(())
}

/// An event of one line: `[0, {"log": line}]`.
fn event(line: &[u8]) -> Vec<u8> {
    let mut event = vec![0; line.len() + 64];
    let mut writer = Writer::new(&mut event);
    let outer = writer.open_root_array(2);
    writer.uint(0);
    let record = writer.open_root_map(1);
    writer.key(&flb_filter_cloudflare_dns::msgpack::fixstr::<4>(LINE));
    writer.str(line);
    writer.close_root(record);
    writer.add_members(2);
    writer.close_root(outer);
    let size = writer.finish().unwrap_or_default();
    event.truncate(size);
    event
}

/// The record of an event: what stands behind its array and its time.
fn record(event: &[u8]) -> &[u8] {
    let mut reader = Reader::new(event, 1);
    let _ = reader.raw();
    event.get(reader.position()..).unwrap_or_default()
}

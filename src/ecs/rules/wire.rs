//! Resource records in wire format, as Gateway logs them: `{"type": "65", "data": "…"}` with base64 of
//! one record. They are read into the form that ResourceRecordsJSON has, so that all answers are
//! written in one way. The type is the one inside the record.

use std::fmt;

use crate::long_way::long_way;
use crate::memory::{OutOfMemory, give_back, lengthen};
use crate::msgpack::{Writer, array_items, key, map_pairs, text};
use crate::wire::{WireReader, WireRecord};

/// Reads an encoded array of items into `bytes`, and gives the records; `None` when any item is
/// anything else.
///
/// # Errors
/// [`OutOfMemory`].
pub(crate) fn read_records<'b>(
    items: &[u8],
    reader: &mut WireReader,
    bytes: &'b mut Vec<u8>,
) -> Result<Option<&'b [u8]>, OutOfMemory> {
    // Most data are as long as their base64, and each record has keys.
    let mut room = 2 * items.len();
    give_back(bytes, room);
    loop {
        lengthen(bytes, room)?;
        let mut writer = Writer::new(bytes);
        if write_all(items, reader, &mut writer)?.is_none() {
            return Ok(None);
        }
        match writer.finish() {
            Ok(size) => return Ok(bytes.get(..size)),
            Err(needed) => {
                long_way!("records in wire format read again");
                room = needed;
            }
        }
    }
}

fn write_all(
    items: &[u8],
    reader: &mut WireReader,
    writer: &mut Writer<'_>,
) -> Result<Option<()>, OutOfMemory> {
    let Some(items) = array_items(items) else { return Ok(None) };
    let opened = writer.open_root_array(items.clone().count());
    for item in items {
        writer.add_members(1);
        let Some(text) = data(item) else { return Ok(None) };
        let written = reader.read(text)?.map(|record| write(&record, writer));
        if !matches!(written, Some(Ok(()))) {
            return Ok(None);
        }
    }
    writer.close_root(opened);
    Ok(Some(()))
}

/// The base64 of an item that has nothing else but its type.
fn data(item: &[u8]) -> Option<&[u8]> {
    let mut data = None;
    for (key, value) in map_pairs(item)? {
        match text(key)? {
            b"type" => {}
            b"data" => data = Some(text(value)?),
            _ => return None,
        }
    }
    data
}

fn write(record: &WireRecord<'_>, writer: &mut Writer<'_>) -> fmt::Result {
    let opened = writer.open_root_map(5);
    writer.key(key!("name"));
    let start = writer.begin_text();
    record.write_name(&mut Text(writer))?;
    writer.end_text(start);
    writer.key(key!("type"));
    writer.uint(record.rr_type.into());
    writer.key(key!("class"));
    writer.uint(record.class.into());
    writer.key(key!("ttl"));
    writer.uint(record.ttl.into());
    writer.key(key!("rdata"));
    let start = writer.begin_text();
    record.write_data(&mut Text(writer))?;
    writer.end_text(start);
    writer.close_root(opened);
    Ok(())
}

/// Lets text be written into a [`Writer`], which never fails.
struct Text<'d, 'w>(&'d mut Writer<'w>);

impl fmt::Write for Text<'_, '_> {
    #[inline]
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.copy(text.as_bytes());
        Ok(())
    }
}

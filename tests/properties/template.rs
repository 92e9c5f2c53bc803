//! Random records against the index templates: what the mapper writes, an index takes.

use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::index_template::{Refusal, Server, Template};
use crate::oracle::json::print;
use crate::oracle::value::Val;

/// The document that an output writes of a record: JSON in which the last of equal keys counts,
/// with the event's time as `@timestamp` before it.
pub(crate) fn document(record: &Val) -> Value {
    let mut document: Value = serde_json::from_str(&print(record)).expect("JSON");
    let members = document.as_object_mut().expect("an object");
    let time =
        members.entry("@timestamp").or_insert_with(|| json!("2026-08-01T10:10:00.000000000Z"));
    // Nanoseconds of 64 bits end in 2262: there, the page says, the output has to write the time.
    let year = time.as_str().and_then(|time| time.get(..4)?.parse().ok());
    if year.is_some_and(|year: u16| !(1970..2262).contains(&year)) {
        *time = json!("2026-08-01T10:10:00.000000000Z");
    }
    document
}

/// Whether both servers take the document.
pub(crate) fn taken(document: &Value) -> Result<(), Refusal> {
    static TEMPLATES: OnceLock<[Template; 2]> = OnceLock::new();
    let templates = TEMPLATES.get_or_init(|| Server::ALL.map(Template::of)).iter();
    let told = templates.zip(Server::ALL).map(|(template, server)| {
        template.takes(document).map_err(|refusal| format!("{server:?}: {refusal}"))
    });
    told.collect()
}

//! An index template, and whether a document fits it, told as the server would.
//!
//! Elasticsearch and OpenSearch refuse a whole document for one value: an object where a scalar is
//! mapped, a scalar where an object is, and a value that no type reads where `ignore_malformed` does
//! not help. Rules: the reference of each server, "Mapping", 2026 (Elasticsearch 8.8 and newer,
//! OpenSearch 2.14 and newer). Where versions differ, the stricter counts.

use std::fs;
use std::net::IpAddr;
use std::path::Path;

use serde_json::{Map, Value};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Server {
    Elasticsearch,
    OpenSearch,
}

/// The types that the templates use, and which parameters each server takes with them; `None` where
/// it does not know the type.
const TYPES: [(&str, Parameters, Parameters); 10] = [
    ("boolean", Some(&["ignore_malformed"]), Some(&[])),
    ("date", Some(&["ignore_malformed"]), Some(&["ignore_malformed"])),
    ("date_nanos", Some(&["ignore_malformed"]), Some(&["ignore_malformed"])),
    ("flat_object", None, Some(&[])),
    ("flattened", Some(&["depth_limit", "ignore_above"]), None),
    ("ip", Some(&["ignore_malformed"]), Some(&["ignore_malformed"])),
    ("keyword", Some(KEYWORD), Some(KEYWORD)),
    ("long", Some(&["ignore_malformed"]), Some(&["ignore_malformed"])),
    ("match_only_text", Some(&[]), Some(&[])),
    ("object", Some(OBJECT), Some(OBJECT)),
];
type Parameters = Option<&'static [&'static str]>;
const KEYWORD: &[&str] = &["ignore_above", "index", "doc_values"];
const OBJECT: &[&str] = &["enabled", "dynamic", "properties"];

/// Lucene's limit for one term.
const LONGEST_TERM: usize = 32_766;

impl Server {
    pub(crate) const ALL: [Self; 2] = [Self::Elasticsearch, Self::OpenSearch];

    /// The directory of its recipe.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Elasticsearch => "elasticsearch",
            Self::OpenSearch => "opensearch",
        }
    }

    fn parameters(self, of: &str) -> Parameters {
        let (_, elasticsearch, opensearch) = TYPES.iter().find(|(name, ..)| *name == of)?;
        match self {
            Self::Elasticsearch => *elasticsearch,
            Self::OpenSearch => *opensearch,
        }
    }
}

/// What the server says of a document that it does not take.
pub(crate) type Refusal = String;

pub(crate) struct Template {
    server: Server,
    mappings: Value,
    ignore_malformed: bool,
}

impl Template {
    /// The server's own, of `examples/`.
    pub(crate) fn of(server: Server) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
        let path = path.join(server.name()).join("index-template.json");
        let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let template = serde_json::from_str(&text).expect("JSON");
        Self::new(server, &template).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    }

    /// Takes a template, or says why the server would not.
    pub(crate) fn new(server: Server, template: &Value) -> Result<Self, Refusal> {
        let template = &template["template"];
        let mappings = template["mappings"].clone();
        known(server, &mappings, "_doc")?;
        let ignore_malformed = template["settings"]["index.mapping.ignore_malformed"] == true;
        Ok(Self { server, mappings, ignore_malformed })
    }

    /// Whether the server takes the document.
    pub(crate) fn takes(&self, document: &Value) -> Result<(), Refusal> {
        self.value(document, &self.mappings, "_doc")
    }

    fn value(&self, value: &Value, mapping: &Value, path: &str) -> Result<(), Refusal> {
        let of = type_of(mapping);
        match value {
            _ if mapping["enabled"] == false => Ok(()),
            Value::Null => Ok(()),
            Value::Array(_) if of == "flat_object" => refuse(path, of, value),
            Value::Array(items) => {
                items.iter().try_for_each(|item| self.value(item, mapping, path))
            }
            Value::Object(members) => match of {
                "object" => self.members(members, mapping, path),
                "flattened" | "flat_object" => flat(members, mapping, path, 1),
                _ => refuse(path, of, value),
            },
            scalar => self.scalar(scalar, mapping, path),
        }
    }

    fn members(&self, members: &Map<String, Value>, to: &Value, path: &str) -> Result<(), Refusal> {
        members.iter().try_for_each(|(key, value)| self.member(key, value, to, path))
    }

    /// A key with a dot is an object with a member. What has no field is not looked at.
    fn member(&self, key: &str, value: &Value, to: &Value, path: &str) -> Result<(), Refusal> {
        if key.split('.').any(|name| name.trim().is_empty()) {
            return Err(format!("{path}: no name of a field: {key:?}"));
        }
        let (first, rest) = match key.split_once('.') {
            Some((first, rest)) => (first, Some(rest)),
            None => (key, None),
        };
        let Some(mapping) = to["properties"].get(first) else { return Ok(()) };
        let path = format!("{path}.{first}");
        match (rest, type_of(mapping)) {
            (None, _) => self.value(value, mapping, &path),
            (Some(_), _) if mapping["enabled"] == false => Ok(()),
            (Some(rest), "object") => self.member(rest, value, mapping, &path),
            (Some(_), "flattened" | "flat_object") => Ok(()),
            (Some(_), of) => refuse(&path, of, value),
        }
    }

    fn scalar(&self, value: &Value, mapping: &Value, path: &str) -> Result<(), Refusal> {
        let of = type_of(mapping);
        let text = value.as_str();
        let readable = match of {
            "match_only_text" => true,
            "keyword" => return keyword(value, mapping, path),
            "long" => value.is_i64() || value.is_f64() || text.is_some_and(is_number),
            "boolean" => value.is_boolean() || matches!(text, Some("true" | "false" | "")),
            "ip" => text.is_some_and(|ip| ip.parse::<IpAddr>().is_ok()),
            "date" | "date_nanos" => text.map_or(value.is_i64(), |time| is_time(time, of)),
            _ => return refuse(path, of, value),
        };
        // Whether it may be set says whether the setting of the index has any effect.
        let has_it =
            self.server.parameters(of).is_some_and(|all| all.contains(&"ignore_malformed"));
        let ignored =
            has_it && mapping["ignore_malformed"].as_bool().unwrap_or(self.ignore_malformed);
        if readable || ignored { Ok(()) } else { refuse(path, of, value) }
    }
}

fn refuse(path: &str, of: &str, value: &Value) -> Result<(), Refusal> {
    Err(format!("{path} is no {of}: {value}"))
}

fn type_of(mapping: &Value) -> &str {
    mapping["type"].as_str().unwrap_or("object")
}

/// Whether the server knows the types and their parameters.
fn known(server: Server, mapping: &Value, path: &str) -> Result<(), Refusal> {
    let of = type_of(mapping);
    let all = server.parameters(of).ok_or_else(|| format!("{path}: no type {of}"))?;
    for key in mapping.as_object().into_iter().flatten().map(|(key, _)| key.as_str()) {
        if key != "type" && !all.contains(&key) {
            return Err(format!("{path}: {of} has no {key}"));
        }
    }
    let mut properties = mapping["properties"].as_object().into_iter().flatten();
    properties.try_for_each(|(name, below)| known(server, below, &format!("{path}.{name}")))
}

/// Without an `ignore_above`, an indexed text has to fit a term.
fn keyword(value: &Value, mapping: &Value, path: &str) -> Result<(), Refusal> {
    let length = value.as_str().map_or(0, str::len);
    let indexed = mapping["index"] != false || mapping["doc_values"] != false;
    if indexed && mapping["ignore_above"].is_null() && length > LONGEST_TERM {
        return Err(format!("{path}: a term of {length} bytes"));
    }
    Ok(())
}

/// The leaves of an object become terms of one field: of each its path and its value, with a NUL
/// between (Elasticsearch) or a `=`.
fn flat(members: &Map<String, Value>, to: &Value, path: &str, depth: u64) -> Result<(), Refusal> {
    let limit = match type_of(to) {
        "flattened" => to["depth_limit"].as_u64().unwrap_or(20),
        _ => u64::MAX,
    };
    if depth > limit {
        return Err(format!("{path}: deeper than {limit}"));
    }
    members.iter().try_for_each(|(key, value)| {
        if type_of(to) == "flattened" && key.contains('\0') {
            return Err(format!("{path}: a NUL in the key {key:?}"));
        }
        flat_value(value, to, &format!("{path}.{key}"), depth)
    })
}

fn flat_value(value: &Value, to: &Value, path: &str, depth: u64) -> Result<(), Refusal> {
    match value {
        Value::Object(members) => flat(members, to, path, depth + 1),
        Value::Array(items) => items.iter().try_for_each(|item| flat_value(item, to, path, depth)),
        scalar => {
            let text = scalar.as_str().unwrap_or_default();
            let above = to["ignore_above"].as_u64().unwrap_or(u64::MAX);
            let ignored = text.encode_utf16().count() as u64 > above;
            let length = path.len() + 1 + text.len();
            if !ignored && length > LONGEST_TERM {
                return Err(format!("{path}: a term of {length} bytes"));
            }
            Ok(())
        }
    }
}

/// Text is coerced; what does not fit is not.
fn is_number(text: &str) -> bool {
    text.is_empty() || text.parse::<f64>().is_ok_and(|number| number.abs() < 9.2e18)
}

/// `2026-08-01T10:10:00.004Z`, with up to nine digits; nanoseconds since 1970 are of 64 bits.
fn is_time(text: &str, of: &str) -> bool {
    let Some((second, fraction)) = text.strip_suffix('Z').map(|text| match text.split_once('.') {
        Some((second, fraction)) => (second, fraction),
        None => (text, "0"),
    }) else {
        return false;
    };
    let shape = second.bytes().map(|byte| if byte.is_ascii_digit() { b'0' } else { byte });
    let in_shape = shape.eq(*b"0000-00-00T00:00:00")
        && (1..=9).contains(&fraction.len())
        && fraction.bytes().all(|byte| byte.is_ascii_digit());
    in_shape && (of == "date" || ("1970".."2262").contains(&&second[..4]))
}

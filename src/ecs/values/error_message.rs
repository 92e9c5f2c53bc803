//! What could not be read in a record, for `error.message`.

use crate::msgpack::{Writer, key};
use crate::source::{FIELD_COUNT, Field};

/// Why a value could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Not a string.
    NotText,
    /// Not an integer.
    NotInteger,
    /// Neither true nor false.
    NotBool,
    /// No point in time in any form that is read.
    NotTime,
    /// No IPv4 or IPv6 address.
    NotAddress,
    /// An item is no IPv4 or IPv6 address.
    NotAddresses,
    /// No port: not an integer up to 65535.
    NotPort,
    /// Neither a number up to 65535 nor a mnemonic.
    NotRrType,
    /// Not a number up to 65535.
    NotResponseCode,
    /// Not an array of strings.
    NotTexts,
    /// Not an array of integers.
    NotIntegers,
    /// Not an array of objects.
    NotObjects,
    /// Fluent Bit could not read it deeper in the record.
    TooDeep,
    /// Not an array of resource records, or its JSON text.
    NotResourceRecords,
    /// An item is not base64 of one resource record in wire format.
    NotWireRecords,
    /// No number of milliseconds that an integer of nanoseconds can hold.
    NotMilliseconds,
}

impl Reason {
    /// The reason in words.
    pub const fn text(self) -> &'static str {
        match self {
            Self::NotText => "not a string",
            Self::NotInteger => "not an integer",
            Self::NotBool => "not true or false",
            Self::NotTime => "not a time between the years 0001 and 9999",
            Self::NotAddress => "not an IP address",
            Self::NotAddresses => "not an array of IP addresses only",
            Self::NotPort => "not a port number from 0 to 65535",
            Self::NotRrType => "not a record type: a number from 0 to 65535 or a mnemonic",
            Self::NotResponseCode => "not a response code from 0 to 65535",
            Self::NotTexts => "not an array of strings",
            Self::NotIntegers => "not an array of integers",
            Self::NotObjects => "not an array of objects",
            Self::TooDeep => "nested too deeply, kept as JSON text",
            Self::NotResourceRecords => "not a JSON array of resource records",
            Self::NotWireRecords => "not an array of resource records in wire format as base64",
            Self::NotMilliseconds => "not a number of milliseconds",
        }
    }
}

/// What could not be read in one record, in the order of the mapping; made once, used anew for each
/// record.
#[derive(Debug)]
pub(crate) struct ErrorMessage {
    list: [(Field, Reason); FIELD_COUNT],
    len: usize,
}

impl Default for ErrorMessage {
    fn default() -> Self {
        Self { list: [(Field::QueryName, Reason::NotText); FIELD_COUNT], len: 0 }
    }
}

impl ErrorMessage {
    /// The fields with the reasons, in the order of the mapping.
    pub(crate) fn list(&self) -> &[(Field, Reason)] {
        self.list.get(..self.len).unwrap_or_default()
    }

    pub(crate) fn clear(&mut self) {
        self.len = 0;
    }

    /// Adds a note; each field has one at the most.
    pub(crate) fn add(&mut self, field: Field, reason: Reason) {
        if let Some(place) = self.list.get_mut(self.len) {
            *place = (field, reason);
            self.len += 1;
        }
    }

    /// Writes `error.message`: `Field: reason`, joined by `; `.
    pub(crate) fn write(&self, writer: &mut Writer<'_>) {
        let error = writer.open_map(key!("error"), 1);
        writer.key(key!("message"));
        let text = writer.begin_text();
        for (i, (field, reason)) in self.list().iter().enumerate() {
            writer.copy(if i > 0 { b"; " } else { b"" });
            writer.copy(field.name().as_bytes());
            writer.copy(b": ");
            writer.copy(reason.text().as_bytes());
        }
        writer.end_text(text);
        writer.close(error);
    }
}

//! A record as a tree, in the order in which it came: what the oracle reads and writes.

use std::fmt;

/// A MessagePack or JSON value. Maps keep their order and their duplicates.
#[derive(Clone)]
pub(crate) enum Val {
    Nil,
    Bool(bool),
    /// Any integer that MessagePack can hold.
    Int(i128),
    Float(f64),
    /// A JSON number that is no integer, as it was written.
    Number(String),
    Str(Vec<u8>),
    Bin(Vec<u8>),
    Ext(i8, Vec<u8>),
    Array(Vec<Val>),
    Map(Vec<(Val, Val)>),
}

/// Floats are equal when their bits are, so that NaN equals itself and 0.0 does not equal -0.0.
impl PartialEq for Val {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Nil, Self::Nil) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => a.to_bits() == b.to_bits(),
            (Self::Number(a), Self::Number(b)) => a == b,
            (Self::Str(a), Self::Str(b)) | (Self::Bin(a), Self::Bin(b)) => a == b,
            (Self::Ext(a, b), Self::Ext(c, d)) => a == c && b == d,
            (Self::Array(a), Self::Array(b)) => a == b,
            (Self::Map(a), Self::Map(b)) => a == b,
            _ => false,
        }
    }
}

/// Close to JSON, for messages of failed tests.
impl fmt::Debug for Val {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nil => f.write_str("null"),
            Self::Bool(truth) => write!(f, "{truth}"),
            Self::Int(number) => write!(f, "{number}"),
            Self::Float(number) => write!(f, "{number:?}"),
            Self::Number(digits) => write!(f, "<{digits}>"),
            Self::Str(text) => write!(f, "{:?}", String::from_utf8_lossy(text)),
            Self::Bin(text) => write!(f, "bin{:?}", String::from_utf8_lossy(text)),
            Self::Ext(kind, payload) => write!(f, "ext({kind}, {payload:02x?})"),
            Self::Array(items) => f.debug_list().entries(items).finish(),
            Self::Map(pairs) => {
                f.debug_map().entries(pairs.iter().map(|(key, value)| (key, value))).finish()
            }
        }
    }
}

impl From<&str> for Val {
    fn from(text: &str) -> Self {
        Self::Str(text.as_bytes().to_vec())
    }
}

impl From<String> for Val {
    fn from(text: String) -> Self {
        Self::Str(text.into_bytes())
    }
}

impl Val {
    /// The value of well-formed text, in a string or a bin.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Str(text) | Self::Bin(text) => std::str::from_utf8(text).ok(),
            _ => None,
        }
    }

    pub(crate) fn pairs(&self) -> &[(Val, Val)] {
        if let Self::Map(pairs) = self { pairs } else { &[] }
    }

    /// The values of all members of that name.
    pub(crate) fn members<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Val> + 'a {
        self.pairs().iter().filter(move |(key, _)| key.text() == Some(name)).map(|(_, value)| value)
    }

    /// `null`, `""`, `[]` and `{}`.
    pub(crate) fn is_absent(&self) -> bool {
        match self {
            Self::Nil => true,
            Self::Str(text) | Self::Bin(text) => text.is_empty(),
            Self::Array(items) => items.is_empty(),
            Self::Map(pairs) => pairs.is_empty(),
            _ => false,
        }
    }

    /// The same value with the members of all maps in the order of their names.
    pub(crate) fn sorted(&self) -> Val {
        match self {
            Self::Array(items) => Self::Array(items.iter().map(Self::sorted).collect()),
            Self::Map(pairs) => {
                let mut pairs: Vec<_> =
                    pairs.iter().map(|(key, value)| (key.clone(), value.sorted())).collect();
                pairs.sort_by_key(|(key, _)| format!("{key:?}"));
                Self::Map(pairs)
            }
            other => other.clone(),
        }
    }

    /// The same value with JSON numbers as doubles.
    pub(crate) fn plain(&self) -> Val {
        match self {
            Self::Number(digits) => Self::Float(digits.parse().expect("a number")),
            Self::Array(items) => Self::Array(items.iter().map(Self::plain).collect()),
            Self::Map(pairs) => {
                Self::Map(pairs.iter().map(|(key, value)| (key.clone(), value.plain())).collect())
            }
            other => other.clone(),
        }
    }
}

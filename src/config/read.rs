//! From what is configured to the settings, and from the settings to the line at the start: both by
//! the table.

use std::ffi::CStr;
use std::fmt;

use super::keys::KEYS;
use super::values::{Config, Convention, Enrich, NameCase, OnMismatch};
use super::wrong_value::WrongValue;

impl Default for Config {
    /// The defaults of [`KEYS`].
    fn default() -> Self {
        // Before any key is applied.
        let mut config = Self {
            convention: Convention::Sekoia,
            dataset: None,
            enrich: Enrich::default(),
            keep_codes: false,
            key_name: None,
            name_case: NameCase::Keep,
            on_mismatch: OnMismatch::Keep,
            preserve_key: false,
            preserve_original: false,
            reserve_data: false,
            set_time: false,
            timestamp_key: None,
        };
        for key in &KEYS {
            let default = key.default.map(|default| default.to_str().unwrap_or_default());
            // A default is a value that the key allows: the tests apply each.
            default.and_then(|default| (key.set)(&mut config, default));
        }
        config
    }
}

impl Config {
    /// Reads the settings; `property` gives the configured text of a key, or `None`.
    ///
    /// # Errors
    /// [`WrongValue`] for the first key, in the order of [`KEYS`], whose value is not allowed.
    pub fn read<S: AsRef<str>>(
        mut property: impl FnMut(&CStr) -> Option<S>,
    ) -> Result<Self, WrongValue> {
        let mut config = Self::default();
        for key in &KEYS {
            if let Some(value) = property(key.name) {
                key.apply(&mut config, value.as_ref())?;
            }
        }
        Ok(config)
    }
}

/// The effective settings, `key=value` for every key, as the start-up line shows them.
impl fmt::Display for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, key) in KEYS.iter().enumerate() {
            write!(f, "{}{}=", if place > 0 { " " } else { "" }, key.name())?;
            (key.show)(self, f)?;
        }
        Ok(())
    }
}

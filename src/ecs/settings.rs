//! The configuration as the mapping needs it, worked out once.

use crate::config::{Config, Convention, Enrich, NameCase, WrongValue};
use crate::msgpack::Writer;
use crate::source::{Dataset, Field, FieldSet, NameSet};

/// One for each dataset, in the order of [`Dataset::index`].
pub(super) type ByDataset<T> = [T; Dataset::ALL.len()];

/// The settings that the rows of a mapping ask for.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "as in `Config`, whose keys they are")]
#[allow(clippy::struct_excessive_bools, reason = "independent switches, named as configured")]
pub struct Settings {
    pub convention: Convention,
    pub enrich: Enrich,
    pub keep_codes: bool,
    pub name_case: NameCase,
    pub preserve_key: bool,
    pub preserve_original: bool,
    pub reserve_data: bool,
    pub set_time: bool,
    /// The encoded key of the time field; empty when none is written.
    timestamp_key: Vec<u8>,
    /// Whether a field of Cloudflare's has the name of the time field.
    time_has_name_of_field: bool,
    /// The fields that rows take.
    rows: ByDataset<FieldSet>,
    /// The top-level names that the mapping may write, and `@timestamp`, which many outputs write.
    taken: ByDataset<NameSet>,
    /// The top-level names of objects that the mapping writes for some record: all share an index,
    /// which has objects there and takes nothing else.
    objects: NameSet,
    watch: NameSet,
}

impl Settings {
    /// The settings of these keys, before it is known what the rows make of them.
    pub(super) fn of_keys(config: &Config) -> Self {
        Self {
            convention: config.convention,
            enrich: config.enrich,
            keep_codes: config.keep_codes,
            name_case: config.name_case,
            preserve_key: config.preserve_key,
            preserve_original: config.preserve_original,
            reserve_data: config.reserve_data,
            set_time: config.set_time,
            timestamp_key: config.timestamp_key.as_deref().map(encode).unwrap_or_default(),
            time_has_name_of_field: config
                .timestamp_key
                .as_deref()
                .is_some_and(|key| Field::named(key.as_bytes()).is_some()),
            rows: Default::default(),
            taken: Default::default(),
            objects: NameSet::default(),
            watch: NameSet::default(),
        }
    }

    /// The settings under which the rows write all that they can in a convention.
    pub(super) fn of_everything(convention: Convention) -> Self {
        let config = Config { convention, enrich: Enrich::all(), ..Config::default() };
        Self::of_keys(&config)
    }

    /// Adds what the rows make of these keys: by dataset, the fields that they take, and the
    /// top-level names that they may write; and `objects`, the top-level names that they write for
    /// any record under any settings.
    ///
    /// # Errors
    /// [`WrongValue`] when `timestamp_key` is a name that the mapping writes itself.
    pub(super) fn with_rows(
        mut self,
        config: &Config,
        rows: ByDataset<FieldSet>,
        names: ByDataset<Vec<&'static str>>,
        objects: Vec<&'static str>,
    ) -> Result<Self, WrongValue> {
        self.rows = rows;
        self.objects = NameSet::new(objects.iter().copied());
        let timestamp_key = config.timestamp_key.as_deref();
        let mut all = objects;
        for (dataset, names) in Dataset::ALL.into_iter().zip(names) {
            let can_come = config.datasets().any(|configured| configured == dataset);
            if let Some(key) = timestamp_key.filter(|key| can_come && is_in(key, &names)) {
                return Err(WrongValue::of("timestamp_key", key));
            }
            let names: Vec<_> = names.into_iter().chain(timestamp_key).chain([TIME]).collect();
            if let Some(taken) = self.taken.get_mut(dataset.index()) {
                *taken = NameSet::new(names.iter().copied());
            }
            all.extend(names);
        }
        all.sort_unstable();
        all.dedup();
        self.watch = NameSet::new(all);
        Ok(self)
    }

    /// The names to look for among a record's foreign keys: `event`, which tells a record that
    /// was mapped before, and the names that foreign keys may clash with.
    pub fn watch(&self) -> &NameSet {
        &self.watch
    }

    /// The encoded key of the time field, when one is written.
    #[inline]
    pub(super) fn timestamp_key(&self) -> Option<&[u8]> {
        (!self.timestamp_key.is_empty()).then_some(&*self.timestamp_key)
    }

    /// Whether a field of another dataset may clash, which is not among the names watched for.
    pub(super) fn fields_may_clash(&self) -> bool {
        self.time_has_name_of_field
    }

    /// The fields of `dataset` that no row takes.
    #[inline]
    pub(super) fn left_by_rows(&self, dataset: Dataset) -> FieldSet {
        let rows = self.rows.get(dataset.index()).copied().unwrap_or_default();
        dataset.fields().without(rows)
    }

    /// Whether other records have an object of that name.
    pub(super) fn is_object_elsewhere(&self, name: &[u8]) -> bool {
        self.objects.has(name)
    }

    /// Whether a foreign field of that name would clash with the output of `dataset`.
    pub(super) fn is_taken(&self, dataset: Dataset, name: &[u8]) -> bool {
        self.taken.get(dataset.index()).is_some_and(|taken| taken.has(name))
    }
}

/// The time's name in ECS, and in the outputs that write one of their own.
const TIME: &str = "@timestamp";

/// Whether `key` is one of the names, or lies below one.
fn is_in(key: &str, names: &[&str]) -> bool {
    names.iter().any(|name| {
        key.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}

fn encode(key: &str) -> Vec<u8> {
    let mut encoded = vec![0; key.len() + 5];
    let mut writer = Writer::new(&mut encoded);
    writer.str(key.as_bytes());
    let size = writer.finish().unwrap_or_default();
    encoded.truncate(size);
    encoded
}

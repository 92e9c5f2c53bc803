//! Events as out_file writes them: `tag: [seconds.nanoseconds, {record}]`.

use serde_json::Value;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Event {
    pub(crate) tag: String,
    /// Seconds and nine digits.
    pub(crate) time: String,
    pub(crate) record: Value,
}

impl Event {
    pub(crate) fn read(line: &str) -> Self {
        let parse = || {
            let (tag, rest) = line.split_once(": [")?;
            let (time, record) = rest.strip_suffix(']')?.split_once(", ")?;
            let record = serde_json::from_str(record).ok()?;
            Some(Self { tag: tag.to_owned(), time: time.to_owned(), record })
        };
        parse().unwrap_or_else(|| panic!("no event: {line}"))
    }

    /// Whether it has the time of its arrival, which was not before `start`.
    pub(crate) fn arrived_after(&self, start: std::time::SystemTime) -> bool {
        let start = start.duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs();
        let now = std::time::UNIX_EPOCH.elapsed().expect("after 1970").as_secs();
        let seconds = self.time.split('.').next().and_then(|seconds| seconds.parse().ok());
        seconds.is_some_and(|seconds| (start..=now).contains(&seconds))
    }
}

pub(crate) fn json_lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("a JSON line")).collect()
}

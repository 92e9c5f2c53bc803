//! Names to look for among the keys of a record.

/// A small set of names, quick to tell that a name is not in it.
#[derive(Debug, Clone, Default)]
pub struct NameSet {
    names: Vec<Vec<u8>>,
    /// A bit for the hash of each name in the set.
    hashes: u64,
}

impl NameSet {
    /// The set of these names.
    pub fn new<'n>(names: impl IntoIterator<Item = &'n str>) -> Self {
        let names: Vec<_> = names.into_iter().map(|name| name.as_bytes().to_vec()).collect();
        let hashes = names.iter().fold(0, |hashes, name| hashes | Self::hash(name));
        Self { names, hashes }
    }

    /// Whether `name` is in the set.
    #[inline]
    pub fn has(&self, name: &[u8]) -> bool {
        self.hashes & Self::hash(name) != 0 && self.names.iter().any(|known| known == name)
    }

    #[inline]
    fn hash(name: &[u8]) -> u64 {
        let first = name.first().copied().unwrap_or_default();
        1 << (first.wrapping_add((name.len() as u8).wrapping_mul(7)) & 63)
    }
}

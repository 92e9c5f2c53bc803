//! Names to look for among the keys of a record.

use crate::long_way::long_way;

/// A small set of names. Whether a name is in it is looked up by a hash.
#[derive(Debug, Clone)]
pub struct NameSet {
    names: Vec<Vec<u8>>,
    /// For each hash, the number of a name that has it, or of one that had to give way; 0 for none.
    /// A name that finds its place taken has the next that is free. On the heap, for a host may
    /// start the filter on a small stack.
    places: Box<[u8; NameSet::PLACES]>,
}

impl Default for NameSet {
    fn default() -> Self {
        Self { names: Vec::new(), places: Box::new([0; Self::PLACES]) }
    }
}

impl NameSet {
    const PLACES: usize = 256;
    /// The most names: far fewer than there are places.
    const MOST: usize = 64;

    /// The set of these names.
    pub fn new<'n>(names: impl IntoIterator<Item = &'n str>) -> Self {
        let mut set = Self::default();
        for name in names.into_iter().map(str::as_bytes) {
            set.insert(name);
        }
        set
    }

    fn insert(&mut self, name: &[u8]) {
        assert!(self.names.len() < Self::MOST, "more names than a small set holds");
        if self.has(name) {
            return;
        }
        self.names.push(name.to_vec());
        let (before, behind) = self.places.split_at_mut(Self::hash(name).into());
        let free = behind.iter_mut().chain(before).find(|place| **place == 0);
        if let (Some(free), Ok(number)) = (free, u8::try_from(self.names.len())) {
            *free = number;
        }
    }

    /// Whether `name` is in the set.
    #[inline]
    #[expect(clippy::indexing_slicing, reason = "a place for each hash")]
    pub fn has(&self, name: &[u8]) -> bool {
        let hash = Self::hash(name);
        self.places[usize::from(hash)] > 0 && self.has_from(hash, name)
    }

    /// Looks through the names from that place on up to the first place that is free.
    #[inline(never)]
    #[expect(clippy::indexing_slicing, reason = "a place for each byte")]
    fn has_from(&self, mut place: u8, name: &[u8]) -> bool {
        long_way!("name compared");
        while let Some(number) = self.places[usize::from(place)].checked_sub(1) {
            if self.names.get(usize::from(number)).is_some_and(|known| known == name) {
                return true;
            }
            place = place.wrapping_add(1);
        }
        false
    }

    /// A hash by the ends of the name, and its length.
    #[inline]
    fn hash(name: &[u8]) -> u8 {
        let [first, last] =
            [name.first(), name.last()].map(|byte| byte.copied().unwrap_or_default());
        first ^ last.rotate_left(3) ^ (name.len() as u8).wrapping_mul(37)
    }
}

#[cfg(test)]
mod tests {
    use super::NameSet;

    #[test]
    fn names_with_one_hash_are_told_apart() {
        // The ends are the same, and so is the length.
        let same = ["aab", "abb", "acb", "adb"];
        let set = NameSet::new(same.into_iter().chain(["", "zz", "abb"]));
        for name in same.into_iter().chain(["", "zz"]) {
            assert!(set.has(name.as_bytes()), "{name}");
        }
        for name in ["aeb", "a", "z", "aabb"] {
            assert!(!set.has(name.as_bytes()), "{name}");
        }
        assert!(!NameSet::default().has(b""));
    }
}

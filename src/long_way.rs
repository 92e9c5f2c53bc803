//! Counts the long ways, in the unit tests alone.
//!
//! What usual records bring has a short cut in many places; what does not fit goes a long way to the
//! same answer, so no output tells which way was taken. Each long way is marked by `long_way!`, and
//! `src/rewrite/tests.rs` says how many of them usual records take. Outside of the unit tests a mark
//! is nothing.

#![forbid(unsafe_code)]

/// Marks a long way by its name.
macro_rules! long_way {
    ($name:literal) => {
        #[cfg(test)]
        crate::long_way::counted::add($name);
    };
}
pub(crate) use long_way;

#[cfg(test)]
pub(crate) mod counted {
    use std::cell::RefCell;
    use std::collections::BTreeMap;

    type Counts = BTreeMap<&'static str, usize>;

    thread_local! {
        static COUNTS: RefCell<Counts> = const { RefCell::new(BTreeMap::new()) };
    }

    pub(crate) fn add(name: &'static str) {
        COUNTS.with_borrow_mut(|counts| *counts.entry(name).or_default() += 1);
    }

    /// The long ways that this thread takes while it calls `run`.
    pub(crate) fn while_it(run: impl FnOnce()) -> Counts {
        COUNTS.take();
        run();
        COUNTS.take()
    }
}

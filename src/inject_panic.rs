//! Panics on demand, in a build for the tests of the fence (feature `inject-panic`).

#![forbid(unsafe_code)]

/// Panics at this place when `INJECT_PANIC` names it: always, or with `<place>:<n>` only the nth
/// time that it is passed. Without the feature it does nothing.
#[inline]
#[cfg_attr(not(feature = "inject-panic"), expect(unused_variables, reason = "nothing to do"))]
pub(crate) fn inject_panic(place: &str) {
    #[cfg(feature = "inject-panic")]
    panic_when_asked(place);
}

#[cfg(feature = "inject-panic")]
#[expect(clippy::panic, reason = "what the feature is for")]
fn panic_when_asked(place: &str) {
    use std::sync::atomic::{AtomicUsize, Ordering};

    static PASSED: AtomicUsize = AtomicUsize::new(0);
    let Ok(asked) = std::env::var("INJECT_PANIC") else { return };
    let (asked_place, nth) = asked.split_once(':').unwrap_or((&asked, ""));
    if asked_place != place {
        return;
    }
    let passed = PASSED.fetch_add(1, Ordering::Relaxed) + 1;
    if nth.is_empty() || nth.parse() == Ok(passed) {
        panic!("injected into {place}");
    }
}

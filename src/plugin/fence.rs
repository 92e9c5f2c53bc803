//! The fence around all callbacks: no panic crosses the C boundary, and each is told to the log of
//! the instance that it happened in.

use std::cell::Cell;
use std::fmt::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::host::Line;

thread_local! {
    /// What the last panic on this thread has said. It needs no destructor: one would keep
    /// the library from being unloaded while the thread lives.
    static MESSAGE: Cell<Line<512>> = const { Cell::new(Line::new()) };
}

/// The panic that was caught last on this thread.
pub(super) struct Panic;

impl fmt::Display for Panic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a bug, please report it: {}", MESSAGE.get())
    }
}

/// Keeps what panics say from standard error, for [`catch`] to tell. The hook belongs to this
/// library's copy of std: no other code in the process sees it.
pub(super) fn remember_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let mut message = Line::new();
        // A message that is too long is cut.
        let _ = write!(message, "{panic}");
        MESSAGE.set(message);
    }));
}

/// Runs the body of a callback; a panic in it ends here.
pub(super) fn catch<T>(body: impl FnOnce() -> T) -> Result<T, Panic> {
    catch_unwind(AssertUnwindSafe(body)).map_err(|payload| {
        // The payload's own destructor could panic; what is left then is left.
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
            std::mem::forget(payload);
        }
        Panic
    })
}

//! What a call takes from the allocator: how often it asks, and how much it has at one time.

#![allow(dead_code, reason = "a test asks for one of them")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// The system's allocator, which counts what its own thread asks for and has.
struct Counting;

thread_local! {
    static LIVE: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
    static ASKED: Cell<usize> = const { Cell::new(0) };
}

fn add(bytes: usize) {
    ASKED.set(ASKED.get() + 1);
    LIVE.set(LIVE.get().wrapping_add_unsigned(bytes));
    PEAK.set(PEAK.get().max(LIVE.get()));
}

fn take(bytes: usize) {
    LIVE.set(LIVE.get().wrapping_sub_unsigned(bytes));
}

// SAFETY: everything is the system allocator's own; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        add(layout.size());
        // SAFETY: the caller's promise, passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        add(layout.size());
        // SAFETY: the caller's promise, passed on.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // Both may be there at the same time.
        add(size);
        take(layout.size());
        // SAFETY: the caller's promise, passed on.
        unsafe { System.realloc(place, layout, size) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        take(layout.size());
        // SAFETY: the caller's promise, passed on.
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Calls `run`, and gives the most bytes that it had at one time beside its answer.
pub(crate) fn peak<T>(run: impl FnOnce() -> T) -> (usize, T) {
    let before = LIVE.get();
    PEAK.set(before);
    let answer = run();
    (usize::try_from(PEAK.get() - before).unwrap_or(0), answer)
}

/// Calls `run`, and gives how often it asked for memory, or for more in place of some.
pub(crate) fn allocations<T>(run: impl FnOnce() -> T) -> (usize, T) {
    let before = ASKED.get();
    let answer = run();
    (ASKED.get() - before, answer)
}

/// The bytes that this thread has now; of use as a difference.
pub(crate) fn live() -> isize {
    LIVE.get()
}

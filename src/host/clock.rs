//! The time of day, as the host's metrics want it.

/// Nanoseconds since 1970, as of the kernel's last tick: up to some milliseconds late.
pub(crate) fn now() -> u64 {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: it is there to be written to.
    unsafe { libc::clock_gettime(libc::CLOCK_REALTIME_COARSE, &raw mut now) };
    (now.tv_sec as u64).wrapping_mul(1_000_000_000).wrapping_add(now.tv_nsec as u64)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "a test")]

    use std::time::{Duration, SystemTime};

    #[test]
    fn it_is_now() {
        let since_1970 = |time: SystemTime| time.duration_since(SystemTime::UNIX_EPOCH);
        let before = since_1970(SystemTime::now()).expect("after 1970");
        let told = Duration::from_nanos(super::now());
        let after = since_1970(SystemTime::now()).expect("after 1970");
        // A tick is ten milliseconds, and a machine may be held back.
        let about = before - Duration::from_secs(60)..after + Duration::from_secs(60);
        assert!(about.contains(&told), "{told:?}");
    }
}

//! Lines in the host's log, as the host writes its own: `[filter:NAME:INSTANCE] text`.

use std::ffi::{CStr, c_int};
use std::fmt::{self, Write as _};
use std::io::{self, Write as _};

use super::function::HostFunction;
use crate::abi;

// SAFETY: `flb_log_print` has had this signature in all versions.
static LOG_PRINT: HostFunction<abi::flb_log_print_fn> =
    unsafe { HostFunction::new(c"flb_log_print") };

/// The log of one filter instance. Writing to it allocates nothing, and whatever does not fit in
/// a line of 1,023 bytes is cut off; control characters become spaces.
pub(crate) struct Log {
    instance: Line<64>,
    /// The highest level that is written.
    level: c_int,
}

impl Log {
    /// The log of the instance of that name, with the instance's `log_level` where it is known.
    pub(crate) fn new(instance: &str, level: Option<c_int>) -> Self {
        let mut log = Self { instance: Line::new(), level: level.unwrap_or(abi::FLB_LOG_INFO) };
        // A name that is too long is cut.
        let _ = log.instance.write_str(instance);
        log
    }

    pub(crate) fn error(&self, text: fmt::Arguments<'_>) {
        self.write(abi::FLB_LOG_ERROR, text);
    }

    pub(crate) fn warn(&self, text: fmt::Arguments<'_>) {
        self.write(abi::FLB_LOG_WARN, text);
    }

    pub(crate) fn info(&self, text: fmt::Arguments<'_>) {
        self.write(abi::FLB_LOG_INFO, text);
    }

    pub(crate) fn debug(&self, text: fmt::Arguments<'_>) {
        self.write(abi::FLB_LOG_DEBUG, text);
    }

    fn write(&self, level: c_int, text: fmt::Arguments<'_>) {
        if level > self.level {
            return;
        }
        let mut line = Line::<1024>::new();
        // A text that is too long is cut.
        let _ = line.write_fmt(text);
        let Some(print) = LOG_PRINT.get() else {
            // Not `eprintln!`, which panics when nobody reads.
            let _ = writeln!(io::stderr(), "[filter:cloudflare_dns] {line}");
            return;
        };
        let format = c"[filter:cloudflare_dns:%s] %s".as_ptr();
        let (instance, text) = (self.instance.as_c_str().as_ptr(), line.as_c_str().as_ptr());
        // SAFETY: the format takes two C strings, and gets two; the host copies what it prints.
        unsafe { print(level, std::ptr::null(), 0, format, instance, text) };
    }
}

/// A line of a log, on the stack: a C string without control characters.
#[derive(Clone, Copy)]
pub(crate) struct Line<const N: usize> {
    bytes: [u8; N],
    len: usize,
}

impl<const N: usize> Line<N> {
    /// An empty line.
    pub(crate) const fn new() -> Self {
        Self { bytes: [0; N], len: 0 }
    }

    fn as_c_str(&self) -> &CStr {
        CStr::from_bytes_until_nul(&self.bytes).unwrap_or_default()
    }
}

impl<const N: usize> fmt::Display for Line<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.as_c_str().to_string_lossy())
    }
}

impl<const N: usize> fmt::Write for Line<N> {
    /// Takes as much of `text` as fits.
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = self.bytes.get_mut(self.len..N - 1).unwrap_or_default();
        let taken = room.len().min(text.len());
        for (to, from) in room.iter_mut().zip(text.bytes()) {
            *to = if from.is_ascii_control() { b' ' } else { from };
        }
        self.len += taken;
        if taken == text.len() { Ok(()) } else { Err(fmt::Error) }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::Line;

    #[test]
    fn a_line_takes_what_fits_before_its_end() {
        for (pieces, taken, fits) in [
            (["", ""], "", [true, true]),
            (["1234567", ""], "1234567", [true, true]),
            (["12345678", ""], "1234567", [false, true]),
            (["1234", "567"], "1234567", [true, true]),
            (["1234", "5678"], "1234567", [true, false]),
            (["12345678", "9"], "1234567", [false, false]),
            (["a\tb\0c\n", "\u{7f}"], "a b c  ", [true, true]),
        ] {
            let mut line = Line::<8>::new();
            let written = pieces.map(|piece| line.write_str(piece).is_ok());
            assert_eq!((line.to_string().as_str(), written), (taken, fits), "{pieces:?}");
        }
    }
}

//! The object that a function of the host lies in, as the loader has mapped it: the executable, or
//! a library with Fluent Bit inside.
//!
//! What is looked for in there is reached by guesses, so every address goes through the object's
//! own segments: one that lies in none of them is answered with `None`, and never read.

use std::ffi::{CStr, c_int, c_void};
use std::mem::MaybeUninit;
use std::ptr::{self, NonNull};

use super::function::address_of;

/// Executables have four or five; what has more is read in part.
const SEGMENTS: usize = 16;

/// Longer texts are no names, values or helps.
const LONGEST_TEXT: usize = 16 * 1024;

/// Asks `dladdr1` for the symbol's entry (`dlfcn.h`).
const RTLD_DL_SYMENT: c_int = 1;

/// The type of a symbol that names a variable (ELF, `st_info`).
const STT_OBJECT: u8 = 1;

/// The segments of one loaded object.
#[derive(Debug)]
pub(super) struct Object {
    segments: [Segment; SEGMENTS],
}

/// A part of the object in memory; empty when there is none.
#[derive(Debug, Clone, Copy, Default)]
struct Segment {
    start: usize,
    end: usize,
    readable: bool,
    executable: bool,
}

impl Segment {
    fn holds(&self, start: usize, end: usize) -> bool {
        self.start <= start && start <= end && end <= self.end
    }
}

/// Where an exported variable lies, and how large it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Variable {
    pub(super) address: usize,
    pub(super) size: usize,
}

impl Object {
    /// The object that holds `address`.
    pub(super) fn around(address: usize) -> Option<Self> {
        let mut search = Search { address, found: None };
        // SAFETY: `note_object` takes what it is called with, and a `Search`, which `search` is.
        unsafe { libc::dl_iterate_phdr(Some(note_object), (&raw mut search).cast()) };
        search.found
    }

    /// The variable of that name, if this object exports it.
    pub(super) fn variable(&self, name: &CStr) -> Option<Variable> {
        let address = address_of(name)?.get();
        let mut info = MaybeUninit::<libc::Dl_info>::zeroed();
        let mut entry = ptr::null_mut::<c_void>();
        // SAFETY: `info` and `entry` are there to be written to; an address is only compared.
        unsafe {
            libc::dladdr1(
                ptr::without_provenance(address),
                info.as_mut_ptr(),
                &raw mut entry,
                RTLD_DL_SYMENT,
            )
        };
        // SAFETY: zeros are an `Info` of null pointers; the call has at most filled it.
        let info = unsafe { info.assume_init() };
        // The nearest symbol may be another one; where none was found, this is null.
        let is_its_own = info.dli_saddr.addr() == address;
        let entry = NonNull::new(entry.cast::<libc::Elf64_Sym>()).filter(|_| is_its_own)?;
        // SAFETY: not null, and so the symbol's entry in the loaded object's table.
        let entry = unsafe { entry.read() };
        let size = usize::try_from(entry.st_size).ok()?;
        let is_variable = entry.st_info & 0xf == STT_OBJECT;
        let end = address.checked_add(size)?;
        let inside = self.segments.iter().any(|segment| segment.holds(address, end));
        (is_variable && inside).then_some(Variable { address, size })
    }

    /// The word at an address.
    pub(super) fn word(&self, at: usize) -> Option<usize> {
        self.readable(at, size_of::<usize>())?;
        let word = ptr::with_exposed_provenance::<usize>(at);
        // SAFETY: it lies in a readable segment of an object that stays loaded while it runs us.
        // Nobody writes to what is read here: the host copies its filters' structs and maps.
        Some(unsafe { word.read_unaligned() })
    }

    /// The `int` at an address.
    pub(super) fn int(&self, at: usize) -> Option<c_int> {
        self.readable(at, size_of::<c_int>())?;
        let int = ptr::with_exposed_provenance::<c_int>(at);
        // SAFETY: as in `word`.
        Some(unsafe { int.read_unaligned() })
    }

    /// Whether an address lies in code.
    pub(super) fn is_code(&self, at: usize) -> bool {
        let holds = |segment: &Segment| segment.executable && segment.holds(at, at.wrapping_add(1));
        self.segments.iter().any(holds)
    }

    /// Whether a C string lies at an address, and ends inside the object.
    pub(super) fn is_text(&self, at: usize) -> bool {
        self.bytes(at).take(LONGEST_TEXT).any(|byte| byte == 0)
    }

    /// Whether the C string at an address is this one.
    pub(super) fn has_text(&self, at: usize, text: &[u8]) -> bool {
        self.bytes(at).take(text.len() + 1).eq(text.iter().copied().chain([0]))
    }

    /// The bytes from an address to the end of its segment.
    fn bytes(&self, at: usize) -> impl Iterator<Item = u8> + use<> {
        let end = self.readable(at, 1).map_or(at, |segment| segment.end);
        (at..end).map(|at| {
            let byte = ptr::with_exposed_provenance::<u8>(at);
            // SAFETY: as in `word`.
            unsafe { byte.read() }
        })
    }

    /// Whether all bytes are zero.
    pub(super) fn is_zero(&self, start: usize, end: usize) -> bool {
        (start..end).step_by(size_of::<usize>()).all(|at| self.word(at) == Some(0))
    }

    fn readable(&self, start: usize, size: usize) -> Option<&Segment> {
        let end = start.checked_add(size)?;
        self.segments.iter().find(|segment| segment.readable && segment.holds(start, end))
    }
}

/// What `note_object` looks for, and what it has found.
struct Search {
    address: usize,
    found: Option<Object>,
}

/// Notes the object that holds the address of a [`Search`], and ends the loader's walk there.
///
/// # Safety
/// `info` describes a loaded object, and `search` is a [`Search`] of the caller's.
unsafe extern "C" fn note_object(
    info: *mut libc::dl_phdr_info,
    _size: usize,
    search: *mut c_void,
) -> c_int {
    // SAFETY: the loader's description, which it keeps as it is during the call.
    let info = unsafe { &*info };
    // SAFETY: nobody else uses the caller's value during the call.
    let search = unsafe { &mut *search.cast::<Search>() };
    // SAFETY: the loader keeps so many program headers there while the object is loaded.
    let headers = unsafe { std::slice::from_raw_parts(info.dlpi_phdr, info.dlpi_phnum.into()) };
    let mut segments = [Segment::default(); SEGMENTS];
    let loaded = headers.iter().filter(|header| header.p_type == libc::PT_LOAD);
    for (segment, header) in segments.iter_mut().zip(loaded) {
        *segment = segment_of(info.dlpi_addr, header).unwrap_or_default();
    }
    let at = search.address;
    if !segments.iter().any(|segment| segment.holds(at, at.saturating_add(1))) {
        return 0;
    }
    search.found = Some(Object { segments });
    1
}

fn segment_of(base: libc::Elf64_Addr, header: &libc::Elf64_Phdr) -> Option<Segment> {
    let start = usize::try_from(base.wrapping_add(header.p_vaddr)).ok()?;
    let end = start.checked_add(usize::try_from(header.p_memsz).ok()?)?;
    Some(Segment {
        start,
        end,
        readable: header.p_flags & libc::PF_R != 0,
        executable: header.p_flags & libc::PF_X != 0,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "a test")]

    use std::sync::atomic::AtomicI32;

    use super::{LONGEST_TEXT, Object, segment_of};

    // In memory that is written to: constants may lie among the code.
    static NUMBER: AtomicI32 = AtomicI32::new(0x0102_0304);
    static LETTERS: [u8; 2 * LONGEST_TEXT] = {
        let mut letters = [b'a'; 2 * LONGEST_TEXT];
        letters[2 * LONGEST_TEXT - 1] = 0;
        letters
    };

    #[test]
    fn values_are_read_as_they_are() {
        let address = NUMBER.as_ptr().addr();
        let own = Object::around(address).expect("this test");
        assert_eq!(own.int(address), Some(0x0102_0304));
        assert!(own.is_code((values_are_read_as_they_are as fn() as *const ()).addr()));
        assert!(!own.is_code(address) && !own.is_code(0));
    }

    #[test]
    fn a_text_ends_before_it_is_too_long() {
        let end = LETTERS.as_ptr().addr() + LETTERS.len();
        let own = Object::around(LETTERS.as_ptr().addr()).expect("this test");
        for (size, is_text) in [(1, true), (LONGEST_TEXT, true), (LONGEST_TEXT + 1, false)] {
            assert_eq!(own.is_text(end - size), is_text, "{size}");
        }
        assert!(!own.is_text(0));
    }

    #[test]
    fn a_segment_is_what_its_header_says() {
        for flags in 0..8 {
            // SAFETY: a header is numbers, of which zeros are some.
            let mut header: libc::Elf64_Phdr = unsafe { std::mem::zeroed() };
            (header.p_flags, header.p_vaddr, header.p_memsz) = (flags, 0x100, 0x20);
            let segment = segment_of(0x1000, &header).expect("no overflow");
            assert_eq!((segment.start, segment.end), (0x1100, 0x1120));
            assert_eq!(segment.readable, flags & libc::PF_R != 0, "{flags}");
            assert_eq!(segment.executable, flags & libc::PF_X != 0, "{flags}");
        }
    }
}

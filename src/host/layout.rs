//! Which layouts the running Fluent Bit has: of the struct that a filter exports, and of the
//! elements of its config map. It states neither, and a wrong guess is a crash.
//!
//! Its own built-in filters show both. They are exported variables of its executable: their size
//! is the host's size of the struct, and where code stands in them is where its callbacks lie; a
//! map of theirs has one stride only by which every element makes sense. All that are looked at
//! have to agree. Only a host without any built-in filter is told by functions that came with a
//! version and have stayed since. Everything else is refused, with one line in the log.

use std::ffi::CStr;
use std::fmt;
use std::mem::offset_of;
use std::ops::RangeInclusive;
use std::sync::OnceLock;

use super::function::{address_of, exports};
use super::object::{Object, Variable};

use crate::abi;

/// The layouts of the exported struct (see `include/fluent_bit_abi.h`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// 1.9.3 to 2.1: `cb_init` comes first of the callbacks.
    Short,
    /// 2.2 and newer: `cb_pre_run` comes first.
    Long,
}

/// The layouts of the running host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) shape: Shape,
    /// Whether the struct begins with the type of the events (2.1 and newer).
    pub(crate) has_event_type: bool,
    /// The size of a config map's element; `None` when nothing proves it.
    pub(crate) stride: Option<usize>,
    evidence: Evidence,
}

/// What a layout is known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Evidence {
    /// So many built-in filters, which have structs of this size.
    Filters { count: usize, size: usize },
    /// An exported function.
    Function(&'static str),
}

/// Why the plugin cannot run in a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    NoFluentBit,
    TooOld,
    /// A built-in filter looks like none of a known version.
    UnknownLayout {
        filter: &'static str,
        size: usize,
    },
    /// There is no built-in filter, and no function that tells.
    NothingTells,
}

/// The layouts of the running host, found out once: when the plugin is loaded.
pub(crate) fn layout() -> Result<Layout, Refusal> {
    static LAYOUT: OnceLock<Result<Layout, Refusal>> = OnceLock::new();
    *LAYOUT.get_or_init(find_out)
}

fn find_out() -> Result<Layout, Refusal> {
    let host = address_of(c"flb_filter_get_property").and_then(|at| Object::around(at.get()));
    let host = host.ok_or(Refusal::NoFluentBit)?;
    let has_event_type = exports(SINCE_2_1);
    // The size of the struct does not show whether `cb_filter` gets the input.
    if !has_event_type && !SINCE_1_9_3.into_iter().any(exports) {
        return Err(Refusal::TooOld);
    }
    let mut found = BUILT_IN.into_iter().filter_map(|symbol| Filter::find(&host, symbol));
    let filters: [_; ENOUGH] = std::array::from_fn(|_| found.next());
    let filters = || filters.iter().flatten();
    let (shape, evidence, stride) = match shape_of(filters())? {
        Some((shape, evidence)) => (shape, evidence, stride_of(&host, filters().map(Filter::map))),
        None => {
            let (shape, function) = shape_by_name(has_event_type).ok_or(Refusal::NothingTells)?;
            (shape, Evidence::Function(function), Some(stride_by_name()))
        }
    };
    Ok(Layout { shape, has_event_type, stride, evidence })
}

// ---- by the built-in filters ----

/// The structs of filters that most builds have.
const BUILT_IN: [&CStr; 12] = [
    c"filter_expect_plugin",
    c"filter_grep_plugin",
    c"filter_kubernetes_plugin",
    c"filter_lua_plugin",
    c"filter_modify_plugin",
    c"filter_nest_plugin",
    c"filter_parser_plugin",
    c"filter_record_modifier_plugin",
    c"filter_rewrite_tag_plugin",
    c"filter_stdout_plugin",
    c"filter_throttle_plugin",
    c"filter_type_converter_plugin",
];

/// How many of them are looked at: the loader goes through all symbols to find the size of one.
const ENOUGH: usize = 6;

/// A built-in filter.
struct Filter<'o> {
    host: &'o Object,
    name: &'static str,
    variable: Variable,
}

impl<'o> Filter<'o> {
    /// The filter whose struct has that name, if the host has it: a variable that begins as the
    /// structs of all versions do, with two numbers and the filter's own name.
    fn find(host: &'o Object, symbol: &'static CStr) -> Option<Self> {
        let name = symbol.to_str().ok()?.strip_prefix("filter_")?.strip_suffix("_plugin")?;
        let filter = Self { host, name, variable: host.variable(symbol)? };
        host.has_text(filter.word(NAME)?, name.as_bytes()).then_some(filter)
    }

    fn word(&self, index: usize) -> Option<usize> {
        self.host.word(self.variable.address.checked_add(index * size_of::<usize>())?)
    }

    fn shape(&self) -> Option<Shape> {
        shape(self.variable.size, &std::array::from_fn(|index| self.kind(index)))
    }

    fn kind(&self, index: usize) -> Word {
        // What lies behind the struct is another variable, which may be written to: it is not read.
        let is_inside = index < self.variable.size / size_of::<usize>();
        match is_inside.then(|| self.word(index)).flatten() {
            Some(0) => Word::Null,
            Some(word) if self.host.is_code(word) => Word::Code,
            _ => Word::Data,
        }
    }

    /// The address of its config map, or 0.
    fn map(&self) -> usize {
        self.word(CONFIG_MAP).unwrap_or_default()
    }
}

/// Words of the struct, in all versions.
const NAME: usize = 1;
const CONFIG_MAP: usize = 3;

/// As many words as the largest struct has.
const WORDS: usize = 11;

/// What a word of a filter's struct is, as far as that tells a layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    Null,
    /// The address of code.
    Code,
    /// Anything else, and what lies behind the struct.
    Data,
}

/// The layout of a filter's struct, by its size in bytes and by which words are addresses of code:
/// the callbacks, behind what every version has (flags, name, description, config map), and before
/// the two words of the list that the host links it into.
fn shape(size: usize, words: &[Word; WORDS]) -> Option<Shape> {
    use Word::{Code, Data, Null};
    // Linkers for arm64, and binutils before 2.31, put constants and code into one segment: then
    // the name lies there, too.
    let begins = matches!(words, [_, Code, ..] | [_, _, Null | Data, Null | Data, ..]);
    let callbacks = words.get(4..).filter(|_| begins)?;
    match (size, callbacks) {
        (72, [Code, Code, Null | Code, Null | Data, Null | Data, ..]) => Some(Shape::Short),
        (80, [Null | Code, Code, Code, Null | Code, Null | Data, Null | Data, ..])
        // From 88 bytes on there is `cb_notification`, of use to a filter with a context.
        | (88, [Null | Code, Code, Code, Null | Code, Null, Null | Data, Null | Data])
        | (88, [Null | Code, Code, Code, Code, Code, Null | Data, Null | Data]) => {
            Some(Shape::Long)
        }
        _ => None,
    }
}

/// The layout that all filters have; `None` when there is no filter.
fn shape_of<'f>(
    filters: impl Iterator<Item = &'f Filter<'f>>,
) -> Result<Option<(Shape, Evidence)>, Refusal> {
    let mut known: Option<(Shape, usize)> = None;
    let mut count = 0;
    for filter in filters {
        let size = filter.variable.size;
        let unknown = Refusal::UnknownLayout { filter: filter.name, size };
        let shape = filter.shape().ok_or(unknown)?;
        if *known.get_or_insert((shape, size)) != (shape, size) {
            return Err(unknown);
        }
        count += 1;
    }
    Ok(known.map(|(shape, size)| (shape, Evidence::Filters { count, size })))
}

/// The strides that are tried: from the smallest that has room for something of the host's.
const STRIDES: RangeInclusive<usize> = 56..=LONGEST_STRIDE;

pub(crate) const LONGEST_STRIDE: usize = 256;

/// The one stride by which the maps of all filters make sense; `None` when there is not just one.
fn stride_of(host: &Object, maps: impl Iterator<Item = usize> + Clone) -> Option<usize> {
    let makes_sense = |stride: &usize| {
        let mut elements = maps.clone().map(|map| elements(host, map, *stride));
        // A map of one element has an end wherever its zeros are, and so says nothing.
        elements.try_fold(false, |proven, count| count.map(|count| proven || count >= 2))
    };
    let mut strides = STRIDES.step_by(8).filter(|stride| makes_sense(stride) == Some(true));
    let stride = strides.next()?;
    strides.next().is_none().then_some(stride)
}

/// More elements than any filter's map has.
const MOST_ELEMENTS: usize = 512;

/// The elements before the one that ends a map, by that stride; `None` when it makes no sense.
fn elements(host: &Object, map: usize, stride: usize) -> Option<usize> {
    if map == 0 {
        return Some(0);
    }
    for count in 0..MOST_ELEMENTS {
        let at = map.checked_add(count * stride)?;
        let end = at.checked_add(stride)?;
        if host.is_zero(at, end) {
            return Some(count);
        }
        if !is_element(host, at, end) {
            return None;
        }
    }
    None
}

/// Whether an element of a config map lies there, as a filter declares it.
fn is_element(host: &Object, at: usize, end: usize) -> bool {
    let word = |offset| host.word(at + offset).unwrap_or(usize::MAX);
    let small = |offset| host.int(at + offset).is_some_and(|int| (0..256).contains(&int));
    let optional_text = |offset| word(offset) == 0 || host.is_text(word(offset));
    small(offset_of!(abi::flb_config_map, type_))
        && host.is_text(word(offset_of!(abi::flb_config_map, name)))
        && optional_text(offset_of!(abi::flb_config_map, def_value))
        && small(offset_of!(abi::flb_config_map, flags))
        && small(offset_of!(abi::flb_config_map, set_property))
        && optional_text(offset_of!(abi::flb_config_map, desc))
        && host.is_zero(at + size_of::<abi::flb_config_map>(), end)
}

// ---- by names: each function came with the version named, and has stayed ----

/// Any of these.
const SINCE_1_9_3: [&CStr; 2] = [c"flb_ra_update_kv_pair", c"cio_file_lookup_user"];
const SINCE_2_1: &CStr = c"flb_log_event_decoder_init";
/// The first in all builds; the others in builds with Go plugins, and with chunk trace.
const SINCE_2_2: [&CStr; 3] =
    [c"flb_notification_enqueue", c"flb_proxy_output_cb_init", c"flb_chunk_trace_output"];
/// From 2.0.0 to 2.1 alone.
const UNTIL_2_1: &CStr = c"flb_plugin_proxy_output_init";
const SINCE_5_0_3: &CStr = c"flb_config_map_get_raw";

/// The layout, and the function that tells it.
fn shape_by_name(is_2_1: bool) -> Option<(Shape, &'static str)> {
    let since_1_9_3 = SINCE_1_9_3.into_iter().find(|name| exports(name));
    let since_2_2 = SINCE_2_2.into_iter().find(|name| exports(name));
    let until_2_1 = exports(UNTIL_2_1).then_some(UNTIL_2_1);
    let (shape, name) = match (is_2_1, since_2_2, until_2_1) {
        (true, Some(name), None) => (Shape::Long, name),
        (true, None, Some(name)) => (Shape::Short, name),
        (false, None, _) => (Shape::Short, since_1_9_3?),
        // Nothing that all builds of 2.2 have is missing in 2.1.
        _ => return None,
    };
    Some((shape, name.to_str().ok()?))
}

fn stride_by_name() -> usize {
    if exports(SINCE_5_0_3) { 104 } else { 96 }
}

// ---- what is said ----

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.evidence {
            Evidence::Filters { count, size } => {
                write!(f, "the layout is proven by {count} of this Fluent Bit's own filters: ")?;
                write!(f, "{size} bytes, ")?;
            }
            Evidence::Function(name) => {
                write!(f, "the layout is told by {name} alone, with no filter to prove it: ")?;
            }
        }
        f.write_str(match self.shape {
            Shape::Short => "cb_init first, ",
            Shape::Long => "cb_pre_run first, ",
        })?;
        match self.stride {
            Some(stride) => write!(f, "config map elements of {stride} bytes"),
            None => f.write_str("no config map, for nothing proves its layout"),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoFluentBit => {
                f.write_str("this is not Fluent Bit, or a build that exports none of its functions")
            }
            Self::TooOld => f.write_str("this Fluent Bit is older than 1.9.3"),
            Self::UnknownLayout { filter, size } => write!(
                f,
                "the layout of this Fluent Bit's filters ('{filter}', {size} bytes) is that of no \
                 version from 1.9.3 to 5.1"
            ),
            Self::NothingTells => f.write_str(
                "this Fluent Bit was built without filters of its own, and nothing else shows its \
                 layout",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::indexing_slicing, reason = "a test")]

    use crate::host::layout::Word::{self, Code, Data, Null};
    use crate::host::layout::{Shape, WORDS, shape};

    /// The words of a filter in Fluent Bit up to 2.1, in 2.2 and later ones, and in 3.2 and later ones.
    const KNOWN: [(usize, Shape, [Word; WORDS]); 3] = [
        (72, Shape::Short, [Null, Data, Data, Data, Code, Code, Code, Null, Null, Data, Data]),
        (80, Shape::Long, [Null, Data, Data, Data, Null, Code, Code, Code, Null, Null, Data]),
        (88, Shape::Long, [Null, Data, Data, Data, Null, Code, Code, Code, Null, Null, Null]),
    ];

    /// Which single words may be something else, and what.
    fn other_words(size: usize, known: Shape, words: [Word; WORDS]) -> Vec<(usize, Word)> {
        let all = (0..WORDS).flat_map(|index| [Null, Code, Data].map(|word| (index, word)));
        let may_be = |&(index, word): &(usize, Word)| {
            let mut changed = words;
            changed[index] = word;
            let told = shape(size, &changed);
            assert!(told.is_none_or(|told| told == known), "{size}: {changed:?}");
            word != words[index] && told.is_some()
        };
        all.filter(may_be).collect()
    }

    #[test]
    fn a_struct_with_one_word_of_another_kind_is_no_filter_s() {
        // The flags are any word, the name may lie among code, and there need be no description, no
        // config map, no `cb_exit` and no `cb_pre_run`. A list that is linked has addresses in it.
        let front = [(0, Code), (0, Data), (1, Null), (1, Code), (2, Null), (3, Null)];
        let behind: [&[_]; 3] = [
            &[(6, Null), (7, Data), (8, Data), (9, Null), (9, Code), (10, Null), (10, Code)],
            &[(4, Code), (7, Null), (8, Data), (9, Data), (10, Null), (10, Code)],
            &[(4, Code), (7, Null), (8, Code), (9, Data), (10, Data)],
        ];
        for ((size, known, words), behind) in KNOWN.into_iter().zip(behind) {
            assert_eq!(other_words(size, known, words), [&front[..], behind].concat(), "{size}");
        }
        // A notification takes a context, which somebody has to free.
        let mut words = KNOWN[2].2;
        (words[7], words[8]) = (Null, Code);
        assert_eq!(shape(88, &words), None);
    }

    #[test]
    fn where_constants_lie_among_code_the_callbacks_tell_all_the_same() {
        for (size, known, mut words) in KNOWN {
            words[1..4].fill(Code);
            assert_eq!(shape(size, &words), Some(known), "{size}");
            words[5] = Data;
            assert_eq!(shape(size, &words), None, "{size}");
        }
    }

    #[test]
    fn a_struct_of_another_size_is_no_filter_s() {
        for size in (0..200).filter(|size| ![72, 80, 88].contains(size)) {
            for (_, _, words) in KNOWN {
                assert_eq!(shape(size, &words), None, "{size}");
            }
        }
    }
}

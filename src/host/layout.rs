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

    /// The layout of the struct, by its size and by which words are addresses of code.
    fn shape(&self) -> Option<Shape> {
        let code = |index| self.word(index).is_some_and(|word| self.host.is_code(word));
        let null = |index| self.word(index) == Some(0);
        // In front stands what every version has; behind, the list that the host links it into.
        let no_code = |index| !code(index);
        let optional = |index| null(index) || code(index);
        // Linkers for arm64, and binutils before 2.31, put constants and code into one segment: then
        // the name, which `find` has read, lies there, too.
        let is_apart = no_code(NAME);
        let begins = !is_apart || (no_code(DESCRIPTION) && no_code(CONFIG_MAP));
        let (shape, fits) = match self.variable.size {
            72 => (Shape::Short, code(4) && code(5) && optional(6) && no_code(7) && no_code(8)),
            80 | 88 => {
                let last = self.variable.size / size_of::<usize>();
                let callbacks = optional(4) && code(5) && code(6) && optional(7);
                // Of 88 bytes on, word 8 is `cb_notification`, of use to a filter with a context.
                let notification = last == 10 || null(8) || (code(7) && code(8));
                let list = no_code(last - 2) && no_code(last - 1);
                (Shape::Long, callbacks && notification && list)
            }
            _ => return None,
        };
        (begins && fits).then_some(shape)
    }

    /// The address of its config map, or 0.
    fn map(&self) -> usize {
        self.word(CONFIG_MAP).unwrap_or_default()
    }
}

/// Words of the struct, in all versions.
const NAME: usize = 1;
const DESCRIPTION: usize = 2;
const CONFIG_MAP: usize = 3;

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

//! Lists of texts without duplicates.

use std::cmp::Ordering;

use super::text::write_in_case;
use crate::config::NameCase;
use crate::long_way::long_way;
use crate::memory::OutOfMemory;
use crate::msgpack::Writer;

/// Up to here, looking through the texts before is quickest; from here on it would grow with the
/// square of their number.
const FEW: usize = 16;

/// Writes an array of texts, each once, in the order in which they come first; answers `false`
/// when there is none. With [`NameCase::Lower`] they are written so, and told apart so.
#[inline]
pub(crate) fn write_distinct<'t>(
    writer: &mut Writer<'_>,
    texts: impl Iterator<Item = &'t [u8]> + Clone,
    case: NameCase,
) -> Result<bool, OutOfMemory> {
    let mut few: [&[u8]; FEW] = [&[]; FEW];
    let mut size = 0;
    for text in texts.clone() {
        if few.iter().take(size).any(|before| is_same(before, text, case)) {
            continue;
        }
        let Some(place) = few.get_mut(size) else {
            return write_distinct_of_many(writer, texts, case);
        };
        *place = text;
        size += 1;
    }
    let opened = writer.open_root_array(size);
    few.iter().take(size).for_each(|text| write_one(writer, text, case));
    writer.close_root(opened);
    Ok(size > 0)
}

#[inline(always)]
fn write_one(writer: &mut Writer<'_>, text: &[u8], case: NameCase) {
    writer.add_members(1);
    write_in_case(writer, text, case);
}

#[inline(always)]
fn is_same(one: &[u8], other: &[u8], case: NameCase) -> bool {
    match case {
        NameCase::Keep => one == other,
        NameCase::Lower => one.eq_ignore_ascii_case(other),
    }
}

fn order(one: &[u8], other: &[u8], case: NameCase) -> Ordering {
    match case {
        NameCase::Keep => one.cmp(other),
        NameCase::Lower => {
            one.iter().map(u8::to_ascii_lowercase).cmp(other.iter().map(u8::to_ascii_lowercase))
        }
    }
}

#[cold]
fn write_distinct_of_many<'t>(
    writer: &mut Writer<'_>,
    texts: impl Iterator<Item = &'t [u8]> + Clone,
    case: NameCase,
) -> Result<bool, OutOfMemory> {
    long_way!("many texts told apart");
    let bound = texts.clone().count();
    let texts = distinct(texts, bound, case)?;
    let opened = writer.open_root_array(texts.len());
    texts.iter().for_each(|(_, text)| write_one(writer, text, case));
    writer.close_root(opened);
    Ok(true)
}

/// Texts with their places, each once, in the order of their places.
fn distinct<'t>(
    texts: impl Iterator<Item = &'t [u8]>,
    bound: usize,
    case: NameCase,
) -> Result<Vec<(usize, &'t [u8])>, OutOfMemory> {
    let mut all = Vec::new();
    all.try_reserve_exact(bound).map_err(|_| OutOfMemory)?;
    all.extend(texts.take(bound).enumerate());
    all.sort_unstable_by(|&(place, one), &(behind, other)| {
        order(one, other, case).then(place.cmp(&behind))
    });
    all.dedup_by(|(_, one), (_, other)| is_same(one, other, case));
    all.sort_unstable_by_key(|&(place, _)| place);
    Ok(all)
}

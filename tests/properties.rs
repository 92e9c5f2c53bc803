//! Random chunks through the mapper and through the oracle: both tell the same.

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

#[path = "properties/chunk.rs"]
mod chunk;
#[path = "properties/generate.rs"]
mod generate;
#[allow(dead_code, reason = "the recipes' tests use the rest of it")]
mod index_template;
#[path = "properties/loss.rs"]
mod loss;
mod oracle;
#[path = "properties/template.rs"]
mod template;
#[path = "properties/text.rs"]
mod text;

use chunk::Item;
use flb_filter_cloudflare_dns::{Mapper, Mismatch, Tally};
use oracle::Why;
use oracle::msgpack::{Forms, decode, encode};
use oracle::settings::Settings;
use oracle::through::{Became, became, event, rewrite};
use oracle::value::Val;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// So many cases, or fewer when `PROPTEST_CASES` says so, for an emulated processor.
fn config(cases: u32) -> ProptestConfig {
    let most = std::env::var("PROPTEST_CASES").ok();
    let most = most.map_or(cases, |most| most.parse().expect("PROPTEST_CASES is a number"));
    ProptestConfig {
        cases: cases.min(most),
        max_shrink_iters: 500,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

fn mapper(settings: &Settings) -> Mapper {
    let properties: Vec<_> = settings.properties().into_iter().collect();
    oracle::through::mapper(&properties)
}

/// What the chunk becomes, as bytes; the same mapper must say so twice.
fn output(mapper: &mut Mapper, chunk: &[u8]) -> Vec<u8> {
    let output = rewrite(mapper, chunk);
    assert_eq!(rewrite(mapper, chunk), output, "the same chunk, another time");
    output.unwrap_or_else(|| chunk.to_vec())
}

fn of_text(settings: Settings) -> Settings {
    Settings { key_name: Some(text::KEY_NAME.to_owned()), ..settings }
}

proptest! {
    #![proptest_config(config(2000))]

    #[test]
    fn records_map_as_the_oracle_says(
        settings in generate::settings(),
        chunk in chunk::of(generate::alike()),
    ) {
        let output = output(&mut mapper(&settings), &chunk::bytes(&chunk));
        chunk::check(&settings, &chunk, &[], &output)?;
    }

    #[test]
    fn json_text_maps_as_the_oracle_says(
        settings in generate::settings(),
        chunk in chunk::of(text::records()),
    ) {
        let settings = of_text(settings);
        let output = output(&mut mapper(&settings), &chunk::bytes(&chunk));
        chunk::check(&settings, &chunk, &[], &output)?;
    }

    #[test]
    fn a_mapper_that_has_seen_other_chunks_maps_no_differently(
        settings in generate::settings(),
        before in vec(generate::alike(), 0..4),
        chunk in chunk::of(generate::alike()),
    ) {
        let mut mapper = mapper(&settings);
        for record in before.iter().flatten() {
            event(&mut mapper, record);
        }
        let output = output(&mut mapper, &chunk::bytes(&chunk));
        chunk::check(&settings, &chunk, &[], &output)?;
    }
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn a_chunk_cut_anywhere_loses_nothing(
        settings in generate::settings(),
        chunk in chunk::of(generate::alike()),
        cuts in vec(any::<prop::sample::Index>(), 20),
    ) {
        let whole = chunk::bytes(&chunk);
        let mut mapper = mapper(&settings);
        for cut in cuts.iter().map(|cut| cut.index(whole.len() + 1)) {
            let mut start = 0;
            let mut complete = 0;
            for item in &chunk {
                let end = start + item.bytes().len();
                if end > cut {
                    break;
                }
                start = end;
                complete += 1;
            }
            let outcome = mapper.rewrite(&whole[..cut], &mut Vec::new()).expect("memory");
            prop_assert_eq!(outcome.malformed_from, (start < cut).then_some(start));
            let output = output(&mut mapper, &whole[..cut]);
            chunk::check(&settings, &chunk[..complete], &whole[start..cut], &output)?;
        }
    }

    #[test]
    fn a_chunk_with_the_reserved_byte_comes_back_from_there_on(
        settings in generate::settings(),
        first in chunk::of(generate::alike()),
        second in chunk::of(generate::alike()),
    ) {
        let tail = [&[0xc1], &chunk::bytes(&second)[..]].concat();
        let whole = [chunk::bytes(&first), tail.clone()].concat();
        let output = output(&mut mapper(&settings), &whole);
        chunk::check(&settings, &first, &tail, &output)?;
    }
}

proptest! {
    #![proptest_config(config(1500))]

    #[test]
    fn no_value_disappears(settings in generate::settings(), record in generate::any_record()) {
        let settings = Settings { reserve_data: true, lower: false, ..settings };
        let Became::Mapped { record: output, .. } = event(&mut mapper(&settings), &record) else {
            return Ok(());
        };
        let dataset = output.members("event").flat_map(|event| event.members("dataset")).next();
        let dataset = dataset.and_then(Val::text).expect("a dataset");
        let lost = loss::lost(dataset, &record, &output);
        prop_assert!(lost.is_empty(), "lost {lost:?} of {record:?} in {output:?}");
    }

    #[test]
    fn an_index_takes_whatever_is_mapped(
        settings in generate::settings(),
        of_text in any::<bool>(),
        records in prop_oneof![generate::alike(), text::records()],
    ) {
        let settings = if of_text { self::of_text(settings) } else { settings };
        let mut mapper = mapper(&settings);
        for record in &records {
            let Became::Mapped { record: output, .. } = event(&mut mapper, record) else { continue };
            let document = template::document(&output);
            prop_assert_eq!(template::taken(&document), Ok(()), "{:?} in {}", record, document);
        }
    }

    #[test]
    fn what_was_mapped_stays_untouched(
        first in generate::settings(),
        second in generate::settings(),
        of_texts in any::<bool>(),
        key_name in proptest::option::of(select(vec!["log", "event", "dns", "cloudflare"])),
        chunk in prop_oneof![chunk::of(generate::alike()), chunk::of(text::records())],
    ) {
        let first = if of_texts { of_text(first) } else { first };
        let second = Settings { key_name: key_name.map(str::to_owned), ..second };
        let once = rewrite(&mut mapper(&first), &chunk::bytes(&chunk)).unwrap_or_default();
        prop_assert_eq!(rewrite(&mut mapper(&first), &once), None);
        // Records that only the second's settings make ours may still change; mapped ones not.
        for item in &chunk {
            let Some(mapped) = rewrite(&mut mapper(&first), &item.bytes()) else { continue };
            prop_assert_eq!(rewrite(&mut mapper(&second), &mapped), None, "{:?}", item);
        }
    }

    #[test]
    fn each_event_counts_by_its_reason(
        settings in generate::settings(),
        of_texts in any::<bool>(),
        chunk in prop_oneof![chunk::of(generate::alike()), chunk::of(text::records())],
    ) {
        let settings = if of_texts { of_text(settings) } else { settings };
        for item in &chunk {
            let Item::Event { record, .. } = item else { continue };
            let mut mapper = mapper(&settings);
            let outcome = mapper.rewrite(&item.bytes(), &mut Vec::new());
            let counts = outcome.expect("memory").counts;
            let why = oracle::why(&settings, &decode(record).0);
            prop_assert_eq!(counts.mapped(), u64::from(why.is_none()), "{:?}", item);
            for (mismatch, known) in [
                (Mismatch::MappedBefore, Why::MappedBefore),
                (Mismatch::NoQueryName, Why::NoQueryName),
                (Mismatch::NotTold, Why::NotTold),
                (Mismatch::NotJson, Why::NotJson),
            ] {
                let counted = counts.of(Tally::Passed(mismatch)) + counts.of(Tally::Dropped(mismatch));
                prop_assert_eq!(counted, u64::from(why == Some(known)), "{:?}: {:?}", item, why);
            }
        }
    }

    #[test]
    fn any_bytes_do_no_harm(
        settings in generate::settings(),
        of_texts in any::<bool>(),
        chunk in chunk::of(generate::alike()),
        noise in vec(any::<u8>(), 0..80),
        flips in vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
    ) {
        let settings = if of_texts { of_text(settings) } else { settings };
        let mut mapper = mapper(&settings);
        output(&mut mapper, &noise);
        let mut chunk = chunk::bytes(&chunk);
        for (place, byte) in flips {
            if !chunk.is_empty() {
                let place = place.index(chunk.len());
                chunk[place] = byte;
            }
        }
        chunk.extend(&noise);
        output(&mut mapper, &chunk);
    }
}

#[test]
fn every_legal_form_of_a_value_maps_alike() {
    let record = oracle::json::parse(
        include_str!("data/seed-samples.ndjson").lines().next().expect("a line"),
    );
    let record = record.expect("JSON");
    let settings = Settings::default();
    let minimal = decode(&encode(&record, &mut Forms::new(&[]))).0;
    for choices in 0..64u8 {
        let forms = [choices & 3, choices >> 2 & 3, choices >> 4];
        let bytes = encode(&record, &mut Forms::new(&forms));
        assert_eq!(decode(&bytes).0, minimal);
        let chunk = [&oracle::through::HEADER[..], &bytes].concat();
        let output = rewrite(&mut mapper(&settings), &chunk).expect("mapped");
        let Became::Mapped { record: mapped, .. } = became(&output) else { panic!("mapped") };
        let Became::Mapped { record: expected, .. } = event(&mut mapper(&settings), &minimal)
        else {
            panic!("mapped")
        };
        assert_eq!(mapped, expected, "{forms:?}");
    }
}

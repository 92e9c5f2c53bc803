//! The directions of imports in `src/`: who may import whom, and no file one that imports it.
//!
//! A file's imports are the paths in it that begin with `crate::`, `super::` or `self::`, in `use` and
//! anywhere else. A module imports its children as it likes, and they each other by their paths,
//! never through their parent: that would be a ring.

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

#[path = "architecture/imports.rs"]
mod imports;

use std::collections::BTreeMap;

use imports::{Import, Module};

/// What each module may import of those beside it: lines further down only.
const MAY_IMPORT: [(&str, &[(&str, &str)]); 3] = [
    (
        "src",
        &[
            ("plugin", "host rewrite ecs config source inject_panic abi"),
            ("host", "output memory inject_panic abi"),
            ("rewrite", "ecs source config chunk output memory msgpack long_way"),
            ("ecs", "source config wire dns_codes chunk memory msgpack timestamp long_way"),
            ("config", "source"),
            ("source", "memory msgpack timestamp long_way"),
            ("wire", "dns_codes memory"),
            ("dns_codes", ""),
            ("chunk", "msgpack timestamp long_way"),
            ("output", "memory"),
            ("memory", ""),
            ("msgpack", "long_way"),
            ("timestamp", "long_way"),
            ("inject_panic", ""),
            ("long_way", ""),
            ("abi", ""),
        ],
    ),
    (
        "src/ecs",
        &[
            ("mapping", "output rules draft event settings values"),
            ("output", "rows draft settings values"),
            ("rows", "rules draft settings values"),
            ("rules", "draft event settings values"),
            ("draft", "event settings values"),
            ("event", ""),
            ("settings", ""),
            ("values", ""),
        ],
    ),
    (
        "src/source",
        &[
            ("json", "record name_set key_order prefix fields"),
            ("record", "key_order name_set detect encoded_key spans fields"),
            ("name_set", ""),
            ("detect", "fields"),
            ("key_order", "prefix spans fields"),
            ("prefix", ""),
            ("encoded_key", "fields"),
            ("spans", "fields"),
            ("fields", ""),
        ],
    ),
];

fn may_import(folder: &str) -> Option<&'static [(&'static str, &'static str)]> {
    MAY_IMPORT.iter().find(|(listed, _)| *listed == folder).map(|(_, modules)| *modules)
}

/// What is wrong with an import; `None` when it may be.
fn fault(Import { from, to }: &Import) -> Option<String> {
    let shared = from.0.iter().zip(&to.0).take_while(|(from, to)| from == to).count();
    let folder = Module(from.0[..shared].to_vec()).path();
    let (Some(mine), Some(theirs)) = (from.0.get(shared), to.0.get(shared)) else {
        let through_parent = to.0.len() == shared;
        return through_parent.then(|| format!("{from} imports through its parent {to}"));
    };
    let (_, allowed) = *may_import(&folder)?.iter().find(|(module, _)| module == mine)?;
    let is_allowed = allowed.split(' ').any(|module| module == theirs);
    (!is_allowed).then(|| format!("{from} imports {to}: {folder} lets {mine} import {allowed:?}"))
}

/// A ring of files that import each other, if there is one on a way from `module`.
fn ring_from<'i>(
    module: &'i Module,
    imports: &BTreeMap<&'i Module, Vec<&'i Module>>,
    way: &mut Vec<&'i Module>,
    done: &mut Vec<&'i Module>,
) -> Option<String> {
    if let Some(start) = way.iter().position(|on_way| *on_way == module) {
        let ring: Vec<_> = way[start..].iter().map(ToString::to_string).collect();
        return Some(ring.join(" -> "));
    }
    if done.contains(&module) {
        return None;
    }
    way.push(module);
    let ring = imports[module].iter().find_map(|next| ring_from(next, imports, way, done));
    way.pop();
    done.push(module);
    ring
}

#[test]
fn imports_lead_down_the_list() {
    let faults: Vec<_> = imports::of_all_files().iter().filter_map(fault).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn no_file_imports_one_that_imports_it() {
    let all = imports::of_all_files();
    let modules = imports::all_modules();
    let mut by_module: BTreeMap<_, Vec<_>> = modules.iter().map(|m| (m, Vec::new())).collect();
    for Import { from, to } in &all {
        by_module.get_mut(from).expect("a file").push(to);
    }
    let mut done = Vec::new();
    let rings = modules.iter().filter_map(|m| ring_from(m, &by_module, &mut Vec::new(), &mut done));
    let rings: Vec<_> = rings.collect();
    assert!(rings.is_empty(), "{}", rings.join("\n"));
}

/// A list in which a line names one above it, or no module at all, holds nothing.
#[test]
fn the_list_names_every_module_and_leads_down() {
    let modules = imports::all_modules();
    for (folder, lines) in MAY_IMPORT {
        let beside = modules.iter().filter(|module| module.parent_path() == folder);
        let mut there: Vec<_> = beside.map(|module| module.name()).collect();
        let mut listed: Vec<_> = lines.iter().map(|(module, _)| *module).collect();
        for (line, (module, allowed)) in lines.iter().enumerate() {
            for name in allowed.split_terminator(' ') {
                assert!(listed[line + 1..].contains(&name), "{folder}: {module} -> {name}");
            }
        }
        there.sort_unstable();
        listed.sort_unstable();
        assert_eq!(there, listed, "{folder}");
    }
}

//! The imports of every file in `src/`, read from its text.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

/// A module with a file of its own, by its names from the crate's root on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Module(pub(crate) Vec<String>);

/// One file names something of another.
#[derive(Debug)]
pub(crate) struct Import {
    pub(crate) from: Module,
    pub(crate) to: Module,
}

impl Module {
    /// Its path without an end: `src/ecs/draft`.
    pub(crate) fn path(&self) -> String {
        [&["src".to_owned()], &self.0[..]].concat().join("/")
    }

    pub(crate) fn parent_path(&self) -> String {
        self.path().rsplit_once('/').map_or(String::new(), |(parent, _)| parent.to_owned())
    }

    pub(crate) fn name(&self) -> &str {
        self.0.last().map_or("", String::as_str)
    }

    fn file(&self) -> Option<PathBuf> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(self.path());
        let root = self.0.is_empty().then(|| path.join("lib.rs"));
        let places = [Some(path.with_extension("rs")), Some(path.join("mod.rs")), root];
        places.into_iter().flatten().find(|file| file.is_file())
    }

    /// The module that a path leads to, which begins in this one: as far as there are files.
    fn follow(&self, path: &[String]) -> Self {
        let mut at = self.clone();
        for name in path {
            let next = match name.as_str() {
                "self" => continue,
                "super" => Self(at.0[..at.0.len() - 1].to_vec()),
                name => Self([&at.0[..], &[name.to_owned()]].concat()),
            };
            if next.file().is_none() {
                break;
            }
            at = next;
        }
        at
    }
}

impl fmt::Display for Module {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path())
    }
}

/// All modules with a file of their own, but for those of tests.
pub(crate) fn all_modules() -> Vec<Module> {
    fn add(folder: &Module, modules: &mut Vec<Module>) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder.path());
        for entry in fs::read_dir(path).into_iter().flatten() {
            let path = entry.expect("an entry").path();
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            if !["lib", "mod", "tests"].contains(&name.as_str()) {
                let module = Module([&folder.0[..], &[name]].concat());
                add(&module, modules);
                modules.push(module);
            }
        }
    }
    let root = Module(Vec::new());
    let mut modules = Vec::new();
    add(&root, &mut modules);
    modules.push(root);
    modules.sort();
    modules
}

/// The imports of all files, without those of a module's own children.
pub(crate) fn of_all_files() -> Vec<Import> {
    let modules = all_modules();
    let imports: Vec<_> = modules.iter().flat_map(of_file).collect();
    // As many as to show that they were read.
    assert!(imports.len() > 100, "{} imports in {} files", imports.len(), modules.len());
    imports
}

fn of_file(from: &Module) -> Vec<Import> {
    let file = from.file().unwrap_or_else(|| panic!("{from}: no file"));
    let text = code(&fs::read_to_string(file).expect("text"));
    let root = Module(Vec::new());
    let mut imports: Vec<_> = paths(&text)
        .iter()
        .map(|path| match path[0].as_str() {
            "crate" => root.follow(&path[1..]),
            _ => from.follow(path),
        })
        .filter(|to| to != from)
        .collect();
    imports.extend(all_modules().into_iter().filter(|to| {
        to.parent_path() == from.path() && text.contains(&format!("mod {};", to.name()))
    }));
    imports.into_iter().map(|to| Import { from: from.clone(), to }).collect()
}

/// The text without comments, literals, and the module of its tests.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let mut code = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let size = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("'\"'") {
            3
        } else if first == '"' {
            size_of_string(rest)
        } else {
            code.push(first);
            first.len_utf8()
        };
        rest = &rest[size..];
    }
    code
}

fn size_of_string(text: &str) -> usize {
    let mut escaped = false;
    let end = text[1..].find(|char| {
        let ends = char == '"' && !escaped;
        escaped = char == '\\' && !escaped;
        ends
    });
    1 + end.expect("the end of a string") + 1
}

/// The paths that begin with `crate::`, `super::` or `self::`; those in braces one by one.
fn paths(code: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("::") {
        let start = code[..at].rfind(|char: char| !is_name(char)).map_or(0, |before| before + 1);
        let (before, first) = (&code[..start], &code[start..at]);
        // `$crate` is the crate of whoever uses a macro; what follows `::` is no beginning.
        let begins = !before.ends_with('$') && !before.ends_with("::");
        if begins && ["crate", "super", "self"].contains(&first) {
            tree(&code[start..], &[], &mut found);
        }
    }
    found
}

/// Reads one path, or the paths of a group, and gives what is behind.
fn tree<'c>(code: &'c str, before: &[String], found: &mut Vec<Vec<String>>) -> &'c str {
    let code = code.trim_start();
    if let Some(mut group) = code.strip_prefix('{') {
        loop {
            group = tree(group, before, found).trim_start();
            match group.chars().next().expect("the end of a group") {
                ',' => group = &group[1..],
                '}' => return &group[1..],
                _ => {
                    // `name as other`
                    group = &group[group.find([',', '}']).expect("the end of a group")..];
                }
            }
        }
    }
    let size = code.find(|char| !is_name(char)).unwrap_or(code.len());
    let (name, rest) = code.split_at(size);
    if name.is_empty() {
        // Behind the last comma of a group.
        return rest;
    }
    let path = [before, &[name.to_owned()]].concat();
    match rest.strip_prefix("::") {
        Some(rest) if rest.starts_with(|char| is_name(char) || char == '{') => {
            tree(rest, &path, found)
        }
        _ => {
            found.push(path);
            rest
        }
    }
}

fn is_name(char: char) -> bool {
    char.is_alphanumeric() || char == '_'
}

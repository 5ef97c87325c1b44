//! The Rust surface of the client crates, one line an item: what a release may not change without saying so.
//!
//! It is read off the sources, where `pub` means public: the lint `unreachable_pub` sees to that.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test that called")]

mod extract;
mod extractor;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use extract::surface;

/// The sources of a crate, by their path from its `src`.
fn sources(package: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../crates"))
        .join(package)
        .join("src");
    let (mut files, mut open) = (Vec::new(), vec![root.clone()]);
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                files.push((path.strip_prefix(&root).unwrap().to_owned(), text));
            }
        }
    }
    files.sort();
    assert!(files.len() > 20, "only {} files of {package} found", files.len());
    files
}

/// The generated domain of a file; what is written by hand is one domain.
fn domain(path: &Path) -> String {
    match path.strip_prefix("generated") {
        Ok(name) => name.with_extension("").display().to_string(),
        Err(_) => "by_hand".to_owned(),
    }
}

/// A source with its surface.
struct Source {
    package: &'static str,
    path: PathBuf,
    text: String,
    lines: Vec<String>,
}

/// All sources, read once for all tests.
static SOURCES: LazyLock<Vec<Source>> = LazyLock::new(|| {
    let read = |package: &'static str| {
        sources(package).into_iter().map(move |(path, text)| {
            let lines = surface(&text).unwrap_or_else(|error| panic!("{package}: {}: {error}", path.display()));
            Source {
                package,
                path,
                text,
                lines,
            }
        })
    };
    ["dfns-types", "dfns-api", "dfns"].into_iter().flat_map(read).collect()
});

#[test]
fn every_public_item_is_as_it_was_when_a_person_last_read_it() {
    let mut domains: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for source in &*SOURCES {
        let name = format!("{}_{}", source.package.replace('-', "_"), domain(&source.path));
        domains
            .entry(name)
            .or_default()
            .extend(source.lines.iter().map(String::as_str));
    }
    for (name, lines) in domains {
        insta::with_settings!({
            prepend_module_to_snapshot => false,
            omit_expression => true,
            snapshot_path => "../../snapshots",
        }, {
            insta::assert_snapshot!(format!("surface__rust_{name}"), lines.join("\n"));
        });
    }
}

/// How many lines of a source begin an item of this kind, as a plain search finds it.
fn plain_count(text: &str, beginnings: &[&str]) -> usize {
    // Tests come last in a file, and what they call public is not.
    let text = text.split("\n#[cfg(test)]\nmod ").next().unwrap_or_default();
    text.lines()
        .map(str::trim_start)
        // The name of an item that a macro makes is known only where it is called.
        .filter(|line| {
            beginnings
                .iter()
                .any(|start| line.strip_prefix(start).is_some_and(|rest| !rest.starts_with('$')))
        })
        .count()
}

#[test]
fn no_public_item_is_missed() {
    for Source {
        package,
        path,
        text,
        lines,
    } in &*SOURCES
    {
        for (kind, beginnings) in [
            ("struct ", &["pub struct "][..]),
            ("enum ", &["pub enum "]),
            ("trait ", &["pub trait "]),
            ("type ", &["pub type "]),
            ("const ", &["pub const "]),
            ("id ", &["id_type!("]),
            ("use ", &["pub use "]),
        ] {
            let mut expected = plain_count(text, beginnings);
            if kind == "const " {
                // `pub const fn` is a function, and the constant in the macro of ids has no line of its own.
                expected -= plain_count(text, &["pub const fn ", "pub const PREFIX: &'static str = $prefix"]);
            }
            let is_it = |line: &&String| line.starts_with(kind) && !line.starts_with("const fn ");
            let found = lines.iter().filter(is_it).count();
            assert_eq!(found, expected, "{package}: {}: {kind}", path.display());
        }
    }
}

#[test]
fn every_operation_has_a_function_below_and_a_call_above() {
    let of = |package: &str| -> Vec<&str> {
        let sources = SOURCES.iter().filter(|source| source.package == package);
        sources
            .flat_map(|source| source.lines.iter().map(String::as_str))
            .collect()
    };
    let (api, above) = (of("dfns-api"), of("dfns"));
    let (mut without_function, mut without_call) = (Vec::new(), Vec::new());
    for operation in &dfns::types::operation::OPERATIONS {
        let function = format!("fn Client::{}", operation.function);
        let is_function = |line: &&str| {
            line.strip_prefix(&function)
                .is_some_and(|rest| rest.starts_with(['(', '<']))
        };
        if !api.iter().any(is_function) {
            without_function.push(operation.id);
        }
        let (group, method) = operation.call.split_once('.').unwrap();
        let group: String = group.split('_').map(capitalised).collect();
        let call = format!("fn {group}Calls::{method}(");
        if !above.iter().any(|line| line.contains(&call)) {
            without_call.push(operation.id);
        }
    }
    assert_eq!((without_function, without_call), (Vec::<&str>::new(), Vec::new()));
}

fn capitalised(word: &str) -> String {
    let mut characters = word.chars();
    characters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

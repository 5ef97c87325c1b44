//! The specification of this repository itself, and what became of it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};
use xtask::spec;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn load() -> spec::Spec {
    spec::load(&root().join("spec")).unwrap_or_else(|findings| panic!("{findings}"))
}

fn parse(path: &Path) -> syn::File {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn the_specification_of_the_repository_has_no_findings() {
    let findings = spec::lint(&load());
    assert!(findings.is_empty(), "{findings}");
}

/// The names of the types that mention `serde_json` in a field or a variant.
#[derive(Default)]
struct Untyped {
    owner: String,
    found: BTreeSet<String>,
}

impl<'ast> Visit<'ast> for Untyped {
    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        self.owner = item.ident.to_string();
        visit::visit_item_struct(self, item);
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        self.owner = item.ident.to_string();
        visit::visit_item_enum(self, item);
    }

    fn visit_item_type(&mut self, item: &'ast syn::ItemType) {
        self.owner = item.ident.to_string();
        visit::visit_item_type(self, item);
    }

    // What is implemented for a type adds no field to it.
    fn visit_item_impl(&mut self, _: &'ast syn::ItemImpl) {}

    fn visit_type_path(&mut self, path: &'ast syn::TypePath) {
        if path.path.segments.iter().any(|segment| segment.ident == "serde_json") {
            self.found.insert(self.owner.clone());
        }
        visit::visit_type_path(self, path);
    }
}

#[test]
fn untyped_json_stands_only_in_the_types_that_the_specification_leaves_free() {
    let spec = load();
    let schemas = spec.document["components"]["schemas"].as_object().unwrap();
    let free: BTreeSet<String> = schemas
        .iter()
        .filter(|(_, schema)| schema.get("x-free-form").is_some())
        .map(|(name, _)| name.clone())
        .collect();
    let mut untyped = Untyped::default();
    for entry in std::fs::read_dir(root().join("crates/dfns-types/src/generated")).unwrap() {
        untyped.visit_file(&parse(&entry.unwrap().path()));
    }
    assert_eq!(untyped.found, free);
}

#[test]
fn every_type_written_by_hand_is_a_name_that_no_component_can_take() {
    let door = parse(&root().join("crates/dfns-types/src/lib.rs"));
    let mut names = BTreeSet::new();
    for item in &door.items {
        if let syn::Item::Use(item) = item
            && matches!(item.vis, syn::Visibility::Public(_))
        {
            leaves(&item.tree, &mut names);
        }
    }
    assert!(names.contains("Amount"), "{names:?}");
    let free: Vec<&String> = names
        .iter()
        .filter(|name| !spec::lint::TAKEN.contains(&name.as_str()))
        .collect();
    assert!(free.is_empty(), "add {free:?} to the names that are taken");
}

/// The names that a `use` brings in; a glob brings in none that can be read off it.
fn leaves(tree: &syn::UseTree, names: &mut BTreeSet<String>) {
    match tree {
        syn::UseTree::Path(path) => leaves(&path.tree, names),
        syn::UseTree::Name(name) => {
            names.insert(name.ident.to_string());
        }
        syn::UseTree::Rename(rename) => {
            names.insert(rename.rename.to_string());
        }
        syn::UseTree::Group(group) => group.items.iter().for_each(|tree| leaves(tree, names)),
        syn::UseTree::Glob(_) => {}
    }
}

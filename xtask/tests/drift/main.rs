//! The comparison of two OpenAPI documents: every rule once, inputs that cannot be used, and documents that say the same thing.

#![expect(clippy::unwrap_used, reason = "a test that cannot prepare its files has failed")]

mod cases;
mod equal;
mod input;
mod mutation;

use std::path::{Path, PathBuf};

use xtask::drift::{self, Document, Report};

/// Where the cases lie.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/drift")
}

/// The root of the repository.
fn repository() -> PathBuf {
    folder().join("../../..")
}

/// Compares two texts.
fn compare(old: &str, new: &str) -> Report {
    let read =
        |name: &str, text: &str| Document::parse(name, text.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    drift::compare(&read("old.yaml", old), &read("new.yaml", new)).unwrap_or_else(|error| panic!("{error}"))
}

/// Compares a text to a snapshot by its whole name.
fn assert_snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_snapshot_path("../snapshots");
    settings.bind(|| insta::assert_snapshot!(name, text));
}

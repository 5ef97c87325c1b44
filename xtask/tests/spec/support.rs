//! Fixture specifications: the good one in `fixtures/spec/good`, and files that change one thing in it.
//!
//! Invariant: a test works on a copy of its own; a case replaces whole files of the good specification.

use std::path::{Path, PathBuf};

use tempfile::TempDir;
use xtask::spec::{self, Findings};

/// The line before each file of a case.
const MARK: &str = "#file ";

/// Where the fixtures lie.
pub(crate) fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/spec")
}

/// A copy of the good specification; its folder is `spec` below the one that is returned.
pub(crate) fn good() -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    for folder in ["", "paths", "schemas"] {
        std::fs::create_dir_all(copy.path().join("spec").join(folder)).unwrap();
        for entry in std::fs::read_dir(fixtures().join("good").join(folder)).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_file() {
                std::fs::copy(
                    entry.path(),
                    copy.path().join("spec").join(folder).join(entry.file_name()),
                )
                .unwrap();
            }
        }
    }
    copy
}

/// The good specification with the files of a case in place of its own.
pub(crate) fn with_case(case: &str) -> TempDir {
    let copy = good();
    let text = std::fs::read_to_string(fixtures().join(format!("{case}.txt"))).unwrap();
    for part in text.split(MARK).skip(1) {
        let (name, contents) = part.split_once('\n').unwrap();
        put(&copy, name, contents);
    }
    copy
}

/// Writes one file of a copy.
pub(crate) fn put(copy: &TempDir, name: &str, contents: impl AsRef<[u8]>) {
    std::fs::write(copy.path().join("spec").join(name), contents).unwrap();
}

/// Everything that is wrong with a copy, whether loading or linting finds it.
pub(crate) fn findings(copy: &TempDir) -> Findings {
    match spec::load(&copy.path().join("spec")) {
        Ok(loaded) => spec::lint(&loaded),
        Err(findings) => findings,
    }
}

/// Compares what is wrong with a copy to the snapshot `error__spec_<case>`.
pub(crate) fn assert_findings(case: &str, copy: &TempDir) {
    let findings = findings(copy);
    assert!(!findings.is_empty(), "nothing was found");
    assert_snapshot(&format!("error__spec_{case}"), &findings.to_string());
}

/// Compares a text to a snapshot by its whole name.
pub(crate) fn assert_snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_snapshot_path("../snapshots");
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// One test for each case that stands in a file.
#[macro_export]
macro_rules! cases {
    ($($name:ident: $case:literal,)*) => {
        $(#[test]
        fn $name() {
            $crate::support::assert_findings($case, &$crate::support::with_case($case));
        })*
    };
}

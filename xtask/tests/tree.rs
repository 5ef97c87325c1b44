//! The funnel: what it writes, removes, reports and leaves alone.

#![expect(clippy::unwrap_used, reason = "a test that cannot prepare its files has failed")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use xtask::tree::{self, Artifacts, Change, Error};

fn artifacts() -> Artifacts {
    let mut artifacts = Artifacts::new();
    artifacts.own("crates/one/src/generated").unwrap();
    artifacts.add("crates/one/src/generated/mod.rs", "mod a;\n").unwrap();
    artifacts
        .add("crates/one/src/generated/deep/a.rs", "fn a() {}\n")
        .unwrap();
    artifacts.add("spec/bundle.json", "{}\n").unwrap();
    artifacts
}

fn written() -> TempDir {
    let root = tempfile::tempdir().unwrap();
    tree::write(root.path(), &artifacts()).unwrap();
    root
}

fn put(root: &TempDir, path: &str, contents: &str) {
    let path = root.path().join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, contents).unwrap();
}

/// Compares a report to a snapshot by its whole name.
fn assert_snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// All files below a folder with their contents and the time they were changed.
fn state(folder: &Path) -> BTreeMap<PathBuf, (String, std::time::SystemTime)> {
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(state(&path));
        } else {
            let changed = path.metadata().unwrap().modified().unwrap();
            files.insert(path.clone(), (std::fs::read_to_string(path).unwrap(), changed));
        }
    }
    files
}

#[test]
fn write_makes_every_file() {
    let root = tempfile::tempdir().unwrap();
    let report = tree::write(root.path(), &artifacts()).unwrap();
    assert_eq!(
        report
            .changes
            .values()
            .filter(|change| **change == Change::Missing)
            .count(),
        3
    );
    let names: Vec<_> = state(root.path()).into_keys().collect();
    assert_eq!(
        names,
        artifacts()
            .files()
            .keys()
            .map(|path| root.path().join(path))
            .collect::<Vec<_>>()
    );
}

#[test]
fn write_touches_nothing_the_second_time() {
    let root = written();
    let before = state(root.path());
    let report = tree::write(root.path(), &artifacts()).unwrap();
    assert!(report.is_clean());
    assert_eq!(report.to_string(), "all 3 generated files are up to date");
    assert_eq!(state(root.path()), before);
}

#[test]
fn write_repairs_a_stale_file_and_leaves_the_others_alone() {
    let root = written();
    put(&root, "spec/bundle.json", "old\n");
    let before = state(root.path());
    let report = tree::write(root.path(), &artifacts()).unwrap();
    assert_eq!(
        report.to_string(),
        "changed spec/bundle.json\n1 of 3 generated files written or removed"
    );
    let after = state(root.path());
    let stale = root.path().join("spec/bundle.json");
    assert_eq!(after[&stale].0, "{}\n");
    assert!(
        after
            .iter()
            .all(|(path, value)| *path == stale || before[path] == *value)
    );
}

#[test]
fn write_removes_a_stray_and_the_folder_it_leaves_empty() {
    let root = written();
    put(&root, "crates/one/src/generated/old/gone.rs", "");
    let report = tree::write(root.path(), &artifacts()).unwrap();
    assert_eq!(
        report.changes[Path::new("crates/one/src/generated/old/gone.rs")],
        Change::Stray
    );
    assert!(!root.path().join("crates/one/src/generated/old").exists());
    assert!(tree::check(root.path(), &artifacts()).unwrap().is_clean());
}

#[test]
fn a_file_beside_the_owned_folders_is_no_stray() {
    let root = written();
    put(&root, "crates/one/src/lib.rs", "mod generated;\n");
    put(&root, "spec/openapi.yaml", "openapi: 3.0.3\n");
    assert!(tree::check(root.path(), &artifacts()).unwrap().is_clean());
}

#[test]
fn check_reports_stale_missing_and_stray_files_and_writes_nothing() {
    let root = written();
    put(&root, "crates/one/src/generated/mod.rs", "mod a;\nmod b;\n");
    put(&root, "crates/one/src/generated/b.rs", "");
    std::fs::remove_file(root.path().join("spec/bundle.json")).unwrap();
    let before = state(root.path());
    let report = tree::check(root.path(), &artifacts()).unwrap();
    assert_snapshot("error__tree_check", &report.to_string());
    assert_eq!(state(root.path()), before);
}

#[test]
fn check_shortens_a_long_difference() {
    let root = tempfile::tempdir().unwrap();
    let mut artifacts = Artifacts::new();
    let lines = (0..100)
        .map(|number| format!("line {number}"))
        .collect::<Vec<_>>()
        .join("\n");
    artifacts.add("long.txt", lines).unwrap();
    put(&root, "long.txt", "nothing\nof\nthis\n");
    let report = tree::check(root.path(), &artifacts).unwrap();
    assert_snapshot("error__tree_long_difference", &report.to_string());
}

#[test]
fn a_stale_file_that_is_not_utf_8_is_repaired() {
    let root = written();
    std::fs::write(root.path().join("spec/bundle.json"), b"\xff\xfe").unwrap();
    assert!(!tree::check(root.path(), &artifacts()).unwrap().is_clean());
    tree::write(root.path(), &artifacts()).unwrap();
    assert!(tree::check(root.path(), &artifacts()).unwrap().is_clean());
}

#[test]
fn a_folder_in_place_of_a_file_is_refused_before_anything_is_written() {
    let root = tempfile::tempdir().unwrap();
    put(&root, "spec/bundle.json/inside", "");
    let error = tree::write(root.path(), &artifacts()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "spec/bundle.json: a folder in place of a file; remove it"
    );
    assert!(!root.path().join("crates").exists());
}

#[test]
fn a_file_in_place_of_a_folder_is_refused() {
    let root = tempfile::tempdir().unwrap();
    put(&root, "crates/one", "");
    let error = tree::check(root.path(), &artifacts()).unwrap_err();
    assert_eq!(error.to_string(), "crates/one: a file in place of a folder; remove it");
}

#[cfg(unix)]
#[test]
fn a_link_is_never_written_through() {
    let root = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), root.path().join("spec")).unwrap();
    let error = tree::write(root.path(), &artifacts()).unwrap_err();
    assert_eq!(error.to_string(), "spec: a link in place of a folder; remove it");
    assert_eq!(state(elsewhere.path()).len(), 0);
}

#[cfg(unix)]
#[test]
fn a_stray_link_is_removed_but_not_what_it_leads_to() {
    let root = written();
    let elsewhere = tempfile::tempdir().unwrap();
    std::fs::write(elsewhere.path().join("kept"), "kept").unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), root.path().join("crates/one/src/generated/link")).unwrap();
    tree::write(root.path(), &artifacts()).unwrap();
    assert!(!root.path().join("crates/one/src/generated/link").exists());
    assert_eq!(state(elsewhere.path()).len(), 1);
}

#[test]
fn a_path_that_leaves_the_repository_is_refused() {
    let mut artifacts = Artifacts::new();
    for path in ["../outside", "/absolute", "a/../../b", ""] {
        assert!(matches!(artifacts.add(path, ""), Err(Error::Path { .. })), "{path}");
        assert!(matches!(artifacts.own(path), Err(Error::Path { .. })), "{path}");
    }
}

#[test]
fn a_file_that_two_generators_write_is_refused() {
    let mut artifacts = artifacts();
    assert!(matches!(
        artifacts.add("spec/bundle.json", ""),
        Err(Error::Twice { .. })
    ));
}

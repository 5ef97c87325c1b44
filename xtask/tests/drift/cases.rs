//! One folder a case, with the document that was and the one that is.

use std::collections::BTreeSet;

use xtask::drift::{self, Allowed, Format, Report, rule};

use super::{assert_snapshot, compare, folder};

fn names() -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort_unstable();
    names
}

fn case(name: &str) -> Report {
    let read = |side: &str| std::fs::read_to_string(folder().join(name).join(side)).unwrap();
    compare(&read("old.yaml"), &read("new.yaml"))
}

#[test]
fn every_case_is_told_in_the_words_of_its_snapshot() {
    let names = names();
    assert!(names.len() >= 40, "{names:?}");
    for name in names {
        assert_snapshot(&format!("golden__drift_{name}"), &Format::Text.write(&case(&name)));
    }
}

#[test]
fn json_tells_all_places_and_operations() {
    let report = case("component_in_many_places");
    assert_snapshot("golden__drift_json", &Format::Json.write(&report));
}

#[test]
fn markdown_is_a_section_of_a_changelog() {
    let report = case("request_enum");
    assert_snapshot("golden__drift_markdown", &Format::Markdown.write(&report));
}

#[test]
fn every_rule_occurs_in_some_case() {
    let mut told = BTreeSet::new();
    for name in names() {
        told.extend(case(&name).changes.iter().map(|change| change.rule.name));
    }
    let missing: Vec<&str> = rule::ALL
        .iter()
        .map(|rule| rule.name)
        .filter(|name| !told.contains(name))
        .collect();
    assert!(missing.is_empty(), "no case shows {missing:?}");
}

#[test]
fn no_two_rules_have_the_same_name() {
    let names: BTreeSet<&str> = rule::ALL.iter().map(|rule| rule.name).collect();
    assert_eq!(names.len(), rule::ALL.len());
}

#[test]
fn the_table_of_the_readme_is_that_of_the_rules() {
    let readme = std::fs::read_to_string(folder().join("../../src/drift/README.md")).unwrap();
    let rows: Vec<String> = rule::ALL
        .iter()
        .map(|rule| format!("| `{}` | {} | {} | {} |", rule.name, rule.wire, rule.rust, rule.why))
        .collect();
    let (_, table) = readme.split_once("| rule | wire | Rust | why |").unwrap();
    let written: Vec<&str> = table.lines().filter(|line| line.starts_with("| `")).collect();
    for row in &rows {
        assert!(written.contains(&row.as_str()), "add to README.md: {row}");
    }
    let strays: Vec<&&str> = written
        .iter()
        .filter(|line| !rows.iter().any(|row| row == **line))
        .collect();
    assert!(strays.is_empty(), "remove from README.md: {strays:#?}");
}

#[test]
fn a_document_has_not_changed_from_itself() {
    for name in names() {
        for side in ["old.yaml", "new.yaml"] {
            let text = std::fs::read_to_string(folder().join(&name).join(side)).unwrap();
            let report = compare(&text, &text);
            assert!(report.changes.is_empty(), "{name}/{side}: {:?}", report.changes);
        }
    }
}

#[test]
fn an_allowed_change_no_longer_breaks() {
    let mut report = case("request_enum");
    assert!(report.is_breaking());
    let list = "# agreed\n\nrequest-enum-value-removed NewWallet .kind \"Wallet\"\n  request-enum-value-removed   NewWallet .status \"Archived\"  \n";
    Allowed::parse("allowed", list).unwrap().apply(&mut report).unwrap();
    assert!(!report.is_breaking());
    assert_snapshot("golden__drift_allowed", &Format::Text.write(&report));
}

#[test]
fn every_change_can_be_allowed_by_its_id() {
    for name in names() {
        let mut report = case(&name);
        let ids: BTreeSet<String> = report.changes.iter().map(drift::Change::id).collect();
        let list = ids.into_iter().collect::<Vec<_>>().join("\n");
        Allowed::parse("allowed", &list)
            .and_then(|allowed| allowed.apply(&mut report))
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(!report.is_breaking(), "{name}");
    }
}

#[test]
fn an_entry_that_allows_nothing_is_an_error() {
    let refusal = |list: &str| {
        let applied = Allowed::parse("allowed", list).and_then(|allowed| allowed.apply(&mut case("request_enum")));
        applied.unwrap_err().to_string()
    };
    assert_eq!(
        refusal("# none\nrequest-enum-value-removed Wallet .kind \"Wallet\"\n"),
        "allowed:2: `request-enum-value-removed Wallet .kind \"Wallet\"` is no change between the two: remove the line, or correct it"
    );
    assert_eq!(
        refusal("everything\n"),
        "allowed:1: `everything` is no rule: write `rule place`, as the comparison does"
    );
    assert_eq!(
        refusal("operation-added a\noperation-added a\n"),
        "allowed:2: stands already in line 1: remove one"
    );
}

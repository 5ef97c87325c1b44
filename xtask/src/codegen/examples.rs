//! What a reader sees first of a domain: a program of a few lines at one of its groups, which the tests of the
//! documentation compile.
//!
//! Invariant: every domain has one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{Error, Facts};

/// Where they stand, one file a group, named after it.
pub(crate) const FOLDER: &str = "spec/examples";
/// In them, `dfns` is the client; what can fail is asked with `?`.
const BEFORE: &str =
    "# async fn example(dfns: dfns::Dfns) -> ::std::result::Result<(), Box<dyn ::std::error::Error>> {";
const AFTER: [&str; 2] = ["# Ok(())", "# }"];

/// The program of each group that has one.
pub(crate) type Examples = BTreeMap<String, String>;

/// Reads all of them.
pub(crate) fn read(root: &Path) -> Result<Examples, Error> {
    let unreadable = |source| Error::Source {
        path: FOLDER.to_owned(),
        source,
    };
    let mut examples = Examples::new();
    for entry in std::fs::read_dir(root.join(FOLDER)).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name().to_string_lossy().into_owned();
        let text = super::read(root, &format!("{FOLDER}/{name}"))?;
        let group = name.strip_suffix(".rs").unwrap_or(&name);
        examples.insert(group.to_owned(), text);
    }
    Ok(examples)
}

/// Refuses examples of groups that there are not, and domains without an example.
pub(crate) fn check(examples: &Examples, facts: &Facts) -> Result<(), Error> {
    let groups: BTreeMap<&str, &str> = facts
        .operations
        .iter()
        .map(|operation| (operation.group.as_str(), operation.tag.as_str()))
        .collect();
    if let Some(stranger) = examples.keys().find(|group| !groups.contains_key(group.as_str())) {
        let problem = format!("{FOLDER}/{stranger}.rs: there is no group `{stranger}`: name it after one of the calls");
        return Err(Error::pass("examples", problem));
    }
    let shown: BTreeSet<&str> = examples.keys().map(|group| groups[group.as_str()]).collect();
    let missing: Vec<&String> = facts.tags.iter().filter(|tag| !shown.contains(tag.as_str())).collect();
    if missing.is_empty() {
        Ok(())
    } else {
        let problem = format!("no example in {FOLDER} for {missing:?}: write one for a group of each");
        Err(Error::pass("examples", problem))
    }
}

/// The lines of a doc comment that shows it.
pub(crate) fn lines(example: &str) -> Vec<String> {
    let shown = example.trim_end().lines();
    ["", "```no_run", BEFORE]
        .into_iter()
        .chain(shown)
        .chain(AFTER)
        .chain(["```"])
        .map(|line| {
            if line.is_empty() {
                String::new()
            } else {
                format!(" {line}")
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Examples, check, lines};
    use crate::codegen::Facts;

    fn facts() -> Facts {
        let operation = |id: &str, tag: &str, call: &str| json!({"operationId": id, "tags": [tag], "x-call": call});
        Facts::read(&json!({
            "tags": [{"name": "wallets"}, {"name": "keys"}],
            "paths": {
                "/a": {"get": operation("a", "wallets", "transfers.list")},
                "/b": {"get": operation("b", "keys", "keys.list")},
            },
        }))
    }

    fn examples(groups: &[&str]) -> Examples {
        groups
            .iter()
            .map(|group| ((*group).to_owned(), String::new()))
            .collect()
    }

    #[test]
    fn one_group_of_each_domain_has_an_example() {
        assert!(check(&examples(&["keys", "transfers"]), &facts()).is_ok());
        let missing = check(&examples(&["transfers"]), &facts())
            .expect_err("keys")
            .to_string();
        assert!(missing.contains("[\"keys\"]"), "{missing}");
        let stranger = check(&examples(&["keys", "transfer"]), &facts())
            .expect_err("a stranger")
            .to_string();
        assert!(stranger.contains("spec/examples/transfer.rs"), "{stranger}");
    }

    #[test]
    fn program_stands_in_a_function_that_is_not_shown() {
        let lines = lines("let a = 1;\n\nlet b = 2;\n");
        let shown: Vec<&str> = lines
            .iter()
            .map(String::as_str)
            .filter(|line| !line.starts_with(" #"))
            .collect();
        assert_eq!(shown, ["", " ```no_run", " let a = 1;", "", " let b = 2;", " ```"]);
        assert_eq!(lines.len(), 9);
    }
}

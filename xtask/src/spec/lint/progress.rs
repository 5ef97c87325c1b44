//! How far something got: which values of a status wait, are done, have failed.
//!
//! Invariant: every value that passes is a value of the enum, and means one thing.

use std::collections::BTreeSet;

use serde_json::Value;

use super::context::{Context, texts};
use crate::spec::bundle::listed;
use crate::spec::location::join;
use crate::spec::rule;

/// What `x-progress` may hold. A value that stands in none of them is on its way.
const LISTS: [&str; 3] = ["held", "done", "failed"];

pub(super) fn check(context: &mut Context<'_>) {
    for site in context.sites.clone().iter() {
        let Some(progress) = site.schema.get("x-progress") else {
            continue;
        };
        let pointer = join(&site.pointer, "x-progress");
        for problem in problems(site.schema, progress) {
            context.report(&pointer, rule::PROGRESS, problem);
        }
    }
}

fn problems(schema: &Value, progress: &Value) -> Vec<String> {
    let Some(lists) = progress.as_object() else {
        return vec!["`x-progress` is a mapping of `held`, `done` and `failed` to lists of values".to_owned()];
    };
    let mut problems = Vec::new();
    for name in lists.keys().filter(|name| !LISTS.contains(&name.as_str())) {
        problems.push(format!("`{name}` is none of {}", listed(&LISTS)));
    }
    let values: BTreeSet<&str> = texts(schema, "enum").collect();
    let mut seen = BTreeSet::new();
    for value in LISTS.iter().flat_map(|list| texts(progress, list)) {
        if !values.contains(value) {
            problems.push(format!("`{value}` is no value of the enum"));
        }
        if !seen.insert(value) {
            problems.push(format!("`{value}` stands twice"));
        }
    }
    for list in ["done", "failed"] {
        if texts(progress, list).next().is_none() {
            problems.push(format!("`{list}` is empty: nobody could wait for the end"));
        }
    }
    problems
}

//! `docs/free-form.md`: what the specification leaves untyped, why, and where it is used.
//!
//! Invariant: a component is listed if and only if any JSON may stand in it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::Value;

use super::Error;
use super::facts::{component, object, reach, text};

/// The body of `docs/free-form.md`.
///
/// # Errors
/// [`Error::Pass`] if a component is untyped without a reason.
pub(crate) fn document(document: &Value) -> Result<String, Error> {
    let (sent, answered) = directions(document);
    let users = users(document);
    let (mut rows, mut count) = (String::new(), 0);
    for (name, schema) in object(&document["components"]["schemas"]) {
        if !is_free(schema) {
            continue;
        }
        let reason = text(&schema["x-free-form"]);
        if reason.is_empty() {
            let problem = format!("`{name}` has no type, and no reason in `x-free-form`");
            return Err(Error::pass("free-form", problem));
        }
        let holds = if schema["type"] == "object" {
            "an object"
        } else {
            "any JSON"
        };
        let direction = match (sent.contains(name), answered.contains(name)) {
            (true, true) => "requests and answers",
            (true, false) => "requests",
            _ => "answers",
        };
        let places: Vec<String> = users
            .get(name.as_str())
            .into_iter()
            .flatten()
            .map(|place| format!("`{place}`"))
            .collect();
        // Writing to a `String` cannot fail.
        let _ = writeln!(
            rows,
            "| `{name}` | {holds} | {direction} | {} | {reason} |",
            places.join("<br>")
        );
        count += 1;
    }
    Ok(format!(
        "# What is left untyped\n\n{count} types hold JSON that the specification does not describe, each under a name of its own and \
         for a reason. Everything else is typed: no other generated type mentions `serde_json`.\n\n\
         | type | holds | occurs in | used by | reason |\n|---|---|---|---|---|\n{rows}"
    ))
}

/// Whether any JSON, or any object, may stand in the component.
fn is_free(schema: &Value) -> bool {
    let described = ["type", "oneOf", "allOf", "x-rust-type"]
        .iter()
        .any(|key| schema.get(key).is_some());
    schema.get("x-free-form").is_some() || !described || schema["additionalProperties"] == true
}

/// The components that requests hold, and those that answers hold.
fn directions(document: &Value) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut sent, mut answered) = (BTreeSet::new(), BTreeSet::new());
    for item in object(&document["paths"]).values() {
        for operation in object(item).values() {
            reach(document, &operation["requestBody"], &mut sent);
            reach(document, &operation["responses"], &mut answered);
        }
    }
    (sent, answered)
}

/// Where each component is referred to: `Wallet.networkInfo`, or the operation whose body it is.
fn users(document: &Value) -> BTreeMap<&str, BTreeSet<String>> {
    let mut users = BTreeMap::new();
    for (name, schema) in object(&document["components"]["schemas"]) {
        for (field, inner) in object(&schema["properties"]) {
            refer(&mut users, inner, &format!("{name}.{field}"));
        }
        for key in ["oneOf", "items", "additionalProperties"] {
            refer(&mut users, &schema[key], name);
        }
    }
    for item in object(&document["paths"]).values() {
        for operation in object(item).values() {
            let id = text(&operation["operationId"]);
            refer(&mut users, &operation["requestBody"], &format!("{id}, request"));
            refer(&mut users, &operation["responses"], &format!("{id}, answer"));
        }
    }
    users
}

/// Notes the user of every component that `value` refers to itself, not through another one.
fn refer<'a>(users: &mut BTreeMap<&'a str, BTreeSet<String>>, value: &'a Value, user: &str) {
    match value {
        Value::Object(fields) => {
            if let Some(target) = fields.get("$ref").and_then(Value::as_str) {
                users.entry(component(target)).or_default().insert(user.to_owned());
            }
            fields.values().for_each(|inner| refer(users, inner, user));
        }
        Value::Array(items) => items.iter().for_each(|inner| refer(users, inner, user)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(schema: &Value) -> Value {
        serde_json::json!({
            "paths": {"/a": {"post": {"operationId": "makeA", "requestBody": {"$ref": "#/components/schemas/A"}}}},
            "components": {"schemas": {
                "A": {"type": "object", "properties": {"inner": {"type": "array", "items": {"$ref": "#/components/schemas/B"}}}},
                "B": schema,
            }},
        })
    }

    #[test]
    fn what_is_free_is_listed_with_its_users_and_its_reason() {
        let free = serde_json::json!({"x-free-form": "Nobody knows."});
        let page = document(&with(&free)).expect("a page");
        assert!(
            page.contains("| `B` | any JSON | requests | `A.inner` | Nobody knows. |"),
            "{page}"
        );
        assert!(!page.contains("| `A` |"), "{page}");
    }

    #[test]
    fn what_is_free_without_a_reason_is_refused() {
        let error = document(&with(&serde_json::json!({"description": "Something."}))).expect_err("refused");
        assert!(error.to_string().contains("`B`"), "{error}");
    }
}

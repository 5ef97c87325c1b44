//! What the specification says in words.
//!
//! Invariant: every component that passes is described, and every description is made of whole sentences.

use serde_json::Value;

use super::context::{Context, Place, text};
use crate::spec::location::join;
use crate::spec::rule;

pub(super) fn check(context: &mut Context<'_>) {
    described(context);
    answers_described(context);
    sentences(context);
}

fn described(context: &mut Context<'_>) {
    for site in context.sites.clone().iter() {
        if let Place::Component(name) = site.place
            && text(site.schema, "description").is_none_or(str::is_empty)
        {
            let message =
                format!("`{name}` has no `description`: say what it is, its unit, its default, the networks it is for");
            context.report(&site.pointer, rule::DESCRIPTION, message);
        }
    }
}

fn answers_described(context: &mut Context<'_>) {
    for operation in context.operations.clone().iter() {
        for (status, answer) in operation
            .value
            .get("responses")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            if answer.get("$ref").is_none() && text(answer, "description").is_none_or(str::is_empty) {
                let message = format!("the answer `{status}` has no `description`, which OpenAPI asks for");
                context.report(
                    &format!("{}/responses/{status}", operation.pointer),
                    rule::DESCRIPTION,
                    message,
                );
            }
        }
    }
}

fn sentences(context: &mut Context<'_>) {
    let document = context.document;
    walk(context, String::new(), document, false);
}

/// Looks at all texts for people below `value`; `names` says that its keys are names, not keywords.
fn walk(context: &mut Context<'_>, pointer: String, value: &Value, names: bool) {
    match value {
        Value::Object(object) => {
            for (key, inner) in object {
                let pointer = join(&pointer, key);
                match inner {
                    Value::String(words)
                        if !names && ["description", "summary", "x-free-form"].contains(&key.as_str()) =>
                    {
                        sentence(context, &pointer, key, words);
                    }
                    _ if !names && ["example", "x-limits", "mapping"].contains(&key.as_str()) => {}
                    _ => walk(
                        context,
                        pointer,
                        inner,
                        !names && ["properties", "schemas", "parameters"].contains(&key.as_str()),
                    ),
                }
            }
        }
        Value::Array(items) => {
            for (index, inner) in items.iter().enumerate() {
                walk(context, format!("{pointer}/{index}"), inner, false);
            }
        }
        _ => {}
    }
}

fn sentence(context: &mut Context<'_>, pointer: &str, key: &str, words: &str) {
    // A name in backticks and a number cannot be written with a capital letter.
    let begins_well = words.starts_with(|first: char| first.is_uppercase() || first.is_ascii_digit() || first == '`');
    if !begins_well {
        context.report(
            pointer,
            rule::SENTENCE,
            format!("`{key}` does not begin with a capital letter"),
        );
    }
    if !words.trim_end().ends_with('.') {
        context.report(
            pointer,
            rule::SENTENCE,
            format!("`{key}` does not end with a full stop"),
        );
    }
}

//! What stands in paths and queries.
//!
//! Invariant: every parameter of a path template is declared once, and every declared one is in the template.

use std::collections::BTreeSet;

use serde_json::Value;

use super::context::{Context, Operation, fold, is_camel, target, text};
use crate::spec::rule;

/// What a generated call has of its own.
const CALL_NAMES: [&str; 6] = ["body", "complete", "dfns", "init", "send", "stream"];

pub(super) fn check(context: &mut Context<'_>) {
    path_template(context);
    path_parameters(context);
    declared_once(context);
    place(context);
    form(context);
    beside_the_body(context);
    path_id(context);
}

/// The names in a template such as `/wallets/{walletId}`.
fn template_names(path: &str) -> Vec<&str> {
    path.split('/')
        .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
        .collect()
}

fn path_template(context: &mut Context<'_>) {
    for operation in context.operations.clone().iter() {
        let whole_segments = operation.path.split('/').skip(1).all(|segment| {
            let name = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
            !segment.is_empty() && name.map_or(!segment.contains(['{', '}', '?', '#', '%', ' ']), is_camel)
        });
        let names = template_names(operation.path);
        let distinct: BTreeSet<&str> = names.iter().copied().collect();
        if !operation.path.starts_with('/') || !whole_segments || distinct.len() != names.len() {
            let message = format!(
                "the path `{}` must begin with `/`, and hold words and `{{camelCase}}` names, each once",
                operation.path
            );
            context.report(&operation.pointer, rule::PATH_TEMPLATE, message);
        }
    }
}

fn path_parameters(context: &mut Context<'_>) {
    for operation in context.operations.clone().iter() {
        let names = template_names(operation.path);
        for name in names.iter().filter(|name| operation.parameter("path", name).is_none()) {
            let message = format!("`{{{name}}}` is not declared: add it to `parameters` with `in: path`");
            context.report(&operation.pointer, rule::PATH_PARAMETER, message);
        }
        for parameter in operation
            .parameters
            .iter()
            .filter(|parameter| text(parameter.value, "in") == Some("path"))
        {
            let name = text(parameter.value, "name").unwrap_or_default();
            if !names.contains(&name) {
                let message = format!(
                    "`{name}` is not in the path `{}`: remove the parameter, or correct its name",
                    operation.path
                );
                context.report(&parameter.pointer, rule::PATH_PARAMETER, message);
            }
            if parameter.value.get("required") != Some(&Value::Bool(true)) {
                let message = format!("`{name}` stands in the path: write `required: true`");
                context.report(&parameter.pointer, rule::PATH_PARAMETER, message);
            }
        }
    }
}

fn declared_once(context: &mut Context<'_>) {
    for operation in context.operations.clone().iter() {
        let mut seen = BTreeSet::new();
        for parameter in &operation.parameters {
            let name = text(parameter.value, "name").unwrap_or_default();
            if !seen.insert(fold(name)) {
                let message = format!(
                    "the operation has a parameter `{name}` already, capitals and punctuation aside: rename or remove one"
                );
                context.report(&parameter.pointer, rule::NAME_CLASH, message);
            }
        }
    }
}

fn place(context: &mut Context<'_>) {
    for operation in context.operations.clone().iter() {
        for parameter in &operation.parameters {
            check_place(context, operation, &parameter.pointer, parameter.value);
        }
    }
}

fn check_place(context: &mut Context<'_>, operation: &Operation<'_>, pointer: &str, parameter: &Value) {
    let Some(name) = text(parameter, "name").filter(|name| !name.is_empty()) else {
        return context.report(pointer, rule::PARAMETER, "the parameter has no `name`");
    };
    match text(parameter, "in") {
        Some("header") if name.to_ascii_lowercase().starts_with("x-dfns-") => {
            let message = format!("`{name}`: the client sets the headers `X-DFNS-*` itself; remove the parameter");
            context.report(pointer, rule::PARAMETER, message);
        }
        Some("header") if ["authorization", "content-type", "accept"].contains(&name.to_ascii_lowercase().as_str()) => {
            let message =
                format!("`{name}` is no parameter in OpenAPI: it follows from `security` and `content`; remove it");
            context.report(pointer, rule::PARAMETER, message);
        }
        Some("header") => {
            let message = format!("`{name}`: no call can set a header; describe a parameter of the path or the query");
            context.report(pointer, rule::PARAMETER, message);
        }
        Some("path" | "query") => {}
        _ => context.report(
            pointer,
            rule::PARAMETER,
            format!("`{name}` stands in `path` or `query`: write which"),
        ),
    }
    if parameter.get("schema").is_none() {
        let message = format!("`{name}` of `{}` has no `schema`", operation.id());
        context.report(pointer, rule::PARAMETER, message);
    }
}

/// A path holds one value, and a query one value or a list: nothing else has one way to be written there.
fn form(context: &mut Context<'_>) {
    for operation in context.operations.clone().iter() {
        for parameter in &operation.parameters {
            let Some(schema) = parameter.value.get("schema") else {
                continue;
            };
            let schema = target(schema)
                .and_then(|name| context.component(name))
                .unwrap_or(schema);
            let is_object = text(schema, "type") == Some("object")
                || (schema.get("oneOf").is_some() && schema.get("x-rust-type").is_none());
            let is_list = text(schema, "type") == Some("array");
            let in_path = text(parameter.value, "in") == Some("path");
            let what = match (is_object, is_list && in_path) {
                (true, _) => "an object",
                (_, true) => "a list",
                _ => continue,
            };
            let place = if in_path { "path" } else { "query" };
            let name = text(parameter.value, "name").unwrap_or_default();
            let message =
                format!("`{name}` is {what}, which has no place in a {place}: write a parameter for each part");
            context.report(&parameter.pointer, rule::PARAMETER, message);
        }
    }
}

/// Parameters and the fields of the body are arguments and setters of one call.
fn beside_the_body(context: &mut Context<'_>) {
    for operation in context.operations.clone().iter() {
        let body = operation.value["requestBody"]["content"]
            .get("application/json")
            .and_then(|content| content.get("schema"))
            .and_then(target);
        let fields: BTreeSet<String> = body
            .and_then(|name| context.component(name)?.get("properties")?.as_object())
            .into_iter()
            .flat_map(|fields| fields.keys().map(|field| fold(field)))
            .collect();
        for parameter in &operation.parameters {
            let name = text(parameter.value, "name").unwrap_or_default();
            if CALL_NAMES.contains(&name) {
                let message = format!("the call itself has something called `{name}`: give the parameter another name");
                context.report(&parameter.pointer, rule::RESERVED_NAME, message);
            }
            if fields.contains(&fold(name)) {
                let message =
                    format!("`{name}` is a field of the body too, and both are arguments of one call: rename one");
                context.report(&parameter.pointer, rule::NAME_CLASH, message);
            }
        }
    }
}

fn path_id(context: &mut Context<'_>) {
    for operation in context.operations.clone().iter() {
        for parameter in operation
            .parameters
            .iter()
            .filter(|parameter| text(parameter.value, "in") == Some("path"))
        {
            let name = text(parameter.value, "name").unwrap_or_default();
            let mut letters = name.chars();
            let component: String = letters
                .next()
                .map(|first| first.to_ascii_uppercase())
                .into_iter()
                .chain(letters)
                .collect();
            let is_id = context
                .component(&component)
                .is_some_and(|schema| text(schema, "format") == Some("id"));
            if is_id && parameter.value.get("schema").and_then(target) != Some(component.as_str()) {
                let message =
                    format!("`{name}` is an id: write `schema: {{$ref: '#/components/schemas/{component}'}}`");
                context.report(&parameter.pointer, rule::ID, message);
            }
        }
    }
}

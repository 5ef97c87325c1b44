//! What the specification says beyond OpenAPI, and which keys it may use at all.
//!
//! Invariant: no key passes that the generator does not know; a misspelt one is never silently without effect.

use serde_json::{Map, Value};

use super::context::{Context, Operation, text, texts};
use super::shapes;
use crate::spec::bundle::listed;
use crate::spec::location::{escape, join};
use crate::spec::rule;

const OPERATION: [&str; 10] = [
    "operationId",
    "tags",
    "summary",
    "description",
    "parameters",
    "requestBody",
    "responses",
    "callbacks",
    "deprecated",
    "security",
];
const OPERATION_EXTENSIONS: [&str; 11] = [
    "x-call",
    "x-handle",
    "x-user-action",
    "x-permission",
    "x-principals",
    "x-paging",
    "x-idempotent",
    "x-lifecycle",
    "x-pending",
    "x-csv",
    "x-multipart",
];
const PARAMETER: [&str; 8] = [
    "name",
    "in",
    "required",
    "description",
    "schema",
    "deprecated",
    "style",
    "explode",
];
const SCHEMA: [&str; 15] = [
    "$ref",
    "additionalProperties",
    "allOf",
    "deprecated",
    "description",
    "discriminator",
    "enum",
    "example",
    "format",
    "items",
    "nullable",
    "oneOf",
    "properties",
    "required",
    "type",
];
const SCHEMA_EXTENSIONS: [&str; 7] = [
    "x-secret",
    "x-limits",
    "x-free-form",
    "x-rust-type",
    "x-id-prefix",
    "x-progress",
    "x-inferred",
];
const PRINCIPALS: [&str; 4] = ["employee", "end-user", "service-account", "pat"];

pub(super) fn check(context: &mut Context<'_>) {
    operation_keys(context);
    parameter_keys(context);
    schema_keys(context);
    exchange_keys(context);
    flags(context);
    permission(context);
    principals(context);
    idempotent(context);
    lifecycle(context);
    pending(context);
    inferred(context);
    schema_flags(context);
}

/// Reports the keys of `value` that are none of `known`.
fn keys(context: &mut Context<'_>, pointer: &str, value: &Value, what: &str, known: &[&str], extensions: &[&str]) {
    for key in value.as_object().into_iter().flat_map(Map::keys) {
        let name = key.as_str();
        if !known.contains(&name) && !extensions.contains(&name) {
            if name.starts_with("x-") {
                let message = match extensions {
                    [] => format!("`{name}`: {what} has no extensions"),
                    _ => format!("`{name}` is no extension of {what}: it may have {}", listed(extensions)),
                };
                context.report(&join(pointer, key), rule::UNKNOWN_EXTENSION, message);
            } else {
                let message = format!("unknown key `{name}`: {what} may hold {}", listed(known));
                context.report(&join(pointer, key), rule::UNKNOWN_KEY, message);
            }
        }
    }
}

fn operation_keys(context: &mut Context<'_>) {
    let mut extensions = OPERATION_EXTENSIONS.to_vec();
    extensions.push("x-inferred");
    for operation in context.operations.clone().iter() {
        keys(
            context,
            &operation.pointer,
            operation.value,
            "an operation",
            &OPERATION,
            &extensions,
        );
    }
}

fn parameter_keys(context: &mut Context<'_>) {
    for (name, parameter) in context.components("parameters") {
        let pointer = format!("/components/parameters/{}", escape(name));
        keys(context, &pointer, parameter, "a parameter", &PARAMETER, &["x-inferred"]);
    }
    for operation in context.operations.clone().iter() {
        for parameter in &operation.parameters {
            // One that is a reference is a component, which was looked at above.
            if context
                .document
                .pointer(&parameter.pointer)
                .is_some_and(|written| written.get("$ref").is_none())
            {
                keys(
                    context,
                    &parameter.pointer,
                    parameter.value,
                    "a parameter",
                    &PARAMETER,
                    &["x-inferred"],
                );
            }
        }
    }
}

fn schema_keys(context: &mut Context<'_>) {
    for site in context.sites.clone().iter() {
        // What the rules for shapes refuse, they say what to write instead of.
        let rest = site
            .schema
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(key, _)| !shapes::is_refused(key));
        let rest = Value::Object(rest.map(|(key, value)| (key.clone(), value.clone())).collect());
        keys(context, &site.pointer, &rest, "a schema", &SCHEMA, &SCHEMA_EXTENSIONS);
    }
}

fn exchange_keys(context: &mut Context<'_>) {
    for operation in context.operations.clone().iter() {
        if let Some(body) = operation.value.get("requestBody") {
            keys(
                context,
                &operation.at("requestBody"),
                body,
                "a request body",
                &["required", "content", "description"],
                &[],
            );
        }
        for (status, answer) in operation
            .value
            .get("responses")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            let pointer = format!("{}/responses/{}", operation.pointer, escape(status));
            keys(
                context,
                &pointer,
                answer,
                "an answer",
                &["description", "content", "$ref"],
                &[],
            );
        }
    }
}

/// What an operation says of itself by a mere `true`.
fn flags(context: &mut Context<'_>) {
    for operation in context.operations.clone().iter() {
        for flag in ["x-user-action", "x-csv", "x-multipart"] {
            if operation
                .value
                .get(flag)
                .is_some_and(|value| *value != Value::Bool(true))
            {
                let message = format!("`{flag}` is `true`, or left out");
                context.report(&operation.at(flag), rule::OPERATION_FLAG, message);
            }
        }
    }
}

/// The texts of a list without repeats; a finding if it is something else.
fn list<'a>(context: &mut Context<'_>, operation: &'a Operation<'_>, key: &str, rule: &'static str) -> Vec<&'a str> {
    let Some(value) = operation.value.get(key) else {
        return Vec::new();
    };
    let found: Vec<&str> = texts(operation.value, key).collect();
    let distinct: std::collections::BTreeSet<&str> = found.iter().copied().collect();
    if value.as_array().is_none_or(|items| items.len() != distinct.len()) {
        context.report(
            &operation.at(key),
            rule,
            format!("`{key}` is a list of names, each once"),
        );
    }
    found
}

fn permission(context: &mut Context<'_>) {
    for operation in context.operations.clone().iter() {
        for name in list(context, operation, "x-permission", rule::PERMISSION) {
            let words: Vec<&str> = name.strip_suffix('?').unwrap_or(name).split(':').collect();
            if words.len() < 2 || !words.iter().all(|word| super::context::is_pascal(word)) {
                let message = format!(
                    "`{name}` is no permission: write `Wallets:Update`, with `?` if only some requests need it"
                );
                context.report(&operation.at("x-permission"), rule::PERMISSION, message);
            }
        }
    }
}

fn principals(context: &mut Context<'_>) {
    for operation in context.operations.clone().iter() {
        let found = list(context, operation, "x-principals", rule::PRINCIPALS);
        for name in found.iter().filter(|name| !PRINCIPALS.contains(name)) {
            let message = format!("`{name}` is none of {}", listed(&PRINCIPALS));
            context.report(&operation.at("x-principals"), rule::PRINCIPALS, message);
        }
        if found.is_empty() && operation.value.get("x-principals").is_some() {
            let message = "nobody may call it: name who may, or leave out `x-principals` if that is not known";
            context.report(&operation.at("x-principals"), rule::PRINCIPALS, message);
        }
    }
}

fn idempotent(context: &mut Context<'_>) {
    for operation in context.operations.clone().iter() {
        let Some(value) = operation.value.get("x-idempotent") else {
            continue;
        };
        let pointer = operation.at("x-idempotent");
        if value != "externalId" {
            context.report(
                &pointer,
                rule::IDEMPOTENT,
                "`x-idempotent` is `externalId`, or left out",
            );
        }
        let body = &operation.value["requestBody"]["content"]["application/json"]["schema"];
        if !has_external_id(context, body, 0) {
            context.report(
                &pointer,
                rule::IDEMPOTENT,
                "the body has no field `externalId` in every form it can take: add it, or remove `x-idempotent`",
            );
        }
    }
}

/// Whether every form of a body has the field `externalId`.
fn has_external_id(context: &Context<'_>, schema: &Value, depth: usize) -> bool {
    let schema = super::context::target(schema)
        .and_then(|name| context.component(name))
        .unwrap_or(schema);
    match schema.get("oneOf").and_then(Value::as_array) {
        Some(members) => depth < 8 && members.iter().all(|member| has_external_id(context, member, depth + 1)),
        None => schema["properties"].get("externalId").is_some(),
    }
}

fn lifecycle(context: &mut Context<'_>) {
    for operation in context.operations.clone().iter() {
        let state = operation.value.get("x-lifecycle");
        if state.is_some_and(|state| state != "deprecated" && state != "legacy") {
            context.report(
                &operation.at("x-lifecycle"),
                rule::LIFECYCLE,
                "`x-lifecycle` is `deprecated` or `legacy`, or left out",
            );
        }
        let deprecated = operation.value.get("deprecated");
        if deprecated.is_some() != state.is_some() || deprecated.is_some_and(|value| *value != Value::Bool(true)) {
            let message = "`x-lifecycle` and `deprecated: true` go together: write both or none";
            context.report(&operation.pointer, rule::LIFECYCLE, message);
        }
    }
}

fn pending(context: &mut Context<'_>) {
    for operation in context.operations.clone().iter() {
        if operation
            .value
            .get("x-pending")
            .is_some_and(|value| value != "change-request" && value != "entity")
        {
            context.report(
                &operation.at("x-pending"),
                rule::PENDING,
                "`x-pending` is `change-request` or `entity`, or left out",
            );
        }
    }
}

fn inferred(context: &mut Context<'_>) {
    for operation in context.operations.clone().iter() {
        let Some(value) = operation.value.get("x-inferred") else {
            continue;
        };
        let facts = list(context, operation, "x-inferred", rule::INFERRED);
        let known = |fact: &&str| OPERATION_EXTENSIONS.contains(fact) || OPERATION.contains(fact);
        if !value.is_array() || facts.is_empty() || !facts.iter().all(known) {
            let message =
                "`x-inferred` of an operation lists the keys whose values are deduced, such as `[x-permission]`";
            context.report(&operation.at("x-inferred"), rule::INFERRED, message);
        }
    }
}

/// Flags of schemas are `true` or left out.
fn schema_flags(context: &mut Context<'_>) {
    for site in context.sites.clone().iter() {
        for (key, rule) in [("x-inferred", rule::INFERRED), ("x-secret", rule::SECRET)] {
            if site.schema.get(key).is_some_and(|value| *value != Value::Bool(true)) {
                context.report(
                    &join(&site.pointer, key),
                    rule,
                    format!("`{key}` of a schema is `true`, or left out"),
                );
            }
        }
        if site.schema.get("x-secret").is_some() && text(site.schema, "type") != Some("string") {
            context.report(
                &join(&site.pointer, "x-secret"),
                rule::SECRET,
                "only text is secret: write `$ref: Secret`",
            );
        }
    }
}

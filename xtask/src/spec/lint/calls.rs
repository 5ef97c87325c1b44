//! How operations are named, sorted into domains, described and protected.
//!
//! Invariant: every operation that passes has one id, one domain, one call in the client and one summary.

use std::collections::BTreeMap;

use serde_json::Value;

use super::context::{Context, fold, is_camel, is_snake, text};
use crate::spec::rule;

pub(super) fn check(context: &mut Context<'_>) {
    operation_id(context);
    operation_ids_apart(context);
    operation_tag(context);
    unused_tag(context);
    summary(context);
    call(context);
    calls_apart(context);
    handle(context);
    security(context);
}

fn operation_id(context: &mut Context<'_>) {
    for operation in context.operations.clone().iter() {
        let id = operation.id();
        if !is_camel(id) {
            let message = match id {
                "" => "no `operationId`: write one in camelCase, such as `updateWallet`".to_owned(),
                _ => format!("the operation id `{id}` is not in camelCase"),
            };
            context.report(&operation.at("operationId"), rule::OPERATION_ID, message);
        }
    }
}

fn operation_ids_apart(context: &mut Context<'_>) {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for operation in context
        .operations
        .clone()
        .iter()
        .filter(|operation| !operation.id().is_empty())
    {
        let id = text(operation.value, "operationId").unwrap_or_default();
        if let Some(other) = seen.get(&fold(id))
            && *other != id
        {
            let message = format!("the operation ids `{id}` and `{other}` differ in capitals only: rename one");
            context.report(&operation.at("operationId"), rule::NAME_CLASH, message);
        }
        seen.insert(fold(id), id);
    }
}

fn operation_tag(context: &mut Context<'_>) {
    for operation in context.operations.clone().iter() {
        let file = context
            .locations
            .of(&operation.pointer)
            .map(|location| location.file.to_string())
            .unwrap_or_default();
        let domain = file
            .rsplit('/')
            .next()
            .and_then(|name| name.strip_suffix(".yaml"))
            .unwrap_or_default();
        let fits = operation
            .value
            .get("tags")
            .and_then(Value::as_array)
            .is_some_and(|tags| *tags == [Value::from(domain)]);
        if !fits {
            let message =
                format!("the operation needs exactly one tag, the name of its file: write `tags: [{domain}]`");
            context.report(&operation.at("tags"), rule::OPERATION_TAG, message);
        }
    }
}

fn unused_tag(context: &mut Context<'_>) {
    let operations = context.operations.clone();
    let tags = context.document.get("tags").and_then(Value::as_array);
    for (index, tag) in tags.into_iter().flatten().enumerate() {
        let name = text(tag, "name").unwrap_or_default();
        if !operations
            .iter()
            .any(|operation| super::context::texts(operation.value, "tags").any(|tag| tag == name))
        {
            let message = format!("no operation has the tag `{name}`: write `paths/{name}.yaml`, or remove the tag");
            context.report(&format!("/tags/{index}"), rule::UNUSED_TAG, message);
        }
    }
}

fn summary(context: &mut Context<'_>) {
    for operation in context.operations.clone().iter() {
        if text(operation.value, "summary").is_none_or(str::is_empty) {
            let message = "no `summary`: say in one sentence what the operation does";
            context.report(&operation.at("summary"), rule::SUMMARY, message);
        }
    }
}

fn call(context: &mut Context<'_>) {
    for operation in context.operations.clone().iter() {
        let parts = text(operation.value, "x-call").and_then(|call| call.split_once('.'));
        if !parts.is_some_and(|(group, method)| is_snake(group) && is_snake(method)) {
            let message =
                "`x-call` names the call in the client: write `group.method` in snake case, such as `wallets.update`";
            context.report(&operation.at("x-call"), rule::CALL, message);
        }
    }
}

fn calls_apart(context: &mut Context<'_>) {
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    let operations = context.operations.clone();
    for operation in operations.iter() {
        let Some(call) = text(operation.value, "x-call") else {
            continue;
        };
        if let Some(other) = seen.insert(call, operation.id()) {
            let message = format!("`{call}` is the call of `{other}` already: rename one");
            context.report(&operation.at("x-call"), rule::CALL, message);
        }
    }
}

fn handle(context: &mut Context<'_>) {
    for operation in context.operations.clone().iter() {
        let Some(handle) = operation.value.get("x-handle") else {
            continue;
        };
        if !handle.as_str().is_some_and(is_snake) {
            let message = "`x-handle` names the call of a handle: write a verb in snake case, such as `transfer`";
            context.report(&operation.at("x-handle"), rule::CALL, message);
        }
    }
}

fn security(context: &mut Context<'_>) {
    let usual = context.document.get("security").cloned().unwrap_or_default();
    for operation in context.operations.clone().iter() {
        let Some(security) = operation.value.get("security") else {
            continue;
        };
        let pointer = operation.at("security");
        if *security == usual {
            context.report(
                &pointer,
                rule::SECURITY,
                "this is so for every operation: leave out `security`",
            );
        }
        let Some(alternatives) = security.as_array() else {
            context.report(
                &pointer,
                rule::SECURITY,
                "`security` is a list: `[]`, or `[{temporaryToken: []}]`",
            );
            continue;
        };
        for (index, alternative) in alternatives.iter().enumerate() {
            for name in alternative.as_object().into_iter().flat_map(|names| names.keys()) {
                if context.document["components"]["securitySchemes"].get(name).is_none() {
                    let message = format!("`{name}` is none of the `securitySchemes` of openapi.yaml");
                    context.report(&format!("{pointer}/{index}"), rule::SECURITY, message);
                }
            }
        }
    }
}

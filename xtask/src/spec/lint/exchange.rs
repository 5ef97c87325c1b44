//! What operations take and give: bodies, answers, pages.
//!
//! Invariant: every operation that passes has one answer that counts as success, beside a change that waits, and takes
//! and gives JSON or nothing.

use serde_json::Value;

use super::context::{Context, Operation, target, text, texts};
use crate::spec::location::escape;
use crate::spec::rule;

const JSON: &str = "application/json";
/// The answer to a change that policy holds back.
const HELD: &str = "202";

pub(super) fn check(context: &mut Context<'_>) {
    request_body(context);
    request_name(context);
    one_success(context);
    held(context);
    answer_is_json(context);
    own_refusals(context);
    paging(context);
    list_name(context);
}

fn request_body(context: &mut Context<'_>) {
    for operation in context.operations.clone().iter() {
        let Some(body) = operation.value.get("requestBody") else {
            continue;
        };
        let pointer = operation.at("requestBody");
        if body.get("required") != Some(&Value::Bool(true)) {
            context.report(
                &pointer,
                rule::REQUEST_BODY,
                "a body is always sent: write `required: true`",
            );
        }
        let media = body.get("content").and_then(Value::as_object);
        if media.is_none_or(|media| media.len() != 1 || !media.contains_key(JSON)) {
            context.report(
                &pointer,
                rule::REQUEST_BODY,
                "a body is JSON and nothing else: write `content: {application/json: …}`",
            );
            continue;
        }
        if body["content"][JSON]
            .get("schema")
            .and_then(|schema| text(schema, "$ref"))
            .is_none()
        {
            context.report(
                &pointer,
                rule::REQUEST_BODY,
                "the schema of a body is the `$ref` of a component `<Verb><Noun>Request`",
            );
        }
    }
}

fn request_name(context: &mut Context<'_>) {
    for operation in context.operations.clone().iter() {
        let Some(name) = operation.value["requestBody"]["content"][JSON]
            .get("schema")
            .and_then(target)
        else {
            continue;
        };
        // A union is named for what its members are: `Transfer`, whose members are `NativeTransfer` and so on.
        let is_union = context.component(name).is_some_and(|body| body.get("oneOf").is_some());
        if !name.ends_with("Request") && !is_union {
            let message = format!("the body `{name}` is not called `<Verb><Noun>Request`: rename it");
            context.report(&operation.at("requestBody"), rule::REQUEST_NAME, message);
        }
    }
}

fn statuses<'a>(operation: &'a Operation<'a>) -> impl Iterator<Item = (&'a String, &'a Value)> {
    operation
        .value
        .get("responses")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
}

fn is_success(status: &str) -> bool {
    status.len() == 3 && status.starts_with('2')
}

fn one_success(context: &mut Context<'_>) {
    for operation in context.operations.clone().iter() {
        let successes: Vec<&str> = statuses(operation)
            .map(|(status, _)| status.as_str())
            .filter(|status| is_success(status) && *status != HELD)
            .collect();
        if let [status] = successes[..]
            && status.bytes().all(|byte| byte.is_ascii_digit())
        {
            continue;
        }
        let message = match successes.as_slice() {
            [] => "no answer counts as success: write one of 200 to 299".to_owned(),
            [range] => format!("`{range}` is a range: write the status that the API answers with"),
            several => format!(
                "{} answers count as success, where the caller gets one type: keep one; a change that waits is answered `202`",
                several.len()
            ),
        };
        context.report(&operation.at("responses"), rule::ONE_SUCCESS, message);
    }
}

/// A change that waits is answered in its own way, and nothing else is.
fn held(context: &mut Context<'_>) {
    for operation in context.operations.clone().iter() {
        let waits = operation
            .value
            .get("x-pending")
            .is_some_and(|kind| kind == "change-request");
        let answer = operation.value["responses"].get(HELD);
        let message = match (waits, answer) {
            (true, None) => "policy can hold the change back: say in `202` what the API answers then",
            (true, Some(answer)) if answer["content"][JSON].get("schema").is_none() => {
                "the answer `202` to a change that waits is JSON: write `content: {application/json: …}`"
            }
            (false, Some(_)) => {
                "only a change that policy can hold back is answered `202`: write `x-pending: change-request`"
            }
            _ => continue,
        };
        context.report(&operation.at("responses"), rule::PENDING, message);
    }
}

fn answer_is_json(context: &mut Context<'_>) {
    for operation in context.operations.clone().iter() {
        for (status, answer) in statuses(operation).filter(|(status, _)| is_success(status)) {
            let Some(media) = answer.get("content").and_then(Value::as_object) else {
                continue;
            };
            let pointer = format!("{}/responses/{}", operation.pointer, escape(status));
            if media.len() != 1 || !media.contains_key(JSON) {
                context.report(
                    &pointer,
                    rule::ANSWER,
                    "an answer is JSON or empty: write `content: {application/json: …}`",
                );
            } else if answer["content"][JSON]
                .get("schema")
                .and_then(|schema| text(schema, "$ref"))
                .is_none()
            {
                context.report(
                    &pointer,
                    rule::ANSWER,
                    "the schema of an answer is the `$ref` of a component",
                );
            }
        }
    }
}

fn own_refusals(context: &mut Context<'_>) {
    for operation in context.operations.clone().iter() {
        for (status, _) in statuses(operation).filter(|(status, _)| !is_success(status)) {
            let pointer = format!("{}/responses/{}", operation.pointer, escape(status));
            if context.locations.of(&pointer).is_some() {
                let message = format!(
                    "the answer `{status}` is no success: every operation gets `4XX` and `5XX` from the bundler; remove it"
                );
                context.report(&pointer, rule::OWN_REFUSAL, message);
            }
        }
    }
}

/// The schema component of the answer that counts as success.
fn answer_name<'a>(operation: &'a Operation<'a>) -> Option<&'a str> {
    let (_, answer) = statuses(operation).find(|(status, _)| is_success(status) && *status != HELD)?;
    answer["content"][JSON].get("schema").and_then(target)
}

fn paging(context: &mut Context<'_>) {
    for operation in context.operations.clone().iter() {
        let Some(paging) = operation.value.get("x-paging") else {
            if operation.parameter("query", "paginationToken").is_some() {
                let message = "the operation takes `paginationToken`: write `x-paging: cursor`";
                context.report(&operation.pointer, rule::PAGING, message);
            }
            continue;
        };
        let pointer = operation.at("x-paging");
        if paging != "cursor" {
            context.report(&pointer, rule::PAGING, "`x-paging` is `cursor`");
        }
        for name in ["limit", "paginationToken"] {
            if operation.parameter("query", name).is_none() {
                let message = format!("a paged list takes `{name}`: add the parameter to `parameters`");
                context.report(&pointer, rule::PAGING, message);
            }
        }
        let page = answer_name(operation)
            .and_then(|name| context.component(name))
            .cloned()
            .unwrap_or_default();
        if !texts(&page, "required").any(|name| name == "items") || page["properties"]["items"]["type"] != "array" {
            context.report(
                &pointer,
                rule::PAGING,
                "the answer of a paged list has a required list `items`",
            );
        }
        if page["properties"].get("nextPageToken").is_none()
            || texts(&page, "required").any(|name| name == "nextPageToken")
        {
            context.report(
                &pointer,
                rule::PAGING,
                "the answer of a paged list has `nextPageToken`, and does not require it",
            );
        }
    }
}

fn list_name(context: &mut Context<'_>) {
    for operation in context.operations.clone().iter() {
        let Some(name) = answer_name(operation) else { continue };
        let paged = operation.value.get("x-paging").is_some();
        let lists = text(operation.value, "x-call").is_some_and(|call| call.split('.').next_back() == Some("list"));
        let wanted = match (paged, lists) {
            (true, _) if !name.ends_with("Page") => "Page",
            (false, true) if !name.ends_with("List") => "List",
            (false, _) if name.ends_with("Page") => "List",
            _ => continue,
        };
        let message =
            format!("the answer `{name}` is not called `<Noun>{wanted}`: a list is a `Page` if paged, a `List` if not");
        context.report(&operation.at("responses"), rule::LIST_NAME, message);
    }
}

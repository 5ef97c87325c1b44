//! What the API calls in return: webhooks.
//!
//! Invariant: the body of every callback that passes is a named type, which the application reads.

use serde_json::Value;

use super::context::{Context, callbacks, target, text};
use crate::spec::rule;

pub(super) fn check(context: &mut Context<'_>) {
    for operation in context.operations.clone().iter() {
        for (pointer, callback) in callbacks(&operation.pointer, operation.value) {
            if !pointer.ends_with("/post") || !is_well_formed(callback) {
                let message = "a callback is a `post` with a `summary`, a required JSON body that is the `$ref` of a component, \
                               and the answer `200`, and nothing else";
                context.report(&pointer, rule::CALLBACK, message);
            }
        }
    }
}

fn is_well_formed(callback: &Value) -> bool {
    let body = &callback["requestBody"];
    let content = body["content"].as_object();
    let keys = callback.as_object().into_iter().flat_map(|callback| callback.keys());
    let answers = callback["responses"].as_object();
    keys.into_iter()
        .all(|key| ["summary", "description", "requestBody", "responses"].contains(&key.as_str()))
        && text(callback, "summary").is_some()
        && body["required"] == true
        && content.is_some_and(|content| content.len() == 1)
        && target(&body["content"]["application/json"]["schema"]).is_some()
        && answers.is_some_and(|answers| answers.len() == 1 && answers.contains_key("200"))
}

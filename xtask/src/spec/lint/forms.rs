//! Bodies that go beside a file.
//!
//! Invariant: whoever signs such a body signs the file too, through its checksum.

use serde_json::Value;

use super::context::{Context, target, text, texts};
use crate::spec::rule;

/// The field of the body that holds the SHA-256 of the file. The call works it out.
pub const CHECKSUM: &str = "fileChecksum";
/// The argument of the call that is the file.
const FILE: &str = "file";

pub(super) fn check(context: &mut Context<'_>) {
    for operation in context.operations.clone().iter() {
        if operation
            .value
            .get("x-multipart")
            .is_none_or(|flag| *flag != Value::Bool(true))
        {
            continue;
        }
        let body = &operation.value["requestBody"]["content"]["application/json"]["schema"];
        let body = target(body).and_then(|name| context.component(name)).unwrap_or(body);
        let is_required = texts(body, "required").any(|field| field == CHECKSUM);
        let field = &body["properties"][CHECKSUM];
        if !is_required || text(field, "type") != Some("string") {
            let message = format!(
                "the body does not say which file goes beside it: give it the required text `{CHECKSUM}`, or remove `x-multipart`"
            );
            context.report(&operation.at("x-multipart"), rule::FORM, message);
        }
        let is_field = body["properties"].get(FILE).is_some();
        if is_field
            || ["path", "query"]
                .iter()
                .any(|place| operation.parameter(place, FILE).is_some())
        {
            let message = format!("the call has an argument `{FILE}` for the file: give the other one another name");
            context.report(&operation.at("x-multipart"), rule::FORM, message);
        }
    }
}

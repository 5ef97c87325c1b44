//! Answers that are spoilt.

use http::StatusCode;
use serde_json::Value;

use crate::contract;
use crate::server::{Refusal, Reply};

/// The refusal that a fault makes up.
///
/// # Errors
/// Always, but with a body of its own, which is an answer like any other.
pub(super) fn refuse(status: u16, message: Option<String>, html: Option<String>) -> Result<Reply, Refusal> {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if let Some(html) = html {
        return Ok(Reply {
            status,
            content_type: "text/html; charset=utf-8",
            body: html.into_bytes(),
            errand: None,
            location: None,
            sealing: None,
        });
    }
    let words = || status.canonical_reason().unwrap_or("Refused").to_owned();
    Err(Refusal::new(status, message.unwrap_or_else(words)))
}

/// The answer of an operation with another value in one of its fields: this one, or the first that holds one of a choice.
///
/// # Errors
/// 500 if it has no such field: a test that proves nothing should say so.
pub(super) fn with_value(reply: Reply, operation: &str, field: Option<&str>, value: &str) -> Result<Reply, Refusal> {
    let missing = || {
        let field = field.unwrap_or("a field with a choice of values");
        let message = format!("a fault should put {value:?} into {field}, which the answer does not have");
        Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, message)
    };
    let mut answer: Value = serde_json::from_slice(&reply.body).map_err(|_| missing())?;
    let place = match field {
        None => contract::first_choice(operation, &answer).and_then(|pointer| answer.pointer_mut(&pointer)),
        Some(pointer) if pointer.starts_with('/') => answer.pointer_mut(pointer),
        Some(name) => first(&mut answer, name),
    };
    *place.ok_or_else(missing)? = value.into();
    Reply::json_with(reply.status, &answer)
}

/// The first field of this name that holds text; what lies higher comes first.
fn first<'a>(value: &'a mut Value, name: &str) -> Option<&'a mut Value> {
    if value.get(name).is_some_and(Value::is_string) {
        return value.get_mut(name);
    }
    match value {
        Value::Object(fields) => fields.values_mut().find_map(|field| first(field, name)),
        Value::Array(items) => items.iter_mut().find_map(|item| first(item, name)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn changed(answer: &Value, field: &str) -> Result<Value, Refusal> {
        let reply = with_value(Reply::json(answer).unwrap(), "getWallet", Some(field), "New")?;
        Ok(serde_json::from_slice(&reply.body).unwrap())
    }

    #[test]
    fn a_field_is_found_by_name_or_by_pointer() {
        let answer = json!({ "items": [{ "status": "A" }, { "status": "B" }], "status": { "kind": "C" } });
        assert_eq!(changed(&answer, "status").unwrap()["items"][0]["status"], "New");
        assert_eq!(
            changed(&answer, "/items/1/status").unwrap()["items"][1]["status"],
            "New"
        );
        assert_eq!(changed(&answer, "kind").unwrap()["status"]["kind"], "New");
    }

    #[test]
    fn a_field_that_is_not_there_is_said_to_be_missing() {
        let refusal = changed(&json!({ "id": "wa-1" }), "status").unwrap_err();
        assert_eq!(refusal.status, 500);
        assert!(refusal.message.contains("into status"), "{}", refusal.message);
    }
}

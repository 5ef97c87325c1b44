//! External ids of requests: the same request with the same external id is carried out once.
//!
//! Invariant: an external id stands for one request of its kind in an organisation, for ever, whatever became of it.

use dfns_types::Hex;
use serde_json::{Value, json};

use super::refusals::check_text;
use crate::context::Context;
use crate::server::Refusal;
use crate::store::{Document, Remembered};

/// What a request with an external id made when it came first; `None` if it comes now for the first time.
///
/// # Errors
/// 400 if the external id is not 1 to 50 characters long; 409 if another request had it.
pub(crate) fn made_before<T: Document>(context: &Context<'_>, external_id: Option<&str>) -> Result<Option<T>, Refusal> {
    check_text("externalId", external_id, 1, 50)?;
    let Some(external_id) = external_id else {
        return Ok(None);
    };
    let org = context.caller()?.org();
    let Some(made) = context.store.external_id(T::KIND, org, external_id)? else {
        return Ok(None);
    };
    if made.fingerprint == fingerprint(context)?
        && let Some(entity) = context.store.get(org, &made.entity_id)?
    {
        return Ok(Some(entity));
    }
    let duplicate = json!({ "id": made.entity_id, "externalId": external_id });
    Err(Refusal::conflict(format!("Conflicting {} with same externalId", T::KIND)).with("duplicate", duplicate))
}

/// Remembers what a request made, if it has an external id.
///
/// # Errors
/// 500 if the store fails.
pub(crate) fn remember<T: Document>(
    context: &Context<'_>,
    external_id: Option<&str>,
    entity: &T,
) -> Result<(), Refusal> {
    let Some(external_id) = external_id else { return Ok(()) };
    let made = Remembered {
        entity_id: entity.id().to_owned(),
        fingerprint: fingerprint(context)?,
    };
    Ok(context
        .store
        .remember_external_id(T::KIND, context.caller()?.org(), external_id, &made)?)
}

/// What makes two requests the same: the path, and the body whatever the order and spacing of its fields.
fn fingerprint(context: &Context<'_>) -> Result<String, Refusal> {
    let body: Value = context.call.body()?;
    let mut text = format!("{} ", context.call.path);
    write_sorted(&body, &mut text);
    Ok(Hex::from_bytes_bare(ring::digest::digest(&ring::digest::SHA256, text.as_bytes())).to_string())
}

fn write_sorted(value: &Value, text: &mut String) {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(name, _)| *name);
            text.push('{');
            for (name, value) in fields {
                write_sorted(&Value::String(name.clone()), text);
                text.push(':');
                write_sorted(value, text);
                text.push(',');
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for item in items {
                write_sorted(item, text);
                text.push(',');
            }
            text.push(']');
        }
        other => text.push_str(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::write_sorted;

    fn text(value: &serde_json::Value) -> String {
        let mut text = String::new();
        write_sorted(value, &mut text);
        text
    }

    #[test]
    fn the_order_of_fields_does_not_matter_and_that_of_items_does() {
        let one: serde_json::Value = serde_json::from_str(r#"{"a":1,"b":{"c":"x","d":[1,2]}}"#).unwrap();
        let other: serde_json::Value = serde_json::from_str(r#"{ "b": {"d":[1,2],"c":"x"}, "a": 1 }"#).unwrap();
        assert_eq!(text(&one), text(&other));
        assert_ne!(text(&json!([1, 2])), text(&json!([2, 1])));
        assert_ne!(text(&json!({ "a": "1" })), text(&json!({ "a": 1 })));
    }
}

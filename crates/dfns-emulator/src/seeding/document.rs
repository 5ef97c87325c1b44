//! What stands in a document: names, references to them, and places.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::server::Refusal;

/// The place of a field or an item, as a JSON pointer (RFC 6901).
pub(super) fn at(place: &str, name: &str) -> String {
    format!("{place}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// A refusal of what stands at a place.
pub(super) fn refuse(place: &str, problem: &str) -> Refusal {
    let words = match place {
        "" => format!("the document {problem}"),
        place => format!("{place} {problem}"),
    };
    Refusal::invalid(words).with("pointer", place)
}

/// What an operation refused, at the place in the document that its body came from.
pub(super) fn placed(refusal: Refusal, place: &str) -> Refusal {
    if refusal.status.is_server_error() {
        return refusal;
    }
    let text = |name: &str| refusal.detail(name).and_then(Value::as_str);
    let inner = match (text("pointer"), text("field")) {
        (Some(pointer), _) => pointer.strip_prefix("/body").unwrap_or_default().to_owned(),
        (None, Some(field)) => pointer_of(field),
        (None, None) => String::new(),
    };
    let pointer = format!("{place}{inner}");
    Refusal::new(refusal.status, format!("{pointer}: {}", refusal.message)).with("pointer", pointer)
}

/// `/wallets/1/network` for `wallets[1].network`.
fn pointer_of(field: &str) -> String {
    let parts = field.split(['.', '[', ']']).filter(|part| !part.is_empty());
    parts.fold(String::new(), |pointer, part| at(&pointer, part))
}

/// The name that an entry is to be known by.
pub(super) fn named(name: &Value, place: &str, ids: &BTreeMap<String, String>) -> Result<String, Refusal> {
    let place = at(place, "as");
    match name.as_str() {
        Some(name) if ids.contains_key(name) => Err(refuse(&place, &format!("names a second thing {name:?}"))),
        Some(name) if is_name(name) => Ok(name.to_owned()),
        _ => Err(refuse(&place, "must be a name: letters, digits, - and _")),
    }
}

fn is_name(text: &str) -> bool {
    let is_fit = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    !text.is_empty() && text.bytes().all(is_fit)
}

/// The same value with ids in place of references to what was made before: `@anna`.
pub(super) fn resolved(value: &Value, place: &str, ids: &BTreeMap<String, String>) -> Result<Value, Refusal> {
    Ok(match value {
        Value::String(text) => match text.strip_prefix('@').filter(|name| is_name(name)) {
            None => value.clone(),
            Some(name) => {
                let unknown = || refuse(place, &format!("refers to {name:?}, and nothing above has this name"));
                ids.get(name).ok_or_else(unknown)?.as_str().into()
            }
        },
        Value::Array(items) => {
            let items = items.iter().enumerate();
            let items = items.map(|(index, item)| resolved(item, &at(place, &index.to_string()), ids));
            Value::Array(items.collect::<Result<_, _>>()?)
        }
        Value::Object(fields) => {
            let fields = fields.iter();
            let fields = fields.map(|(name, value)| Ok((name.clone(), resolved(value, &at(place, name), ids)?)));
            Value::Object(fields.collect::<Result<Map<_, _>, Refusal>>()?)
        }
        _ => value.clone(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_field_becomes_a_pointer() {
        assert_eq!(pointer_of("wallets[1].network"), "/wallets/1/network");
        assert_eq!(pointer_of("name"), "/name");
    }

    #[test]
    fn references_are_found_at_any_depth_and_other_text_stays() {
        let ids = BTreeMap::from([("anna".to_owned(), "us-1".to_owned())]);
        let entry = json!({ "a": [{ "b": "@anna" }], "mail": "me@anna", "at": "@", "wide": "@ anna" });
        let expected = json!({ "a": [{ "b": "us-1" }], "mail": "me@anna", "at": "@", "wide": "@ anna" });
        assert_eq!(resolved(&entry, "/users/0", &ids).unwrap(), expected);
        let refusal = resolved(&json!({ "a": [1, "@eve"] }), "/users/0", &ids).unwrap_err();
        assert_eq!(refusal.detail("pointer"), Some(&json!("/users/0/a/1")));
    }
}

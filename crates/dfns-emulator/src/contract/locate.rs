//! Where what a room refuses stands in the request: rooms name a field, callers are told the place.

use http::StatusCode;
use serde_json::Value;

use super::shape::{Field, Shape};
use super::{of, shape};
use crate::server::{Call, Refusal};

/// The same refusal, with the JSON pointer of the field that it names, as far as that leads into the request.
pub(crate) fn located(operation: &str, call: &Call, refusal: Refusal) -> Refusal {
    if refusal.status != StatusCode::BAD_REQUEST || refusal.detail("pointer").is_some() {
        return refusal;
    }
    let field = refusal.detail("field").and_then(Value::as_str);
    match field.and_then(|field| pointer(operation, call, field)) {
        Some(pointer) => refusal.with("pointer", pointer),
        None => refusal,
    }
}

/// The place of a field such as `wallets[1].network`.
fn pointer(operation: &str, call: &Call, field: &str) -> Option<String> {
    let contract = of(operation)?;
    let segments: Vec<&str> = field
        .split(['.', '[', ']'])
        .filter(|segment| !segment.is_empty())
        .collect();
    let first = *segments.first()?;
    for (place, fields) in [("query", contract.query), ("path", contract.path)] {
        if is_among(fields, first) {
            return Some(format!("/{place}/{first}"));
        }
    }
    let is_known = match shape(contract.body?) {
        Shape::Object(fields) => is_among(fields, first),
        _ => true,
    };
    let body: Value = serde_json::from_slice(&call.body).unwrap_or_default();
    let (mut pointer, mut value) = ("/body".to_owned(), Some(&body));
    for (depth, segment) in segments.iter().enumerate() {
        let inner = match value {
            Some(Value::Array(items)) => segment.parse().ok().and_then(|place: usize| items.get(place)),
            Some(other) => other.get(segment),
            None => None,
        };
        // What is missing has a place, too, in an object that has everything before it.
        let may_be_missing = is_known && depth + 1 == segments.len() && !value.is_some_and(Value::is_array);
        if inner.is_none() && !may_be_missing {
            return (depth > 0).then_some(pointer);
        }
        pointer.push('/');
        pointer.push_str(&segment.replace('~', "~0").replace('/', "~1"));
        value = inner;
    }
    Some(pointer)
}

fn is_among(fields: &[Field], name: &str) -> bool {
    fields.iter().any(|field| field.name == name)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::HeaderMap;

    use super::*;

    fn place(operation: &str, body: &'static str, field: &str) -> Option<String> {
        let call = Call::new("POST", "/x", "", HeaderMap::new(), Bytes::from_static(body.as_bytes())).unwrap();
        let refusal = located(operation, &call, Refusal::invalid("no").with("field", field));
        refusal
            .detail("pointer")
            .map(|pointer| pointer.as_str().unwrap().to_owned())
    }

    #[test]
    fn a_field_is_found_in_the_body_or_the_query() {
        for (operation, body, field, pointer) in [
            ("createUser", r#"{"email":"x"}"#, "email", "/body/email"),
            ("createUser", "", "kind", "/body/kind"),
            ("listUsers", "", "limit", "/query/limit"),
            ("getUser", "", "userId", "/path/userId"),
            (
                "createWebhook",
                r#"{"events":["a","b"]}"#,
                "events[1]",
                "/body/events/1",
            ),
            (
                "completeRegistration",
                r#"{"firstFactorCredential":{"credentialInfo":{}}}"#,
                "firstFactorCredential.credentialInfo",
                "/body/firstFactorCredential/credentialInfo",
            ),
            (
                "completeRegistration",
                r#"{"firstFactorCredential":{}}"#,
                "firstFactorCredential.credentialName",
                "/body/firstFactorCredential/credentialName",
            ),
        ] {
            assert_eq!(place(operation, body, field).as_deref(), Some(pointer), "{field}");
        }
    }

    #[test]
    fn what_leads_out_of_the_request_ends_before_that() {
        let body = r#"{"wallets":[{"network":"x"}]}"#;
        let found = place("completeEndUserRegistration", body, "wallets.network");
        assert_eq!(found.as_deref(), Some("/body/wallets"));
        assert_eq!(place("createUser", "{}", "curve"), None);
        assert_eq!(place("createUser", "{}", ""), None);
        assert_eq!(place("listUsers", "", "curve"), None);
    }

    #[test]
    fn a_refusal_of_another_kind_or_with_a_place_stays_as_it_is() {
        let call = Call::new("POST", "/x", "", HeaderMap::new(), Bytes::new()).unwrap();
        for refusal in [
            Refusal::conflict("no").with("field", "email"),
            Refusal::invalid("no"),
            Refusal::invalid("no").with("field", "email").with("pointer", "/body/x"),
        ] {
            assert_eq!(located("createUser", &call, refusal.clone()), refusal);
        }
    }
}

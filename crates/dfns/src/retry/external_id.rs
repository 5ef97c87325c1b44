//! The `externalId` of a body, by which the API tells a repeated request from a new one.
//!
//! Invariant: one that the caller gave is never changed; one that is made up is the same in all attempts of a call.

use bytes::Bytes;
use serde_json::Value;

/// The external id of a body in JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ExternalId {
    /// There is none.
    Absent,
    /// The caller gave this one.
    Given(String),
    /// There is something else in its place, or no object that could have one: none of our business.
    Unclear,
}

impl ExternalId {
    pub(crate) fn of(body: &Value) -> Self {
        let Value::Object(fields) = body else {
            return Self::Unclear;
        };
        match fields.get("externalId") {
            Some(Value::String(external_id)) => Self::Given(external_id.clone()),
            Some(_) => Self::Unclear,
            None => Self::Absent,
        }
    }
}

/// The same body with an external id as its first field. `body` is an object without one.
pub(crate) fn insert(body: &[u8], external_id: &str) -> Bytes {
    let start = body.iter().position(|byte| *byte == b'{').map_or(0, |brace| brace + 1);
    let (brace, fields) = body.split_at(start);
    let is_empty = fields.trim_ascii_start().first() == Some(&b'}');
    let comma = if is_empty { "" } else { "," };
    let field = format!("\"externalId\":\"{external_id}\"{comma}");
    let mut output = Vec::with_capacity(body.len() + field.len());
    output.extend_from_slice(brace);
    output.extend_from_slice(field.as_bytes());
    output.extend_from_slice(fields);
    output.into()
}

/// A UUID of version 4, in 36 characters; an external id has at most 50.
pub(crate) fn uuid(mut random: [u8; 16]) -> String {
    random[6] = (random[6] & 0x0f) | 0x40;
    random[8] = (random[8] & 0x3f) | 0x80;
    let mut text = String::with_capacity(36);
    for (position, byte) in random.iter().enumerate() {
        if matches!(position, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::{ExternalId, insert, uuid};

    #[test]
    fn external_id_is_found_at_the_top_only() {
        for (body, expected) in [
            (
                r#"{"kind":"Native","externalId":"a\"b"}"#,
                ExternalId::Given("a\"b".to_owned()),
            ),
            (r#"{"a":{"externalId":"x"},"b":["externalId"]}"#, ExternalId::Absent),
            ("{}", ExternalId::Absent),
            (r#"{"externalId":null}"#, ExternalId::Unclear),
            (r#"{"externalId":7}"#, ExternalId::Unclear),
            ("[]", ExternalId::Unclear),
        ] {
            assert_eq!(ExternalId::of(&body.parse().expect("JSON")), expected, "{body}");
        }
    }

    #[test]
    fn uuid_has_its_version_and_variant() {
        assert_eq!(uuid([0xff; 16]), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(uuid([0; 16]), "00000000-0000-4000-8000-000000000000");
    }

    proptest! {
        #[test]
        fn inserting_adds_one_field_and_keeps_the_others(
            fields in proptest::collection::btree_map("[a-d\"{}]{0,5}", "\\PC{0,8}", 0..5), pretty: bool,
        ) {
            let fields = json!(fields);
            let body = if pretty { serde_json::to_vec_pretty(&fields) } else { serde_json::to_vec(&fields) };
            let body = insert(&body.expect("JSON"), "id-1");
            let mut found = serde_json::from_slice(&body).expect("JSON");
            prop_assert_eq!(ExternalId::of(&found), ExternalId::Given("id-1".to_owned()));
            found.as_object_mut().expect("an object").remove("externalId");
            prop_assert_eq!(found, fields);
        }
    }
}

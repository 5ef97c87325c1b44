//! The client data of key credentials: the bytes that are signed.

/// Client data for signing a user action or a login: `{"type":"key.get","challenge":"…"}`, without white space.
///
/// The server verifies the bytes that it receives, so this order is a choice; it is the one of the official signers.
pub(crate) fn key_get(challenge: &str) -> String {
    format!(
        r#"{{"type":"key.get","challenge":{}}}"#,
        serde_json::Value::from(challenge)
    )
}

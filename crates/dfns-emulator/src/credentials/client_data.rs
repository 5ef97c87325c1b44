//! Client data: the JSON that a client makes around a challenge, and signs.
//!
//! Invariant: every serialisation is welcome. The text is parsed only to read its fields.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use super::CredentialError;

/// Which flow client data are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ClientDataType {
    /// An assertion by a key.
    KeyGet,
    /// An attestation of a key.
    KeyCreate,
    /// An assertion by an authenticator.
    WebauthnGet,
    /// An attestation by an authenticator.
    WebauthnCreate,
}

impl ClientDataType {
    const fn as_str(self) -> &'static str {
        match self {
            Self::KeyGet => "key.get",
            Self::KeyCreate => "key.create",
            Self::WebauthnGet => "webauthn.get",
            Self::WebauthnCreate => "webauthn.create",
        }
    }

    const fn is_webauthn(self) -> bool {
        matches!(self, Self::WebauthnGet | Self::WebauthnCreate)
    }
}

/// What is read of client data. Keys are not bound to an origin, so theirs is not looked at.
#[derive(Debug, Deserialize)]
pub(crate) struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    /// The page or app that asked an authenticator.
    #[serde(default)]
    pub(crate) origin: Option<String>,
}

/// Checks that client data are for this flow and answer this challenge.
pub(crate) fn check_client_data(
    bytes: &[u8],
    expected: ClientDataType,
    challenge: &str,
) -> Result<ClientData, CredentialError> {
    let data: ClientData = serde_json::from_slice(bytes).map_err(|_| CredentialError::ClientData)?;
    if data.kind != expected.as_str() {
        return Err(CredentialError::ClientDataType {
            expected: expected.as_str(),
        });
    }
    // Browsers hand the text of the challenge to the authenticator, which encodes it once more; apps hand over the bytes.
    let is_answer =
        data.challenge == challenge || (expected.is_webauthn() && data.challenge == URL_SAFE_NO_PAD.encode(challenge));
    if is_answer {
        Ok(data)
    } else {
        Err(CredentialError::Challenge)
    }
}

/// The challenge that client data say they answer. It proves nothing before they are checked against it.
pub(crate) fn claimed_challenge(bytes: &[u8]) -> Result<String, CredentialError> {
    let data: ClientData = serde_json::from_slice(bytes).map_err(|_| CredentialError::ClientData)?;
    Ok(data.challenge)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_and_the_challenge_must_fit() {
        let bytes = br#"{"type":"key.get","challenge":"abc"}"#;
        let check = |kind, challenge| check_client_data(bytes, kind, challenge).map(|_| ());
        assert_eq!(check(ClientDataType::KeyGet, "abc"), Ok(()));
        assert_eq!(check(ClientDataType::KeyGet, "abd"), Err(CredentialError::Challenge));
        let expected = "key.create";
        assert_eq!(
            check(ClientDataType::KeyCreate, "abc"),
            Err(CredentialError::ClientDataType { expected })
        );
    }

    #[test]
    fn what_is_no_object_with_both_fields_is_refused() {
        for bytes in [
            &b"{}"[..],
            b"",
            b"[]",
            br#"{"type":"key.get"}"#,
            br#"{"type":"key.get","challenge":7}"#,
        ] {
            let refused = check_client_data(bytes, ClientDataType::KeyGet, "abc").map(|_| ());
            assert_eq!(refused, Err(CredentialError::ClientData));
        }
    }

    #[test]
    fn an_authenticator_may_encode_the_challenge_once_more() {
        for challenge in ["abc", "YWJj"] {
            let bytes = format!(r#"{{"type":"webauthn.get","challenge":"{challenge}"}}"#);
            assert!(check_client_data(bytes.as_bytes(), ClientDataType::WebauthnGet, "abc").is_ok());
        }
    }
}

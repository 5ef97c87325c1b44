//! The client data of key credentials: the bytes that are signed.
//!
//! Invariant: there is none for a credential that the challenge does not allow.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dfns_types::{AuthenticationChallenge, FirstFactorAssertion, KeyAssertion, KeyFirstFactor};

use super::SignerError;

/// What a key credential signs to answer a challenge. For signers of your own, with the key in an HSM or a key
/// management service.
#[derive(Clone, Debug)]
pub struct ClientData {
    credential_id: String,
    text: String,
}

impl ClientData {
    /// The client data of a challenge: `{"type":"key.get","challenge":"…"}`, without white space.
    ///
    /// # Errors
    /// [`SignerError::CredentialNotAllowed`] if the challenge does not list the credential among its keys.
    pub fn new(challenge: &AuthenticationChallenge, credential_id: &str) -> Result<Self, SignerError> {
        let allowed = &challenge.allow_credentials.key;
        if !allowed.iter().any(|credential| credential.id == credential_id) {
            return Err(SignerError::CredentialNotAllowed {
                credential_id: credential_id.to_owned(),
                allowed: allowed.iter().map(|credential| credential.id.clone()).collect(),
            });
        }
        Ok(Self::of_text(&challenge.challenge, credential_id))
    }

    /// The client data over a challenge that lists no keys, or that the caller has found the credential in.
    pub(crate) fn of_text(challenge: &str, credential_id: &str) -> Self {
        // The server verifies the bytes that it receives, so this order is a choice; it is the one of the official
        // signers.
        let challenge = serde_json::Value::from(challenge);
        Self {
            credential_id: credential_id.to_owned(),
            text: format!(r#"{{"type":"key.get","challenge":{challenge}}}"#),
        }
    }

    /// The bytes to sign: Ed25519 signs them as they are, ECDSA and RSA their SHA-256.
    pub fn as_bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }

    /// The answer to the challenge. An Ed25519 signature is 64 raw bytes, one of ECDSA is in DER
    /// ([`ecdsa_signature_der`](crate::ecdsa_signature_der) makes it of the two numbers), one of RSA is PKCS#1 v1.5.
    pub fn answer(&self, signature: impl AsRef<[u8]>) -> FirstFactorAssertion {
        FirstFactorAssertion::Key(KeyFirstFactor::new(self.assertion(signature)))
    }

    pub(crate) fn assertion(&self, signature: impl AsRef<[u8]>) -> KeyAssertion {
        KeyAssertion::new(
            self.credential_id.clone(),
            URL_SAFE_NO_PAD.encode(&self.text),
            URL_SAFE_NO_PAD.encode(signature),
        )
    }
}

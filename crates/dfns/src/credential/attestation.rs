//! Attestations: proof that whoever registers a key holds it.
//!
//! Invariant: what is signed names the public key letter for letter as it is sent, so it is written once and used twice.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dfns_types::{CredentialInfo, Hex};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::NewCredential;
use crate::signer::{KeySigner, SignerError};

/// What a new key signs to be registered. For keys in an HSM or a key management service; [`KeySigner::attest`] does it
/// all for a key in memory.
///
/// ```
/// use dfns::credential::{KeyAttestation, NewCredential};
/// use dfns::{KeyKind, KeyPair};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let challenge = "Y2gtMWoz";
/// # let service = KeyPair::generate(KeyKind::Ed25519)?;
/// let attestation = KeyAttestation::new(challenge, "arn:aws:kms:eu-west-1:1:key/2", service.public_key_pem());
/// let signature = service.sign(attestation.as_bytes())?; // …ask the service…
/// let credential = NewCredential::key(attestation.finish(signature));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct KeyAttestation {
    credential_id: String,
    client_data: String,
    public_key: Value,
    fingerprint: String,
}

impl KeyAttestation {
    /// Begins the attestation of the key with this public half over a challenge of the API. The credential id is yours
    /// to choose, and unique: it may name the key in the service that holds it.
    pub fn new(challenge: &str, credential_id: impl Into<String>, public_key_pem: impl Into<String>) -> Self {
        let challenge = Value::from(challenge);
        let client_data = format!(r#"{{"type":"key.create","challenge":{challenge}}}"#);
        let public_key = Value::from(public_key_pem.into());
        let hash = Hex::from_bytes_bare(Sha256::digest(&client_data));
        // The API builds this text again to check the signature: the order of its fields is fixed.
        let fingerprint = format!(r#"{{"clientDataHash":"{hash}","publicKey":{public_key}}}"#);
        Self {
            credential_id: credential_id.into(),
            client_data,
            public_key,
            fingerprint,
        }
    }

    /// The bytes to sign: Ed25519 signs them as they are, ECDSA and RSA their SHA-256.
    pub fn as_bytes(&self) -> &[u8] {
        self.fingerprint.as_bytes()
    }

    /// The proof, with the signature in the form that [`ClientData::answer`](crate::ClientData::answer) describes.
    #[inline]
    pub fn finish(&self, signature: impl AsRef<[u8]>) -> CredentialInfo {
        let signature = Hex::from_bytes_bare(signature.as_ref());
        let data = format!(r#"{{"publicKey":{},"signature":"{signature}"}}"#, self.public_key);
        CredentialInfo::new(
            self.credential_id.clone(),
            URL_SAFE_NO_PAD.encode(&self.client_data),
            URL_SAFE_NO_PAD.encode(data),
        )
    }
}

impl KeySigner {
    /// Proves over a challenge (`challenge` of a registration, a recovery or a credential challenge) that the key is at
    /// hand: what a credential of the kind `Key` is registered with. The credential id of the signer becomes its id.
    ///
    /// # Errors
    /// [`SignerError::Failed`] if the key cannot sign.
    #[inline]
    pub fn attest(&self, challenge: &str) -> Result<NewCredential, SignerError> {
        let attestation = KeyAttestation::new(challenge, self.credential_id(), self.public_key_pem());
        let signature = self.key_pair().sign(attestation.as_bytes())?;
        Ok(NewCredential::key(attestation.finish(signature)))
    }
}

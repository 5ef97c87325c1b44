//! People with an Ed25519 key of their own, who register, log in and sign.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use dfns::KeySigner;
use dfns_types::{AuthenticationChallenge, CredentialInfo, FirstFactorAssertion, FirstFactorCredential, Hex};
use dfns_types::{KeyAssertion, KeyFirstFactor, KeyFirstFactorCredential};
use ed25519_dalek::{Signer as _, SigningKey};
use sha2::{Digest as _, Sha256};

/// What stands before the 32 bytes of an Ed25519 key in PKCS#8.
const PKCS8: &str = "MC4CAQAwBQYDK2VwBCIEIA==";

/// Somebody with a key and an address.
#[derive(Clone, Debug)]
pub struct Person {
    /// The e-mail address, which is the name to log in with.
    pub email: String,
    /// The id that the credential is registered under.
    pub credential_id: String,
    key: SigningKey,
}

impl Person {
    /// Two people of the same name have the same key.
    pub fn new(name: &str) -> Self {
        Self {
            email: format!("{name}@example.test"),
            credential_id: URL_SAFE_NO_PAD.encode(format!("key of {name}")),
            key: SigningKey::from_bytes(&Sha256::digest(name).into()),
        }
    }

    /// A signer with the person's key, for the credential that the person chose.
    pub fn signer(&self) -> KeySigner {
        self.signer_as(&self.credential_id)
    }

    /// A signer with the person's key, for a credential that the API named.
    ///
    /// # Panics
    /// If the client does not take the key.
    #[expect(clippy::expect_used, reason = "a person without a key has no story")]
    pub fn signer_as(&self, credential_id: &str) -> KeySigner {
        let mut der = STANDARD.decode(PKCS8).expect("base64");
        der.extend_from_slice(self.key.as_bytes());
        let label = "PRIVATE KEY";
        let pem = format!(
            "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
            STANDARD.encode(der)
        );
        KeySigner::from_pem(credential_id, pem).expect("an Ed25519 key in PKCS#8")
    }

    /// The public half of the key, as PEM.
    pub fn public_key_pem(&self) -> String {
        self.signer().public_key_pem()
    }

    /// Proof over a challenge that the person holds the key: what a new credential is made of.
    pub fn attest(&self, challenge: &str) -> CredentialInfo {
        let client_data = serde_json::json!({ "type": "key.create", "challenge": challenge }).to_string();
        let public_key = self.public_key_pem();
        let hash = Hex::from_bytes_bare(Sha256::digest(&client_data));
        // The API rebuilds this text to check the signature, so the order of its fields is fixed.
        let signed = format!(
            r#"{{"clientDataHash":"{hash}","publicKey":{}}}"#,
            serde_json::Value::from(public_key.as_str())
        );
        let signature = Hex::from_bytes_bare(self.key.sign(signed.as_bytes()).to_bytes());
        let attestation = serde_json::json!({ "publicKey": public_key, "signature": signature }).to_string();
        CredentialInfo::new(
            self.credential_id.clone(),
            URL_SAFE_NO_PAD.encode(client_data),
            URL_SAFE_NO_PAD.encode(attestation),
        )
    }

    /// The first credential of a registration.
    pub fn first_credential(&self, challenge: &str) -> FirstFactorCredential {
        FirstFactorCredential::Key(KeyFirstFactorCredential::new(self.attest(challenge)))
    }

    /// The answer to a challenge, whatever credentials it allows.
    pub fn answer(&self, challenge: &AuthenticationChallenge) -> FirstFactorAssertion {
        let client_data = format!(
            r#"{{"type":"key.get","challenge":{}}}"#,
            serde_json::Value::from(challenge.challenge.as_str())
        );
        let signature = self.key.sign(client_data.as_bytes()).to_bytes();
        FirstFactorAssertion::Key(KeyFirstFactor::new(KeyAssertion::new(
            self.credential_id.clone(),
            URL_SAFE_NO_PAD.encode(client_data),
            URL_SAFE_NO_PAD.encode(signature),
        )))
    }
}

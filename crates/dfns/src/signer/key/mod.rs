//! Signs with a private key that the process holds.
//!
//! Invariant: a challenge that does not name the credential of the key is refused before anything is signed.

#![cfg_attr(
    not(any(
        feature = "key-ed25519",
        feature = "key-p256",
        feature = "key-rsa",
        feature = "key-secp256k1"
    )),
    allow(dead_code, reason = "a build without keys of its own only tells them apart")
)]

mod backend;
mod container;
mod der;
mod encrypted;
mod error;
mod kind;
mod pair;
mod parse;
mod pem;

use std::fmt;

use dfns_types::{AuthenticationChallenge, FirstFactorAssertion};

pub use error::KeyError;
pub use kind::KeyKind;
pub use pair::{KeyPair, PrivateKeyPem};
pub(super) use pem::write as write_pem;

use super::{ClientData, Signer, SignerError, SignerFuture};

/// A key credential: a private key, and the id under which Dfns knows its public key.
///
/// The key is wiped from memory on drop; see [`KeyPair`]. `Debug` shows the kind and the credential id only.
pub struct KeySigner {
    credential_id: String,
    pair: KeyPair,
}

impl KeySigner {
    /// Signs with a key pair for a credential: the `credId` that was chosen when it was registered, or that Dfns chose
    /// for a token.
    ///
    /// # Errors
    /// [`KeyError::NoCredentialId`] if the id is empty.
    pub fn new(credential_id: impl Into<String>, pair: KeyPair) -> Result<Self, KeyError> {
        let credential_id = credential_id.into();
        if credential_id.is_empty() {
            return Err(KeyError::NoCredentialId);
        }
        Ok(Self { credential_id, pair })
    }

    /// Reads the private key from PEM text: `PRIVATE KEY` (PKCS#8), `EC PRIVATE KEY` (SEC1) or `RSA PRIVATE KEY` (PKCS#1).
    ///
    /// # Errors
    /// [`KeyError`] says what was found and what is accepted.
    pub fn from_pem(credential_id: impl Into<String>, pem: impl AsRef<str>) -> Result<Self, KeyError> {
        Self::of(credential_id.into(), || KeyPair::from_pem(pem))
    }

    /// Reads the private key from PEM text that is encrypted; see [`KeyPair::from_encrypted_pem`].
    ///
    /// # Errors
    /// [`KeyError`] says what was found and what is accepted.
    pub fn from_encrypted_pem(
        credential_id: impl Into<String>,
        pem: impl AsRef<str>,
        passphrase: impl AsRef<[u8]>,
    ) -> Result<Self, KeyError> {
        Self::of(credential_id.into(), || KeyPair::from_encrypted_pem(pem, passphrase))
    }

    /// Reads the private key from the DER bytes of PKCS#8.
    ///
    /// # Errors
    /// [`KeyError`] says what was found and what is accepted.
    pub fn from_pkcs8_der(credential_id: impl Into<String>, der: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        Self::of(credential_id.into(), || KeyPair::from_pkcs8(der.as_ref()))
    }

    /// The id is looked at first: it costs nothing, while a key may cost a second.
    fn of(credential_id: String, pair: impl FnOnce() -> Result<KeyPair, KeyError>) -> Result<Self, KeyError> {
        if credential_id.is_empty() {
            return Err(KeyError::NoCredentialId);
        }
        Self::new(credential_id, pair()?)
    }

    /// The id of the credential: the `credId` under which the public key was registered.
    pub fn credential_id(&self) -> &str {
        &self.credential_id
    }

    /// The key pair.
    pub fn key_pair(&self) -> &KeyPair {
        &self.pair
    }

    /// The public key as PEM text (`PUBLIC KEY`, lines of 64 characters): what is registered with Dfns.
    pub fn public_key_pem(&self) -> String {
        self.pair.public_key_pem()
    }

    fn answer(&self, challenge: &AuthenticationChallenge) -> Result<FirstFactorAssertion, SignerError> {
        let client_data = ClientData::new(challenge, &self.credential_id)?;
        let signature = self.pair.sign(client_data.as_bytes())?;
        Ok(client_data.answer(signature))
    }
}

impl Signer for KeySigner {
    fn sign<'a>(&'a self, challenge: &'a AuthenticationChallenge) -> SignerFuture<'a> {
        Box::pin(std::future::ready(self.answer(challenge)))
    }
}

impl fmt::Debug for KeySigner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("KeySigner")
            .field("kind", &self.pair.kind().to_string())
            .field("credential_id", &self.credential_id)
            .finish_non_exhaustive()
    }
}

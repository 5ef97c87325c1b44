//! Signs with a private key that the process holds.
//!
//! Invariant: a challenge that does not name the credential of the key is refused before anything is signed.

mod der;
mod error;
mod parse;
mod pem;
mod private;

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dfns_types::{AuthenticationChallenge, FirstFactorAssertion};

pub use error::KeyError;

use self::private::PrivateKey;
use super::{ClientData, Signer, SignerError, SignerFuture};

/// A key credential: a private key, and the id under which Dfns knows its public key.
///
/// Ed25519, ECDSA on P-256 or secp256k1, and RSA of 2048 to 4096 bits. The key is wiped from memory on drop, except for RSA:
/// there the library that signs keeps a copy. `Debug` shows the kind and the credential id only.
pub struct KeySigner {
    credential_id: String,
    key: PrivateKey,
}

impl KeySigner {
    /// Reads the private key from PEM text: `PRIVATE KEY` (PKCS#8), `EC PRIVATE KEY` (SEC1) or `RSA PRIVATE KEY` (PKCS#1).
    ///
    /// # Errors
    /// [`KeyError`] says what was found and what is accepted.
    pub fn from_pem(credential_id: impl Into<String>, pem: impl AsRef<str>) -> Result<Self, KeyError> {
        Self::new(credential_id.into(), parse::from_pem(pem.as_ref()))
    }

    /// Reads the private key from the DER bytes of PKCS#8.
    ///
    /// # Errors
    /// [`KeyError`] says what was found and what is accepted.
    pub fn from_pkcs8_der(credential_id: impl Into<String>, der: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        Self::new(credential_id.into(), parse::from_pkcs8(der.as_ref()))
    }

    fn new(credential_id: String, key: Result<PrivateKey, KeyError>) -> Result<Self, KeyError> {
        if credential_id.is_empty() {
            return Err(KeyError::NoCredentialId);
        }
        Ok(Self {
            credential_id,
            key: key?,
        })
    }

    /// The id of the credential: the `credId` under which the public key was registered.
    pub fn credential_id(&self) -> &str {
        &self.credential_id
    }

    fn answer(&self, challenge: &AuthenticationChallenge) -> Result<FirstFactorAssertion, SignerError> {
        let client_data = ClientData::new(challenge, &self.credential_id)?;
        let signature = self.key.sign(client_data.as_bytes()).map_err(SignerError::failed)?;
        Ok(client_data.answer(signature))
    }

    /// The public key as PEM text (`PUBLIC KEY`, lines of 64 characters): what is registered with Dfns.
    pub fn public_key_pem(&self) -> String {
        let body = STANDARD.encode(self.key.public_key_der());
        let mut pem = String::from("-----BEGIN PUBLIC KEY-----\n");
        for (index, character) in body.chars().enumerate() {
            if index > 0 && index % 64 == 0 {
                pem.push('\n');
            }
            pem.push(character);
        }
        pem.push_str("\n-----END PUBLIC KEY-----\n");
        pem
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
            .field("kind", &self.key.kind())
            .field("credential_id", &self.credential_id)
            .finish_non_exhaustive()
    }
}

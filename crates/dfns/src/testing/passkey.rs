//! One passkey: its key, whom it belongs to, and how often it has signed.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};

use super::AuthenticatorError;
use super::cbor::Value;

/// How a passkey signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PasskeyAlgorithm {
    /// ECDSA over P-256 with SHA-256, COSE number -7: what nearly every authenticator does.
    Es256,
    /// Ed25519, COSE number -8.
    EdDsa,
}

impl PasskeyAlgorithm {
    /// Both, the usual one first.
    pub(super) const ALL: [Self; 2] = [Self::Es256, Self::EdDsa];

    /// The number that COSE and the `pubKeyCredParams` of a challenge know it by.
    pub const fn cose_number(self) -> i64 {
        match self {
            Self::Es256 => -7,
            Self::EdDsa => -8,
        }
    }
}

/// A passkey of one user at one relying party.
#[derive(Debug)]
pub(super) struct Passkey {
    /// At most 1023 bytes.
    pub(super) id: Vec<u8>,
    pub(super) relying_party: String,
    pub(super) user_handle: Vec<u8>,
    pub(super) sign_count: u32,
    pub(super) key: Key,
}

impl Passkey {
    /// The id as the API has it.
    pub(super) fn credential_id(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.id)
    }
}

/// The key pair of a passkey.
pub(super) enum Key {
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
}

impl Key {
    pub(super) fn generate(algorithm: PasskeyAlgorithm) -> Result<Self, AuthenticatorError> {
        let failed = |_| AuthenticatorError::Failed("the system has no randomness");
        let random = SystemRandom::new();
        let pkcs8 = match algorithm {
            PasskeyAlgorithm::Es256 => EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random),
            PasskeyAlgorithm::EdDsa => Ed25519KeyPair::generate_pkcs8(&random),
        };
        Self::from_pkcs8(algorithm, pkcs8.map_err(failed)?.as_ref())
    }

    pub(super) fn from_pkcs8(algorithm: PasskeyAlgorithm, der: &[u8]) -> Result<Self, AuthenticatorError> {
        let refused = |_| AuthenticatorError::PrivateKey(algorithm);
        match algorithm {
            PasskeyAlgorithm::Es256 => {
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, der, &SystemRandom::new()).map(Self::Es256)
            }
            PasskeyAlgorithm::EdDsa => Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).map(Self::EdDsa),
        }
        .map_err(refused)
    }

    pub(super) const fn algorithm(&self) -> PasskeyAlgorithm {
        match self {
            Self::Es256(_) => PasskeyAlgorithm::Es256,
            Self::EdDsa(_) => PasskeyAlgorithm::EdDsa,
        }
    }

    /// ECDSA in DER, Ed25519 as 64 bytes.
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, AuthenticatorError> {
        let failed = |_| AuthenticatorError::Failed("the key did not sign");
        match self {
            Self::Es256(key) => {
                let signature = key.sign(&SystemRandom::new(), message).map_err(failed)?;
                Ok(signature.as_ref().to_vec())
            }
            Self::EdDsa(key) => Ok(key.sign(message).as_ref().to_vec()),
        }
    }

    /// The public key in the form of COSE.
    pub(super) fn cose(&self) -> Value {
        const KEY_TYPE: i64 = 1;
        const ALGORITHM: i64 = 3;
        const CURVE: i64 = -1;
        const X: i64 = -2;
        const Y: i64 = -3;
        let entry = |label, value| (Value::Integer(label), value);
        let number = |label, value| entry(label, Value::Integer(value));
        let bytes = |label, value: &[u8]| entry(label, Value::Bytes(value.to_vec()));
        let algorithm = number(ALGORITHM, self.algorithm().cose_number());
        Value::Map(match self {
            Self::Es256(key) => {
                // 04 and the coordinates, 32 bytes each.
                let point = key.public_key().as_ref();
                vec![
                    number(KEY_TYPE, 2),
                    algorithm,
                    number(CURVE, 1),
                    bytes(X, &point[1..33]),
                    bytes(Y, &point[33..]),
                ]
            }
            Self::EdDsa(key) => vec![
                number(KEY_TYPE, 1),
                algorithm,
                number(CURVE, 6),
                bytes(X, key.public_key().as_ref()),
            ],
        })
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}(…)", self.algorithm())
    }
}

//! Verification of what credential holders sign: assertions (login, user action) and attestations (registration).
//!
//! Invariant: signatures are verified over the bytes that were received; nothing is serialised again first.

pub(crate) mod assertion;
mod attestation;
mod client_data;
mod der;
mod public_key;

use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

pub(crate) use attestation::{KeyAttestation, verify_key_attestation};
pub(crate) use client_data::{ClientDataType, check_client_data};
pub(crate) use public_key::{Digest, PublicKey};

/// Why a signature, or what came with it, was not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CredentialError {
    /// A field that should be base64url is not.
    #[error("{0} is not base64url")]
    Base64(&'static str),
    /// A field that should be hex is not.
    #[error("{0} is not hex")]
    Hex(&'static str),
    /// The client data are not the JSON object that they should be.
    #[error("the client data are not a JSON object with `type` and `challenge`")]
    ClientData,
    /// The client data are of another flow.
    #[error("the client data have the wrong type, expected {expected}")]
    ClientDataType { expected: &'static str },
    /// The client data answer another challenge.
    #[error("the client data have another challenge")]
    Challenge,
    /// The public key is no PEM text of an accepted shape.
    #[error("the public key is not PEM of the type PUBLIC KEY or RSA PUBLIC KEY")]
    Pem,
    /// The PEM text does not hold a key of an accepted kind.
    #[error("the public key is not an Ed25519, P-256, secp256k1 or RSA key")]
    PublicKey,
    /// The attestation data are not the JSON object that they should be.
    #[error("the attestation data are not a JSON object with `publicKey` and `signature`")]
    AttestationData,
    /// The signature is not by this key over these bytes.
    #[error("the signature does not verify")]
    Signature,
}

/// Base64url, with or without padding.
const BASE64URL: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Decodes base64url, with or without padding.
pub(crate) fn decode_base64url(text: &str, field: &'static str) -> Result<Vec<u8>, CredentialError> {
    BASE64URL.decode(text).map_err(|_| CredentialError::Base64(field))
}

//! Verification of what credential holders sign: assertions (login, user action) and attestations (registration).
//!
//! Invariant: signatures are verified over the bytes that were received; nothing is serialised again first.

mod assertion;
mod attestation;
mod cbor;
mod client_data;
mod cose;
mod der;
mod foresight;
mod public_key;
mod webauthn;

use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

pub(crate) use assertion::{KeyAssertion, verify_key_assertion};
pub(crate) use attestation::{KeyAttestation, verify_key_attestation};
pub(crate) use client_data::claimed_challenge;
use client_data::{ClientDataType, check_client_data};
pub(crate) use cose::OFFERED as OFFERED_ALGORITHMS;
pub(crate) use foresight::Foresight;
pub(crate) use public_key::PublicKey;
pub(crate) use webauthn::{
    Authenticator, WebauthnAssertion, WebauthnAttestation, verify_webauthn_assertion, verify_webauthn_attestation,
};

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
    #[error("the public key is not an Ed25519, P-256, secp256k1 or RSA key (of 2048 to 8192 bits)")]
    PublicKey,
    /// The attestation data are not the JSON object that they should be.
    #[error("the attestation data are not a JSON object with `publicKey` and `signature`")]
    AttestationData,
    /// The attestation names an algorithm that there is not.
    #[error("the algorithm is none of RSA-SHA256, SHA256, SHA512")]
    Algorithm,
    /// The page or app that asked is not one of the relying party's.
    #[error("the origin does not belong to the relying party")]
    Origin,
    /// The authenticator data are for another relying party.
    #[error("the authenticator data are for another relying party than the origin is of")]
    RelyingParty,
    /// The authenticator data are malformed, or lack a flag that is required.
    #[error("the authenticator data are refused: {0}")]
    AuthenticatorData(&'static str),
    /// The user handle is another user's.
    #[error("the user handle is another user's")]
    UserHandle,
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

#[cfg(test)]
mod rsa_tests;
#[cfg(test)]
mod tests;

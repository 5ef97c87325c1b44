//! Assertions: proof that a credential holder agreed to one challenge.

use super::public_key::{Digest, PublicKey};
use super::{ClientDataType, CredentialError, check_client_data, decode_base64url};

/// An assertion by a key, as it is received.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeyAssertion<'a> {
    /// base64url of the client data.
    pub(crate) client_data: &'a str,
    /// base64url of the signature over the client data.
    pub(crate) signature: &'a str,
    /// `SHA512` asks for another digest than SHA-256.
    pub(crate) algorithm: Option<&'a str>,
}

/// Checks an assertion against its challenge and the public key (PEM) of its credential.
pub(crate) fn verify_key_assertion(
    assertion: KeyAssertion<'_>,
    public_key: &str,
    challenge: &str,
) -> Result<(), CredentialError> {
    check_challenge(assertion, challenge)?;
    verify_signature(assertion, public_key)
}

/// Checks that an assertion is one, and answers this challenge.
pub(super) fn check_challenge(assertion: KeyAssertion<'_>, challenge: &str) -> Result<(), CredentialError> {
    let client_data = decode_base64url(assertion.client_data, "clientData")?;
    check_client_data(&client_data, ClientDataType::KeyGet, challenge)?;
    Ok(())
}

/// Checks the signature of an assertion, whatever it is over.
pub(super) fn verify_signature(assertion: KeyAssertion<'_>, public_key: &str) -> Result<(), CredentialError> {
    let client_data = decode_base64url(assertion.client_data, "clientData")?;
    let signature = decode_base64url(assertion.signature, "signature")?;
    let key = PublicKey::from_pem(public_key)?;
    key.verify(&client_data, &signature, Digest::of_algorithm(assertion.algorithm))
}

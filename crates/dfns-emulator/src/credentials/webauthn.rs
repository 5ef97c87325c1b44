//! WebAuthn: what authenticators (passkeys, security keys) register and sign.
//!
//! Attestation statements are `none` or `packed`, by the passkey itself or by a certificate of its maker. The emulator has
//! no roots of trust: a certificate has to have signed, and nobody asks who made it. Other formats are refused.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use super::cbor::{self, Value};
use super::cose;
use super::public_key::{Digest, PublicKey};
use super::{ClientDataType, CredentialError, check_client_data, decode_base64url};

const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const MAY_BE_BACKED_UP: u8 = 0x08;
const IS_BACKED_UP: u8 = 0x10;
const ATTESTED_CREDENTIAL: u8 = 0x40;
const EXTENSIONS: u8 = 0x80;

/// An assertion by an authenticator, as it is received; every field but the user handle is base64url.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WebauthnAssertion<'a> {
    pub(crate) client_data: &'a str,
    pub(crate) authenticator_data: &'a str,
    pub(crate) signature: &'a str,
    pub(crate) user_handle: Option<&'a str>,
}

/// What is known of an authenticator since its registration.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Authenticator<'a> {
    /// PEM.
    pub(crate) public_key: &'a str,
    pub(crate) relying_party_id: &'a str,
    pub(crate) origin: &'a str,
    pub(crate) user_id: &'a str,
    /// The counter at its last use.
    pub(crate) sign_count: u32,
}

/// Checks an assertion and answers the new signature counter.
pub(crate) fn verify_webauthn_assertion(
    assertion: WebauthnAssertion<'_>,
    registered: Authenticator<'_>,
    challenge: &str,
) -> Result<u32, CredentialError> {
    let client_data = decode_base64url(assertion.client_data, "clientData")?;
    let parsed = check_client_data(&client_data, ClientDataType::WebauthnGet, challenge)?;
    if parsed.origin.as_deref() != Some(registered.origin) {
        return Err(CredentialError::Origin);
    }
    let bytes = decode_base64url(assertion.authenticator_data, "authenticatorData")?;
    let data = AuthenticatorData::read(&bytes)?;
    data.check(registered.relying_party_id)?;
    if data.flags & ATTESTED_CREDENTIAL == 0 {
        data.check_rest(data.rest)?;
    }
    // Many authenticators do not count, and always say zero.
    if data.sign_count <= registered.sign_count && (data.sign_count, registered.sign_count) != (0, 0) {
        return Err(CredentialError::AuthenticatorData("the signature counter did not grow"));
    }
    if assertion
        .user_handle
        .is_some_and(|handle| !is_user_handle(handle, registered.user_id))
    {
        return Err(CredentialError::UserHandle);
    }
    let signature = decode_base64url(assertion.signature, "signature")?;
    let signed = [&bytes[..], &Sha256::digest(&client_data)].concat();
    PublicKey::from_pem(registered.public_key)?.verify(&signed, &signature, Digest::Sha256)?;
    Ok(data.sign_count)
}

fn is_user_handle(handle: &str, user_id: &str) -> bool {
    decode_base64url(handle, "userHandle").is_ok_and(|bytes| bytes == user_id.as_bytes())
}

/// An attestation by an authenticator, as it is received, and what it is expected to be for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WebauthnAttestation<'a> {
    pub(crate) credential_id: &'a str,
    /// base64url of the client data.
    pub(crate) client_data: &'a str,
    /// base64url of the attestation object.
    pub(crate) attestation_data: &'a str,
    pub(crate) relying_party_id: &'a str,
    pub(crate) origin: &'a str,
}

/// Checks an attestation and answers the public key in PEM and the signature counter.
pub(crate) fn verify_webauthn_attestation(
    attestation: WebauthnAttestation<'_>,
    challenge: &str,
) -> Result<(String, u32), CredentialError> {
    let malformed = CredentialError::AttestationData;
    let client_data = decode_base64url(attestation.client_data, "clientData")?;
    let parsed = check_client_data(&client_data, ClientDataType::WebauthnCreate, challenge)?;
    if parsed.origin.as_deref() != Some(attestation.origin) {
        return Err(CredentialError::Origin);
    }
    let object = decode_base64url(attestation.attestation_data, "attestationData")?;
    let (object, []) = cbor::read(&object).ok_or(malformed.clone())? else {
        return Err(malformed);
    };
    let bytes = object.get("authData").and_then(Value::bytes).ok_or(malformed.clone())?;
    let data = AuthenticatorData::read(bytes)?;
    data.check(attestation.relying_party_id)?;
    let (credential_id, cose_key) = data.attested()?;
    if URL_SAFE_NO_PAD.encode(credential_id) != attestation.credential_id.trim_end_matches('=') {
        return Err(CredentialError::AuthenticatorData("it is about another credential"));
    }
    let (key, algorithm) = cose::public_key(&cose_key).ok_or(CredentialError::PublicKey)?;
    let statement = object.get("attStmt").ok_or(malformed.clone())?;
    match object.get("fmt").and_then(Value::text) {
        Some("none") => {}
        Some("packed") => {
            let signature = statement.get("sig").and_then(Value::bytes).ok_or(malformed.clone())?;
            let by = statement.get("alg").and_then(Value::integer);
            let attesting = match statement.get("x5c") {
                None if by == Some(algorithm) => key.clone(),
                Some(chain) if by.is_some_and(|by| cose::OFFERED.contains(&by)) => {
                    let certificate = chain.first().and_then(Value::bytes).ok_or(malformed)?;
                    PublicKey::from_certificate(certificate)?
                }
                _ => return Err(malformed),
            };
            let signed = [bytes, &Sha256::digest(&client_data)].concat();
            attesting.verify(&signed, signature, Digest::Sha256)?;
        }
        _ => return Err(malformed),
    }
    Ok((key.to_pem(), data.sign_count))
}

struct AuthenticatorData<'a> {
    relying_party_hash: &'a [u8; 32],
    flags: u8,
    sign_count: u32,
    rest: &'a [u8],
}

impl<'a> AuthenticatorData<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self, CredentialError> {
        let parts = || {
            let (relying_party_hash, rest) = bytes.split_first_chunk()?;
            let (&flags, rest) = rest.split_first()?;
            let (count, rest) = rest.split_first_chunk()?;
            Some(Self {
                relying_party_hash,
                flags,
                sign_count: u32::from_be_bytes(*count),
                rest,
            })
        };
        parts().ok_or(CredentialError::AuthenticatorData("they are too short"))
    }

    fn check(&self, relying_party_id: &str) -> Result<(), CredentialError> {
        if self.relying_party_hash[..] != Sha256::digest(relying_party_id)[..] {
            return Err(CredentialError::RelyingParty);
        }
        if self.flags & (MAY_BE_BACKED_UP | IS_BACKED_UP) == IS_BACKED_UP {
            let problem = "it is backed up, and may not be";
            return Err(CredentialError::AuthenticatorData(problem));
        }
        // Challenges ask for user verification, so that is what must have happened.
        match self.flags & (USER_PRESENT | USER_VERIFIED) {
            flags if flags == USER_PRESENT | USER_VERIFIED => Ok(()),
            _ => Err(CredentialError::AuthenticatorData("the user was not verified")),
        }
    }

    /// What stands at the end are extensions, which nobody looks at, or nothing.
    fn check_rest(&self, rest: &[u8]) -> Result<(), CredentialError> {
        if rest.is_empty() == (self.flags & EXTENSIONS == 0) {
            Ok(())
        } else {
            let problem = "their length is not what their flags say";
            Err(CredentialError::AuthenticatorData(problem))
        }
    }

    /// The id and the COSE key of the credential that is being registered.
    fn attested(&self) -> Result<(&'a [u8], Value), CredentialError> {
        let parts = || {
            let (_model, rest) = self.rest.split_first_chunk::<16>()?;
            let (length, rest) = rest.split_first_chunk()?;
            let (id, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
            Some((id, cbor::read(rest)?))
        };
        let (id, (key, rest)) = match self.flags & ATTESTED_CREDENTIAL {
            0 => None,
            _ => parts(),
        }
        .ok_or(CredentialError::AuthenticatorData("they hold no credential"))?;
        self.check_rest(rest)?;
        Ok((id, key))
    }
}

//! What a challenge for a new credential asks of an authenticator, whichever call it came from.

use dfns_types::{AttestationConveyance, CredentialDescriptor, PublicKeyCredentialParameters};
use dfns_types::{Fido2CredentialChallenge, RecoveryChallenge, RegistrationChallenge};

/// The part of a challenge that WebAuthn is about: of a registration, of a recovery, or of a credential to be added.
#[derive(Clone, Copy, Debug)]
pub struct Creation<'a> {
    pub(super) challenge: &'a str,
    pub(super) relying_party: Option<&'a str>,
    pub(super) user_id: &'a str,
    pub(super) attestation: &'a AttestationConveyance,
    pub(super) parameters: &'a [PublicKeyCredentialParameters],
    pub(super) excluded: &'a [CredentialDescriptor],
}

impl<'a> From<&'a Fido2CredentialChallenge> for Creation<'a> {
    fn from(challenge: &'a Fido2CredentialChallenge) -> Self {
        Self {
            challenge: &challenge.challenge,
            relying_party: challenge.rp.as_ref().map(|party| party.id.as_str()),
            user_id: challenge.user.id.as_str(),
            attestation: &challenge.attestation,
            parameters: &challenge.pub_key_cred_params,
            excluded: &challenge.exclude_credentials,
        }
    }
}

impl<'a> From<&'a RecoveryChallenge> for Creation<'a> {
    fn from(challenge: &'a RecoveryChallenge) -> Self {
        Self {
            challenge: &challenge.challenge,
            relying_party: challenge.rp.as_ref().map(|party| party.id.as_str()),
            user_id: challenge.user.id.as_str(),
            attestation: &challenge.attestation,
            parameters: &challenge.pub_key_cred_params,
            excluded: &challenge.exclude_credentials,
        }
    }
}

impl<'a> From<&'a RegistrationChallenge> for Creation<'a> {
    fn from(challenge: &'a RegistrationChallenge) -> Self {
        Self {
            challenge: &challenge.challenge,
            relying_party: challenge.rp.as_ref().map(|party| party.id.as_str()),
            user_id: challenge.user.id.as_str(),
            attestation: &challenge.attestation,
            parameters: &challenge.pub_key_cred_params,
            excluded: &challenge.exclude_credentials,
        }
    }
}

//! Signatures that are checked before the turn of their request, so that other requests go on meanwhile.
//!
//! Invariant: foresight decides nothing. In its turn a request is checked in full, but for the arithmetic of a signature that was
//! found good before, by the same key, over the same bytes: that stays good, whatever happens in between.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use dfns_types::{CompleteChallengeRequest, FirstFactorAssertion};
use ring::digest::{Context, SHA256};

use super::assertion::{check_challenge, verify_signature};
use super::{CredentialError, KeyAssertion};
use crate::store::Credential;

/// How many keys, and how many good signatures, are remembered at most.
const MOST: usize = 1_024;

/// What stands for a signature, the bytes that it is over, and the key: their hash.
type Name = [u8; 32];

/// What was seen of signatures.
#[derive(Debug, Default)]
pub(crate) struct Foresight(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    /// The public keys that signed lately, in PEM, by the ids of their credentials.
    keys: HashMap<String, String>,
    /// The signatures that were found good and are not asked for yet.
    good: HashSet<Name>,
}

impl Foresight {
    /// Checks the signature in a body that completes a challenge, if it is by a key that signed before.
    pub(crate) fn look(&self, body: &[u8]) {
        let Ok(request) = serde_json::from_slice::<CompleteChallengeRequest>(body) else {
            return;
        };
        let assertion = match &request.first_factor {
            FirstFactorAssertion::Key(factor) => &factor.credential_assertion,
            FirstFactorAssertion::PasswordProtectedKey(factor) => &factor.credential_assertion,
            _ => return,
        };
        let received = KeyAssertion {
            client_data: &assertion.client_data,
            signature: &assertion.signature,
            algorithm: assertion.algorithm.as_deref(),
        };
        let known = self.lock().keys.get(&assertion.cred_id).cloned();
        let Some(public_key) = known else { return };
        if verify_signature(received, &public_key).is_ok() {
            let mut inner = self.lock();
            if inner.good.len() >= MOST {
                inner.good.clear();
            }
            inner.good.insert(name(received, &public_key));
        }
    }

    /// Checks an assertion against its challenge and the public key of its credential.
    ///
    /// # Errors
    /// [`CredentialError`], by what is not as it should be.
    pub(crate) fn verify(
        &self,
        received: KeyAssertion<'_>,
        credential: &Credential,
        challenge: &str,
    ) -> Result<(), CredentialError> {
        check_challenge(received, challenge)?;
        if self.lock().good.remove(&name(received, &credential.public_key)) {
            return Ok(());
        }
        verify_signature(received, &credential.public_key)?;
        let mut inner = self.lock();
        if inner.keys.len() >= MOST {
            inner.keys.clear();
        }
        let (id, public_key) = (credential.credential_id.clone(), credential.public_key.clone());
        inner.keys.insert(id, public_key);
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn name(received: KeyAssertion<'_>, public_key: &str) -> Name {
    let mut hash = Context::new(&SHA256);
    let KeyAssertion {
        client_data,
        signature,
        algorithm,
    } = received;
    for part in [public_key, client_data, signature, algorithm.unwrap_or_default()] {
        // With its length before it, so that no two lists of parts run together.
        hash.update(&(part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let mut name = [0; 32];
    name.copy_from_slice(hash.finish().as_ref());
    name
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    use ring::signature::{Ed25519KeyPair, KeyPair as _};
    use serde_json::json;

    use super::*;
    use crate::store::CredentialKind;

    /// What stands before an Ed25519 key in SubjectPublicKeyInfo.
    const PREFIX: &[u8] = &[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

    struct Signed {
        credential: Credential,
        client_data: String,
        signature: String,
    }

    fn signed(challenge: &str, signer: u8) -> Signed {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[signer; 32]).unwrap();
        let der = [
            PREFIX,
            Ed25519KeyPair::from_seed_unchecked(&[7; 32])
                .unwrap()
                .public_key()
                .as_ref(),
        ]
        .concat();
        let label = "PUBLIC KEY";
        let client_data = json!({ "type": "key.get", "challenge": challenge }).to_string();
        let credential = Credential {
            uuid: "cr-1".to_owned(),
            credential_id: "id".to_owned(),
            org: "or-1".to_owned(),
            user_id: "us-1".to_owned(),
            token_id: None,
            kind: CredentialKind::Key,
            name: "key".to_owned(),
            public_key: format!(
                "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
                STANDARD.encode(der)
            ),
            is_active: true,
            relying_party_id: String::new(),
            origin: String::new(),
            encrypted_private_key: None,
            sign_count: 0,
            created_at: 0,
        };
        Signed {
            credential,
            signature: URL_SAFE_NO_PAD.encode(pair.sign(client_data.as_bytes())),
            client_data: URL_SAFE_NO_PAD.encode(client_data),
        }
    }

    impl Signed {
        fn body(&self) -> Vec<u8> {
            let assertion = json!({
                "credId": "id", "clientData": self.client_data, "signature": self.signature,
            });
            let factor = json!({ "kind": "Key", "credentialAssertion": assertion });
            let body = json!({ "challengeIdentifier": "token", "firstFactor": factor });
            body.to_string().into_bytes()
        }

        fn verify(&self, foresight: &Foresight, challenge: &str) -> Result<(), CredentialError> {
            let received = KeyAssertion {
                client_data: &self.client_data,
                signature: &self.signature,
                algorithm: None,
            };
            foresight.verify(received, &self.credential, challenge)
        }
    }

    #[test]
    fn a_signature_that_was_foreseen_is_good_for_its_challenge_only() {
        let foresight = Foresight::default();
        let (first, second) = (signed("one", 7), signed("two", 7));
        foresight.look(&first.body());
        assert!(foresight.lock().good.is_empty(), "the key is not known yet");
        first.verify(&foresight, "one").unwrap();
        foresight.look(&second.body());
        assert_eq!(foresight.lock().good.len(), 1);
        assert_eq!(second.verify(&foresight, "one"), Err(CredentialError::Challenge));
        second.verify(&foresight, "two").unwrap();
        assert!(foresight.lock().good.is_empty(), "it is asked for once");
        second.verify(&foresight, "two").unwrap();
    }

    #[test]
    fn a_signature_that_is_not_good_is_never_foreseen() {
        let foresight = Foresight::default();
        signed("one", 7).verify(&foresight, "one").unwrap();
        let forged = signed("two", 8);
        foresight.look(&forged.body());
        foresight.look(b"no JSON");
        assert!(foresight.lock().good.is_empty());
        assert_eq!(forged.verify(&foresight, "two"), Err(CredentialError::Signature));
    }

    #[test]
    fn a_good_signature_by_a_key_that_was_exchanged_meanwhile_is_not_good() {
        let foresight = Foresight::default();
        let mut signed = signed("one", 7);
        signed.verify(&foresight, "one").unwrap();
        foresight.look(&signed.body());
        signed.credential.public_key = signed.credential.public_key.replace("MCow", "MCoz");
        assert!(signed.verify(&foresight, "one").is_err());
    }
}

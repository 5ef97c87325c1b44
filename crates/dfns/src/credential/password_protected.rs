//! Password-protected keys: the API keeps them encrypted, and hands them to whoever reads their owner's mail.
//!
//! Invariant: the password is never sent; the opened key lives as long as its signer and is wiped on drop.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use dfns_types::{
    AuthenticationChallenge, FirstFactorAssertion, PasswordProtectedKeyDescriptor, PasswordProtectedKeyFirstFactor,
    Secret,
};
use zeroize::Zeroizing;

use super::NewCredential;
use super::attestation::KeyAttestation;
use super::protection::{self, OpenError};
use crate::signer::{ClientData, KeyError, KeyKind, KeyPair, Signer, SignerError, SignerFuture};

/// A new key under a password.
pub struct PasswordProtectedKey {
    credential_id: String,
    pair: KeyPair,
    encrypted: Secret,
}

impl PasswordProtectedKey {
    /// Makes a key on P-256 and puts it under the password, by the same construction as a recovery key.
    ///
    /// # Errors
    /// [`KeyError::NoRandomness`].
    pub fn generate(username: &str, password: &str) -> Result<Self, KeyError> {
        Self::under(username, password, KeyPair::generate(KeyKind::P256)?)
    }

    /// Puts a key of one's own under a password.
    ///
    /// # Errors
    /// [`KeyError::NoRandomness`].
    pub fn under(username: &str, password: &str, pair: KeyPair) -> Result<Self, KeyError> {
        let encrypted = protection::close(username, password, &pair)?;
        Ok(Self {
            credential_id: protection::credential_id(&encrypted),
            pair,
            encrypted: encrypted.into(),
        })
    }

    /// The id of the credential, which follows from the encrypted key.
    pub fn credential_id(&self) -> &str {
        &self.credential_id
    }

    /// Proves over a challenge of a registration, a recovery or a credential challenge that the key is at hand.
    ///
    /// # Errors
    /// [`SignerError::Failed`] if the key cannot sign.
    pub fn attest(&self, challenge: &str) -> Result<NewCredential, SignerError> {
        let attestation = KeyAttestation::new(challenge, &*self.credential_id, self.pair.public_key_pem());
        let signature = self.pair.sign(attestation.as_bytes())?;
        Ok(NewCredential::password_protected_key(
            attestation.finish(signature),
            self.encrypted.clone(),
        ))
    }
}

impl fmt::Debug for PasswordProtectedKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("PasswordProtectedKey")
            .field("credential_id", &self.credential_id)
            .finish_non_exhaustive()
    }
}

/// Signs with a password-protected key: opens the one that the challenge brings along.
///
/// Opening takes some tens of milliseconds of the thread that asks; a signer opens each key once and keeps it.
pub struct PasswordSigner {
    username: String,
    password: Zeroizing<String>,
    /// The keys that are open, with their encrypted form: one that was registered anew is opened anew.
    opened: Mutex<Vec<Opened>>,
}

struct Opened {
    credential_id: String,
    encrypted: Secret,
    pair: Arc<KeyPair>,
}

impl PasswordSigner {
    /// A signer for the keys of a user that are under this password.
    pub fn new(username: impl Into<String>, password: impl Into<String>) -> Self {
        Self {
            username: username.into(),
            password: Zeroizing::new(password.into()),
            opened: Mutex::new(Vec::new()),
        }
    }

    fn answer(&self, challenge: &AuthenticationChallenge) -> Result<FirstFactorAssertion, SignerError> {
        let offered = &challenge.allow_credentials.password_protected_key;
        let mut refused = None;
        for descriptor in offered {
            match self.open(descriptor) {
                Ok(pair) => {
                    let client_data = ClientData::of_text(&challenge.challenge, &descriptor.id);
                    let assertion = client_data.assertion(pair.sign(client_data.as_bytes())?);
                    return Ok(PasswordProtectedKeyFirstFactor::new(assertion).into());
                }
                // Another key of the same user may be under this password.
                Err(error) => refused = Some(error),
            }
        }
        Err(refused.map_or(SignerError::NoPasswordProtectedKey, SignerError::failed))
    }

    fn open(&self, descriptor: &PasswordProtectedKeyDescriptor) -> Result<Arc<KeyPair>, OpenError> {
        let encrypted = &descriptor.encrypted_private_key;
        let is_meant = |opened: &&Opened| opened.credential_id == descriptor.id && opened.encrypted == *encrypted;
        if let Some(opened) = self.lock().iter().find(is_meant) {
            return Ok(Arc::clone(&opened.pair));
        }
        // Not under the lock: whoever comes in the meantime opens it too, which costs time and nothing else.
        let pair = Arc::new(protection::open(
            &self.username,
            &self.password,
            encrypted.expose_secret(),
        )?);
        let mut all = self.lock();
        all.retain(|opened| opened.credential_id != descriptor.id);
        all.push(Opened {
            credential_id: descriptor.id.clone(),
            encrypted: encrypted.clone(),
            pair: Arc::clone(&pair),
        });
        Ok(pair)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Opened>> {
        // Nothing that can panic happens under the lock.
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Signer for PasswordSigner {
    fn sign<'a>(&'a self, challenge: &'a AuthenticationChallenge) -> SignerFuture<'a> {
        Box::pin(async move { self.answer(challenge) })
    }
}

impl fmt::Debug for PasswordSigner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("PasswordSigner").finish_non_exhaustive()
    }
}

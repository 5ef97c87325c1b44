//! Recovery keys: they open an account to new credentials when all others are lost, and can do nothing else.
//!
//! Invariant: the code is shown once, to its owner; the API keeps the key that it opens, and cannot open it.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dfns_types::{
    CompleteRegistrationRequest, RecoverUserRequest, RecoveryAssertion, RecoveryCredentialKind, RecoveryKeyDescriptor,
    Secret,
};
use zeroize::Zeroizing;

use super::NewRecoveryCredential;
use super::attestation::KeyAttestation;
use super::protection::{self, OpenError};
use crate::signer::{ClientData, KeyError, KeyKind, KeyPair, SignerError};

const SYMBOLS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// A key that can recover an account.
///
/// ```
/// use dfns::credential::RecoveryKey;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let challenge = "Y2gtMWoz";
/// let (recovery_key, code) = RecoveryKey::generate("jane@example.test")?;
/// println!("write this down, and keep it apart: {}", code.expose_secret());
/// let credential = recovery_key.attest(challenge)?; // for `.recovery_credential(…)` of a registration
/// # Ok(())
/// # }
/// ```
pub struct RecoveryKey {
    credential_id: String,
    pair: KeyPair,
    encrypted: Option<Secret>,
}

impl RecoveryKey {
    /// Makes a key on P-256, and the code that opens it for this username. The key is encrypted with the code, in the
    /// manner of the official recovery example; the credential id follows from that.
    ///
    /// # Errors
    /// [`KeyError::NoRandomness`].
    pub fn generate(username: &str) -> Result<(Self, RecoveryCode), KeyError> {
        let (pair, code) = (KeyPair::generate(KeyKind::P256)?, RecoveryCode::generate()?);
        Ok((Self::under(username, code.expose_secret(), pair)?, code))
    }

    /// Puts a key of one's own under a secret.
    ///
    /// # Errors
    /// [`KeyError::NoRandomness`].
    pub fn under(username: &str, secret: &str, pair: KeyPair) -> Result<Self, KeyError> {
        let encrypted = protection::close(username, secret, &pair)?;
        Ok(Self {
            credential_id: protection::credential_id(&encrypted),
            pair,
            encrypted: Some(encrypted.into()),
        })
    }

    /// A key that its owner keeps, and the API does not.
    ///
    /// # Errors
    /// [`KeyError::NoCredentialId`] if the id is empty.
    pub fn kept_by_owner(credential_id: impl Into<String>, pair: KeyPair) -> Result<Self, KeyError> {
        let credential_id = credential_id.into();
        if credential_id.is_empty() {
            return Err(KeyError::NoCredentialId);
        }
        Ok(Self {
            credential_id,
            pair,
            encrypted: None,
        })
    }

    /// Opens one of the `allowed_recovery_credentials` of a recovery challenge with the code of its owner. Takes some tens
    /// of milliseconds.
    ///
    /// # Errors
    /// [`OpenError`] if it is another code or username, or the key was encrypted by another construction.
    pub fn open(username: &str, code: &str, allowed: &RecoveryKeyDescriptor) -> Result<Self, OpenError> {
        let encrypted = &allowed.encrypted_recovery_key;
        Ok(Self {
            credential_id: allowed.id.clone(),
            pair: protection::open(username, code.trim(), encrypted.expose_secret())?,
            encrypted: Some(encrypted.clone()),
        })
    }

    /// The id of the credential: what a recovery names it by.
    pub fn credential_id(&self) -> &str {
        &self.credential_id
    }

    /// The public key as PEM text.
    pub fn public_key_pem(&self) -> String {
        self.pair.public_key_pem()
    }

    /// Proves over a challenge of a registration, a recovery or a credential challenge that the key is at hand.
    ///
    /// # Errors
    /// [`SignerError::Failed`] if the key cannot sign.
    pub fn attest(&self, challenge: &str) -> Result<NewRecoveryCredential, SignerError> {
        let attestation = KeyAttestation::new(challenge, &*self.credential_id, self.public_key_pem());
        let signature = self.pair.sign(attestation.as_bytes())?;
        Ok(NewRecoveryCredential::new(
            attestation.finish(signature),
            self.encrypted.clone(),
        ))
    }

    /// Signs the new credentials of a recovery: the body of `recoverUser`. [`Dfns::recover`](crate::Dfns::recover) sends it.
    ///
    /// # Errors
    /// [`SignerError::Failed`] if the key cannot sign.
    pub fn approve(&self, new_credentials: CompleteRegistrationRequest) -> Result<RecoverUserRequest, SignerError> {
        let text = serde_json::to_vec(&new_credentials).map_err(SignerError::failed)?;
        let client_data = ClientData::of_text(&URL_SAFE_NO_PAD.encode(text), &self.credential_id);
        let assertion = client_data.assertion(self.pair.sign(client_data.as_bytes())?);
        let recovery = RecoveryAssertion::new(RecoveryCredentialKind::RecoveryKey, assertion);
        Ok(RecoverUserRequest::new(recovery, new_credentials))
    }
}

impl fmt::Debug for RecoveryKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RecoveryKey")
            .field("credential_id", &self.credential_id)
            .finish_non_exhaustive()
    }
}

/// The code that opens a recovery key: `D1-` and 32 symbols in groups. It is wiped from memory on drop, and `Debug` does
/// not show it.
pub struct RecoveryCode(Zeroizing<String>);

impl RecoveryCode {
    /// 160 bits of randomness, without letters and digits that look alike.
    fn generate() -> Result<Self, KeyError> {
        let mut random = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *random).map_err(|_| KeyError::NoRandomness)?;
        let mut text = Zeroizing::new(String::with_capacity(64));
        text.push_str("D1");
        for (index, byte) in random.iter().enumerate() {
            // Groups of 6, 5, 5, 5, 5 and 6.
            if matches!(index, 0 | 6 | 11 | 16 | 21 | 26) {
                text.push('-');
            }
            // 256 is a multiple of 32: no symbol is likelier than another.
            text.push(char::from(SYMBOLS[usize::from(byte & 31)]));
        }
        Ok(Self(text))
    }

    /// The code itself. The name is long so that its use stands out in review.
    pub fn expose_secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("RecoveryCode(…)")
    }
}

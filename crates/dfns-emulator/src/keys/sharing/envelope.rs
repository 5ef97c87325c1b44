//! The encryption of one share: an ephemeral key on secp256k1, HKDF-SHA-256, AES-256-GCM.
//!
//! Invariant: an AES key encrypts one share only, since the ephemeral key behind it does; that is why the nonce may be
//! zero.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use k256::{NonZeroScalar, ProjectivePoint, PublicKey, SecretKey};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, Salt};
use zeroize::Zeroizing;

use super::error::SharingError;

/// The one version of encryption keys that there is.
const VERSION: u8 = 1;
const SALT: &[u8] = b"DFNS_KEY_IMPORT";
const INFO: &[u8] = b"ENCRYPTION_KEY";
const POINT_LENGTH: usize = 33;

/// The key with which a signer reads what was encrypted for it.
pub(super) struct DecryptionKey(SecretKey);

/// The key for which shares are encrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EncryptionKey(PublicKey);

impl DecryptionKey {
    /// The key of 32 random bytes.
    pub(super) fn new(random: &[u8; 32]) -> Result<Self, SharingError> {
        SecretKey::from_slice(random)
            .map(Self)
            .map_err(|_| SharingError::OutsideGroup)
    }

    /// The public half.
    pub(super) fn encryption_key(&self) -> EncryptionKey {
        EncryptionKey(self.0.public_key())
    }

    /// What was encrypted; nothing if it was not encrypted for this key, or was changed.
    pub(super) fn open(&self, ciphertext: &str) -> Option<Zeroizing<Vec<u8>>> {
        let mut bytes = Zeroizing::new(STANDARD.decode(ciphertext).ok()?);
        let sealed_length = bytes.len().checked_sub(POINT_LENGTH)?;
        let ephemeral = PublicKey::from_sec1_bytes(&bytes[sealed_length..]).ok()?;
        let key = share_key(&ephemeral, &self.0.to_nonzero_scalar()).ok()?;
        bytes.truncate(sealed_length);
        let length = key.open_in_place(nonce(), Aad::empty(), &mut bytes).ok()?.len();
        bytes.truncate(length);
        Some(bytes)
    }
}

impl EncryptionKey {
    /// Reads a key: base64 of the version and a compressed point.
    ///
    /// # Errors
    /// [`SharingError::InvalidEncryptionKey`] for everything else.
    pub(crate) fn parse(text: &str) -> Result<Self, SharingError> {
        let bytes = STANDARD.decode(text).map_err(|_| SharingError::InvalidEncryptionKey)?;
        match bytes.split_first() {
            Some((&VERSION, point)) if point.len() == POINT_LENGTH => PublicKey::from_sec1_bytes(point)
                .map(Self)
                .map_err(|_| SharingError::InvalidEncryptionKey),
            _ => Err(SharingError::InvalidEncryptionKey),
        }
    }

    /// The key as text.
    pub(crate) fn to_text(&self) -> String {
        STANDARD.encode([&[VERSION], &self.0.to_sec1_bytes()[..]].concat())
    }

    /// Encrypts for the owner of this key. The random bytes must never be used again.
    pub(super) fn seal(&self, plaintext: &[u8], random: &[u8; 32]) -> Result<String, SharingError> {
        let ephemeral = SecretKey::from_slice(random).map_err(|_| SharingError::OutsideGroup)?;
        let key = share_key(&self.0, &ephemeral.to_nonzero_scalar())?;
        let mut bytes = plaintext.to_vec();
        key.seal_in_place_append_tag(nonce(), Aad::empty(), &mut bytes)
            .map_err(|_| SharingError::OutsideGroup)?;
        bytes.extend_from_slice(&ephemeral.public_key().to_sec1_bytes());
        Ok(STANDARD.encode(bytes))
    }
}

fn nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; NONCE_LEN])
}

fn share_key(public: &PublicKey, secret: &NonZeroScalar) -> Result<LessSafeKey, SharingError> {
    let shared: ProjectivePoint = public.to_projective() * **secret;
    let shared = PublicKey::from_affine(shared.to_affine()).map_err(|_| SharingError::OutsideGroup)?;
    let shared = Zeroizing::new(shared.to_sec1_bytes());
    let secret = Salt::new(HKDF_SHA256, SALT).extract(&shared);
    let key = secret
        .expand(&[INFO], &AES_256_GCM)
        .map_err(|_| SharingError::OutsideGroup)?;
    Ok(LessSafeKey::new(UnboundKey::from(key)))
}

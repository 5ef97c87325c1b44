//! Private keys, derived from the seed of the emulator, and their raw signatures.
//!
//! Invariant: the secret leaves only through [`KeyMaterial::secret`]; it is wiped on drop and never printed.

use std::fmt;

use ed25519_dalek::Signer as _;
use hmac::{Hmac, KeyInit, Mac};
use k256::NonZeroScalar;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::error::KeyError;
use super::stark;
use super::taproot::{MerkleRoot, tweaked_secret};

/// How a key signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Scheme {
    /// ECDSA with recoverable low-s signatures.
    Ecdsa,
    /// Ed25519 of RFC 8032.
    EdDsa,
    /// Schnorr of BIP-340, tweaked as BIP-341 says.
    Schnorr,
    /// Diffie-Hellman: derives, never signs.
    DiffieHellman,
}

/// The group a key lives in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Curve {
    Secp256k1,
    Ed25519,
    Stark,
}

impl Scheme {
    /// The name the API uses.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ecdsa => "ECDSA",
            Self::EdDsa => "EdDSA",
            Self::Schnorr => "Schnorr",
            Self::DiffieHellman => "DH",
        }
    }

    /// The scheme of a name of the API.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Ecdsa, Self::EdDsa, Self::Schnorr, Self::DiffieHellman]
            .into_iter()
            .find(|scheme| scheme.name() == name)
    }
}

impl Curve {
    /// The name the API uses.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Secp256k1 => "secp256k1",
            Self::Ed25519 => "ed25519",
            Self::Stark => "stark",
        }
    }

    /// The curve of a name of the API.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Secp256k1, Self::Ed25519, Self::Stark]
            .into_iter()
            .find(|curve| curve.name() == name)
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl fmt::Display for Curve {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// The two halves of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RawSignature {
    pub(crate) r: [u8; 32],
    /// Always the low one of the two that ECDSA allows, but on the curve stark, where both are as good.
    pub(crate) s: [u8; 32],
    /// Which of the candidate public keys signed: 0 or 1 with ECDSA, nothing with the other schemes.
    pub(crate) recovery_id: Option<u8>,
}

impl RawSignature {
    pub(super) fn from_halves(bytes: &[u8; 64], recovery_id: Option<u8>) -> Self {
        let (mut r, mut s) = ([0; 32], [0; 32]);
        r.copy_from_slice(&bytes[..32]);
        s.copy_from_slice(&bytes[32..]);
        Self { r, s, recovery_id }
    }

    /// r, then s.
    pub(crate) fn to_bytes(self) -> [u8; 64] {
        let mut bytes = [0; 64];
        bytes[..32].copy_from_slice(&self.r);
        bytes[32..].copy_from_slice(&self.s);
        bytes
    }
}

/// What the secret bytes of a key are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SecretForm {
    /// The seed of RFC 8032.
    Seed,
    /// A scalar of the curve, big-endian.
    Scalar,
}

/// A private key with its public half, and the chain code its children come from.
#[derive(Clone)]
pub(crate) struct KeyMaterial {
    pub(super) scheme: Scheme,
    pub(super) curve: Curve,
    pub(super) form: SecretForm,
    pub(super) secret: Zeroizing<[u8; 32]>,
    pub(super) chain_code: Zeroizing<[u8; 32]>,
    pub(super) public_key: Vec<u8>,
    /// The same key as ECDSA signs with it, which costs as much to make as a signature.
    pub(super) ecdsa: Option<k256::ecdsa::SigningKey>,
}

impl fmt::Debug for KeyMaterial {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("KeyMaterial")
            .field("scheme", &self.scheme)
            .field("curve", &self.curve)
            .field("public_key", &super::hex::encode(&self.public_key))
            .finish_non_exhaustive()
    }
}

impl KeyMaterial {
    /// The key that belongs to an id under the seed of the emulator.
    ///
    /// # Errors
    /// [`KeyError::UnsupportedKey`] for a combination that does not exist.
    pub(crate) fn derive(seed: &[u8], key_id: &str, scheme: Scheme, curve: Curve) -> Result<Self, KeyError> {
        let chain_code = expand(seed, &["chain code", scheme.name(), curve.name(), key_id], 0)?;
        // A candidate is no scalar of secp256k1 about once in 2^127; the loop says so without a panic.
        for attempt in 0..8 {
            let mut secret = expand(seed, &["private key", scheme.name(), curve.name(), key_id], attempt)?;
            if curve == Curve::Stark {
                *secret = stark::Scalar::from_random(&secret).to_bytes();
            }
            match Self::from_secret(scheme, curve, &secret, Some(&chain_code)) {
                Err(KeyError::InvalidPrivateKey { .. }) => {}
                made => return made,
            }
        }
        Err(KeyError::OutsideGroup)
    }

    /// The key of given secret bytes; without a chain code its children come from a chain code of zeros.
    ///
    /// # Errors
    /// [`KeyError::UnsupportedKey`] for a combination the emulator does not hold; [`KeyError::InvalidPrivateKey`] if
    /// the bytes are no scalar of the curve.
    pub(crate) fn from_secret(
        scheme: Scheme,
        curve: Curve,
        secret: &[u8; 32],
        chain_code: Option<&[u8; 32]>,
    ) -> Result<Self, KeyError> {
        let mut ecdsa = None;
        let public_key = match (scheme, curve) {
            (Scheme::Ecdsa | Scheme::Schnorr | Scheme::DiffieHellman, Curve::Secp256k1) => {
                let key = k256::ecdsa::SigningKey::from_slice(secret).map_err(|_| KeyError::InvalidPrivateKey {
                    expected: "a scalar of secp256k1: not zero, and below the order of the group",
                })?;
                let public_key = key.verifying_key().to_sec1_bytes().to_vec();
                ecdsa = (scheme == Scheme::Ecdsa).then_some(key);
                public_key
            }
            (Scheme::Ecdsa, Curve::Stark) => {
                let scalar = stark::Scalar::from_bytes(secret).filter(|scalar| !scalar.is_zero());
                let scalar = scalar.ok_or(KeyError::InvalidPrivateKey {
                    expected: "a scalar of the curve stark: not zero, and below the order of the group",
                })?;
                stark::compressed(&stark::point(scalar))
            }
            (Scheme::EdDsa, Curve::Ed25519) => ed25519_dalek::SigningKey::from_bytes(secret)
                .verifying_key()
                .to_bytes()
                .to_vec(),
            _ => return Err(KeyError::UnsupportedKey { scheme, curve }),
        };
        let chain_code = Zeroizing::new(chain_code.copied().unwrap_or_default());
        Ok(Self {
            scheme,
            curve,
            form: match curve {
                Curve::Ed25519 => SecretForm::Seed,
                Curve::Secp256k1 | Curve::Stark => SecretForm::Scalar,
            },
            secret: Zeroizing::new(*secret),
            chain_code,
            public_key,
            ecdsa,
        })
    }

    /// How the key signs.
    pub(crate) fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The group the key lives in.
    pub(crate) fn curve(&self) -> Curve {
        self.curve
    }

    /// The public half: 33 bytes (compressed) on secp256k1 and stark, Schnorr too; 32 bytes on ed25519.
    pub(crate) fn public_key(&self) -> &[u8] {
        &self.public_key
    }

    /// The secret bytes: a scalar on secp256k1 and stark, the seed of RFC 8032 on ed25519.
    #[cfg(test)]
    pub(crate) fn secret(&self) -> &Zeroizing<[u8; 32]> {
        &self.secret
    }

    pub(super) fn scalar(&self) -> Result<NonZeroScalar, KeyError> {
        k256::SecretKey::from_slice(&self.secret[..])
            .map(|key| key.to_nonzero_scalar())
            .map_err(|_| KeyError::InvalidPrivateKey {
                expected: "a scalar of secp256k1",
            })
    }

    /// Signs 32 bytes that the caller hashed: ECDSA directly, Schnorr with the tweaked key, Ed25519 as a message.
    /// `merkle_root` matters to Schnorr only.
    ///
    /// # Errors
    /// [`KeyError::UnsupportedKey`] if the key does not sign.
    pub(crate) fn sign_digest(&self, digest: &[u8; 32], merkle_root: MerkleRoot) -> Result<RawSignature, KeyError> {
        match self.scheme {
            Scheme::Ecdsa if self.curve == Curve::Stark => {
                let secret = stark::Scalar::from_bytes(&self.secret).ok_or(KeyError::OutsideGroup)?;
                stark::sign(secret, digest)
            }
            Scheme::Ecdsa => {
                let key = self.ecdsa.as_ref().ok_or_else(|| self.unsupported())?;
                let (signature, recovery) = key.sign_prehash_recoverable(digest);
                let bytes: [u8; 64] = signature.to_bytes().into();
                Ok(RawSignature::from_halves(&bytes, Some(u8::from(recovery.is_y_odd()))))
            }
            Scheme::Schnorr => {
                let key = k256::schnorr::SigningKey::from(tweaked_secret(self.scalar()?, merkle_root)?);
                // Zeros as auxiliary randomness are what BIP-340 allows for deterministic signing.
                let signature = key.sign_raw(digest, &[0; 32]).map_err(|_| KeyError::OutsideGroup)?;
                Ok(RawSignature::from_halves(&signature.to_bytes(), None))
            }
            Scheme::EdDsa => self.sign_message(digest),
            Scheme::DiffieHellman => Err(self.unsupported()),
        }
    }

    /// Signs a message of any length with Ed25519.
    ///
    /// # Errors
    /// [`KeyError::UnsupportedKey`] for every other scheme: those sign digests only.
    pub(crate) fn sign_message(&self, message: &[u8]) -> Result<RawSignature, KeyError> {
        match self.scheme {
            Scheme::EdDsa if self.form == SecretForm::Scalar => self.sign_with_scalar(message),
            Scheme::EdDsa => {
                let signature = ed25519_dalek::SigningKey::from_bytes(&self.secret).sign(message);
                Ok(RawSignature::from_halves(&signature.to_bytes(), None))
            }
            Scheme::Ecdsa | Scheme::Schnorr | Scheme::DiffieHellman => Err(self.unsupported()),
        }
    }

    fn unsupported(&self) -> KeyError {
        KeyError::UnsupportedKey {
            scheme: self.scheme,
            curve: self.curve,
        }
    }
}

/// HMAC-SHA-256 of the labels under the seed; every label is preceded by its length, so that no two lists collide.
fn expand(seed: &[u8], labels: &[&str], attempt: u8) -> Result<Zeroizing<[u8; 32]>, KeyError> {
    let mut mac = Hmac::<Sha256>::new_from_slice(seed).map_err(|_| KeyError::OutsideGroup)?;
    for label in labels {
        mac.update(&(label.len() as u64).to_be_bytes());
        mac.update(label.as_bytes());
    }
    mac.update(&[attempt]);
    Ok(Zeroizing::new(mac.finalize().into_bytes().into()))
}

#[cfg(test)]
mod tests;

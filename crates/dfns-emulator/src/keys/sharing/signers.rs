//! The signers of the emulator, who put keys together and take them apart.
//!
//! Invariant: signers stand in the order of the raw bytes of their ids, which gives each the place of its share.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::super::material::Curve;
use super::envelope::{DecryptionKey, EncryptionKey};
use super::error::SharingError;
use super::group::{Ed25519, Group, Secp256k1, Stark};
use super::plaintext::{ExportedShare, ImportedShare, LabelledScalar, VERSION};
use super::shamir;
use crate::entropy::Seed;

/// How many signers there are.
const COUNT: u8 = 5;

/// How many shares determine a key.
pub(crate) const THRESHOLD: usize = 3;

/// One share of a key, encrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EncryptedShare {
    /// The signer whose share it is.
    pub(crate) signer_id: String,
    /// The ciphertext in base64.
    pub(crate) ciphertext: String,
}

struct Signer {
    /// Base64 of 32 bytes.
    id: String,
    key: DecryptionKey,
}

/// All signers.
pub(crate) struct Signers(Vec<Signer>);

impl fmt::Debug for Signers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_list()
            .entries(self.0.iter().map(|signer| &signer.id))
            .finish()
    }
}

impl Signers {
    /// The signers that belong to a seed.
    ///
    /// # Errors
    /// [`SharingError::OutsideGroup`] about once in 2^128.
    pub(crate) fn derive(seed: &Seed) -> Result<Self, SharingError> {
        let of = |number: u8| {
            (
                seed.derive("signer id", &[&[number]]),
                seed.derive("signer key", &[&[number]]),
            )
        };
        Self::new((0..COUNT).map(of).collect())
    }

    /// Signers with these ids and private keys.
    pub(super) fn new(mut signers: Vec<([u8; 32], [u8; 32])>) -> Result<Self, SharingError> {
        signers.sort_unstable_by_key(|(id, _)| *id);
        let signer = |(id, key): ([u8; 32], [u8; 32])| {
            Ok(Signer {
                id: STANDARD.encode(id),
                key: DecryptionKey::new(&Zeroizing::new(key))?,
            })
        };
        signers.into_iter().map(signer).collect::<Result<_, _>>().map(Self)
    }

    /// The ids of the signers, each with the key to encrypt its shares with.
    pub(crate) fn encryption_keys(&self) -> impl Iterator<Item = (&str, EncryptionKey)> {
        self.0
            .iter()
            .map(|signer| (signer.id.as_str(), signer.key.encryption_key()))
    }

    /// The private key, as a big-endian scalar, that was cut into shares for these signers.
    ///
    /// # Errors
    /// [`SharingError`] that says which share is missing or wrong, or that the shares do not fit together.
    pub(crate) fn combine(&self, curve: Curve, shares: &[EncryptedShare]) -> Result<Zeroizing<[u8; 32]>, SharingError> {
        let stranger = shares
            .iter()
            .find(|share| self.0.iter().all(|signer| signer.id != share.signer_id));
        if let Some(stranger) = stranger {
            return Err(SharingError::UnknownSigner {
                signer_id: stranger.signer_id.clone(),
            });
        }
        match curve {
            Curve::Secp256k1 => self.combine_in::<Secp256k1>(shares),
            Curve::Ed25519 => self.combine_in::<Ed25519>(shares),
            Curve::Stark => self.combine_in::<Stark>(shares),
        }
    }

    fn combine_in<G: Group>(&self, shares: &[EncryptedShare]) -> Result<Zeroizing<[u8; 32]>, SharingError> {
        let mut commitments: Option<Vec<G::Point>> = None;
        let mut secrets = Vec::with_capacity(self.0.len());
        for (place, signer) in self.0.iter().enumerate() {
            let (secret, public_shares) = signer.read::<G>(shares, self.0.len())?;
            if G::generate(&secret) != public_shares[place] {
                return Err(SharingError::WrongCommitment {
                    signer_id: signer.id.clone(),
                });
            }
            if commitments.as_ref().is_some_and(|first| *first != public_shares) {
                return Err(SharingError::DifferentCommitments);
            }
            commitments = Some(public_shares);
            secrets.push(secret);
        }
        let secret =
            shamir::combine::<G>(&secrets, THRESHOLD).ok_or(SharingError::WrongThreshold { threshold: THRESHOLD })?;
        if secret == G::Scalar::from(0) {
            return Err(SharingError::NoKey);
        }
        Ok(Zeroizing::new(G::bytes(&secret)))
    }

    /// Cuts a private key, a big-endian scalar, into a share for each signer, encrypted for `recipient`. `random` gives
    /// 32 new bytes at every call.
    ///
    /// # Errors
    /// [`SharingError::NoKey`] if the bytes are no scalar of the curve; whatever
    /// `random` refuses with.
    pub(crate) fn split<E: From<SharingError>>(
        &self,
        curve: Curve,
        secret: &[u8; 32],
        recipient: &EncryptionKey,
        random: impl FnMut() -> Result<[u8; 32], E>,
    ) -> Result<Vec<EncryptedShare>, E> {
        match curve {
            Curve::Secp256k1 => self.split_in::<Secp256k1, E>(secret, recipient, random),
            Curve::Ed25519 => self.split_in::<Ed25519, E>(secret, recipient, random),
            Curve::Stark => self.split_in::<Stark, E>(secret, recipient, random),
        }
    }

    fn split_in<G: Group, E: From<SharingError>>(
        &self,
        secret: &[u8; 32],
        recipient: &EncryptionKey,
        mut random: impl FnMut() -> Result<[u8; 32], E>,
    ) -> Result<Vec<EncryptedShare>, E> {
        let mut coefficients = vec![G::scalar(*secret).ok_or(SharingError::NoKey)?];
        for _ in 1..THRESHOLD {
            coefficients.push(G::random_scalar(&random()?));
        }
        let shares = shamir::split::<G>(&coefficients, self.0.len() as u64);
        let mut encrypted = Vec::with_capacity(shares.len());
        for (signer, (place, share)) in self.0.iter().zip(shares) {
            let plaintext = ExportedShare {
                version: VERSION,
                index: LabelledScalar::write::<G>(&G::Scalar::from(place)),
                secret_share: LabelledScalar::write::<G>(&share),
            };
            // Scalars and texts always serialise; the error type has no better place for what cannot happen.
            let plaintext = serde_json::to_vec(&plaintext).map_err(|_| SharingError::OutsideGroup)?;
            let ciphertext = recipient.seal(&Zeroizing::new(plaintext), &random()?)?;
            encrypted.push(EncryptedShare {
                signer_id: signer.id.clone(),
                ciphertext,
            });
        }
        Ok(encrypted)
    }
}

impl Signer {
    /// The share for this signer, and the public shares of all.
    fn read<G: Group>(
        &self,
        shares: &[EncryptedShare],
        count: usize,
    ) -> Result<(G::Scalar, Vec<G::Point>), SharingError> {
        let signer_id = || self.id.clone();
        let mut own = shares.iter().filter(|share| share.signer_id == self.id);
        let share = own
            .next()
            .ok_or_else(|| SharingError::MissingShare { signer_id: signer_id() })?;
        if own.next().is_some() {
            return Err(SharingError::RepeatedSigner { signer_id: signer_id() });
        }
        let plaintext = self
            .key
            .open(&share.ciphertext)
            .ok_or_else(|| SharingError::Undecryptable { signer_id: signer_id() })?;
        let invalid = |problem| SharingError::InvalidShare {
            signer_id: signer_id(),
            problem,
        };
        let share: ImportedShare =
            serde_json::from_slice(&plaintext).map_err(|_| invalid("it is not the JSON of a share"))?;
        if share.version != VERSION {
            return Err(invalid("its version is not 1"));
        }
        let secret = share
            .secret_share
            .read::<G>()
            .ok_or_else(|| invalid("secret_share is no scalar of the curve"))?;
        if share.public_shares.len() != count {
            return Err(invalid("public_shares does not hold one point for each signer"));
        }
        let points: Option<Vec<G::Point>> = share
            .public_shares
            .iter()
            .map(super::plaintext::LabelledPoint::read::<G>)
            .collect();
        let points = points.ok_or_else(|| invalid("public_shares holds something else than points of the curve"))?;
        Ok((secret, points))
    }
}

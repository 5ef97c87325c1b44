//! Private keys, one file a kind, each behind a feature of its own; what each signs with, and how each is written.
//!
//! Invariant: the scalars are wiped from memory on drop. For RSA that is not in our hands alone: ring keeps a copy of
//! the key and does not wipe it.

#[cfg(any(feature = "key-p256", feature = "key-secp256k1"))]
mod curve;
#[cfg(feature = "key-ed25519")]
mod ed25519;
#[cfg(feature = "key-p256")]
mod p256;
#[cfg(feature = "key-rsa")]
mod rsa;
#[cfg(feature = "key-secp256k1")]
mod secp256k1;

use zeroize::Zeroizing;

use super::{KeyError, KeyKind};

/// A private key of any kind.
pub(super) type PrivateKey = Box<dyn Backend>;

/// What a private key can do.
pub(super) trait Backend: Send + Sync {
    fn kind(&self) -> KeyKind;

    /// The signature in the form that Dfns takes: Ed25519 raw; ECDSA over SHA-256, as DER; RSA PKCS#1 v1.5 with SHA-256.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningFailed>;

    /// The public key as DER `SubjectPublicKeyInfo`.
    fn public_key_der(&self) -> Vec<u8>;

    /// The private key as DER PKCS#8.
    fn private_key_der(&self) -> Zeroizing<Vec<u8>>;
}

/// Signing did not work: no randomness, or a key that passed its checks and is bad all the same.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the {0} key could not sign")]
pub(crate) struct SigningFailed(pub(super) KeyKind);

/// The key of a seed of 32 bytes, and the public key that was found beside it.
pub(super) fn ed25519(seed: &[u8], public: Option<&[u8]>, form: &'static str) -> Result<PrivateKey, KeyError> {
    #[cfg(feature = "key-ed25519")]
    return ed25519::read(seed, public, form);
    #[cfg(not(feature = "key-ed25519"))]
    return missing(KeyKind::Ed25519, seed, public, form);
}

/// The key of a scalar of 32 bytes, and the public point that was found beside it.
pub(super) fn p256(scalar: &[u8], public: Option<&[u8]>, form: &'static str) -> Result<PrivateKey, KeyError> {
    #[cfg(feature = "key-p256")]
    return p256::read(scalar, public, form);
    #[cfg(not(feature = "key-p256"))]
    return missing(KeyKind::P256, scalar, public, form);
}

/// The key of a scalar of 32 bytes, and the public point that was found beside it.
pub(super) fn secp256k1(scalar: &[u8], public: Option<&[u8]>, form: &'static str) -> Result<PrivateKey, KeyError> {
    #[cfg(feature = "key-secp256k1")]
    return secp256k1::read(scalar, public, form);
    #[cfg(not(feature = "key-secp256k1"))]
    return missing(KeyKind::Secp256k1, scalar, public, form);
}

/// The key of a PKCS#1 `RSAPrivateKey`.
pub(super) fn rsa(pkcs1: &[u8], form: &'static str) -> Result<PrivateKey, KeyError> {
    #[cfg(feature = "key-rsa")]
    return rsa::read(pkcs1, form);
    #[cfg(not(feature = "key-rsa"))]
    return missing(KeyKind::Rsa, pkcs1, None, form);
}

/// Refuses a key whose kind this build was not made for.
#[cfg_attr(
    all(
        feature = "key-ed25519",
        feature = "key-p256",
        feature = "key-rsa",
        feature = "key-secp256k1"
    ),
    allow(dead_code, reason = "this build was made for all of them")
)]
fn missing(kind: KeyKind, _: &[u8], _: Option<&[u8]>, _: &'static str) -> Result<PrivateKey, KeyError> {
    Err(KeyError::FeatureMissing {
        kind,
        feature: kind.feature(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_that_the_build_was_not_made_for_names_the_feature_to_turn_on() {
        let Err(error) = missing(KeyKind::Secp256k1, &[], None, "raw") else {
            panic!("there is no key");
        };
        let expected = "found a secp256k1 key, which needs the feature `key-secp256k1` of the crate `dfns`: turn it on in Cargo.toml";
        assert_eq!(error.to_string(), expected);
    }
}

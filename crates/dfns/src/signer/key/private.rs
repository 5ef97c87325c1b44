//! Private keys of the four kinds that a key credential can have, and what each signs with.
//!
//! Invariant: the scalars are wiped from memory on drop. For RSA that is not in our hands: ring keeps the key and does
//! not wipe it.

use ed25519_dalek::Signer as _;
use ring::rand::SystemRandom;
use ring::signature::{KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use sec1::EcPrivateKey;

use super::{KeyError, der};

/// Ed25519: `1.3.101.112`.
const ED25519_ALGORITHM: &[u8] = &[0x06, 0x03, 0x2b, 0x65, 0x70];
/// ecPublicKey on P-256: `1.2.840.10045.2.1`, `1.2.840.10045.3.1.7`.
const P256_ALGORITHM: &[u8] = &[
    0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07,
];
/// ecPublicKey on secp256k1: `1.2.840.10045.2.1`, `1.3.132.0.10`.
const SECP256K1_ALGORITHM: &[u8] = &[
    0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x0a,
];
/// rsaEncryption, parameters NULL: `1.2.840.113549.1.1.1`.
const RSA_ALGORITHM: &[u8] = &[
    0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
];

pub(super) enum PrivateKey {
    Ed25519(ed25519_dalek::SigningKey),
    P256(p256::ecdsa::SigningKey),
    Secp256k1(k256::ecdsa::SigningKey),
    Rsa(RsaKeyPair),
}

/// Signing did not work: no randomness, or a key that passed its checks and is bad all the same.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the {0} key could not sign")]
pub(super) struct SigningFailed(&'static str);

impl PrivateKey {
    pub(super) fn ed25519(info: p256::pkcs8::PrivateKeyInfoRef<'_>) -> Result<Self, KeyError> {
        let problem = "the Ed25519 seed is not 32 bytes, or the public key beside it belongs to another";
        ed25519_dalek::SigningKey::try_from(info)
            .map(Self::Ed25519)
            .map_err(|_| KeyError::Damaged {
                form: "PKCS#8",
                problem,
            })
    }

    pub(super) fn p256(key: &EcPrivateKey<'_>, form: &'static str) -> Result<Self, KeyError> {
        let secret = p256::ecdsa::SigningKey::from_slice(key.private_key).map_err(|_| bad_scalar(form))?;
        let given = key.public_key.map(p256::ecdsa::VerifyingKey::from_sec1_bytes);
        match given {
            Some(public) if public.as_ref().ok() != Some(secret.verifying_key()) => Err(foreign_public_key(form)),
            _ => Ok(Self::P256(secret)),
        }
    }

    pub(super) fn secp256k1(key: &EcPrivateKey<'_>, form: &'static str) -> Result<Self, KeyError> {
        let secret = k256::ecdsa::SigningKey::from_slice(key.private_key).map_err(|_| bad_scalar(form))?;
        let given = key.public_key.map(k256::ecdsa::VerifyingKey::from_sec1_bytes);
        match given {
            Some(public) if public.as_ref().ok() != Some(secret.verifying_key()) => Err(foreign_public_key(form)),
            _ => Ok(Self::Secp256k1(secret)),
        }
    }

    pub(super) fn rsa(pkcs1: &[u8], form: &'static str) -> Result<Self, KeyError> {
        let problem = "its RSA numbers do not belong together";
        RsaKeyPair::from_der(pkcs1)
            .map(Self::Rsa)
            .map_err(|_| KeyError::Damaged { form, problem })
    }

    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Ed25519(_) => "Ed25519",
            Self::P256(_) => "P-256",
            Self::Secp256k1(_) => "secp256k1",
            Self::Rsa(_) => "RSA",
        }
    }

    /// The signature in the form that Dfns takes: Ed25519 raw; ECDSA over SHA-256, as DER; RSA PKCS#1 v1.5 with SHA-256.
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningFailed> {
        match self {
            Self::Ed25519(key) => Ok(key.sign(message).to_bytes().to_vec()),
            Self::P256(key) => {
                let signature: Result<p256::ecdsa::DerSignature, _> = key.try_sign(message);
                signature
                    .map(|signature| signature.as_bytes().to_vec())
                    .map_err(|_| SigningFailed(self.kind()))
            }
            Self::Secp256k1(key) => {
                let signature: Result<k256::ecdsa::DerSignature, _> = key.try_sign(message);
                signature
                    .map(|signature| signature.as_bytes().to_vec())
                    .map_err(|_| SigningFailed(self.kind()))
            }
            Self::Rsa(key) => {
                let mut signature = vec![0; key.public().modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
                    .map_err(|_| SigningFailed(self.kind()))?;
                Ok(signature)
            }
        }
    }

    /// The public key as DER `SubjectPublicKeyInfo`.
    pub(super) fn public_key_der(&self) -> Vec<u8> {
        match self {
            Self::Ed25519(key) => der::public_key_info(ED25519_ALGORITHM, key.verifying_key().as_bytes()),
            Self::P256(key) => {
                der::public_key_info(P256_ALGORITHM, &key.verifying_key().to_sec1_point(false).to_bytes())
            }
            Self::Secp256k1(key) => der::public_key_info(
                SECP256K1_ALGORITHM,
                &key.verifying_key().to_sec1_point(false).to_bytes(),
            ),
            Self::Rsa(key) => der::public_key_info(RSA_ALGORITHM, key.public_key().as_ref()),
        }
    }
}

fn bad_scalar(form: &'static str) -> KeyError {
    KeyError::Damaged {
        form,
        problem: "its number is not of the length or not in the range of the curve",
    }
}

fn foreign_public_key(form: &'static str) -> KeyError {
    KeyError::Damaged {
        form,
        problem: "the public key in it belongs to another private key",
    }
}

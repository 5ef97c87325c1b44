//! The four kinds of keys that a key credential can have.

use std::fmt;

/// The kind of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyKind {
    /// Ed25519; feature `key-ed25519`, on by default.
    Ed25519,
    /// ECDSA on P-256 (secp256r1, prime256v1); feature `key-p256`.
    P256,
    /// RSA of 2048 to 4096 bits, PKCS#1 v1.5; feature `key-rsa`, on by default.
    Rsa,
    /// ECDSA on secp256k1; feature `key-secp256k1`.
    Secp256k1,
}

impl KeyKind {
    /// The feature of this crate that brings keys of this kind.
    pub const fn feature(self) -> &'static str {
        match self {
            Self::Ed25519 => "key-ed25519",
            Self::P256 => "key-p256",
            Self::Rsa => "key-rsa",
            Self::Secp256k1 => "key-secp256k1",
        }
    }
}

impl fmt::Display for KeyKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Ed25519 => "Ed25519",
            Self::P256 => "P-256",
            Self::Rsa => "RSA",
            Self::Secp256k1 => "secp256k1",
        })
    }
}

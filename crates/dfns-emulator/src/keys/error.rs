//! What can go wrong with keys, addresses and signatures.
//!
//! Invariant: no variant carries key material; what a caller sent may be quoted, what we hold may not.

use super::material::{Curve, Scheme};

/// Why a key could not be made or used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum KeyError {
    /// The emulator holds no implementation of this kind of key.
    #[error("{scheme} keys on the curve {curve} are not supported by the emulator")]
    UnsupportedKey { scheme: Scheme, curve: Curve },
    /// The emulator holds no implementation of this kind of signature on this network.
    #[error("signatures of kind {kind} are not supported by the emulator on {network}")]
    UnsupportedSignature { kind: &'static str, network: String },
    /// The network has no addresses for keys of this scheme.
    #[error("{network} does not take {scheme} keys")]
    WrongScheme { network: String, scheme: Scheme },
    /// The bytes are no public key of the curve.
    #[error("the public key is not {expected} ({length} bytes given)")]
    InvalidPublicKey { expected: &'static str, length: usize },
    /// The bytes are no private key of the curve.
    #[error("the private key is not {expected}")]
    InvalidPrivateKey { expected: &'static str },
    /// The derivation path cannot be followed.
    #[error("the derivation path {path:?} is not valid: {problem}")]
    InvalidPath { path: String, problem: &'static str },
    /// A field of the request cannot be signed as it is.
    #[error("{field}: {problem}")]
    InvalidInput { field: &'static str, problem: String },
    /// A derivation fell outside the curve's group; about one in 2^127.
    #[error("the derived value is outside the group of the curve")]
    OutsideGroup,
}

impl KeyError {
    /// A refusal of one field of a request.
    pub(crate) fn input(field: &'static str, problem: impl Into<String>) -> Self {
        Self::InvalidInput {
            field,
            problem: problem.into(),
        }
    }
}

//! Ed25519.

use ed25519_dalek::{Signer as _, SigningKey};
use zeroize::Zeroizing;

use super::{Backend, PrivateKey, SigningFailed};
use crate::signer::key::{KeyError, KeyKind, der};

/// `1.3.101.112`.
const ALGORITHM: &[u8] = &[0x06, 0x03, 0x2b, 0x65, 0x70];

pub(super) fn read(seed: &[u8], public: Option<&[u8]>, form: &'static str) -> Result<PrivateKey, KeyError> {
    let problem = "the Ed25519 seed is not 32 bytes, or the public key beside it belongs to another";
    let damaged = || KeyError::Damaged { form, problem };
    let seed: &[u8; 32] = seed.try_into().map_err(|_| damaged())?;
    let key = SigningKey::from_bytes(seed);
    match public {
        Some(public) if public != key.verifying_key().as_bytes() => Err(damaged()),
        _ => Ok(Box::new(key)),
    }
}

impl Backend for SigningKey {
    fn kind(&self) -> KeyKind {
        KeyKind::Ed25519
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningFailed> {
        let signature = self.try_sign(message).map_err(|_| SigningFailed(KeyKind::Ed25519))?;
        Ok(signature.to_bytes().to_vec())
    }

    fn public_key_der(&self) -> Vec<u8> {
        der::public_key_info(ALGORITHM, self.verifying_key().as_bytes())
    }

    fn private_key_der(&self) -> Zeroizing<Vec<u8>> {
        der::private_key_info(ALGORITHM, &der::write_secret(der::OCTET_STRING, &[self.as_bytes()]))
    }
}

//! ECDSA on secp256k1.

use k256::ecdsa::signature::Signer as _;
use k256::ecdsa::{DerSignature, SigningKey, VerifyingKey};
use zeroize::Zeroizing;

use super::curve::{bad_scalar, foreign_public_key, private_key_der};
use super::{Backend, PrivateKey, SigningFailed};
use crate::signer::key::{KeyError, KeyKind, der};

/// ecPublicKey on the curve: `1.2.840.10045.2.1`, `1.3.132.0.10`.
const ALGORITHM: &[u8] = &[
    0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x0a,
];

pub(super) fn read(scalar: &[u8], public: Option<&[u8]>, form: &'static str) -> Result<PrivateKey, KeyError> {
    let key = SigningKey::from_slice(scalar).map_err(|_| bad_scalar(form))?;
    match public.map(VerifyingKey::from_sec1_bytes) {
        Some(public) if public.as_ref().ok() != Some(key.verifying_key()) => Err(foreign_public_key(form)),
        _ => Ok(Box::new(key)),
    }
}

impl Backend for SigningKey {
    fn kind(&self) -> KeyKind {
        KeyKind::Secp256k1
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningFailed> {
        let signature: DerSignature = self.try_sign(message).map_err(|_| SigningFailed(KeyKind::Secp256k1))?;
        Ok(signature.as_bytes().to_vec())
    }

    fn public_key_der(&self) -> Vec<u8> {
        der::public_key_info(ALGORITHM, &self.verifying_key().to_sec1_point(false).to_bytes())
    }

    fn private_key_der(&self) -> Zeroizing<Vec<u8>> {
        let scalar = Zeroizing::new(self.to_bytes());
        private_key_der(
            ALGORITHM,
            &scalar,
            &self.verifying_key().to_sec1_point(false).to_bytes(),
        )
    }
}

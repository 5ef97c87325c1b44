//! RSA, PKCS#1 v1.5 with SHA-256.

use ring::rand::SystemRandom;
use ring::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use zeroize::Zeroizing;

use super::{Backend, PrivateKey, SigningFailed};
use crate::signer::key::{KeyError, KeyKind, der};

/// rsaEncryption, parameters NULL: `1.2.840.113549.1.1.1`.
const ALGORITHM: &[u8] = &[
    0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
];

struct Rsa {
    pair: RsaKeyPair,
    /// ring does not give the key back.
    pkcs1: Zeroizing<Vec<u8>>,
}

pub(super) fn read(pkcs1: &[u8], form: &'static str) -> Result<PrivateKey, KeyError> {
    let problem = "its RSA numbers do not belong together";
    let pair = RsaKeyPair::from_der(pkcs1).map_err(|_| KeyError::Damaged { form, problem })?;
    Ok(Box::new(Rsa {
        pair,
        pkcs1: Zeroizing::new(pkcs1.to_vec()),
    }))
}

impl Backend for Rsa {
    fn kind(&self) -> KeyKind {
        KeyKind::Rsa
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningFailed> {
        let mut signature = vec![0; self.pair.public().modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .map_err(|_| SigningFailed(KeyKind::Rsa))?;
        Ok(signature)
    }

    fn public_key_der(&self) -> Vec<u8> {
        der::public_key_info(ALGORITHM, self.pair.public_key().as_ref())
    }

    fn private_key_der(&self) -> Zeroizing<Vec<u8>> {
        der::private_key_info(ALGORITHM, &self.pkcs1)
    }
}

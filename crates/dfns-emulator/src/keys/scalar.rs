//! Keys as secret sharing knows them: a scalar of the curve. On ed25519 such a key has no seed behind it.
//!
//! Invariant: a key and the key made of its scalar have the same public half, and each signs what the other verifies.

use ed25519_dalek::hazmat::{ExpandedSecretKey, raw_sign};
use sha2::{Digest, Sha512};
use zeroize::Zeroizing;

use super::error::KeyError;
use super::material::{Curve, KeyMaterial, RawSignature, Scheme, SecretForm};

impl KeyMaterial {
    /// The key of a big-endian scalar.
    ///
    /// # Errors
    /// [`KeyError::UnsupportedKey`] for a combination the emulator does not hold; [`KeyError::InvalidPrivateKey`] if
    /// the bytes are zero, or not below the order of the group.
    pub(crate) fn from_scalar(scheme: Scheme, curve: Curve, scalar: &[u8; 32]) -> Result<Self, KeyError> {
        if (scheme, curve) != (Scheme::EdDsa, Curve::Ed25519) {
            return Self::from_secret(scheme, curve, scalar, None);
        }
        let expanded = expanded(scalar).ok_or(KeyError::InvalidPrivateKey {
            expected: "a scalar of ed25519: not zero, and below the order of the group",
        })?;
        let public_key = ed25519_dalek::VerifyingKey::from(&expanded).to_bytes().to_vec();
        Ok(Self {
            scheme,
            curve,
            form: SecretForm::Scalar,
            secret: Zeroizing::new(*scalar),
            chain_code: Zeroizing::default(),
            public_key,
            ecdsa: None,
        })
    }

    /// The private key as a big-endian scalar. From that of an ed25519 key, its seed cannot be found again.
    pub(crate) fn shared_scalar(&self) -> Zeroizing<[u8; 32]> {
        match self.form {
            SecretForm::Scalar => self.secret.clone(),
            SecretForm::Seed => {
                let mut scalar = Zeroizing::new(ExpandedSecretKey::from(&*self.secret).scalar.to_bytes());
                scalar.reverse();
                scalar
            }
        }
    }

    /// Signs with an ed25519 key that has no seed.
    pub(super) fn sign_with_scalar(&self, message: &[u8]) -> Result<RawSignature, KeyError> {
        let expanded = expanded(&self.secret).ok_or(KeyError::OutsideGroup)?;
        let signature = raw_sign::<Sha512>(&expanded, message, &ed25519_dalek::VerifyingKey::from(&expanded));
        Ok(RawSignature::from_halves(&signature.to_bytes(), None))
    }
}

/// The scalar, and what its nonces are made of: a hash of it takes the place of the seed's second half.
fn expanded(big_endian: &[u8; 32]) -> Option<ExpandedSecretKey> {
    let mut bytes = Zeroizing::new(*big_endian);
    bytes.reverse();
    let scalar = curve25519_dalek::Scalar::from_canonical_bytes(*bytes).into_option()?;
    let hash = Zeroizing::new(<[u8; 64]>::from(
        Sha512::new()
            .chain_update("nonce of")
            .chain_update(&bytes[..])
            .finalize(),
    ));
    let mut hash_prefix = [0; 32];
    hash_prefix.copy_from_slice(&hash[..32]);
    (scalar != curve25519_dalek::Scalar::ZERO).then_some(ExpandedSecretKey { scalar, hash_prefix })
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::Verifier as _;

    use super::*;

    #[test]
    fn a_key_and_the_key_of_its_scalar_sign_for_the_same_public_key() {
        for (scheme, curve) in [
            (Scheme::EdDsa, Curve::Ed25519),
            (Scheme::Ecdsa, Curve::Secp256k1),
            (Scheme::Schnorr, Curve::Secp256k1),
        ] {
            let key = KeyMaterial::derive(b"seed", "key-1", scheme, curve).unwrap();
            let imported = KeyMaterial::from_scalar(scheme, curve, &key.shared_scalar()).unwrap();
            assert_eq!(imported.public_key(), key.public_key());
            assert_eq!(imported.shared_scalar(), key.shared_scalar());
        }
    }

    #[test]
    fn a_signature_of_an_ed25519_scalar_verifies() {
        let key = KeyMaterial::derive(b"seed", "key-1", Scheme::EdDsa, Curve::Ed25519).unwrap();
        let imported = KeyMaterial::from_scalar(Scheme::EdDsa, Curve::Ed25519, &key.shared_scalar()).unwrap();
        let signature = imported.sign_message(b"message").unwrap().to_bytes();
        let public: [u8; 32] = key.public_key().try_into().unwrap();
        let verifying = ed25519_dalek::VerifyingKey::from_bytes(&public).unwrap();
        verifying
            .verify(b"message", &ed25519_dalek::Signature::from_bytes(&signature))
            .unwrap();
        assert_ne!(
            imported.sign_message(b"other").unwrap().to_bytes()[..32],
            signature[..32]
        );
    }

    #[test]
    fn zero_and_what_is_not_below_the_order_are_no_scalars() {
        for scalar in [[0; 32], [0xff; 32]] {
            for (scheme, curve) in [(Scheme::EdDsa, Curve::Ed25519), (Scheme::Ecdsa, Curve::Secp256k1)] {
                let refused = KeyMaterial::from_scalar(scheme, curve, &scalar);
                assert!(matches!(refused, Err(KeyError::InvalidPrivateKey { .. })));
            }
        }
    }

    #[test]
    fn an_ed25519_scalar_has_no_children() {
        let key = KeyMaterial::from_scalar(Scheme::EdDsa, Curve::Ed25519, &[1; 32]).unwrap();
        let path = super::super::DerivationPath::parse("m/0'").unwrap();
        assert!(matches!(key.child(&path), Err(KeyError::InvalidPath { .. })));
    }
}

//! What Diffie-Hellman keys are for: one value for each seed that nobody without the key can foresee.
//!
//! Invariant: the same key, domain and seed always give the same value; another domain gives another.

use k256::hash2curve::GroupDigest;
use k256::{ProjectivePoint, PublicKey, Secp256k1};

use super::error::KeyError;
use super::material::{KeyMaterial, Scheme};

impl KeyMaterial {
    /// The key times the point that `seed` hashes to in `domain` (RFC 9380, `secp256k1_XMD:SHA-256_SSWU_RO_`), as a
    /// compressed point.
    ///
    /// # Errors
    /// [`KeyError::UnsupportedKey`] if the key signs; [`KeyError::InvalidInput`] if the domain is empty.
    pub(crate) fn derive_output(&self, domain: &[u8], seed: &[u8]) -> Result<Vec<u8>, KeyError> {
        if self.scheme() != Scheme::DiffieHellman {
            return Err(KeyError::UnsupportedKey {
                scheme: self.scheme(),
                curve: self.curve(),
            });
        }
        let point = hash_to_curve(domain, seed)? * *self.scalar()?;
        let point = PublicKey::from_affine(point.to_affine()).map_err(|_| KeyError::OutsideGroup)?;
        Ok(point.to_sec1_bytes().to_vec())
    }
}

fn hash_to_curve(domain: &[u8], message: &[u8]) -> Result<ProjectivePoint, KeyError> {
    Secp256k1::hash_from_bytes(&[message], &[domain])
        .map_err(|_| KeyError::input("domain", "expected at least one byte"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Curve;
    use crate::keys::hex::encode;

    /// RFC 9380, appendix J.8.1.
    #[test]
    fn points_are_those_of_the_standard() {
        let domain = b"QUUX-V01-CS02-with-secp256k1_XMD:SHA-256_SSWU_RO_";
        for (message, x) in [
            ("", "c1cae290e291aee617ebaef1be6d73861479c48b841eaba9b7b5852ddfeb1346"),
            (
                "abc",
                "3377e01eab42db296b512293120c6cee72b6ecf9f9205760bd9ff11fb3cb2c4b",
            ),
        ] {
            let point = hash_to_curve(domain, message.as_bytes()).unwrap().to_affine();
            assert_eq!(encode(&PublicKey::from_affine(point).unwrap().to_sec1_bytes()[1..]), x);
        }
    }

    #[test]
    fn the_output_depends_on_key_domain_and_seed() {
        let key = |id| KeyMaterial::derive(b"seed", id, Scheme::DiffieHellman, Curve::Secp256k1).unwrap();
        let output = key("key-1").derive_output(b"domain", b"seed").unwrap();
        assert_eq!(output.len(), 33);
        assert_eq!(output, key("key-1").derive_output(b"domain", b"seed").unwrap());
        assert_ne!(output, key("key-2").derive_output(b"domain", b"seed").unwrap());
        assert_ne!(output, key("key-1").derive_output(b"other", b"seed").unwrap());
        assert_ne!(output, key("key-1").derive_output(b"domain", b"other").unwrap());
    }

    #[test]
    fn a_signing_key_derives_nothing_and_an_empty_domain_is_refused() {
        let signing = KeyMaterial::derive(b"seed", "key-1", Scheme::Ecdsa, Curve::Secp256k1).unwrap();
        assert!(matches!(
            signing.derive_output(b"domain", b""),
            Err(KeyError::UnsupportedKey { .. })
        ));
        let key = KeyMaterial::derive(b"seed", "key-1", Scheme::DiffieHellman, Curve::Secp256k1).unwrap();
        assert!(matches!(
            key.derive_output(b"", b""),
            Err(KeyError::InvalidInput { field: "domain", .. })
        ));
    }
}

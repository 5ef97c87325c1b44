//! Child keys: BIP-32 on secp256k1, the same with scalars below 2^251 on stark, SLIP-10 on ed25519.
//!
//! Invariant: a path names one key. Ed25519 has no children without hardening, and says so instead of inventing one.

use hmac::{Hmac, KeyInit, Mac};
use k256::elliptic_curve::PrimeField;
use k256::{FieldBytes, Scalar};
use sha2::Sha512;
use zeroize::Zeroizing;

use super::error::KeyError;
use super::material::{Curve, KeyMaterial, SecretForm};
use super::stark;

const HARDENED: u32 = 1 << 31;

/// A parsed path such as `m/44'/60'/0'/0/3`; hardened steps carry the top bit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DerivationPath {
    text: String,
    steps: Vec<u32>,
}

impl DerivationPath {
    /// Reads a path: `m`, then up to 255 numbers below 2^31 after `/`, hardened with `'`, `h` or `H`.
    ///
    /// # Errors
    /// [`KeyError::InvalidPath`] that says what is wrong.
    pub(crate) fn parse(text: &str) -> Result<Self, KeyError> {
        let invalid = |problem| KeyError::InvalidPath {
            path: text.to_owned(),
            problem,
        };
        let mut parts = text.split('/');
        if parts.next() != Some("m") {
            return Err(invalid("it must begin with m"));
        }
        let mut steps = Vec::new();
        for part in parts {
            let (digits, hardened) = match part.strip_suffix(['\'', 'h', 'H']) {
                Some(digits) => (digits, HARDENED),
                None => (part, 0),
            };
            if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
                return Err(invalid("every step must be a number"));
            }
            let index = digits.parse::<u32>().ok().filter(|index| *index < HARDENED);
            steps.push(index.ok_or_else(|| invalid("every step must be below 2^31"))? | hardened);
        }
        if steps.len() > 255 {
            return Err(invalid("more than 255 steps"));
        }
        Ok(Self {
            text: text.to_owned(),
            steps,
        })
    }

    /// The path in the one spelling that all spellings of it share: without zeros in front, hardened with `'`.
    ///
    /// # Errors
    /// [`KeyError::InvalidPath`] for `m` alone, which names no child but the master key itself.
    pub(crate) fn of_child(&self) -> Result<String, KeyError> {
        if self.steps.is_empty() {
            return Err(KeyError::InvalidPath {
                path: self.text.clone(),
                problem: "it names the master key itself",
            });
        }
        let step = |step: &u32| match step & HARDENED {
            0 => format!("/{step}"),
            _ => format!("/{}'", step & !HARDENED),
        };
        Ok(format!("m{}", self.steps.iter().map(step).collect::<String>()))
    }
}

impl KeyMaterial {
    /// The child at a path below this key, of the same scheme.
    ///
    /// # Errors
    /// [`KeyError::InvalidPath`] for a step without hardening on ed25519.
    pub(crate) fn child(&self, path: &DerivationPath) -> Result<Self, KeyError> {
        path.steps
            .iter()
            .try_fold(self.clone(), |key, step| key.step(*step, path))
    }

    fn step(&self, index: u32, path: &DerivationPath) -> Result<Self, KeyError> {
        let hardened = index & HARDENED != 0;
        if self.curve == Curve::Ed25519 && self.form == SecretForm::Scalar {
            return Err(KeyError::InvalidPath {
                path: path.text.clone(),
                problem: "an imported key on ed25519 has no seed to derive from",
            });
        }
        if self.curve == Curve::Ed25519 && !hardened {
            return Err(KeyError::InvalidPath {
                path: path.text.clone(),
                problem: "every step must be hardened on ed25519",
            });
        }
        let mut mac = Hmac::<Sha512>::new_from_slice(&self.chain_code[..]).map_err(|_| KeyError::OutsideGroup)?;
        if hardened {
            mac.update(&[0]);
            mac.update(&self.secret[..]);
        } else {
            mac.update(self.public_key());
        }
        mac.update(&index.to_be_bytes());
        let output: Zeroizing<[u8; 64]> = Zeroizing::new(mac.finalize().into_bytes().into());
        let (mut left, mut chain_code) = (Zeroizing::new([0; 32]), Zeroizing::new([0; 32]));
        left.copy_from_slice(&output[..32]);
        chain_code.copy_from_slice(&output[32..]);
        if self.curve == Curve::Secp256k1 {
            let tweak = Scalar::from_repr(FieldBytes::from(*left))
                .into_option()
                .ok_or(KeyError::OutsideGroup)?;
            *left = (*self.scalar()? + tweak).to_bytes().into();
        }
        if self.curve == Curve::Stark {
            let secret = stark::Scalar::from_bytes(&self.secret).ok_or(KeyError::OutsideGroup)?;
            *left = (secret + stark::Scalar::from_random(&left)).to_bytes();
        }
        Self::from_secret(self.scheme, self.curve, &left, Some(&chain_code))
    }
}

#[cfg(test)]
mod tests {
    use hmac::{Hmac, KeyInit, Mac};
    use sha2::Sha512;

    use super::DerivationPath;
    use crate::keys::error::KeyError;
    use crate::keys::hex::{decode, encode};
    use crate::keys::material::{Curve, KeyMaterial, Scheme};
    use crate::keys::stark;

    fn secret_at(path: &str, scheme: Scheme, curve: Curve) -> String {
        let salt: &[u8] = if curve == Curve::Ed25519 {
            b"ed25519 seed"
        } else {
            b"Bitcoin seed"
        };
        let mut mac = Hmac::<Sha512>::new_from_slice(salt).unwrap();
        mac.update(&decode("000102030405060708090a0b0c0d0e0f").unwrap());
        let output = mac.finalize().into_bytes();
        let (secret, chain_code) = output.split_at(32);
        let (secret, chain_code) = (secret.try_into().unwrap(), chain_code.try_into().unwrap());
        let master = KeyMaterial::from_secret(scheme, curve, &secret, Some(&chain_code)).unwrap();
        encode(&master.child(&DerivationPath::parse(path).unwrap()).unwrap().secret()[..])
    }

    #[test]
    fn secp256k1_children_are_those_of_bip32_vector_1() {
        for (path, secret) in [
            ("m", "e8f32e723decf4051aefac8e2c93c9c5b214313817cdb01a1494b917c8436b35"),
            (
                "m/0'",
                "edb2e14f9ee77d26dd93b4ecede8d16ed408ce149b6cd80b0715a2d911a0afea",
            ),
            (
                "m/0h/1",
                "3c6cb8d0f6a264c91ea8b5030fadaa8e538b020f0a387421a12de9319dc93368",
            ),
            (
                "m/0'/1/2'/2/1000000000",
                "471b76e389e528d6de6d816857e012c5455051cad6660850e58372a6c3e6e7c8",
            ),
        ] {
            assert_eq!(secret_at(path, Scheme::Ecdsa, Curve::Secp256k1), secret, "{path}");
        }
    }

    #[test]
    fn ed25519_children_are_those_of_slip10_vector_1() {
        for (path, secret) in [
            ("m", "2b4be7f19ee27bbf30c667b642d5f4aa69fd169872f8fc3059c08ebae2eb19e7"),
            (
                "m/0'",
                "68e0fe46dfb67e368c75379acec591dad19df3cde26e63b93a8e704f1dade7a3",
            ),
            (
                "m/0'/1'/2'/2'/1000000000'",
                "8f94d394a8e8fd6b1bc2f3f49f5c47e385281d5c17e65324b0f62483e37e8793",
            ),
        ] {
            assert_eq!(secret_at(path, Scheme::EdDsa, Curve::Ed25519), secret, "{path}");
        }
    }

    #[test]
    fn a_child_on_stark_is_its_parent_and_a_tweak() {
        let parent = KeyMaterial::derive(b"seed", "key-1", Scheme::Ecdsa, Curve::Stark).unwrap();
        let paths = ["m/0", "m/1", "m/0'", "m/0/0"];
        let children: std::collections::BTreeSet<Vec<u8>> = paths
            .map(|path| {
                let child = parent.child(&DerivationPath::parse(path).unwrap()).unwrap();
                assert!(stark::point_of(child.public_key()).is_some());
                child.public_key().to_vec()
            })
            .into();
        assert_eq!(children.len(), paths.len());
        // From the public key and the chain code alone, as nobody with a hardened step could.
        let mut mac = Hmac::<Sha512>::new_from_slice(&parent.chain_code[..]).unwrap();
        mac.update(parent.public_key());
        mac.update(&[0; 4]);
        let tweak: [u8; 32] = mac.finalize().into_bytes()[..32].try_into().unwrap();
        let tweak = stark::point(stark::Scalar::from_random(&tweak));
        let child = stark::point_of(parent.public_key()).unwrap() + tweak;
        assert!(children.contains(&stark::compressed(&child)));
    }

    #[test]
    fn all_spellings_of_a_path_are_one_and_the_master_key_is_no_child() {
        let spelled = |text: &str| DerivationPath::parse(text).unwrap().of_child();
        for text in ["m/44'/0'/7", "m/44h/0H/7", "m/044'/00h/07"] {
            assert_eq!(spelled(text).unwrap(), "m/44'/0'/7");
        }
        assert!(matches!(spelled("m"), Err(KeyError::InvalidPath { .. })));
    }

    #[test]
    fn ed25519_refuses_a_step_without_hardening() {
        let key = KeyMaterial::derive(b"seed", "key-1", Scheme::EdDsa, Curve::Ed25519).unwrap();
        let refused = key.child(&DerivationPath::parse("m/44'/501'/0").unwrap());
        assert!(matches!(refused, Err(KeyError::InvalidPath { .. })));
    }

    #[test]
    fn a_malformed_path_is_refused() {
        for path in [
            "",
            "44'/60'",
            "m/",
            "m//1",
            "m/x",
            "m/+1",
            "m/2147483648",
            "m/1''",
            "M/1",
        ] {
            assert!(
                matches!(DerivationPath::parse(path), Err(KeyError::InvalidPath { .. })),
                "{path}"
            );
        }
    }
}

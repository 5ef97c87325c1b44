//! The keys that were used lately, so that the same key is not derived anew for each transaction.
//!
//! Invariant: what is found here is what deriving it would give; so it holds for one seed, and is thrown away with it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::error::KeyError;
use super::material::{Curve, KeyMaterial, Scheme};

/// How many keys are remembered at most.
const MOST: usize = 1_024;

/// Keys that follow from one seed.
#[derive(Default)]
pub(crate) struct Materials(Mutex<HashMap<(String, Scheme, Curve), KeyMaterial>>);

impl std::fmt::Debug for Materials {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Materials(…)")
    }
}

impl Materials {
    /// The key that belongs to an id under the seed, as [`KeyMaterial::derive`] makes it.
    ///
    /// # Errors
    /// Those of [`KeyMaterial::derive`].
    pub(crate) fn derive(
        &self,
        seed: &[u8],
        key_id: &str,
        scheme: Scheme,
        curve: Curve,
    ) -> Result<KeyMaterial, KeyError> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let name = (key_id.to_owned(), scheme, curve);
        if let Some(material) = known.get(&name) {
            return Ok(material.clone());
        }
        let material = KeyMaterial::derive(seed, key_id, scheme, curve)?;
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(name, material.clone());
        Ok(material)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_the_same_whether_it_is_remembered_or_not_and_few_are() {
        let materials = Materials::default();
        let of = |id: &str, scheme| materials.derive(b"seed", id, scheme, Curve::Secp256k1).unwrap();
        for id in ["a", "b", "a"] {
            for scheme in [Scheme::Ecdsa, Scheme::Schnorr] {
                let made = KeyMaterial::derive(b"seed", id, scheme, Curve::Secp256k1).unwrap();
                let found = of(id, scheme);
                assert_eq!((found.public_key(), found.secret()), (made.public_key(), made.secret()));
            }
        }
        assert_eq!(materials.0.lock().unwrap().len(), 4);
        for number in 0..MOST {
            of(&number.to_string(), Scheme::Ecdsa);
        }
        assert!(materials.0.lock().unwrap().len() <= MOST);
    }
}

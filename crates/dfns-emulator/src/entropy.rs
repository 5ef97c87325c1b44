//! Everything random that the emulator makes: one seed, from which each draw follows.
//!
//! Invariant: the same seed and the same calls give the same ids, challenges and keys. Without a seed of the user's,
//! the seed comes from the operating system and is as unguessable as the key material that hangs on it.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// The 32 bytes that everything random follows from.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Seed([u8; 32]);

impl Seed {
    /// The seed of `--seed N`.
    pub(crate) fn of_number(number: u64) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"dfns-emulator seed");
        hash.update(number.to_be_bytes());
        Self(hash.finalize().into())
    }

    /// A seed from the operating system.
    ///
    /// # Errors
    /// If the operating system has no randomness to give.
    pub(crate) fn from_system() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// The seed that a data file holds.
    pub(crate) fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, for the data file and for the derivation of wallet keys. They are a secret.
    pub(crate) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The bytes that belong to `label`, always the same ones: `HMAC-SHA256(seed, label || parts…)`, each part with
    /// its length before it, so that no two lists of parts run together.
    pub(crate) fn derive(&self, label: &str, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).unwrap_or_else(|_| unreachable!("any length is a key"));
        for part in std::iter::once(&label.as_bytes()).chain(parts) {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// The bytes of draw number `counter`.
    pub(crate) fn draw(&self, counter: u64) -> [u8; 32] {
        self.derive("draw", &[&counter.to_be_bytes()])
    }
}

impl std::fmt::Debug for Seed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Seed(…)")
    }
}

/// Writes 32 random bytes as an id in the form of the API, `wa-xxxxx-xxxxx-xxxxxxxxxxxxxxxx` with 130 random bits.
pub(crate) fn id_text(prefix: &str, random: &[u8; 32]) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";
    let symbols: String = random[..26]
        .iter()
        .map(|byte| char::from(ALPHABET[usize::from(byte & 31)]))
        .collect();
    format!("{prefix}-{}-{}-{}", &symbols[..5], &symbols[5..10], &symbols[10..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_follow_from_seed_and_counter() {
        let seed = Seed::of_number(7);
        assert_eq!(seed.draw(1), Seed::of_number(7).draw(1));
        assert_ne!(seed.draw(1), seed.draw(2));
        assert_ne!(seed.draw(1), Seed::of_number(8).draw(1));
    }

    #[test]
    fn derived_parts_do_not_run_together() {
        let seed = Seed::of_number(7);
        assert_ne!(seed.derive("a", &[b"bc", b"d"]), seed.derive("a", &[b"b", b"cd"]));
    }

    #[test]
    fn ids_have_the_form_of_the_api() {
        let id = id_text("wa", &Seed::of_number(7).draw(1));
        let groups: Vec<&str> = id.split('-').collect();
        assert_eq!(
            groups.iter().map(|group| group.len()).collect::<Vec<_>>(),
            [2, 5, 5, 16]
        );
        assert!(
            groups[1..]
                .concat()
                .chars()
                .all(|c| c.is_ascii_digit() || ('a'..='v').contains(&c)),
            "{id}"
        );
    }

    #[test]
    fn the_seed_is_not_printed() {
        assert_eq!(format!("{:?}", Seed::of_number(7)), "Seed(…)");
    }
}

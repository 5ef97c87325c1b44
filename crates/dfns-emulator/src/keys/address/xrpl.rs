//! Addresses of the XRP Ledger: the hash of the key in the ledger's own base 58.

use bs58::Alphabet;

use super::{AddressProblem, KeyError, ed25519, secp256k1};
use crate::keys::material::Scheme;
use crate::keys::{base58check, digest};

const ACCOUNT: u8 = 0;
/// Ed25519 keys are told from secp256k1 keys by this byte in front.
const ED25519_MARK: u8 = 0xed;

pub(super) fn encode(scheme: Scheme, public_key: &[u8]) -> Result<String, KeyError> {
    let hash = match scheme {
        Scheme::EdDsa => digest::hash160(&[&[ED25519_MARK], &ed25519(public_key)?]),
        _ => digest::hash160(&[&secp256k1(public_key)?]),
    };
    Ok(base58check::encode(&[&[ACCOUNT][..], &hash].concat(), Alphabet::RIPPLE))
}

pub(super) fn validate(text: &str) -> Result<(), AddressProblem> {
    let malformed = AddressProblem::Malformed {
        expected: "a classic address: r and up to 34 base58 characters",
    };
    let length = bs58::decode(text)
        .with_alphabet(Alphabet::RIPPLE)
        .into_vec()
        .map_err(|_| malformed)?
        .len();
    if length != 25 || !text.starts_with('r') {
        return Err(malformed);
    }
    base58check::decode(text, Alphabet::RIPPLE)
        .map(|_| ())
        .ok_or(AddressProblem::WrongChecksum)
}

//! Addresses of the EVM family: the last 20 bytes of the Keccak-256 of the point.
//!
//! Invariant: what is written is lower case, as the API writes it; mixed case is read only with a right EIP-55 checksum.

use super::{AddressProblem, KeyError};
use crate::keys::{digest, hex};

const EXPECTED: &str = "0x and 40 hexadecimal digits";

/// The 20 bytes of the address of a key.
pub(crate) fn of_key(public_key: &[u8]) -> Result<[u8; 20], KeyError> {
    let invalid = || KeyError::InvalidPublicKey {
        expected: "a secp256k1 point",
        length: public_key.len(),
    };
    let key = k256::ecdsa::VerifyingKey::from_sec1_bytes(public_key).map_err(|_| invalid())?;
    let point = key.to_sec1_point(false);
    let hash = digest::keccak256(&[&point.as_bytes()[1..]]);
    hash[12..].try_into().map_err(|_| invalid())
}

pub(super) fn encode(public_key: &[u8]) -> Result<String, KeyError> {
    Ok(hex::encode_prefixed(&of_key(public_key)?))
}

/// The EIP-55 form: a letter is upper case where the hash of the lower-case text has a high digit.
pub(crate) fn checksummed(address: &[u8; 20]) -> String {
    let lower = hex::encode(address);
    let hash = hex::encode(&digest::keccak256(&[lower.as_bytes()]));
    let letters = lower.chars().zip(hash.bytes());
    "0x".chars()
        .chain(letters.map(|(letter, hash)| {
            if hash >= b'8' {
                letter.to_ascii_uppercase()
            } else {
                letter
            }
        }))
        .collect()
}

pub(super) fn validate(text: &str) -> Result<(), AddressProblem> {
    let malformed = AddressProblem::Malformed { expected: EXPECTED };
    let digits = text.strip_prefix("0x").ok_or(malformed)?;
    let bytes = hex::decode_array::<20>(text)
        .filter(|_| digits.len() == 40)
        .ok_or(malformed)?;
    let mixed = digits.bytes().any(|digit| digit.is_ascii_uppercase())
        && digits.bytes().any(|digit| digit.is_ascii_lowercase());
    if mixed && checksummed(&bytes) != text {
        return Err(AddressProblem::WrongChecksum);
    }
    Ok(())
}

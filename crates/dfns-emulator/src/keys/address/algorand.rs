//! Addresses of Algorand: the key and the last four bytes of its SHA-512/256, in base 32.

use super::AddressProblem;
use crate::keys::{base32, digest};

pub(super) fn encode(key: &[u8; 32]) -> String {
    base32::encode(&[&key[..], &digest::sha512_256(&[key])[28..]].concat())
}

pub(super) fn validate(text: &str) -> Result<(), AddressProblem> {
    let malformed = AddressProblem::Malformed {
        expected: "58 characters of base 32",
    };
    let bytes = base32::decode(text)
        .filter(|bytes| bytes.len() == 36)
        .ok_or(malformed)?;
    if digest::sha512_256(&[&bytes[..32]])[28..] == bytes[32..] {
        Ok(())
    } else {
        Err(AddressProblem::WrongChecksum)
    }
}

//! Addresses of Tron: the 20 bytes of the EVM rule after 0x41, in base58check.

use bs58::Alphabet;

use super::{AddressProblem, KeyError, evm};
use crate::keys::base58check;

const VERSION: u8 = 0x41;

pub(super) fn encode(public_key: &[u8]) -> Result<String, KeyError> {
    Ok(base58check::encode(
        &[&[VERSION][..], &evm::of_key(public_key)?].concat(),
        Alphabet::BITCOIN,
    ))
}

pub(super) fn validate(text: &str) -> Result<(), AddressProblem> {
    let malformed = AddressProblem::Malformed {
        expected: "T and 33 base58 characters",
    };
    if text.len() != 34 || !text.starts_with('T') || bs58::decode(text).into_vec().is_err() {
        return Err(malformed);
    }
    match base58check::decode(text, Alphabet::BITCOIN) {
        Some(payload) if payload.len() == 21 && payload[0] == VERSION => Ok(()),
        Some(_) => Err(malformed),
        None => Err(AddressProblem::WrongChecksum),
    }
}

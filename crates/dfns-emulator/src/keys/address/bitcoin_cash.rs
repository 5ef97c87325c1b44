//! Addresses of Bitcoin Cash: CashAddr, paying to the hash of a key.

use super::{AddressProblem, KeyError, bitcoin, polymod, secp256k1};
use crate::keys::digest;

/// Type bits 0 (key hash), size bits 0 (20 bytes).
const KEY_HASH: u8 = 0;
/// The largest version byte: the top bit is reserved.
const LARGEST_VERSION: u8 = 0x7f;

pub(super) fn encode(prefix: &str, public_key: &[u8]) -> Result<String, KeyError> {
    let hash = digest::hash160(&[&secp256k1(public_key)?]);
    Ok(polymod::encode(prefix, &[&[KEY_HASH][..], &hash].concat()))
}

/// The text of a payload: the kind of the hash, then the hash.
pub(super) fn of_payload(prefix: &str, payload: &[u8]) -> String {
    polymod::encode(prefix, payload)
}

/// A CashAddr with its prefix, which may be left out; nothing if it is none.
pub(super) fn with_prefix(prefix: &str, text: &str) -> Option<String> {
    let payload = polymod::decode(prefix, true, text).ok()?;
    Some(polymod::encode(prefix, &payload))
}

pub(super) fn validate(prefix: &str, base58_versions: &[u8], text: &str) -> Result<(), AddressProblem> {
    let legacy = bitcoin::validate_base58(base58_versions, text);
    if !matches!(legacy, Err(AddressProblem::Malformed { .. })) {
        return legacy;
    }
    let payload = polymod::decode(prefix, true, text)?;
    let expected = AddressProblem::Malformed {
        expected: "a CashAddr address",
    };
    let version = *payload
        .first()
        .filter(|version| **version <= LARGEST_VERSION)
        .ok_or(expected)?;
    let size = [20, 24, 28, 32, 40, 48, 56, 64][usize::from(version & 7)];
    if payload.len() == size + 1 {
        Ok(())
    } else {
        Err(expected)
    }
}

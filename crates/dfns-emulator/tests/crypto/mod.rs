//! Checks of signatures, written against the standards and not against the emulator.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test that called")]

use serde_json::Value;
use sha3::{Digest, Keccak256};

/// The bytes of a field of hexadecimal text, with or without `0x`.
pub(crate) fn bytes(text: &Value) -> Vec<u8> {
    let text = text.as_str().unwrap_or_else(|| panic!("{text} is no text"));
    let digits = text.strip_prefix("0x").unwrap_or(text);
    (0..digits.len())
        .step_by(2)
        .map(|place| u8::from_str_radix(&digits[place..place + 2], 16).unwrap())
        .collect()
}

/// The bytes as hexadecimal text after `0x`.
pub(crate) fn hex(bytes: &[u8]) -> String {
    dfns_types::Hex::from_bytes(bytes).to_string()
}

pub(crate) fn keccak(bytes: &[u8]) -> [u8; 32] {
    Keccak256::digest(bytes).into()
}

/// The address of EVM networks that signed, from r, s and v.
pub(crate) fn evm_signer(digest: &[u8; 32], encoded: &[u8]) -> String {
    assert_eq!(encoded.len(), 65);
    let signature = k256::ecdsa::Signature::from_slice(&encoded[..64]).unwrap();
    let recovery = k256::ecdsa::RecoveryId::from_byte(encoded[64] - 27).unwrap();
    let key = k256::ecdsa::VerifyingKey::recover_from_prehash(digest, &signature, recovery).unwrap();
    hex(&keccak(&key.to_sec1_point(false).as_bytes()[1..])[12..])
}

/// r and s of an answer, one after the other.
pub(crate) fn halves(answer: &Value) -> Vec<u8> {
    let signature = &answer["signature"];
    [bytes(&signature["r"]), bytes(&signature["s"])].concat()
}

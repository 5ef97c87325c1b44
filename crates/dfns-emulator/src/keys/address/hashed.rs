//! Addresses that are a key, or the hash of a key, in hexadecimal: Aptos, Sui, Iota, Near, Kadena.

use super::AddressProblem;
use crate::keys::{digest, hex};

/// The mark of a single ed25519 key, in Aptos behind the key, in Sui before it.
const ED25519_MARK: u8 = 0;

pub(super) fn aptos(key: &[u8; 32]) -> String {
    hex::encode_prefixed(&digest::sha3_256(&[key, &[ED25519_MARK]]))
}

pub(super) fn sui(key: &[u8; 32]) -> String {
    hex::encode_prefixed(&digest::blake2b_256(&[&[ED25519_MARK], key]))
}

pub(super) fn iota(key: &[u8; 32]) -> String {
    hex::encode_prefixed(&digest::blake2b_256(&[key]))
}

/// The implicit account of a key.
pub(super) fn near(key: &[u8; 32]) -> String {
    hex::encode(key)
}

/// The principal account of a key.
pub(super) fn kadena(key: &[u8; 32]) -> String {
    format!("k:{}", hex::encode(key))
}

pub(super) fn validate_32_bytes(text: &str) -> Result<(), AddressProblem> {
    let fits = text.starts_with("0x") && hex::decode_array::<32>(text).is_some();
    if fits {
        Ok(())
    } else {
        Err(AddressProblem::Malformed {
            expected: "0x and 64 hexadecimal digits",
        })
    }
}

/// The system accounts 0x0 to 0xf may be written short.
pub(super) fn validate_aptos(text: &str) -> Result<(), AddressProblem> {
    match text.strip_prefix("0x") {
        Some(digit) if digit.len() == 1 && digit.bytes().all(|digit| digit.is_ascii_hexdigit()) => Ok(()),
        _ => validate_32_bytes(text),
    }
}

/// An account id: 2 to 64 small letters and digits, with single `-`, `_` or `.` between them.
pub(super) fn validate_near(text: &str) -> Result<(), AddressProblem> {
    let parts_fit = text.split(['-', '_', '.']).all(|part| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    });
    if parts_fit && (2..=64).contains(&text.len()) {
        Ok(())
    } else {
        Err(AddressProblem::Malformed {
            expected: "an account id of 2 to 64 characters",
        })
    }
}

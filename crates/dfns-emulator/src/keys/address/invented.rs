//! Account names that a chain assigns, and no key determines: Hedera, Canton, Concordium.
//!
//! Invariant: the invented value has the form of a real one and depends on nothing but the key.

use bs58::Alphabet;

use super::AddressProblem;
use crate::keys::{base58check, digest, hex};

const CONCORDIUM_VERSION: u8 = 1;
/// The largest text taken for an address where no public rule exists.
const LONGEST_TEXT: usize = 256;

fn hash(chain: &str, key: &[u8]) -> [u8; 32] {
    digest::sha256(&[chain.as_bytes(), &[0], key])
}

/// An account `0.0.number`, above the accounts that Hedera keeps for itself.
pub(super) fn hedera(key: &[u8]) -> String {
    let hash = hash("hedera", key);
    let number = u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]);
    format!("0.0.{}", 1_000_000 + u64::from(number))
}

/// A party: a hint, then the multihash of the key.
pub(super) fn canton(key: &[u8]) -> String {
    let hash = hash("canton", key);
    format!("dfns-{}::1220{}", hex::encode(&hash[..8]), hex::encode(&hash))
}

pub(super) fn concordium(key: &[u8]) -> String {
    base58check::encode(
        &[&[CONCORDIUM_VERSION][..], &hash("concordium", key)].concat(),
        Alphabet::BITCOIN,
    )
}

pub(super) fn validate_hedera(text: &str) -> Result<(), AddressProblem> {
    let malformed = AddressProblem::Malformed {
        expected: "0.0.number, 0.0.alias, or 0x and 40 hexadecimal digits",
    };
    let is_hex = |digits: &str| digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    if let Some(digits) = text.strip_prefix("0x") {
        return if digits.len() == 40 && is_hex(digits) {
            Ok(())
        } else {
            Err(malformed)
        };
    }
    let account = text
        .strip_prefix("0.0.")
        .filter(|account| !account.is_empty())
        .ok_or(malformed)?;
    let is_number = account.len() <= 19 && account.bytes().all(|digit| digit.is_ascii_digit());
    let is_alias = is_hex(account) && (account.len() == 40 || (64..=256).contains(&account.len()));
    if is_number || is_alias { Ok(()) } else { Err(malformed) }
}

pub(super) fn validate_concordium(text: &str) -> Result<(), AddressProblem> {
    let malformed = AddressProblem::Malformed {
        expected: "an account address of 50 base58 characters",
    };
    if bs58::decode(text).into_vec().map_err(|_| malformed)?.len() != 37 {
        return Err(malformed);
    }
    match base58check::decode(text, Alphabet::BITCOIN) {
        Some(payload) if payload[0] == CONCORDIUM_VERSION => Ok(()),
        Some(_) => Err(malformed),
        None => Err(AddressProblem::WrongChecksum),
    }
}

pub(super) fn validate_starknet(text: &str) -> Result<(), AddressProblem> {
    let malformed = AddressProblem::Malformed {
        expected: "0x and up to 64 hexadecimal digits, below 2^251",
    };
    let digits = text
        .strip_prefix("0x")
        .filter(|digits| (1..=64).contains(&digits.len()))
        .ok_or(malformed)?;
    let number = hex::decode_array::<32>(&format!("{digits:0>64}")).ok_or(malformed)?;
    if number[0] < 8 { Ok(()) } else { Err(malformed) }
}

/// Any text of printable characters without spaces, of a sane length.
pub(super) fn validate_text(text: &str) -> Result<(), AddressProblem> {
    let printable = text.bytes().all(|byte| byte.is_ascii_graphic());
    if printable && (1..=LONGEST_TEXT).contains(&text.len()) {
        Ok(())
    } else {
        Err(AddressProblem::Malformed {
            expected: "1 to 256 printable characters without spaces",
        })
    }
}

//! Addresses of Stellar: StrKey, a version byte, the key and a CRC-16 in base 32.

use super::AddressProblem;
use crate::keys::base32;

/// `G`: an account.
const ACCOUNT: u8 = 6 << 3;
/// `M`: an account with a memo id of eight bytes behind the key.
const MUXED_ACCOUNT: u8 = 12 << 3;

/// CRC-16/XMODEM, which TON uses as well.
pub(super) fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |state, byte| {
        (0..8).fold(state ^ u16::from(*byte) << 8, |state: u16, _| {
            if state & 0x8000 == 0 {
                state << 1
            } else {
                state << 1 ^ 0x1021
            }
        })
    })
}

pub(super) fn encode(key: &[u8; 32]) -> String {
    let payload = [&[ACCOUNT][..], key].concat();
    base32::encode(&[&payload[..], &crc16(&payload).to_le_bytes()].concat())
}

/// The account behind a text: that of a muxed account is what it begins with.
pub(super) fn owner(text: &str) -> Option<String> {
    validate(text).ok()?;
    let bytes = base32::decode(text)?;
    let key = bytes.get(1..33)?.try_into().ok()?;
    Some(encode(key))
}

pub(super) fn validate(text: &str) -> Result<(), AddressProblem> {
    let malformed = AddressProblem::Malformed {
        expected: "G and 55, or M and 68 characters of base 32",
    };
    let mut bytes = base32::decode(text).ok_or(malformed)?;
    let length_fits = match bytes.first() {
        Some(&ACCOUNT) => bytes.len() == 35,
        Some(&MUXED_ACCOUNT) => bytes.len() == 43,
        _ => false,
    };
    if !length_fits {
        return Err(malformed);
    }
    let checksum = bytes.split_off(bytes.len() - 2);
    if crc16(&bytes).to_le_bytes()[..] == checksum[..] {
        Ok(())
    } else {
        Err(AddressProblem::WrongChecksum)
    }
}

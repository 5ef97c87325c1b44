//! Addresses of Solana: base 58 of the key itself, without a checksum.

use super::AddressProblem;

pub(super) fn encode(key: &[u8; 32]) -> String {
    bs58::encode(key).into_string()
}

/// The 32 bytes of an address.
pub(crate) fn decode(text: &str) -> Option<[u8; 32]> {
    bs58::decode(text).into_vec().ok()?.try_into().ok()
}

pub(super) fn validate(text: &str) -> Result<(), AddressProblem> {
    decode(text).map(|_| ()).ok_or(AddressProblem::Malformed {
        expected: "32 bytes in base 58",
    })
}

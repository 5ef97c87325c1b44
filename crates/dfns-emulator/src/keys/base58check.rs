//! Base 58 with a checksum of four bytes of double SHA-256.
//!
//! Invariant: a text whose checksum is wrong gives no payload.

use super::digest::double_sha256;

/// The text of a payload, in the given alphabet (Bitcoin's, or that of the XRP Ledger).
pub(crate) fn encode(payload: &[u8], alphabet: &bs58::Alphabet) -> String {
    let checksum = double_sha256(&[payload]);
    bs58::encode([payload, &checksum[..4]].concat())
        .with_alphabet(alphabet)
        .into_string()
}

/// The payload of a text, without its checksum.
pub(crate) fn decode(text: &str, alphabet: &bs58::Alphabet) -> Option<Vec<u8>> {
    let mut bytes = bs58::decode(text).with_alphabet(alphabet).into_vec().ok()?;
    let checksum = bytes.split_off(bytes.len().checked_sub(4)?);
    (double_sha256(&[&bytes])[..4] == checksum[..]).then_some(bytes)
}

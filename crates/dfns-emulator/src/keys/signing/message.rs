//! Messages of people, marked so that no one can be a transaction.

use crate::keys::digest::keccak256;

/// EIP-191, version 0x45.
pub(super) fn ethereum(message: &[u8]) -> [u8; 32] {
    marked("\x19Ethereum Signed Message:\n", message)
}

/// TIP-191: the same under Tron's name.
pub(super) fn tron(message: &[u8]) -> [u8; 32] {
    marked("\x19TRON Signed Message:\n", message)
}

fn marked(mark: &str, message: &[u8]) -> [u8; 32] {
    keccak256(&[mark.as_bytes(), message.len().to_string().as_bytes(), message])
}

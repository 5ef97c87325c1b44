//! Extrinsics of Substrate: what is signed, what is sent, and what it pays.
//!
//! Without the metadata of a runtime a call says nothing about itself, not even where it ends. So the payload in bytes is
//! read if it is a transfer, whose form is the same everywhere; other calls have to come as the object that names them.

use serde_json::Value;

use super::{Payment, Reading};
use crate::keys::address::raw;
use crate::keys::cursor::Cursor;
use crate::keys::digest::blake2b_256;
use crate::keys::error::KeyError;
use crate::keys::hex;
use crate::keys::signing::substrate::{Parts, compact, parts, shortened};

/// An extrinsic that is to be signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Extrinsic(Parts);

/// Reads a number in the compact form, of up to 128 bits.
fn read_compact(cursor: &mut Cursor<'_>) -> Option<u128> {
    let first = cursor.byte()?;
    let length = match first & 3 {
        0 => return Some(u128::from(first >> 2)),
        1 => 1,
        2 => 3,
        _ => {
            let digits = cursor.take(usize::from(first >> 2) + 4)?;
            let number = digits.iter().rev().try_fold(0_u128, |number, byte| {
                number.checked_mul(256)?.checked_add(u128::from(*byte))
            });
            return number;
        }
    };
    let digits = cursor.take(length)?;
    let high = digits
        .iter()
        .rev()
        .fold(0, |number: u128, byte| number << 8 | u128::from(*byte));
    Some(high << 6 | u128::from(first >> 2))
}

/// The number of the pallet that holds balances.
fn balances(network_id: &str) -> u8 {
    match network_id {
        "KusamaAssetHub" | "PaseoAssetHub" | "PolkadotAssetHub" | "WestendAssetHub" => 10,
        "Kusama" | "Westend" => 4,
        _ => 5,
    }
}

/// The receiver, the amount and the length of a transfer of the native asset.
fn transfer(network_id: &str, bytes: &[u8]) -> Option<(Payment, usize)> {
    /// A transfer that may empty the account, and one that may not.
    const CALLS: [u8; 2] = [0, 3];
    let mut cursor = Cursor(bytes);
    let (pallet, call) = (cursor.byte()?, cursor.byte()?);
    // The receiver is named by key.
    if pallet != balances(network_id) || !CALLS.contains(&call) || cursor.byte()? != 0 {
        return None;
    }
    let to = raw::substrate_account(network_id, &cursor.array()?)?;
    let amount = read_compact(&mut cursor)?;
    Some((Payment::native(to, amount), bytes.len() - cursor.0.len()))
}

impl Extrinsic {
    /// Reads the object that names everything.
    ///
    /// # Errors
    /// [`KeyError::InvalidInput`] if a field is missing, unknown or malformed, or it is for another key.
    pub(crate) fn from_json(payload: &Value, public_key: &[u8]) -> Result<Self, KeyError> {
        let (address, parts) = parts(payload)?;
        match address {
            Some(address) if !is_of_key(&address, public_key) => {
                Err(KeyError::input("payload", "its address is that of another key"))
            }
            _ => Ok(Self(parts)),
        }
    }

    /// Reads the payload of a transfer; nothing for other calls.
    pub(crate) fn of_transfer(network_id: &str, payload: &[u8]) -> Option<Self> {
        let (_, length) = transfer(network_id, payload)?;
        let (call, rest) = payload.split_at(length);
        let mut cursor = Cursor(rest);
        // For ever, or as long as two bytes say.
        if cursor.byte()? != 0 {
            cursor.byte()?;
        }
        read_compact(&mut cursor)?;
        read_compact(&mut cursor)?;
        // Two versions and two hashes, and as the network has it: the asset that pays, and the hash of its metadata,
        // each said to be missing in one byte.
        let more = match cursor.0.len() {
            72 => 0,
            73 | 74 | 106 => 1,
            75 | 107 => 2,
            _ => return None,
        };
        cursor.take(more)?;
        let (carried, implied) = rest.split_at(rest.len() - cursor.0.len());
        Some(Self(Parts {
            call: call.to_vec(),
            carried: carried.to_vec(),
            implied: implied.to_vec(),
        }))
    }

    /// What is signed.
    pub(crate) fn signed_bytes(&self) -> Vec<u8> {
        shortened(self.0.payload())
    }

    /// The extrinsic with an Ed25519 signature in it, as it is sent, and its hash.
    pub(crate) fn signed(&self, public_key: &[u8], signature: &[u8; 64]) -> (Vec<u8>, String) {
        /// Version 4, signed.
        const VERSION: u8 = 0x84;
        let signer = [&[0][..], public_key, &[0], signature].concat();
        let extrinsic = [&[VERSION][..], &signer, &self.0.carried, &self.0.call].concat();
        let sent = [compact(extrinsic.len() as u128), extrinsic].concat();
        let hash = hex::encode_prefixed(&blake2b_256(&[&sent]));
        (sent, hash)
    }

    /// What it pays.
    pub(crate) fn reading(&self, network_id: &str) -> Reading {
        match transfer(network_id, &self.0.call) {
            Some((payment, length)) if length == self.0.call.len() => Reading {
                payments: vec![payment],
                ..Reading::default()
            },
            _ => Reading {
                is_opaque: true,
                ..Reading::default()
            },
        }
    }
}

/// Whether an address, under whichever prefix, is that of a key.
fn is_of_key(address: &str, public_key: &[u8]) -> bool {
    let Ok(bytes) = bs58::decode(address).into_vec() else {
        return false;
    };
    // One or two bytes of prefix, the key, two bytes of checksum.
    bytes.len() >= 35 && bytes[..bytes.len() - 2].ends_with(public_key)
}

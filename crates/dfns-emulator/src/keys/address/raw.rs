//! Addresses as transactions hold them, in bytes, and the texts that people write.
//!
//! Invariant: the text of a key's bytes is the address of the key.

use bech32::{Bech32, Hrp};
use bs58::Alphabet;

use super::super::network::{AddressRule, network};
use super::{algorand, polymod, stellar, substrate};
use crate::keys::{base32, base58check, hex};

/// `0x` and hexadecimal digits, as Aptos and EVM networks write addresses.
pub(crate) fn prefixed(bytes: &[u8]) -> String {
    hex::encode_prefixed(bytes)
}

pub(crate) fn algorand_account(key: &[u8; 32]) -> String {
    algorand::encode(key)
}

pub(crate) fn stellar_account(key: &[u8; 32]) -> String {
    stellar::encode(key)
}

/// An account with a number of its own behind the key.
pub(crate) fn stellar_muxed(key: &[u8; 32], id: [u8; 8]) -> String {
    /// What makes it begin with `M`.
    const VERSION: u8 = 12 << 3;
    let payload = [&[VERSION][..], key, &id].concat();
    base32::encode(&[&payload[..], &stellar::crc16(&payload).to_le_bytes()].concat())
}

pub(crate) fn xrpl_account(id: &[u8]) -> String {
    base58check::encode(&[&[0][..], id].concat(), Alphabet::RIPPLE)
}

/// An address of Tron: 21 bytes, the first of which is 0x41.
pub(crate) fn tron_account(bytes: &[u8]) -> Option<String> {
    let is_account = bytes.len() == 21 && bytes[0] == 0x41;
    is_account.then(|| base58check::encode(bytes, Alphabet::BITCOIN))
}

/// The hash of a public key on Tezos, behind the kind of the key.
pub(crate) fn tezos_account(kind: u8, hash: &[u8]) -> Option<String> {
    let last = match kind {
        0 => 159,
        1 => 161,
        2 => 164,
        3 => 166,
        _ => return None,
    };
    Some(base58check::encode(
        &[&[6, 161, last][..], hash].concat(),
        Alphabet::BITCOIN,
    ))
}

/// A contract of Tezos.
pub(crate) fn tezos_contract(hash: &[u8]) -> String {
    base58check::encode(&[&[2, 90, 121][..], hash].concat(), Alphabet::BITCOIN)
}

/// A payment address of Cardano since Shelley; nothing for older ones, and those that only receive rewards.
pub(crate) fn cardano_payment(bytes: &[u8]) -> Option<String> {
    let header = bytes.first()?;
    if header >> 4 > 7 {
        return None;
    }
    let prefix = if header.is_multiple_of(16) { "addr_test" } else { "addr" };
    bech32::encode::<Bech32>(Hrp::parse(prefix).ok()?, bytes).ok()
}

pub(crate) fn substrate_account(network_id: &str, key: &[u8; 32]) -> Option<String> {
    match network(network_id)?.address {
        AddressRule::Substrate { prefix } => Some(substrate::encode(prefix, key)),
        _ => None,
    }
}

/// The address that an output script of Bitcoin and its kin pays to, if it has one.
pub(crate) fn script_address(network_id: &str, script: &[u8]) -> Option<String> {
    let key_hash = match script {
        [0x76, 0xa9, 0x14, hash @ .., 0x88, 0xac] if hash.len() == 20 => Some(hash),
        _ => None,
    };
    let script_hash = match script {
        [0xa9, 0x14, hash @ .., 0x87] if hash.len() == 20 => Some(hash),
        _ => None,
    };
    let base58 = |versions: &[u8]| {
        let (version, hash) = match (key_hash, script_hash) {
            (Some(hash), _) => (versions.first()?, hash),
            (_, Some(hash)) => (versions.get(1)?, hash),
            _ => return None,
        };
        Some(base58check::encode(
            &[&[*version][..], hash].concat(),
            Alphabet::BITCOIN,
        ))
    };
    match network(network_id)?.address {
        AddressRule::SegWit {
            prefix,
            base58_versions,
        } => match script {
            [0x00, length @ (20 | 32), program @ ..] if program.len() == usize::from(*length) => {
                bech32::segwit::encode_v0(Hrp::parse(prefix).ok()?, program).ok()
            }
            [0x51, 32, program @ ..] if program.len() == 32 => {
                bech32::segwit::encode_v1(Hrp::parse(prefix).ok()?, program).ok()
            }
            _ => base58(base58_versions),
        },
        AddressRule::PayToKeyHash { base58_versions, .. } => base58(base58_versions),
        AddressRule::CashAddress { prefix, .. } => match (key_hash, script_hash) {
            (Some(hash), _) => Some(polymod::encode(prefix, &[&[0][..], hash].concat())),
            (_, Some(hash)) => Some(polymod::encode(prefix, &[&[8][..], hash].concat())),
            _ => None,
        },
        _ => None,
    }
}

//! Which outputs a key can spend, and how it proves it.

use super::sighash::pay_to_key_hash;
use crate::keys::digest::hash160;
use crate::keys::error::KeyError;
use crate::keys::material::{KeyMaterial, Scheme};
use crate::keys::taproot::{MerkleRoot, output_key};

/// The rule by which an output pays to a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owned {
    /// To the hash of the key, before segwit.
    KeyHash,
    /// To the hash of the key, segwit version 0.
    WitnessKeyHash,
    /// To the tweaked key, segwit version 1.
    Taproot(MerkleRoot),
}

/// How an output script pays to a key; nothing if it does not.
pub(super) fn owned(key: &KeyMaterial, script: &[u8], root: MerkleRoot) -> Result<Option<Owned>, KeyError> {
    Ok(match key.scheme() {
        Scheme::Ecdsa => {
            let hash = key_hash(key);
            if script == pay_to_key_hash(&hash) {
                Some(Owned::KeyHash)
            } else {
                (script == witness_script(&hash)).then_some(Owned::WitnessKeyHash)
            }
        }
        Scheme::Schnorr => {
            let taproot = [&[0x51, 0x20][..], &output_key(key.public_key(), root)?].concat();
            (script == taproot).then_some(Owned::Taproot(root))
        }
        Scheme::EdDsa | Scheme::DiffieHellman => None,
    })
}

pub(super) fn key_hash(key: &KeyMaterial) -> [u8; 20] {
    hash160(&[key.public_key()])
}

/// The script of the segwit address of a key.
pub(super) fn script_of(key: &KeyMaterial) -> Result<Vec<u8>, KeyError> {
    match key.scheme() {
        Scheme::Ecdsa => Ok(witness_script(&key_hash(key))),
        Scheme::Schnorr => Ok([&[0x51, 0x20][..], &output_key(key.public_key(), MerkleRoot::None)?].concat()),
        scheme => Err(KeyError::UnsupportedKey {
            scheme,
            curve: key.curve(),
        }),
    }
}

fn witness_script(hash: &[u8; 20]) -> Vec<u8> {
    [&[0x00, 0x14][..], hash].concat()
}

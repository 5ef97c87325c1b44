//! Addresses of Bitcoin, Litecoin and Dogecoin: segwit, taproot and base58check.
//!
//! Invariant: a version 0 program carries the checksum of bech32, a later one that of bech32m.

use bech32::primitives::decode::{CheckedHrpstring, SegwitHrpstring};
use bech32::{Bech32, Bech32m, Hrp};
use bs58::Alphabet;

use super::{AddressProblem, KeyError, secp256k1};
use crate::keys::taproot::{MerkleRoot, output_key};
use crate::keys::{base58check, digest};

const EXPECTED: &str = "a bech32 or base58 address of the network";

fn prefix_of(prefix: &'static str) -> Result<Hrp, KeyError> {
    Hrp::parse(prefix).map_err(|error| KeyError::input("network", error.to_string()))
}

pub(super) fn pay_to_witness_key_hash(prefix: &'static str, public_key: &[u8]) -> Result<String, KeyError> {
    let program = digest::hash160(&[&secp256k1(public_key)?]);
    bech32::segwit::encode_v0(prefix_of(prefix)?, &program)
        .map_err(|error| KeyError::input("publicKey", error.to_string()))
}

pub(super) fn pay_to_taproot(prefix: &'static str, public_key: &[u8]) -> Result<String, KeyError> {
    let program = output_key(public_key, MerkleRoot::None)?;
    bech32::segwit::encode_v1(prefix_of(prefix)?, &program)
        .map_err(|error| KeyError::input("publicKey", error.to_string()))
}

pub(super) fn pay_to_key_hash(version: u8, public_key: &[u8]) -> Result<String, KeyError> {
    let hash = digest::hash160(&[&secp256k1(public_key)?]);
    Ok(base58check::encode(
        &[&[version][..], &hash].concat(),
        Alphabet::BITCOIN,
    ))
}

pub(super) fn validate_segwit(prefix: &str, base58_versions: &[u8], text: &str) -> Result<(), AddressProblem> {
    let Some((given, _)) = text
        .rsplit_once('1')
        .filter(|(given, _)| SEGWIT_PREFIXES.contains(&given.to_lowercase().as_str()))
    else {
        return validate_base58(base58_versions, text);
    };
    if SegwitHrpstring::new(text).is_err() {
        let checksum_is_right =
            CheckedHrpstring::new::<Bech32>(text).is_ok() || CheckedHrpstring::new::<Bech32m>(text).is_ok();
        return Err(if checksum_is_right {
            AddressProblem::Malformed { expected: EXPECTED }
        } else {
            AddressProblem::WrongChecksum
        });
    }
    if given.eq_ignore_ascii_case(prefix) {
        Ok(())
    } else {
        Err(AddressProblem::OtherNetwork)
    }
}

/// The prefixes of segwit chains, to tell a good address of another network from nonsense.
const SEGWIT_PREFIXES: [&str; 5] = ["bc", "tb", "bcrt", "ltc", "tltc"];

pub(super) fn validate_base58(versions: &[u8], text: &str) -> Result<(), AddressProblem> {
    let malformed = AddressProblem::Malformed { expected: EXPECTED };
    let length = bs58::decode(text).into_vec().map_err(|_| malformed)?.len();
    if length != 25 {
        return Err(malformed);
    }
    let payload = base58check::decode(text, Alphabet::BITCOIN).ok_or(AddressProblem::WrongChecksum)?;
    if versions.contains(&payload[0]) {
        Ok(())
    } else {
        Err(AddressProblem::OtherNetwork)
    }
}

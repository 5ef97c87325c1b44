//! Addresses of Cardano: enterprise addresses, which hold a payment key and no stake.

use bech32::primitives::decode::{CheckedHrpstring, UncheckedHrpstring};
use bech32::{Bech32, Hrp};

use super::{AddressProblem, KeyError, ed25519};
use crate::keys::digest;
use crate::keys::network::{AddressRule, network};

const MAINNET_PREFIX: &str = "addr";
const TESTNET_PREFIX: &str = "addr_test";
/// Address type 6 (enterprise, key hash) in the high half, the network in the low one.
const ENTERPRISE: u8 = 0x60;

fn network_bit(testnet: bool) -> u8 {
    u8::from(!testnet)
}

fn prefix(testnet: bool) -> &'static str {
    if testnet { TESTNET_PREFIX } else { MAINNET_PREFIX }
}

fn payload(testnet: bool, key: &[u8]) -> Vec<u8> {
    [&[ENTERPRISE | network_bit(testnet)][..], &digest::blake2b_224(&[key])].concat()
}

/// The bytes of the address of a key on a network of Cardano.
///
/// # Errors
/// [`KeyError::InvalidPublicKey`] if the bytes are no key.
pub(crate) fn bytes(network_id: &str, public_key: &[u8]) -> Result<Vec<u8>, KeyError> {
    let key = ed25519(public_key)?;
    let is_testnet =
        network(network_id).is_some_and(|network| network.address == AddressRule::Cardano { testnet: true });
    Ok(payload(is_testnet, &key))
}

pub(super) fn encode(testnet: bool, key: &[u8; 32]) -> Result<String, KeyError> {
    let payload = payload(testnet, key);
    let prefix = Hrp::parse(prefix(testnet)).map_err(|error| KeyError::input("network", error.to_string()))?;
    bech32::encode::<Bech32>(prefix, &payload).map_err(|error| KeyError::input("publicKey", error.to_string()))
}

/// Shelley payment addresses: base (57 bytes), pointer (30 or more), enterprise (29).
pub(super) fn validate(testnet: bool, text: &str) -> Result<(), AddressProblem> {
    let malformed = AddressProblem::Malformed {
        expected: "a bech32 payment address (addr1… or addr_test1…)",
    };
    let given = UncheckedHrpstring::new(text)
        .map_err(|_| malformed)?
        .hrp()
        .to_lowercase();
    let checked = CheckedHrpstring::new::<Bech32>(text).map_err(|_| AddressProblem::WrongChecksum)?;
    if given != prefix(testnet) {
        let known = given == MAINNET_PREFIX || given == TESTNET_PREFIX;
        return Err(if known { AddressProblem::OtherNetwork } else { malformed });
    }
    let bytes: Vec<u8> = checked.byte_iter().collect();
    let header = *bytes.first().ok_or(malformed)?;
    let length_fits = match header >> 4 {
        0..=3 => bytes.len() == 57,
        4 | 5 => (30..=45).contains(&bytes.len()),
        6 | 7 => bytes.len() == 29,
        _ => false,
    };
    if !length_fits {
        return Err(malformed);
    }
    if header & 15 == network_bit(testnet) {
        Ok(())
    } else {
        Err(AddressProblem::OtherNetwork)
    }
}

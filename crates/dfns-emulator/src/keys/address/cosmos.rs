//! Addresses of the Cosmos family: bech32 of the hash of the key.

use bech32::primitives::decode::{CheckedHrpstring, UncheckedHrpstring};
use bech32::{Bech32, Hrp};

use super::{AddressProblem, KeyError, secp256k1};
use crate::keys::digest;

pub(super) fn encode(prefix: &str, public_key: &[u8]) -> Result<String, KeyError> {
    let hash = digest::hash160(&[&secp256k1(public_key)?]);
    let prefix = Hrp::parse(prefix).map_err(|error| KeyError::input("network", error.to_string()))?;
    bech32::encode::<Bech32>(prefix, &hash).map_err(|error| KeyError::input("publicKey", error.to_string()))
}

/// Accounts have 20 bytes, contracts and module accounts 32.
pub(super) fn validate(prefix: &str, text: &str) -> Result<(), AddressProblem> {
    let malformed = AddressProblem::Malformed {
        expected: "a bech32 address of the network",
    };
    let given = UncheckedHrpstring::new(text).map_err(|_| malformed)?.hrp();
    let checked = CheckedHrpstring::new::<Bech32>(text).map_err(|_| AddressProblem::WrongChecksum)?;
    if given.to_lowercase() != prefix {
        return Err(AddressProblem::OtherNetwork);
    }
    if matches!(checked.byte_iter().len(), 20 | 32) {
        Ok(())
    } else {
        Err(malformed)
    }
}

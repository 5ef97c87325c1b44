//! Addresses of Tezos: tz1 for ed25519, tz2 for secp256k1; KT1 and tz3, tz4 are read, never made.

use bs58::Alphabet;

use super::{AddressProblem, KeyError, ed25519, secp256k1};
use crate::keys::material::Scheme;
use crate::keys::{base58check, digest};

const TZ1: [u8; 3] = [6, 161, 159];
const TZ2: [u8; 3] = [6, 161, 161];
const TZ3: [u8; 3] = [6, 161, 164];
const TZ4: [u8; 3] = [6, 161, 166];
const KT1: [u8; 3] = [2, 90, 121];

pub(super) fn encode(scheme: Scheme, public_key: &[u8]) -> Result<String, KeyError> {
    let (prefix, hash) = match scheme {
        Scheme::EdDsa => (TZ1, digest::blake2b_160(&[&ed25519(public_key)?])),
        _ => (TZ2, digest::blake2b_160(&[&secp256k1(public_key)?])),
    };
    Ok(base58check::encode(&[&prefix[..], &hash].concat(), Alphabet::BITCOIN))
}

pub(super) fn validate(text: &str) -> Result<(), AddressProblem> {
    let malformed = AddressProblem::Malformed {
        expected: "an address that begins with tz1, tz2, tz3, tz4 or KT1",
    };
    if text.len() != 36 || bs58::decode(text).into_vec().is_err() {
        return Err(malformed);
    }
    let payload = base58check::decode(text, Alphabet::BITCOIN).ok_or(AddressProblem::WrongChecksum)?;
    let known = [TZ1, TZ2, TZ3, TZ4, KT1]
        .iter()
        .any(|prefix| payload.starts_with(prefix));
    if known && payload.len() == 23 {
        Ok(())
    } else {
        Err(malformed)
    }
}

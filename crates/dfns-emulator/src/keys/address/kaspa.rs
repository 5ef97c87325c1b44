//! Addresses of Kaspa: the key itself, marked with its kind, in base 32 with a checksum.

use super::{AddressProblem, KeyError, polymod, secp256k1};
use crate::keys::material::Scheme;

const SCHNORR: u8 = 0;
const ECDSA: u8 = 1;
const SCRIPT_HASH: u8 = 8;

pub(super) fn encode(prefix: &str, scheme: Scheme, public_key: &[u8]) -> Result<String, KeyError> {
    let key = secp256k1(public_key)?;
    let payload = match scheme {
        Scheme::Schnorr => [&[SCHNORR][..], &key[1..]].concat(),
        _ => [&[ECDSA][..], &key].concat(),
    };
    Ok(polymod::encode(prefix, &payload))
}

pub(super) fn validate(prefix: &str, text: &str) -> Result<(), AddressProblem> {
    let payload = polymod::decode(prefix, false, text)?;
    match (payload.first(), payload.len()) {
        (Some(&SCHNORR | &SCRIPT_HASH), 33) | (Some(&ECDSA), 34) => Ok(()),
        _ => Err(AddressProblem::Malformed {
            expected: "an address of Kaspa",
        }),
    }
}

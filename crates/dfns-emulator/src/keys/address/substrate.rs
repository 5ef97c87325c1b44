//! Addresses of Polkadot, Kusama, Westend, Paseo and Polymesh: SS58 under a prefix of one byte.

use super::AddressProblem;
use crate::keys::digest;

fn checksum(payload: &[u8]) -> [u8; 2] {
    let hash = digest::blake2b_512(&[b"SS58PRE", payload]);
    [hash[0], hash[1]]
}

pub(super) fn encode(prefix: u8, key: &[u8; 32]) -> String {
    let payload = [&[prefix][..], key].concat();
    bs58::encode([&payload[..], &checksum(&payload)].concat()).into_string()
}

/// A right address under another prefix names the same account elsewhere; it is refused as a mistake of the sender.
pub(super) fn validate(prefix: u8, text: &str) -> Result<(), AddressProblem> {
    let malformed = AddressProblem::Malformed {
        expected: "an SS58 address of 32 bytes",
    };
    let mut bytes = bs58::decode(text).into_vec().map_err(|_| malformed)?;
    // Prefixes from 64 take two bytes; they belong to other networks.
    let (prefix_length, given) = match bytes.first() {
        Some(first @ 0..64) => (1, Some(*first)),
        Some(64..128) => (2, None),
        _ => return Err(malformed),
    };
    if bytes.len() != prefix_length + 34 {
        return Err(malformed);
    }
    let sum = bytes.split_off(bytes.len() - 2);
    if checksum(&bytes)[..] != sum[..] {
        return Err(AddressProblem::WrongChecksum);
    }
    if given == Some(prefix) {
        Ok(())
    } else {
        Err(AddressProblem::OtherNetwork)
    }
}

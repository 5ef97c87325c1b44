//! The base-32 text with a checksum of 40 bits that CashAddr and Kaspa share: `prefix:payload`.
//!
//! Invariant: the checksum covers the prefix, so an address of one network is none on another.

use super::AddressProblem;
use crate::keys::base32::{bytes_of_groups, five_bit_groups};

const ALPHABET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const EXPECTED: &str = "an address of the form prefix:text";

fn checksum(groups: impl Iterator<Item = u8>) -> u64 {
    const GENERATORS: [u64; 5] = [
        0x98_f2bc_8e61,
        0x79_b76d_99e2,
        0xf3_3e5f_b3c4,
        0xae_2eab_e2a8,
        0x1e_4f43_e470,
    ];
    let folded = groups.fold(1_u64, |state, group| {
        let high = state >> 35;
        let mut state = (state & 0x07_ffff_ffff) << 5 ^ u64::from(group);
        for (bit, generator) in GENERATORS.iter().enumerate() {
            if high >> bit & 1 == 1 {
                state ^= generator;
            }
        }
        state
    });
    folded ^ 1
}

fn prefix_groups(prefix: &str) -> impl Iterator<Item = u8> {
    prefix.bytes().map(|character| character & 31).chain(std::iter::once(0))
}

/// The text of a payload.
pub(super) fn encode(prefix: &str, payload: &[u8]) -> String {
    let mut groups = five_bit_groups(payload);
    let sum = checksum(prefix_groups(prefix).chain(groups.iter().copied()).chain([0; 8]));
    groups.extend(
        (0..8)
            .rev()
            .map(|place| u8::try_from(sum >> (5 * place) & 31).unwrap_or_default()),
    );
    let text: String = groups
        .into_iter()
        .map(|group| char::from(ALPHABET[usize::from(group)]))
        .collect();
    format!("{prefix}:{text}")
}

/// The payload of a text; the prefix may be left out if `prefix_optional`.
pub(super) fn decode(prefix: &str, prefix_optional: bool, text: &str) -> Result<Vec<u8>, AddressProblem> {
    let malformed = AddressProblem::Malformed { expected: EXPECTED };
    let text = if text.bytes().any(|character| character.is_ascii_lowercase()) {
        text.to_owned()
    } else {
        text.to_lowercase()
    };
    let body = match text.split_once(':') {
        Some((given, body)) if given == prefix => body,
        Some(_) => return Err(AddressProblem::OtherNetwork),
        None if prefix_optional => text.as_str(),
        None => return Err(malformed),
    };
    let groups: Option<Vec<u8>> = body
        .bytes()
        .map(|character| {
            ALPHABET
                .iter()
                .position(|known| *known == character)
                .and_then(|place| u8::try_from(place).ok())
        })
        .collect();
    let groups = groups.filter(|groups| groups.len() > 8).ok_or(malformed)?;
    if checksum(prefix_groups(prefix).chain(groups.iter().copied())) != 0 {
        return Err(AddressProblem::WrongChecksum);
    }
    bytes_of_groups(&groups[..groups.len() - 8]).ok_or(malformed)
}

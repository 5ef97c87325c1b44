//! Principals of the Internet Computer: the self-authenticating principal of a key.

use super::{AddressProblem, KeyError, ed25519, secp256k1};
use crate::keys::material::Scheme;
use crate::keys::{base32, digest, hex};

/// SubjectPublicKeyInfo before the 65 bytes of an uncompressed secp256k1 point.
const SECP256K1_HEADER: [u8; 23] = [
    0x30, 0x56, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00,
    0x0a, 0x03, 0x42, 0x00,
];
/// SubjectPublicKeyInfo before the 32 bytes of an ed25519 key.
const ED25519_HEADER: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
/// The last byte of a principal that a key authenticates.
const SELF_AUTHENTICATING: u8 = 2;

/// CRC-32 of ISO 3309.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |state, byte| {
        (0..8).fold(state ^ u32::from(*byte), |state, _| {
            if state & 1 == 0 {
                state >> 1
            } else {
                state >> 1 ^ 0xedb8_8320
            }
        })
    })
}

fn text_of(principal: &[u8]) -> String {
    let text = base32::encode(&[&crc32(principal).to_be_bytes()[..], principal].concat()).to_lowercase();
    let mut grouped = String::with_capacity(text.len() * 6 / 5);
    for (place, character) in text.chars().enumerate() {
        if place > 0 && place % 5 == 0 {
            grouped.push('-');
        }
        grouped.push(character);
    }
    grouped
}

pub(super) fn encode(scheme: Scheme, public_key: &[u8]) -> Result<String, KeyError> {
    let hash = if scheme == Scheme::EdDsa {
        digest::sha224(&[&ED25519_HEADER, &ed25519(public_key)?])
    } else {
        let invalid = || KeyError::InvalidPublicKey {
            expected: "a secp256k1 point",
            length: public_key.len(),
        };
        let key = k256::ecdsa::VerifyingKey::from_sec1_bytes(&secp256k1(public_key)?).map_err(|_| invalid())?;
        digest::sha224(&[&SECP256K1_HEADER, key.to_sec1_point(false).as_bytes()])
    };
    Ok(text_of(&[&hash[..], &[SELF_AUTHENTICATING]].concat()))
}

/// A principal, or the 32 bytes of a ledger account whose first four are a checksum.
pub(super) fn validate(text: &str) -> Result<(), AddressProblem> {
    let malformed = AddressProblem::Malformed {
        expected: "a principal, or an account id of 64 hexadecimal digits",
    };
    if let Some(account) = hex::decode_array::<32>(text) {
        let right = crc32(&account[4..]).to_be_bytes()[..] == account[..4];
        return if right {
            Ok(())
        } else {
            Err(AddressProblem::WrongChecksum)
        };
    }
    let bytes = base32::decode(&text.replace('-', "").to_uppercase()).ok_or(malformed)?;
    if !(5..=33).contains(&bytes.len()) {
        return Err(malformed);
    }
    if crc32(&bytes[4..]).to_be_bytes()[..] != bytes[..4] {
        return Err(AddressProblem::WrongChecksum);
    }
    if text_of(&bytes[4..]) == text {
        Ok(())
    } else {
        Err(malformed)
    }
}

#[cfg(test)]
mod tests {
    use super::{crc32, text_of, validate};

    #[test]
    fn the_anonymous_and_the_management_principal_have_their_known_texts() {
        assert_eq!(text_of(&[4]), "2vxsx-fae");
        assert_eq!(text_of(&[]), "aaaaa-aa");
        assert_eq!(validate("2vxsx-fae"), Ok(()));
    }

    #[test]
    fn the_checksum_is_crc32() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }
}

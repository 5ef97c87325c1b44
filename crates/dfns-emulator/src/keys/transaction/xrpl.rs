//! Transactions of the XRP Ledger in its binary format.
//!
//! Invariant: the transaction names the public key that signs it; the signature is put at its place in the order.

use sha2::{Digest, Sha512};

use super::{SignedTransaction, invalid};
use crate::keys::error::KeyError;
use crate::keys::hex;
use crate::keys::material::{KeyMaterial, Scheme};
use crate::keys::signing::der;
use crate::keys::taproot::MerkleRoot;

/// What is put before a transaction that is signed by one key, and before one that is hashed to its id.
const SIGN_MARK: &[u8] = b"STX\0";
const ID_MARK: &[u8] = b"TXN\0";
/// The fields `SigningPubKey` and `TxnSignature`.
const PUBLIC_KEY: u8 = 0x73;
const SIGNATURE: u8 = 0x74;
/// What tells an Ed25519 key from a secp256k1 key.
const ED25519_MARK: u8 = 0xed;

fn half_sha512(mark: &[u8], bytes: &[u8]) -> [u8; 32] {
    let hash: [u8; 64] = Sha512::new().chain_update(mark).chain_update(bytes).finalize().into();
    let mut half = [0; 32];
    half.copy_from_slice(&hash[..32]);
    half
}

/// Where the public key stands: the place behind its field byte. Only fields that sort before it are passed over.
fn place_of_public_key(bytes: &[u8]) -> Option<usize> {
    let mut place = 0;
    loop {
        let first = *bytes.get(place)?;
        place += 1;
        if first == PUBLIC_KEY {
            return Some(place);
        }
        if first.is_multiple_of(16) {
            // The number of the field stands in a byte of its own.
            place += 1;
        }
        place += match first >> 4 {
            1 => 2,
            2 => 4,
            3 => 8,
            4 => 16,
            5 => 32,
            // An amount of an issued currency, of a multi-purpose token, or of XRP.
            6 => match *bytes.get(place)? {
                0x80.. => 48,
                first if first & 0x20 != 0 => 33,
                _ => 8,
            },
            7 => 1 + usize::from(*bytes.get(place).filter(|length| **length <= 192)?),
            _ => return None,
        };
    }
}

pub(super) fn sign(key: &KeyMaterial, bytes: &[u8]) -> Result<SignedTransaction, KeyError> {
    let public_key = match key.scheme() {
        Scheme::Ecdsa => key.public_key().to_vec(),
        Scheme::EdDsa => [&[ED25519_MARK][..], key.public_key()].concat(),
        scheme => {
            return Err(KeyError::WrongScheme {
                network: "XrpLedger".to_owned(),
                scheme,
            });
        }
    };
    let place = place_of_public_key(bytes).ok_or_else(|| invalid("it has no SigningPubKey, or is malformed"))?;
    let named = [&[33][..], &public_key].concat();
    if !bytes[place..].starts_with(&named) {
        return Err(invalid("its SigningPubKey is not the key that signs"));
    }
    let (before, behind) = bytes.split_at(place + named.len());
    if behind.first() == Some(&SIGNATURE) {
        return Err(invalid("it is signed already"));
    }
    let (signature, written) = if key.scheme() == Scheme::EdDsa {
        let signature = key.sign_message(&[SIGN_MARK, bytes].concat())?;
        (signature, signature.to_bytes().to_vec())
    } else {
        let signature = key.sign_digest(&half_sha512(SIGN_MARK, bytes), MerkleRoot::None)?;
        (signature, der(signature)?)
    };
    // A signature has at most 72 bytes.
    let length = u8::try_from(written.len()).map_err(|_| KeyError::OutsideGroup)?;
    let signed = [before, &[SIGNATURE, length], &written, behind].concat();
    let hash = hex::encode(&half_sha512(ID_MARK, &signed)).to_uppercase();
    Ok(SignedTransaction {
        signature,
        bytes: signed,
        hash,
    })
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::Verifier as _;
    use k256::ecdsa::signature::hazmat::PrehashVerifier as _;

    use super::{half_sha512, sign};
    use crate::keys::error::KeyError;
    use crate::keys::hex::decode;
    use crate::keys::material::{Curve, KeyMaterial, Scheme};

    /// A payment: type, flags, sequence, amount, fee, key, account, destination.
    fn payment(public_key: &[u8]) -> Vec<u8> {
        let before = decode("1200002280000000240000000161400000000000006468400000000000000c7321");
        let before = before.unwrap();
        [
            &before[..],
            public_key,
            &[0x81, 0x14],
            &[1; 20],
            &[0x83, 0x14],
            &[2; 20],
        ]
        .concat()
    }

    #[test]
    fn an_ecdsa_signature_stands_behind_the_key_and_verifies() {
        let key = KeyMaterial::derive(b"seed", "key", Scheme::Ecdsa, Curve::Secp256k1).unwrap();
        let unsigned = payment(key.public_key());
        let signed = sign(&key, &unsigned).unwrap();
        let place = unsigned.len() - 44;
        assert_eq!(signed.bytes[..place], unsigned[..place]);
        assert_eq!(signed.bytes[place], 0x74);
        let length = usize::from(signed.bytes[place + 1]);
        let signature = k256::ecdsa::Signature::from_der(&signed.bytes[place + 2..][..length]).unwrap();
        assert_eq!(signed.bytes[place + 2 + length..], unsigned[place..]);
        let verifying = k256::ecdsa::VerifyingKey::from_sec1_bytes(key.public_key()).unwrap();
        verifying
            .verify_prehash(&half_sha512(b"STX\0", &unsigned), &signature)
            .unwrap();
        assert!(signed.hash.len() == 64 && !signed.hash.bytes().any(|byte| byte.is_ascii_lowercase()));
    }

    #[test]
    fn amounts_of_every_kind_may_stand_before_the_key() {
        let key = KeyMaterial::derive(b"seed", "key", Scheme::Ecdsa, Curve::Secp256k1).unwrap();
        let issued = [&[0xd4][..], &[0x12; 47]].concat();
        let token = [&[0x60][..], &[0; 7], &[7], &[0xab; 24]].concat();
        let coins = [0x40, 0, 0, 0, 0, 0, 0, 100].to_vec();
        for amount in [issued, token, coins] {
            let before = [
                &decode("12000061").unwrap(),
                &amount,
                &decode("684000000000000064").unwrap(),
            ];
            let before = before.map(|part| &part[..]).concat();
            let behind = [&[0x81, 0x14][..], &[1; 20]].concat();
            let unsigned = [&before[..], &[0x73, 33], key.public_key(), &behind].concat();
            let signed = sign(&key, &unsigned).unwrap();
            assert_eq!(signed.bytes[..before.len()], before);
            assert_eq!(
                signed.bytes[before.len() + 35],
                0x74,
                "the signature stands behind the key"
            );
        }
    }

    #[test]
    fn an_ed25519_signature_verifies_over_the_transaction_itself() {
        let key = KeyMaterial::derive(b"seed", "key", Scheme::EdDsa, Curve::Ed25519).unwrap();
        let unsigned = payment(&[&[0xed][..], key.public_key()].concat());
        let signed = sign(&key, &unsigned).unwrap();
        let verifying = ed25519_dalek::VerifyingKey::from_bytes(key.public_key().try_into().unwrap()).unwrap();
        let signature = ed25519_dalek::Signature::from_bytes(&signed.signature.to_bytes());
        verifying
            .verify(&[b"STX\0", &unsigned[..]].concat(), &signature)
            .unwrap();
    }

    #[test]
    fn a_transaction_of_another_key_signed_or_malformed_is_refused() {
        let key = KeyMaterial::derive(b"seed", "key", Scheme::Ecdsa, Curve::Secp256k1).unwrap();
        let signed = sign(&key, &payment(key.public_key())).unwrap().bytes;
        for bytes in [&payment(&[2; 33])[..], &signed, &signed[..9], b"", &[0xff; 40], &[0x73]] {
            let refused = sign(&key, bytes);
            assert!(
                matches!(
                    refused,
                    Err(KeyError::InvalidInput {
                        field: "transaction",
                        ..
                    })
                ),
                "{refused:?}"
            );
        }
    }
}

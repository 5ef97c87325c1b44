//! Transactions of the XRP Ledger in its binary format.
//!
//! Invariant: key and signature are put at their places in the order of fields; a transaction that names another key is
//! refused.

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
/// The fields `SigningPubKey` and `TxnSignature`, and the type and number by which the first one is sorted.
const PUBLIC_KEY: u8 = 0x73;
const SIGNATURE: u8 = 0x74;
const ORDER_OF_PUBLIC_KEY: (u8, u8) = (7, 3);
/// `TransactionType`, with which every transaction begins, and `Account` with its length, which is the first field behind
/// those that are of variable length.
const TRANSACTION_TYPE: u8 = 0x12;
const ACCOUNT: [u8; 2] = [0x81, 0x14];
/// What tells an Ed25519 key from a secp256k1 key.
const ED25519_MARK: u8 = 0xed;

fn half_sha512(mark: &[u8], bytes: &[u8]) -> [u8; 32] {
    let hash: [u8; 64] = Sha512::new().chain_update(mark).chain_update(bytes).finalize().into();
    let mut half = [0; 32];
    half.copy_from_slice(&hash[..32]);
    half
}

/// The type and number of the field that begins here, and where its value begins.
fn field(bytes: &[u8], mut place: usize) -> Option<((u8, u8), usize)> {
    let first = *bytes.get(place)?;
    place += 1;
    let (mut kind, mut number) = (first >> 4, first & 15);
    // What is 0 stands in a byte of its own.
    for part in [&mut kind, &mut number] {
        if *part == 0 {
            *part = *bytes.get(place)?;
            place += 1;
        }
    }
    Some(((kind, number), place))
}

/// Where a value of one of the first seven types ends.
fn end_of_value(bytes: &[u8], kind: u8, place: usize) -> Option<usize> {
    let byte = |behind: usize| bytes.get(place + behind).map(|byte| usize::from(*byte));
    let length = match kind {
        1 => 2,
        2 => 4,
        3 => 8,
        4 => 16,
        5 => 32,
        // An amount of an issued currency, of a multi-purpose token, or of XRP.
        6 => match byte(0)? {
            0x80.. => 48,
            first if first & 0x20 != 0 => 33,
            _ => 8,
        },
        7 => match byte(0)? {
            short @ 0..=192 => 1 + short,
            first @ 193..=240 => 2 + 193 + (first - 193) * 256 + byte(1)?,
            first @ 241..=254 => 3 + 12_481 + (first - 241) * 65_536 + byte(1)? * 256 + byte(2)?,
            _ => return None,
        },
        _ => return None,
    };
    Some(place + length).filter(|end| *end <= bytes.len())
}

/// The transaction with the public key in it, and the place behind the key.
fn with_public_key(bytes: &[u8], public_key: &[u8]) -> Result<(Vec<u8>, usize), KeyError> {
    let malformed = || invalid("not a transaction of the XRP Ledger");
    if bytes.first() != Some(&TRANSACTION_TYPE) {
        return Err(malformed());
    }
    let named = [&[PUBLIC_KEY, 33][..], public_key].concat();
    let (mut place, mut place_of_key, mut has_key) = (0, None, false);
    while !bytes[place..].starts_with(&ACCOUNT) {
        let (order, value) = field(bytes, place).ok_or_else(malformed)?;
        if order >= ORDER_OF_PUBLIC_KEY {
            place_of_key.get_or_insert(place);
        }
        has_key |= order == ORDER_OF_PUBLIC_KEY;
        place = end_of_value(bytes, order.0, value).ok_or_else(malformed)?;
    }
    let place = place_of_key.unwrap_or(place);
    if has_key && !bytes[place..].starts_with(&named) {
        return Err(invalid("its SigningPubKey is not the key that signs"));
    }
    let (before, behind) = bytes.split_at(place);
    let behind = behind.strip_prefix(&named[..]).unwrap_or(behind);
    Ok(([before, &named, behind].concat(), place + named.len()))
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
    let (bytes, place) = with_public_key(bytes, &public_key)?;
    let (before, behind) = bytes.split_at(place);
    if behind.first() == Some(&SIGNATURE) {
        return Err(invalid("it is signed already"));
    }
    let (signature, written) = if key.scheme() == Scheme::EdDsa {
        let signature = key.sign_message(&[SIGN_MARK, &bytes[..]].concat())?;
        (signature, signature.to_bytes().to_vec())
    } else {
        let signature = key.sign_digest(&half_sha512(SIGN_MARK, &bytes), MerkleRoot::None)?;
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
    fn a_key_that_is_not_named_is_put_at_its_place() {
        let key = KeyMaterial::derive(b"seed", "key", Scheme::Ecdsa, Curve::Secp256k1).unwrap();
        let named = [&[0x73, 33][..], key.public_key()].concat();
        // Without fields of variable length, with one before the key, and with one of 200 bytes behind it.
        let long = [&[0x75, 0xc1, 7][..], &[0xaa; 200]].concat();
        for (before, behind) in [(&[][..], &[][..]), (&[0x72, 1, 5], &[]), (&[], &long)] {
            let start = [&decode("1200002280000000684000000000000064").unwrap()[..], before].concat();
            let end = [behind, &[0x81, 0x14], &[1; 20]].concat();
            let signed = sign(&key, &[&start[..], &end].concat()).unwrap();
            assert_eq!(signed, sign(&key, &[&start[..], &named, &end].concat()).unwrap());
            assert!(signed.bytes.starts_with(&[&start[..], &named, &[0x74]].concat()));
            assert!(signed.bytes.ends_with(&end));
        }
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
        for bytes in [
            &payment(&[2; 33])[..],
            &signed,
            &signed[..9],
            b"",
            &[0xff; 40],
            &[0x73],
            &[0x12, 0, 0],
        ] {
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

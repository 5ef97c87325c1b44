//! Transactions that are signed as they are, after a mark of the chain: Tezos, Tron.

use bs58::Alphabet;

use super::{SignedTransaction, invalid};
use crate::keys::error::KeyError;
use crate::keys::material::{KeyMaterial, Scheme};
use crate::keys::taproot::MerkleRoot;
use crate::keys::{base58check, digest, hex};

/// What Tezos puts before an operation that is signed.
const TEZOS_OPERATION: u8 = 3;
/// The prefix of an operation hash, which makes it begin with `o`.
const TEZOS_OPERATION_HASH: [u8; 2] = [5, 116];
/// What the raw_data of Tron begins with: the reference to a block, field 1, two bytes.
const TRON_RAW_DATA: [u8; 2] = [0x0a, 0x02];

/// Forged bytes; the signed operation is the bytes and the 64 bytes of the signature.
pub(super) fn tezos(key: &KeyMaterial, bytes: &[u8]) -> Result<SignedTransaction, KeyError> {
    // A branch of 32 bytes, and at least the tag of one operation.
    if bytes.len() < 33 {
        return Err(invalid("not a forged Tezos operation"));
    }
    let signature = key.sign_digest(&digest::blake2b_256(&[&[TEZOS_OPERATION], bytes]), MerkleRoot::None)?;
    let signed = [bytes, &signature.to_bytes()].concat();
    let hash = digest::blake2b_256(&[&signed]);
    let hash = base58check::encode(&[&TEZOS_OPERATION_HASH[..], &hash].concat(), Alphabet::BITCOIN);
    Ok(SignedTransaction {
        signature,
        bytes: signed,
        hash,
    })
}

/// The bytes of `raw_data`, or the protobuf message of them (1) and of signatures (2), which is what the signed one is.
pub(super) fn tron(key: &KeyMaterial, bytes: &[u8]) -> Result<SignedTransaction, KeyError> {
    if key.scheme() != Scheme::Ecdsa {
        return Err(KeyError::WrongScheme {
            network: "Tron".to_owned(),
            scheme: key.scheme(),
        });
    }
    let (raw_data, others) = if bytes.starts_with(&TRON_RAW_DATA) {
        (bytes, &[][..])
    } else {
        let inner = bytes.strip_prefix(&[0x0a]).and_then(delimited);
        inner.ok_or_else(|| invalid("neither a Tron transaction nor its raw_data"))?
    };
    // Those that may sign with this key have done so before.
    let are_signatures =
        others.len().is_multiple_of(67) && others.chunks(67).all(|other| other.starts_with(&[0x12, 65]));
    if !raw_data.starts_with(&TRON_RAW_DATA) || !are_signatures {
        return Err(invalid("not the raw_data of a Tron transaction"));
    }
    let id = digest::sha256(&[raw_data]);
    let signature = key.sign_digest(&id, MerkleRoot::None)?;
    let recovery = 27 + signature.recovery_id.unwrap_or_default();
    let mut signed = vec![0x0a];
    signed.extend(varint(raw_data.len()));
    signed.extend_from_slice(raw_data);
    signed.extend_from_slice(others);
    signed.extend([0x12, 65]);
    signed.extend(signature.to_bytes());
    signed.push(recovery);
    Ok(SignedTransaction {
        signature,
        bytes: signed,
        hash: hex::encode(&id),
    })
}

/// What stands behind its length, and the rest.
fn delimited(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut length = 0_usize;
    // No transaction is so long that its length needs more than four bytes.
    for (place, byte) in bytes.iter().enumerate().take(4) {
        length |= usize::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return bytes[place + 1..].split_at_checked(length);
        }
    }
    None
}

fn varint(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = u8::try_from(number & 0x7f).unwrap_or_default();
        number >>= 7;
        if number == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::Verifier as _;
    use k256::ecdsa::signature::hazmat::PrehashVerifier as _;

    use super::{tezos, tron, varint};
    use crate::keys::digest;
    use crate::keys::error::KeyError;
    use crate::keys::material::{Curve, KeyMaterial, RawSignature, Scheme};

    fn ed25519() -> KeyMaterial {
        KeyMaterial::derive(b"seed", "key", Scheme::EdDsa, Curve::Ed25519).unwrap()
    }

    fn verify(key: &KeyMaterial, message: &[u8], signature: RawSignature) {
        let verifying = ed25519_dalek::VerifyingKey::from_bytes(key.public_key().try_into().unwrap()).unwrap();
        verifying
            .verify(message, &ed25519_dalek::Signature::from_bytes(&signature.to_bytes()))
            .unwrap();
    }

    #[test]
    fn a_tezos_operation_is_signed_behind_its_mark_and_written_without_it() {
        let forged = [[7; 32].as_slice(), &[108, 0, 1]].concat();
        let signed = tezos(&ed25519(), &forged).unwrap();
        verify(&ed25519(), &digest::blake2b_256(&[&[3], &forged]), signed.signature);
        assert_eq!(signed.bytes, [&forged[..], &signed.signature.to_bytes()].concat());
        assert!(
            signed.hash.starts_with('o') && signed.hash.len() == 51,
            "{}",
            signed.hash
        );
    }

    #[test]
    fn a_tron_transaction_is_signed_over_the_hash_of_its_raw_data() {
        let key = KeyMaterial::derive(b"seed", "key", Scheme::Ecdsa, Curve::Secp256k1).unwrap();
        let raw_data = [&[0x0a, 2, 1, 2][..], &[0x22; 200]].concat();
        let signed = tron(&key, &raw_data).unwrap();
        let verifying = k256::ecdsa::VerifyingKey::from_sec1_bytes(key.public_key()).unwrap();
        let signature = k256::ecdsa::Signature::from_slice(&signed.signature.to_bytes()).unwrap();
        verifying
            .verify_prehash(&digest::sha256(&[&raw_data]), &signature)
            .unwrap();
        assert_eq!(signed.bytes[..3], [0x0a, 0xcc, 0x01]);
        assert_eq!(signed.bytes[3..207], raw_data);
        assert_eq!(signed.bytes[207..209], [0x12, 65]);
        assert_eq!(signed.bytes.len(), 209 + 65);
    }

    #[test]
    fn a_tron_transaction_is_taken_whole_with_the_signatures_that_it_has() {
        let key = KeyMaterial::derive(b"seed", "key", Scheme::Ecdsa, Curve::Secp256k1).unwrap();
        let other = KeyMaterial::derive(b"seed", "other", Scheme::Ecdsa, Curve::Secp256k1).unwrap();
        let raw_data = [&[0x0a, 2, 1, 2][..], &[0x22; 200]].concat();
        let whole = [&[0x0a, 0xcc, 0x01][..], &raw_data].concat();
        assert_eq!(tron(&key, &whole), tron(&key, &raw_data));
        let first = tron(&other, &raw_data).unwrap().bytes;
        let both = tron(&key, &first).unwrap();
        assert!(both.bytes.starts_with(&first));
        assert_eq!(both.bytes[first.len()..], tron(&key, &raw_data).unwrap().bytes[207..]);
        for malformed in [
            &whole[..100],
            &[&whole[..], &[0x12, 1, 0]].concat(),
            &[0x0a, 0xff, 0xff, 0xff, 0xff, 1],
        ] {
            assert!(
                matches!(tron(&key, malformed), Err(KeyError::InvalidInput { .. })),
                "{malformed:?}"
            );
        }
    }

    #[test]
    fn bytes_of_another_kind_are_refused() {
        let ecdsa = KeyMaterial::derive(b"seed", "key", Scheme::Ecdsa, Curve::Secp256k1).unwrap();
        for refused in [tezos(&ed25519(), &[0; 32]), tron(&ecdsa, b"hello")] {
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

    #[test]
    fn lengths_are_varints() {
        assert_eq!(varint(5), [5]);
        assert_eq!(varint(300), [0xac, 0x02]);
    }
}

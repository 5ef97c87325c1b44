//! Stellar transactions: the XDR envelope of version 1.
//!
//! Invariant: the network enters what is signed, so a signature for the test net is none on the public net.

use super::{SignedTransaction, invalid};
use crate::keys::digest::sha256;
use crate::keys::error::KeyError;
use crate::keys::hex;
use crate::keys::material::{Curve, KeyMaterial};
use crate::keys::reading::stellar_fee_and_operations;

/// The kind of an envelope, and what a transaction of version 1 is called when it is signed.
const TRANSACTION: [u8; 4] = [0, 0, 0, 2];
const NO_SIGNATURES: [u8; 4] = [0; 4];
/// The kind of an envelope in which somebody else pays the fee.
const FEE_BUMP: [u8; 4] = [0, 0, 0, 5];
/// How long a signature is with the end of its key and its length, and how many others a transaction may have.
const SIGNATURE: usize = 4 + 4 + 64;
const MOST_SIGNATURES: usize = 19;
/// The least that an operation costs, in stroops.
const BASE_FEE: u32 = 100;

fn passphrase(network: &str) -> Option<&'static str> {
    match network {
        "Stellar" => Some("Public Global Stellar Network ; September 2015"),
        "StellarTestnet" => Some("Test SDF Network ; September 2015"),
        _ => None,
    }
}

/// What the signatures of an account look like: a list of one, behind the end of its key.
fn one_signature(key: &KeyMaterial, signature: &[u8; 64]) -> Vec<u8> {
    let hint = &key.public_key()[28..];
    [&[0, 0, 0, 1][..], hint, &[0, 0, 0, 64], signature].concat()
}

/// The hash that stands for a network.
fn network_id(key: &KeyMaterial, network: Option<&str>) -> Result<[u8; 32], KeyError> {
    let passphrase = network.and_then(passphrase);
    let passphrase = passphrase.ok_or_else(|| KeyError::input("network", "Stellar or StellarTestnet is needed"))?;
    if key.curve() != Curve::Ed25519 {
        return Err(KeyError::WrongScheme {
            network: "Stellar".to_owned(),
            scheme: key.scheme(),
        });
    }
    Ok(sha256(&[passphrase.as_bytes()]))
}

/// What a transaction says, and the signatures that it has, each 72 bytes long behind their count.
fn without_signatures(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    (0..=MOST_SIGNATURES).rev().find_map(|count| {
        let (body, list) = bytes.split_at_checked(bytes.len().checked_sub(4 + SIGNATURE * count)?)?;
        let (written, signatures) = list.split_first_chunk()?;
        let is_list = usize::try_from(u32::from_be_bytes(*written)).ok()? == count;
        let are_signatures = signatures
            .chunks(SIGNATURE)
            .all(|signature| signature[4..8] == [0, 0, 0, 64]);
        (is_list && are_signatures).then_some((body, signatures))
    })
}

/// Signs a transaction, or one in which somebody pays for another one; the signatures of others stay.
pub(super) fn sign(key: &KeyMaterial, network: Option<&str>, bytes: &[u8]) -> Result<SignedTransaction, KeyError> {
    let network = network_id(key, network)?;
    let malformed = || invalid("not an envelope of a Stellar transaction");
    let kind = [TRANSACTION, FEE_BUMP].into_iter().find(|kind| bytes.starts_with(kind));
    let kind = kind.ok_or_else(malformed)?;
    let (body, others) = without_signatures(&bytes[kind.len()..]).ok_or_else(malformed)?;
    // Account, fee, sequence, conditions, memo, operations and extension take 60 bytes at least.
    if body.len() < 60 || !body.len().is_multiple_of(4) {
        return Err(malformed());
    }
    let id = sha256(&[&network, &kind, body]);
    let signature = key.sign_message(&id)?;
    let own = one_signature(key, &signature.to_bytes());
    // The count stands before the one signature.
    let (_, own) = own.split_at(4);
    if others.chunks(SIGNATURE).any(|other| other == own) {
        return Err(invalid("it is signed already"));
    }
    let count = u32::try_from(others.len() / SIGNATURE + 1).map_err(|_| malformed())?;
    let signed = [&kind, body, &count.to_be_bytes(), others, own].concat();
    Ok(SignedTransaction {
        signature,
        bytes: signed,
        hash: hex::encode(&id),
    })
}

/// Pays for the signed transaction of another account: it is wrapped, with a fee that is at least as good per operation.
///
/// # Errors
/// [`KeyError::InvalidInput`] if it is no signed transaction.
pub(crate) fn sign_fee_bump(
    key: &KeyMaterial,
    network: Option<&str>,
    inner: &[u8],
) -> Result<SignedTransaction, KeyError> {
    let network = network_id(key, network)?;
    let unfit = || KeyError::input("innerTransaction", "not an envelope of a signed Stellar transaction");
    let (fee, operations) = stellar_fee_and_operations(inner)
        .filter(|(_, operations)| *operations > 0 && !inner.ends_with(&NO_SIGNATURES))
        .ok_or_else(unfit)?;
    // The wrapper counts as one more operation.
    let fee = i64::from(fee.div_ceil(operations).max(BASE_FEE)) * (i64::from(operations) + 1);
    let body = [&[0; 4][..], key.public_key(), &fee.to_be_bytes(), inner, &[0; 4]].concat();
    let id = sha256(&[&network, &FEE_BUMP, &body]);
    let signature = key.sign_message(&id)?;
    let signed = [&FEE_BUMP, &body[..], &one_signature(key, &signature.to_bytes())].concat();
    Ok(SignedTransaction {
        signature,
        bytes: signed,
        hash: hex::encode(&id),
    })
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::Verifier as _;

    use super::sign;
    use crate::keys::digest::sha256;
    use crate::keys::error::KeyError;
    use crate::keys::hex;
    use crate::keys::material::{Curve, KeyMaterial, Scheme};

    fn envelope() -> Vec<u8> {
        [&[0, 0, 0, 2][..], &[0; 4], &[7; 56], &[0; 4]].concat()
    }

    fn key() -> KeyMaterial {
        KeyMaterial::derive(b"seed", "key", Scheme::EdDsa, Curve::Ed25519).unwrap()
    }

    #[test]
    fn the_signature_verifies_under_the_id_and_stands_behind_the_transaction() {
        let signed = sign(&key(), Some("StellarTestnet"), &envelope()).unwrap();
        // The hash of the passphrase of the test net, as its servers show it.
        let network = hex::decode("cee0302d59844d32bdca915c8203dd44b33fbb7edc19051ea37abedf28ecd472").unwrap();
        let id = sha256(&[&network, &[0, 0, 0, 2], &envelope()[4..64]]);
        assert_eq!(signed.hash, hex::encode(&id));
        let verifying = ed25519_dalek::VerifyingKey::from_bytes(key().public_key().try_into().unwrap()).unwrap();
        let signature = ed25519_dalek::Signature::from_slice(&signed.bytes[signed.bytes.len() - 64..]).unwrap();
        verifying.verify(&id, &signature).unwrap();
        assert_eq!(signed.bytes[..64], envelope()[..64], "the transaction changed");
        assert_eq!(&signed.bytes[68..72], &key().public_key()[28..]);
    }

    #[test]
    fn the_signatures_of_others_stay() {
        let other = KeyMaterial::derive(b"seed", "other", Scheme::EdDsa, Curve::Ed25519).unwrap();
        let first = sign(&other, Some("Stellar"), &envelope()).unwrap();
        let both = sign(&key(), Some("Stellar"), &first.bytes).unwrap();
        assert_eq!(both.hash, first.hash);
        let alone = sign(&key(), Some("Stellar"), &envelope()).unwrap();
        let (others, own) = (
            &first.bytes[first.bytes.len() - 72..],
            &alone.bytes[alone.bytes.len() - 72..],
        );
        assert_eq!(both.bytes, [&envelope()[..64], &[0, 0, 0, 2], others, own].concat());
    }

    #[test]
    fn an_envelope_in_which_somebody_pays_for_another_one_is_signed_as_such() {
        let inner = sign(&key(), Some("Stellar"), &envelope()).unwrap().bytes;
        let unsigned = [&[0, 0, 0, 5][..], &[0; 4], key().public_key(), &[0; 8], &inner, &[0; 8]].concat();
        let signed = sign(&key(), Some("Stellar"), &unsigned).unwrap();
        let public = sha256(&[b"Public Global Stellar Network ; September 2015"]);
        let id = sha256(&[&public, &unsigned[..unsigned.len() - 4]]);
        assert_eq!(signed.hash, hex::encode(&id));
        assert_eq!(signed.bytes[unsigned.len() - 4..][..4], [0, 0, 0, 1]);
    }

    #[test]
    fn the_public_net_and_the_test_net_have_different_ids() {
        let public = sign(&key(), Some("Stellar"), &envelope()).unwrap();
        assert_ne!(
            public.hash,
            sign(&key(), Some("StellarTestnet"), &envelope()).unwrap().hash
        );
    }

    #[test]
    fn an_envelope_that_is_signed_or_malformed_is_refused() {
        let signed = sign(&key(), Some("Stellar"), &envelope()).unwrap().bytes;
        for bytes in [&signed[..], &envelope()[4..], &envelope()[..20], b""] {
            let refused = sign(&key(), Some("Stellar"), bytes);
            assert!(
                matches!(
                    refused,
                    Err(KeyError::InvalidInput {
                        field: "transaction",
                        ..
                    })
                ),
                "{bytes:?}"
            );
        }
    }

    #[test]
    fn without_a_network_nothing_is_signed() {
        let refused = sign(&key(), None, &envelope());
        assert!(matches!(refused, Err(KeyError::InvalidInput { field: "network", .. })));
    }
}

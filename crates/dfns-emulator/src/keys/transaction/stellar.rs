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

pub(super) fn sign(key: &KeyMaterial, network: Option<&str>, bytes: &[u8]) -> Result<SignedTransaction, KeyError> {
    let network = network_id(key, network)?;
    let body = bytes
        .strip_prefix(&TRANSACTION)
        .and_then(|rest| rest.strip_suffix(&NO_SIGNATURES));
    // Account, fee, sequence, conditions, memo, operations and extension take 60 bytes at least.
    let body = body.filter(|body| body.len() >= 60 && body.len().is_multiple_of(4));
    let body = body.ok_or_else(|| invalid("not an envelope of an unsigned Stellar transaction"))?;
    let id = sha256(&[&network, &TRANSACTION, body]);
    let signature = key.sign_message(&id)?;
    let signed = [&TRANSACTION, body, &one_signature(key, &signature.to_bytes())].concat();
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

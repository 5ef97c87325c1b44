//! Signed messages, BIP-322: a transaction that cannot be sent, spending an output that commits to the message.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::owner::{key_hash, script_of};
use super::sighash::{ALL, pay_to_key_hash, segwit, taproot};
use super::wire::{Input, Output, Transaction, bytes, length};
use crate::keys::digest::tagged;
use crate::keys::error::KeyError;
use crate::keys::material::{KeyMaterial, Scheme};
use crate::keys::signing::der;
use crate::keys::taproot::MerkleRoot;

/// What of the virtual transaction is given away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
pub(crate) enum MessageFormat {
    /// The witness alone.
    #[default]
    Simple,
    /// The whole transaction.
    Full,
}

/// The transaction whose output commits to the message.
fn to_spend(script: &[u8], message: &[u8]) -> Transaction {
    let hash = tagged("BIP0322-signed-message", &[message]);
    let mut outpoint = [0; 36];
    outpoint[32..].fill(0xff);
    Transaction {
        version: [0; 4],
        inputs: vec![Input {
            outpoint,
            script: [&[0x00, 0x20][..], &hash].concat(),
            sequence: [0; 4],
        }],
        outputs: vec![Output {
            amount: 0,
            script: script.to_vec(),
        }],
        lock_time: [0; 4],
    }
}

/// The transaction that spends it.
fn to_sign(spent: &Transaction) -> Transaction {
    const OP_RETURN: u8 = 0x6a;
    let mut outpoint = [0; 36];
    outpoint[..32].copy_from_slice(&spent.id());
    Transaction {
        version: [0; 4],
        inputs: vec![Input {
            outpoint,
            script: Vec::new(),
            sequence: [0; 4],
        }],
        outputs: vec![Output {
            amount: 0,
            script: vec![OP_RETURN],
        }],
        lock_time: [0; 4],
    }
}

/// The signature of a message by the segwit address of a key, in base 64.
///
/// # Errors
/// [`KeyError::UnsupportedKey`] if the key has no segwit address.
pub(crate) fn sign_message(key: &KeyMaterial, message: &[u8], format: MessageFormat) -> Result<String, KeyError> {
    let spent = to_spend(&script_of(key)?, message);
    let transaction = to_sign(&spent);
    let stack: Vec<Vec<u8>> = if key.scheme() == Scheme::Schnorr {
        let digest = taproot(&transaction, 0, &spent.outputs, ALL);
        let signature = key.sign_digest(&digest, MerkleRoot::None)?;
        vec![[&signature.to_bytes()[..], &[ALL]].concat()]
    } else {
        let digest = segwit(&transaction, 0, &pay_to_key_hash(&key_hash(key)), 0, ALL);
        let signature = der(key.sign_digest(&digest, MerkleRoot::None)?)?;
        vec![[&signature[..], &[ALL]].concat(), key.public_key().to_vec()]
    };
    let mut witness = length(stack.len());
    witness.extend(stack.iter().flat_map(|item| bytes(item)));
    let formatted = match format {
        MessageFormat::Simple => witness,
        MessageFormat::Full => {
            /// Says that witnesses follow the outputs.
            const WITH_WITNESSES: [u8; 2] = [0, 1];
            [
                &transaction.version[..],
                &WITH_WITNESSES,
                &transaction.body(),
                &witness,
                &transaction.lock_time,
            ]
            .concat()
        }
    };
    Ok(STANDARD.encode(formatted))
}

#[cfg(test)]
mod tests {
    use super::{MessageFormat, sign_message, to_sign, to_spend};
    use crate::keys::address::address;
    use crate::keys::hex::encode;
    use crate::keys::material::{Curve, KeyMaterial, Scheme};
    use crate::keys::transaction::bitcoin::owner::script_of;
    use crate::keys::transaction::bitcoin::wire::Transaction;

    /// The key of the vectors of BIP-322.
    fn key(scheme: Scheme) -> KeyMaterial {
        let wallet_import_format = "L3VFeEujGtevx9w18HD1fhRbCH67Az2dpCymeRE1SoPK6XQtaN2k";
        let payload = crate::keys::base58check::decode(wallet_import_format, bs58::Alphabet::BITCOIN).unwrap();
        KeyMaterial::from_secret(scheme, Curve::Secp256k1, payload[1..33].try_into().unwrap(), None).unwrap()
    }

    fn shown(transaction: &Transaction) -> String {
        let mut id = transaction.id();
        id.reverse();
        encode(&id)
    }

    #[test]
    fn the_virtual_transactions_have_the_ids_of_the_standard() {
        let key = key(Scheme::Ecdsa);
        assert_eq!(
            address("Bitcoin", Scheme::Ecdsa, key.public_key()).unwrap().unwrap(),
            "bc1q9vza2e8x573nczrlzms0wvx3gsqjx7vavgkx0l"
        );
        for (message, spend, sign) in [
            (
                "",
                "c5680aa69bb8d860bf82d4e9cd3504b55dde018de765a91bb566283c545a99a7",
                "1e9654e951a5ba44c8604c4de6c67fd78a27e81dcadcfe1edf638ba3aaebaed6",
            ),
            (
                "Hello World",
                "b79d196740ad5217771c1098fc4a4b51e0535c32236c71f1ea4d61a2d603352b",
                "88737ae86f2077145f93cc4b153ae9a1cb8d56afa511988c149c5c8c9d93bddf",
            ),
        ] {
            let spent = to_spend(&script_of(&key).unwrap(), message.as_bytes());
            assert_eq!(shown(&spent), spend);
            assert_eq!(shown(&to_sign(&spent)), sign);
        }
    }

    #[test]
    fn simple_signatures_are_those_of_the_standard() {
        assert_eq!(
            sign_message(&key(Scheme::Ecdsa), b"", MessageFormat::Simple).unwrap(),
            "AkgwRQIhAPkJ1Q4oYS0htvyuSFHLxRQpFAY56b70UvE7Dxazen0ZAiAtZfFz1S6T6I23MWI2lK/pcNTWncuyL8UL+oMdydVg\
             zAEhAsfxIAMZZEKUPYWI4BruhAQjzFT8FSFSajuFwrDL1Yhy"
        );
        assert_eq!(
            sign_message(&key(Scheme::Ecdsa), b"Hello World", MessageFormat::Simple).unwrap(),
            "AkgwRQIhAOzyynlqt93lOKJr+wmmxIens//zPzl9tqIOua93wO6MAiBi5n5EyAcPScOjf1lAqIUIQtr3zKNeavYabHyR8eGh\
             owEhAsfxIAMZZEKUPYWI4BruhAQjzFT8FSFSajuFwrDL1Yhy"
        );
        assert_eq!(
            sign_message(&key(Scheme::Schnorr), b"Hello World", MessageFormat::Simple).unwrap(),
            "AUHd69PrJQEv+oKTfZ8l+WROBHuy9HKrbFCJu7U1iK2iiEy1vMU5EfMtjc+VSHM7aU0SDbak5IUZRVno2P5mjSafAQ=="
        );
    }

    #[test]
    fn a_full_signature_holds_the_whole_transaction() {
        use base64::Engine as _;

        let full = sign_message(&key(Scheme::Ecdsa), b"Hello World", MessageFormat::Full).unwrap();
        let bytes = base64::engine::general_purpose::STANDARD.decode(full).unwrap();
        let transaction = Transaction::read(&bytes).unwrap();
        assert_eq!(
            shown(&transaction),
            "88737ae86f2077145f93cc4b153ae9a1cb8d56afa511988c149c5c8c9d93bddf"
        );
    }

    #[test]
    fn a_key_without_a_bitcoin_address_is_refused() {
        let key = KeyMaterial::derive(b"seed", "key", Scheme::EdDsa, Curve::Ed25519).unwrap();
        assert!(sign_message(&key, b"", MessageFormat::Simple).is_err());
    }
}

//! Transactions of Sui and of Iota, which is built on it: BCS bytes, signed by their hash behind a mark of three zeros.
//!
//! Invariant: the bytes stay apart from the signature, as the chains send them; nothing is put between them.

use super::{SignedTransaction, invalid};
use crate::keys::digest::blake2b_256;
use crate::keys::error::KeyError;
use crate::keys::material::KeyMaterial;

/// What is signed is a transaction, of version 0, for the chain itself.
const INTENT: [u8; 3] = [0, 0, 0];
/// The kind of signatures with Ed25519.
const ED25519: u8 = 0;
/// What the id is a hash of.
const ID_MARK: &[u8] = b"TransactionData::";

pub(super) fn sign(key: &KeyMaterial, bytes: &[u8]) -> Result<SignedTransaction, KeyError> {
    // Version 1 of transactions, whose kind is programmable; sender, and an owner, price and budget of gas.
    if !bytes.starts_with(&[0, 0]) || bytes.len() < 2 + 32 + 32 + 8 + 8 {
        return Err(invalid("not the BCS bytes of a transaction"));
    }
    Ok(SignedTransaction {
        signature: key.sign_message(&blake2b_256(&[&INTENT, bytes]))?,
        bytes: bytes.to_vec(),
        hash: bs58::encode(blake2b_256(&[ID_MARK, bytes])).into_string(),
    })
}

/// A signature as the chains take it: its kind, the signature, and the key.
pub(crate) fn encoded(key: &KeyMaterial, signature: &[u8; 64]) -> Vec<u8> {
    [&[ED25519][..], signature, key.public_key()].concat()
}

#[cfg(test)]
mod tests {
    use super::{encoded, sign};
    use crate::keys::error::KeyError;
    use crate::keys::hex::{decode, encode};
    use crate::keys::material::{Curve, KeyMaterial, Scheme};

    /// A transfer of all coins, as the library of the chain writes it for the key of 32 nines.
    const TRANSFER: &str = "00000100200000000000000000000000000000000000000000000000000000000000000005010101\
        000100006c889013fb165a3a991a62d706af2435d3145a2655347074db6fc94b0eb97ad301000000000000000000000000000000000000\
        00000000000000000000000000070700000000000000200000000000000000000000000000000000000000000000000000000000000001\
        6c889013fb165a3a991a62d706af2435d3145a2655347074db6fc94b0eb97ad3e803000000000000404b4c000000000000";

    fn key() -> KeyMaterial {
        KeyMaterial::from_secret(Scheme::EdDsa, Curve::Ed25519, &[9; 32], None).unwrap()
    }

    #[test]
    fn a_transaction_is_signed_as_the_library_of_the_chain_signs_it() {
        let signed = sign(&key(), &decode(TRANSFER).unwrap()).unwrap();
        assert_eq!(signed.hash, "BXhPfnaWPAjXQSnpjZCdErUHo3UJLG13Ds56sczt6bWo");
        assert_eq!(
            encode(&encoded(&key(), &signed.signature.to_bytes())),
            "00509ae52bcc022369931ec16ba89c1eac20f536fd03c9faea1484aafd2281e6ef0c5dcadd79e1dd5b143cf822f70b1992b7d0eccca8\
             84708586e03c0d42d1110ffd1724385aa0c75b64fb78cd602fa1d991fdebf76b13c58ed702eac835e9f618"
        );
    }

    #[test]
    fn what_is_no_transaction_is_refused() {
        for bytes in ["", "0000", &TRANSFER[2..]] {
            let refused = sign(&key(), &decode(bytes).unwrap());
            assert!(
                matches!(
                    refused,
                    Err(KeyError::InvalidInput {
                        field: "transaction",
                        ..
                    })
                ),
                "{bytes}"
            );
        }
    }
}

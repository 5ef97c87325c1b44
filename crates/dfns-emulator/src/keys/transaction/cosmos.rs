//! Transactions of Cosmos: the document is signed, and body, authorization and signature are sent.

use super::SignedTransaction;
use crate::keys::digest::sha256;
use crate::keys::error::KeyError;
use crate::keys::hex;
use crate::keys::material::KeyMaterial;
use crate::keys::protobuf::{bytes, fields, write};
use crate::keys::taproot::MerkleRoot;

/// Signs a `SignDoc`; the signed transaction is a `TxRaw`.
pub(crate) fn sign_document(key: &KeyMaterial, document: &[u8]) -> Result<SignedTransaction, KeyError> {
    let malformed = || KeyError::input("signDoc", "not a SignDoc in protobuf");
    let parts = fields(document).ok_or_else(malformed)?;
    let part = |number| bytes(&parts, number).ok_or_else(malformed);
    let signature = key.sign_digest(&sha256(&[document]), MerkleRoot::None)?;
    let sent = [write(1, part(1)?), write(2, part(2)?), write(3, &signature.to_bytes())].concat();
    let hash = hex::encode(&sha256(&[&sent])).to_uppercase();
    Ok(SignedTransaction {
        signature,
        bytes: sent,
        hash,
    })
}

//! Transactions that callers built: read, signed and ready to be sent, as each family of networks wants them.
//!
//! EVM transactions have a way of their own, since they may be described in part.
//!
//! Invariant: what is read is what is signed.

use serde_json::Value;

use super::error::KeyError;
use super::hex;
use super::material::KeyMaterial;
use super::network::{Family, network};
use super::reading::{self, Extrinsic, Owner, Reading};
use super::transaction::{self, SignedTransaction, solana_is_complete};

/// A transaction in one of the forms that requests have.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Raw<'a> {
    /// Hexadecimal text, or an object on networks that have such a form.
    Transaction(&'a Value),
    /// A partially signed transaction of Bitcoin.
    Psbt(&'a str),
    /// A `SignDoc` of Cosmos.
    SignDoc(&'a str),
}

/// Signs a transaction of a wallet and tells what it does; nothing if the network does not take this form of one.
///
/// # Errors
/// [`KeyError::InvalidInput`] if it is malformed, or one of another wallet, or lacks the signature of somebody else.
pub(crate) fn ready(
    network_id: &str,
    key: &KeyMaterial,
    address: &str,
    raw: Raw<'_>,
) -> Result<Option<(SignedTransaction, Reading)>, KeyError> {
    let Some(network) = network(network_id) else {
        return Ok(None);
    };
    let owner = Owner {
        address,
        public_key: key.public_key(),
    };
    match (network.family, raw) {
        (family @ (Family::Bitcoin | Family::BitcoinCash), Raw::Psbt(text)) => {
            transaction::pay_psbt(network_id, family, key, &bytes("psbt", text)?).map(Some)
        }
        (Family::Cosmos, Raw::SignDoc(text)) => {
            let document = bytes("signDoc", text)?;
            let reading = reading::read(network_id, owner, &document)?;
            let signed = transaction::sign_document(key, &document)?;
            Ok(reading.map(|reading| (signed, reading)))
        }
        (Family::Substrate, Raw::Transaction(payload)) => extrinsic(network_id, key, payload).map(Some),
        (
            family @ (Family::Algorand
            | Family::Aptos
            | Family::Cardano
            | Family::Solana
            | Family::Stellar
            | Family::Tezos
            | Family::Tron
            | Family::Xrpl),
            Raw::Transaction(transaction),
        ) => {
            let expected = || KeyError::input("transaction", "expected the serialised transaction in hexadecimal");
            let bytes = bytes("transaction", transaction.as_str().ok_or_else(expected)?)?;
            let reading = reading::read(network_id, owner, &bytes)?;
            let signed = transaction::sign(family, Some(network_id), key, &bytes).transpose()?;
            if family == Family::Solana && signed.as_ref().is_some_and(|signed| !solana_is_complete(&signed.bytes)) {
                return Err(KeyError::input(
                    "transaction",
                    "it lacks the signature of somebody else",
                ));
            }
            Ok(signed.zip(reading))
        }
        _ => Ok(None),
    }
}

fn bytes(field: &'static str, text: &str) -> Result<Vec<u8>, KeyError> {
    hex::decode(text).ok_or_else(|| KeyError::input(field, "expected bytes in hexadecimal"))
}

fn extrinsic(network_id: &str, key: &KeyMaterial, payload: &Value) -> Result<(SignedTransaction, Reading), KeyError> {
    let extrinsic = match payload.as_str() {
        Some(text) => Extrinsic::of_transfer(network_id, &bytes("transaction", text)?).ok_or_else(|| {
            KeyError::input(
                "transaction",
                "not the payload of a transfer of the native asset; send other calls as the object of a SignerPayload",
            )
        })?,
        None => Extrinsic::from_json(payload, key.public_key())?,
    };
    let signature = key.sign_message(&extrinsic.signed_bytes())?;
    let (bytes, hash) = extrinsic.signed(key.public_key(), &signature.to_bytes());
    let signed = SignedTransaction { signature, bytes, hash };
    Ok((signed, extrinsic.reading(network_id)))
}

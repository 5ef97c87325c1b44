//! Transactions: what of an unsigned one is signed, and how the signed one is written.
//!
//! Invariant: the bytes of the caller stand in the signed transaction unchanged; only the signature is added, and the key
//! where it belongs to the signature.

mod algorand;
mod aptos;
mod bitcoin;
mod cardano;
mod cbor;
mod cosmos;
mod evm;
mod evm_call;
mod evm_fields;
mod hash;
mod nonce_accounts;
mod solana;
mod stellar;
mod sui;
mod ton;
mod watermarked;
mod xrpl;

pub(crate) use bitcoin::{MessageFormat, pay_psbt, sign_message, sign_psbt};
pub(crate) use cosmos::sign_document;
pub(crate) use evm_call::EvmCall;
pub(crate) use evm_fields::{EvmDefaults, EvmFields};
pub(crate) use hash::{Transfer, transaction_hash};
pub(crate) use nonce_accounts::nonce_accounts;
pub(crate) use solana::is_complete as solana_is_complete;
pub(crate) use stellar::sign_fee_bump;
pub(crate) use sui::encoded as sui_signature;
pub(crate) use ton::sign_cell;

use super::error::KeyError;
use super::material::{KeyMaterial, RawSignature};
use super::network::Family;

/// A transaction with its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SignedTransaction {
    pub(crate) signature: RawSignature,
    /// The whole transaction as it would be sent.
    pub(crate) bytes: Vec<u8>,
    /// Its id as the chain shows it.
    pub(crate) hash: String,
}

/// Signs the serialised transaction of a family; nothing if the emulator does not know the family's format.
/// `network` is its API id, which the transactions of some chains do not name themselves.
///
/// # Errors
/// [`KeyError::InvalidInput`] if the bytes are no unsigned transaction of the family, or not one of this key.
pub(crate) fn sign(
    family: Family,
    network: Option<&str>,
    key: &KeyMaterial,
    bytes: &[u8],
) -> Option<Result<SignedTransaction, KeyError>> {
    match family {
        Family::Cardano => Some(cardano::sign(key, bytes)),
        Family::Evm => Some(evm::sign(key, bytes)),
        Family::Iota | Family::Sui => Some(sui::sign(key, bytes)),
        Family::Solana => Some(solana::sign(key, bytes)),
        Family::Stellar => Some(stellar::sign(key, network, bytes)),
        Family::Tezos => Some(watermarked::tezos(key, bytes)),
        Family::Ton => Some(ton::sign(key, bytes)),
        Family::Aptos => Some(aptos::sign(key, bytes)),
        Family::Algorand => Some(algorand::sign(key, bytes)),
        Family::Tron => Some(watermarked::tron(key, bytes)),
        Family::Xrpl => Some(xrpl::sign(key, bytes)),
        _ => None,
    }
}

fn invalid(problem: impl Into<String>) -> KeyError {
    KeyError::input("transaction", problem)
}

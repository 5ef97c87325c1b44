//! Signs the transactions of wallets and tells their hashes.

use dfns_types::{Key, KeyStatus};
use serde_json::Value;

use super::fees::{Gas, Speed};
use super::{Call, Chain, Order};
use crate::context::Context;
use crate::keys::{self, EvmDefaults, EvmFields, Family, KeyError, KeyMaterial, SignatureRequest, Target, Transfer};
use crate::rooms::key_store;
use crate::server::Refusal;

/// A transaction that is ready for its network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SignedTransaction {
    /// In hexadecimal after `0x`.
    pub(crate) bytes: String,
    /// As the network shows it.
    pub(crate) hash: String,
}

/// Why a request fails whose wallet or key is gone.
pub(super) const UNUSABLE: &str = "the wallet can no longer be used";

/// Whether a key still signs what was asked for before.
pub(super) fn signs(key: &Key) -> bool {
    key.status == KeyStatus::Active && key.exported != Some(true)
}

/// The hash of the transaction that carries an order out.
///
/// # Errors
/// 500 if it cannot be signed: whether it can was checked when the request came.
pub(crate) fn transaction_hash(
    context: &Context<'_>,
    org: &str,
    chain: Chain,
    (key, order): (&Key, &Order),
) -> Result<String, Refusal> {
    let material = key_store::material_in(context, org, key)?;
    let internal = |error: KeyError| Refusal::internal(&error);
    if let Some(transaction) = &order.transaction {
        let unsigned = unsigned(chain, transaction, order.nonce.unwrap_or_default()).map_err(internal)?;
        return Ok(sign(&material, chain, unsigned).map_err(internal)?.hash);
    }
    let transfer = Transfer {
        network: chain.id,
        from: &order.from,
        to: order.to.as_deref().unwrap_or(&order.from),
        amount: if order.asset.is_unique() {
            unique_number(order)
        } else {
            order.amount.as_str()
        },
        asset: order.asset.name(),
        counter: order.nonce.unwrap_or_default(),
    };
    keys::transaction_hash(&material, &transfer).map_err(internal)
}

fn unique_number(order: &Order) -> &str {
    let fields = &order.asset.fields;
    fields
        .get("serialNumber")
        .or_else(|| fields.get("tokenId"))
        .map_or("1", String::as_str)
}

/// The transaction of a request in the form that is signed: hexadecimal text as it is, an EVM object filled in.
///
/// # Errors
/// [`KeyError::InvalidInput`] that names the field.
pub(crate) fn unsigned(chain: Chain, transaction: &Value, nonce: u64) -> Result<Value, KeyError> {
    if chain.family != Family::Evm || transaction.is_string() {
        return Ok(transaction.clone());
    }
    let fields = EvmFields::from_json(transaction, defaults(chain, nonce, transaction))?;
    Ok(hexadecimal(fields.unsigned()?.bytes()))
}

/// What the emulator fills into an EVM transaction that leaves it open.
fn defaults(chain: Chain, nonce: u64, transaction: &Value) -> EvmDefaults {
    let digits = transaction
        .get("data")
        .and_then(Value::as_str)
        .map_or(0, |data| data.trim_start_matches("0x").len());
    let to_contract = transaction.get("to").is_none_or(Value::is_null);
    // 16 for a byte of input is the most; the rest is for the code that the input is for.
    let limit = match (digits as u64, to_contract) {
        (0, false) => 21_000,
        (digits, _) => 100_000 + 8 * digits,
    };
    let gas = Gas::at(chain, Speed::Standard, limit);
    with_gas(chain, nonce, gas)
}

fn with_gas(chain: Chain, nonce: u64, gas: Gas) -> EvmDefaults {
    let small = |number: u128| u64::try_from(number).unwrap_or(u64::MAX);
    EvmDefaults {
        // Where no public number is known, only the hash depends on it.
        chain_id: keys::evm_chain_id(chain.id).unwrap_or(1_337),
        nonce,
        gas_limit: gas.limit,
        gas_price: small(gas.max_fee),
        max_fee_per_gas: small(gas.max_fee),
        max_priority_fee_per_gas: small(gas.max_priority_fee),
    }
}

/// The transaction with this nonce that makes a call and offers this for gas; for another chain id than that of the
/// network if there is one.
///
/// # Errors
/// [`KeyError`] if a field does not fit or the key does not sign.
pub(crate) fn sign_call(
    key: &KeyMaterial,
    chain: Chain,
    (nonce, chain_id): (u64, Option<u64>),
    gas: Gas,
    call: Call,
) -> Result<SignedTransaction, KeyError> {
    let Call { to, value, data } = call;
    let mut defaults = with_gas(chain, nonce, gas);
    defaults.chain_id = chain_id.unwrap_or(defaults.chain_id);
    let unsigned = EvmFields::new(defaults, to, value, data).unsigned()?;
    sign(key, chain, hexadecimal(unsigned.bytes()))
}

/// Signs a transaction in the form of its network.
///
/// # Errors
/// [`KeyError`] if it is malformed, or the emulator does not sign transactions of the network.
pub(crate) fn sign(key: &KeyMaterial, chain: Chain, transaction: Value) -> Result<SignedTransaction, KeyError> {
    let request = SignatureRequest::Transaction { transaction };
    let signed = keys::sign(key, Target::Network(chain.id), &request)?;
    let unsupported = || KeyError::UnsupportedSignature {
        kind: "Transaction",
        network: chain.id.to_owned(),
    };
    let (bytes, hash) = signed
        .signed_data
        .zip(signed.transaction_hash)
        .ok_or_else(unsupported)?;
    Ok(SignedTransaction { bytes, hash })
}

/// Bytes as the text that is signed.
pub(super) fn hexadecimal(bytes: &[u8]) -> Value {
    Value::String(dfns_types::Hex::from_bytes(bytes).to_string())
}

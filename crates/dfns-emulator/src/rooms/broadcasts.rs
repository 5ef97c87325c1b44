//! What the transactions do that callers built for networks other than EVM, and those that the emulator builds for them.
//!
//! Invariant: what is paid is read from the bytes that are signed, and what could not be read counts as unknown.

use dfns_types::{Amount, Transaction, Wallet};
use serde_json::{Map, Value};

use super::offers;
use super::refusals::{invalid_field, key_refusal};
use super::transfers::refused_field;
use crate::chain::{self, Asset, Chain, Fee, Order, Payout};
use crate::context::Context;
use crate::keys::{self, Family, KeyMaterial, Payment, Raw, Reading, SignedTransaction};
use crate::server::Refusal;

/// What a nonce account of Solana must hold to stay, in lamports.
const NONCE_ACCOUNT_RENT: u64 = 1_447_680;
/// How many nonce accounts fit into one transaction.
const MOST_NONCE_ACCOUNTS: i64 = 5;
/// What a signature costs on Solana, in lamports.
const SIGNATURE_FEE: u64 = 5_000;

/// The order of a transaction, begun from `blank`; nothing if the network takes no such transactions.
///
/// # Errors
/// 400 that names the field, if it is malformed, not one of the wallet, or cannot be carried out.
pub(super) fn order(
    context: &Context<'_>,
    chain: Chain,
    wallet: &Wallet,
    material: &KeyMaterial,
    transaction: &Transaction,
    body: &Map<String, Value>,
    blank: Order,
) -> Result<Option<Order>, Refusal> {
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let described = body.get("transaction").cloned().unwrap_or(Value::Null);
    let raw = match transaction {
        Transaction::Transaction(_) => Raw::Transaction(&described),
        Transaction::Psbt(_) => Raw::Psbt(text("psbt")),
        Transaction::SignDocDirect(_) => Raw::SignDoc(text("signDoc")),
        Transaction::CreateSolanaNonceAccounts(_) if chain.family == Family::Solana => {
            return nonce_accounts(context, chain, material, body, blank).map(Some);
        }
        // It moves nothing: from now on the wallet takes what others offer.
        Transaction::TransferPreapproval(_) if chain.family == Family::Canton => return Ok(Some(blank)),
        Transaction::SettleOffer(settlement) if chain.family == Family::Canton => {
            return offers::settling(context, wallet, settlement, blank).map(Some);
        }
        _ => return Ok(None),
    };
    let address = wallet.address.as_deref().unwrap_or_default();
    let ready = keys::ready(chain.id, material, address, raw).map_err(key_refusal)?;
    let Some((signed, reading)) = ready else {
        return Ok(None);
    };
    let brought = match raw {
        Raw::Transaction(transaction) => transaction.clone(),
        Raw::Psbt(text) | Raw::SignDoc(text) => Value::from(text),
    };
    paying(chain, reading, &signed, brought, blank).map(Some)
}

/// The order that carries a reading out.
fn paying(
    chain: Chain,
    reading: Reading,
    signed: &SignedTransaction,
    brought: Value,
    blank: Order,
) -> Result<Order, Refusal> {
    let payouts: Vec<Payout> = reading
        .payments
        .into_iter()
        .map(|payment| payout(chain, payment))
        .collect::<Result<_, Refusal>>()?;
    let mut payouts = payouts.into_iter();
    let first = payouts.next();
    let fee = if let Some(fee) = reading.fee {
        Fee {
            amount: fee.into(),
            gas: None,
        }
    } else {
        let asset = first.as_ref().map_or_else(Asset::native, |first| first.asset.clone());
        chain::transfer_fee(chain, &asset, &Map::new()).map_err(refused_field)?
    };
    let mut order = Order {
        fee,
        memo: reading.memo,
        transaction: Some(brought),
        signed_hash: Some(signed.hash.clone()),
        further: payouts.collect(),
        is_opaque: reading.is_opaque,
        ..blank
    };
    if let Some(Payout { to, asset, amount }) = first {
        (order.to, order.asset, order.amount) = (Some(to), asset, amount);
    }
    Ok(order)
}

fn payout(chain: Chain, payment: Payment) -> Result<Payout, Refusal> {
    let asset = match payment.token {
        None => Asset::native(),
        Some(token) => {
            let mut fields: Map<String, Value> = Map::new();
            fields.insert("kind".to_owned(), token.kind.into());
            let named = token.fields.into_iter();
            fields.extend(named.map(|(name, value)| (name.to_owned(), Value::from(value))));
            Asset::of_request(chain, &fields).map_err(refused_field)?
        }
    };
    Ok(Payout {
        to: chain.ledger_address(&payment.to),
        asset,
        amount: Amount::from(payment.amount),
    })
}

/// Builds the transaction that makes nonce accounts, each with what it must hold.
fn nonce_accounts(
    context: &Context<'_>,
    chain: Chain,
    material: &KeyMaterial,
    body: &Map<String, Value>,
    blank: Order,
) -> Result<Order, Refusal> {
    let count = body.get("count").and_then(Value::as_i64).unwrap_or(1);
    let count = match u8::try_from(count) {
        Ok(count) if (1..=MOST_NONCE_ACCOUNTS).contains(&count.into()) => count,
        _ => {
            let problem = format!("expected 1 to {MOST_NONCE_ACCOUNTS} accounts in one transaction");
            return Err(invalid_field("count", &problem));
        }
    };
    let authority = match body.get("nonceAuthority").and_then(Value::as_str) {
        None => None,
        Some(text) => {
            keys::validate_address(chain.id, text)
                .map_err(|error| invalid_field("nonceAuthority", &error.to_string()))?;
            Some(text)
        }
    };
    let random = context.random()?;
    let built = keys::nonce_accounts(material, authority, count, NONCE_ACCOUNT_RENT, &random).map_err(key_refusal)?;
    let unsigned = Value::from(dfns_types::Hex::from_bytes(&built.unsigned).to_string());
    let signed = chain::sign(material, chain, unsigned).map_err(key_refusal)?;
    let mut accounts = built.accounts.into_iter().map(|to| Payout {
        to,
        asset: Asset::native(),
        amount: Amount::from(NONCE_ACCOUNT_RENT),
    });
    let first = accounts.next();
    Ok(Order {
        to: first.map(|first| first.to),
        amount: Amount::from(NONCE_ACCOUNT_RENT),
        further: accounts.collect(),
        fee: Fee {
            amount: Amount::from(SIGNATURE_FEE),
            gas: None,
        },
        signed_hash: Some(signed.hash),
        ..blank
    })
}

//! Transactions that the caller built, or described.
//!
//! Invariant: what a transaction pays is read from the very bytes that are signed.

use dfns_types::{
    Amount, Key, Network, Transaction, TransactionId, TransactionPage, TransactionRequest, TransferStatus, Wallet,
};
use serde_json::{Map, Value, json};

use super::assets::typed;
use super::refusals::{invalid_field, key_refusal, parsed};
use super::transfers::{refused_field, requester, text, usable};
use super::wallets::wallet_of_path;
use super::{broadcasts, fee_sponsors, idempotency, key_store, user_operations};
use crate::chain::{self, Asset, Chain, Fee, Gas, Order, Payback};
use crate::context::Context;
use crate::keys::{self, EvmCall, Family, KeyMaterial, Uint256};
use crate::policy;
use crate::server::{Refusal, Reply};
use crate::store::Listing;

/// How many requests a page may hold.
const PAGE_LENGTH: usize = 500;

/// `POST /wallets/{walletId}/transactions`.
pub(super) fn create(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let transaction: Transaction = context.call.body()?;
    let body: Map<String, Value> = context.call.body()?;
    let external_id = text(&body, "externalId");
    let wallet = wallet_of_path(context)?;
    if let Some(made) = idempotency::made_before::<TransactionRequest>(context, external_id)? {
        return Reply::json(&made);
    }
    let request = start(context, &wallet, transaction, &body, None)?;
    idempotency::remember(context, external_id, &request)?;
    Reply::json(&request)
}

/// Sends a transaction of a wallet on its way, as a request with this body asks for it.
///
/// `payback` comes to the wallet when the transaction is confirmed: what a contract pays for being called.
///
/// # Errors
/// 400 that names the field, if it cannot be carried out.
pub(super) fn start(
    context: &Context<'_>,
    wallet: &Wallet,
    transaction: Transaction,
    body: &Map<String, Value>,
    payback: Option<Payback>,
) -> Result<TransactionRequest, Refusal> {
    let (chain, key) = usable(context, wallet)?;
    let mut order = order(context, chain, wallet, &key, &transaction, body)?;
    order.relay.wishes = chain::Wishes::of_request(body).map_err(refused_field)?;
    order.sponsor = fee_sponsors::payer(context, body, chain, wallet)?;
    order.payback = payback;
    launched(context, wallet, transaction, text(body, "externalId"), &order)
}

/// Sends a transaction that the emulator itself has built on its way: what it pays is said beside its bytes.
///
/// # Errors
/// 400 if the wallet cannot be used.
pub(super) fn start_built(
    context: &Context<'_>,
    wallet: &Wallet,
    unsigned: &dfns_types::Hex,
    (to, amount): (&str, Amount),
    payback: Option<Payback>,
) -> Result<TransactionRequest, Refusal> {
    let (chain, _key) = usable(context, wallet)?;
    let transaction = typed(json!({ "kind": "Transaction", "transaction": unsigned }))?;
    let asset = Asset::native();
    let order = Order {
        to: Some(chain.ledger_address(to)),
        fee: chain::transfer_fee(chain, &asset, &Map::new()).map_err(refused_field)?,
        asset,
        amount,
        payback,
        ..Order::blank(wallet, chain)
    };
    launched(context, wallet, transaction, None, &order)
}

/// Makes a transaction request, keeps it and sends it on its way, as far as the policies let it.
///
/// # Errors
/// 500 if the store fails.
pub(super) fn launched(
    context: &Context<'_>,
    wallet: &Wallet,
    transaction: Transaction,
    external_id: Option<&str>,
    order: &Order,
) -> Result<TransactionRequest, Refusal> {
    let id = parsed::<TransactionId>(&context.new_id("tx")?)?;
    let network = Network::from(wallet.network.as_str());
    let by = requester(context)?;
    let status = TransferStatus::Executing;
    let mut request = TransactionRequest::new(id, &wallet.id, network, by, transaction, status, context.now);
    request.external_id = external_id.map(str::to_owned);
    policy::submit(context, wallet, request, order)
}

/// What a transaction will do. It is signed once to see that it can be.
fn order(
    context: &Context<'_>,
    chain: Chain,
    wallet: &Wallet,
    key: &Key,
    transaction: &Transaction,
    body: &Map<String, Value>,
) -> Result<Order, Refusal> {
    let material = key_store::material(context, key)?;
    let blank = Order::blank(wallet, chain);
    let described = match (transaction, chain.family) {
        (Transaction::Transaction(_), Family::Evm) => body.get("transaction").cloned().unwrap_or(Value::Null),
        (Transaction::Evm(_) | Transaction::Eip1559(_), Family::Evm) => {
            let mut fields = body.clone();
            fields.retain(|name, _| name != "kind" && name != "externalId");
            fields.insert("type".to_owned(), json!(2));
            Value::Object(fields)
        }
        (Transaction::UserOperations(operations), Family::Evm) => {
            return user_operations::order(context, chain, &material, &operations.user_operations, blank);
        }
        _ => {
            let order = broadcasts::order(context, chain, wallet, &material, transaction, body, blank)?;
            return order.ok_or_else(|| {
                let kind = transaction.kind();
                Refusal::invalid(format!(
                    "transactions of kind {kind} are not supported by the emulator on {}",
                    chain.id
                ))
            });
        }
    };
    evm_described(context, chain, &material, described, blank)
}

/// The order of an EVM transaction, in bytes or as an object that is filled in.
pub(super) fn evm_described(
    context: &Context<'_>,
    chain: Chain,
    material: &KeyMaterial,
    described: Value,
    blank: Order,
) -> Result<Order, Refusal> {
    let next_nonce = context.store.sent_count(chain.id, &blank.from)?;
    let unsigned = chain::unsigned(chain, &described, next_nonce).map_err(key_refusal)?;
    chain::sign(material, chain, unsigned.clone()).map_err(key_refusal)?;
    let is_malformed = || invalid_field("transaction", "expected hexadecimal text");
    let bytes: dfns_types::Hex = unsigned
        .as_str()
        .and_then(|text| text.parse().ok())
        .ok_or_else(is_malformed)?;
    let states_nonce = described.is_string() || described.get("nonce").is_some_and(|nonce| !nonce.is_null());
    let order = Order {
        transaction: Some(described),
        ..blank
    };
    evm_order(context, chain, &bytes.to_bytes(), states_nonce, order)
}

fn evm_order(
    context: &Context<'_>,
    chain: Chain,
    bytes: &[u8],
    states_nonce: bool,
    order: Order,
) -> Result<Order, Refusal> {
    let call = EvmCall::parse(bytes).map_err(key_refusal)?;
    if let (Some(found), Some(expected)) = (call.chain_id, keys::evm_chain_id(chain.id))
        && found != expected
        && context.node(chain.id).is_none()
    {
        let problem = format!("it is for the chain {found}, {} is {expected}", chain.id);
        return Err(invalid_field("transaction", &problem));
    }
    let number = |field: &str, number: Uint256| {
        number
            .to_u128()
            .ok_or_else(|| invalid_field(field, "more than 128 bits are not supported by the emulator"))
    };
    let least = intrinsic_gas(&call);
    if call.gas_limit < least {
        let problem = format!("the gas limit is {}, at least {least} is used", call.gas_limit);
        return Err(invalid_field("transaction", &problem));
    }
    // What code uses is not known without running it; calls of contracts are taken to use 30000.
    let used = if call.data.is_empty() {
        least
    } else {
        call.gas_limit.min(least + 30_000)
    };
    let (max_fee, max_priority_fee) = (
        number("maxFeePerGas", call.max_fee)?,
        number("maxPriorityFeePerGas", call.max_priority_fee)?,
    );
    if max_priority_fee > max_fee {
        return Err(invalid_field(
            "transaction",
            "maxPriorityFeePerGas: more than maxFeePerGas",
        ));
    }
    let gas = Gas {
        limit: call.gas_limit,
        used,
        max_fee,
        max_priority_fee,
    };
    let too_large = || invalid_field("transaction", "the fee is too large");
    let fee = Fee {
        amount: gas.cost(chain).ok_or_else(too_large)?,
        gas: Some(gas),
    };
    let value = Amount::from(number("value", call.value)?);
    let data = dfns_types::Hex::from_bytes_bare(&call.data).to_string();
    let nonce = states_nonce.then_some(call.nonce);
    let order = Order {
        is_opaque: call.sets_code,
        ..order
    };
    let contract = call.to.map(|to| dfns_types::Hex::from_bytes(to).to_string());
    if let (Some((token, receiver, amount)), true) = (token_transfer(chain, call.to, &call.data), value.is_zero())
        && context.store.asset(chain.id, &token.key())?.is_some()
    {
        return Ok(Order {
            to: Some(receiver),
            asset: token,
            amount,
            fee,
            data,
            nonce,
            ..order
        });
    }
    Ok(Order {
        to: contract,
        amount: value,
        fee,
        data,
        nonce,
        ..order
    })
}

/// What every transaction pays for before any code runs.
fn intrinsic_gas(call: &EvmCall) -> u64 {
    let data: u64 = call.data.iter().map(|byte| if *byte == 0 { 4 } else { 16 }).sum();
    21_000 + data + if call.to.is_none() { 32_000 } else { 0 }
}

/// The token, receiver and amount of a call of `transfer(address,uint256)`.
pub(super) fn token_transfer(chain: Chain, to: Option<[u8; 20]>, data: &[u8]) -> Option<(Asset, String, Amount)> {
    let (selector, arguments) = data.split_first_chunk::<4>()?;
    let arguments: &[u8; 64] = arguments.try_into().ok()?;
    if *selector != [0xa9, 0x05, 0x9c, 0xbb] || arguments[..12] != [0; 12] {
        return None;
    }
    let address = |bytes: &[u8]| dfns_types::Hex::from_bytes(bytes).to_string();
    let request = json!({ "kind": "Erc20", "contract": address(&to?) });
    let token = Asset::of_request(chain, request.as_object()?).ok()?;
    let amount = Uint256(arguments[32..].try_into().ok()?).to_u128()?;
    Some((token, address(&arguments[12..32]), Amount::from(amount)))
}

/// The transaction that the path names, of a wallet that the caller can see.
///
/// # Errors
/// 404 if there is none.
pub(super) fn transaction_of_path(context: &Context<'_>) -> Result<(Wallet, TransactionRequest), Refusal> {
    let wallet = wallet_of_path(context)?;
    let id = context.call.parameter("transactionId")?;
    let org = context.caller()?.org();
    let found: Option<TransactionRequest> = context.store.get(org, id)?;
    let found = found.filter(|transaction| transaction.wallet_id == wallet.id);
    let request = found.ok_or_else(|| Refusal::not_found("transaction", "transactionId", id, org))?;
    Ok((wallet, request))
}

/// `GET /wallets/{walletId}/transactions/{transactionId}`.
pub(super) fn get(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    Reply::json(&transaction_of_path(context)?.1)
}

/// `GET /wallets/{walletId}/transactions`.
pub(super) fn list(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let page = context.page(PAGE_LENGTH)?;
    let wallet = wallet_of_path(context)?;
    let listing = Listing {
        org: context.caller()?.org(),
        parent: Some(wallet.id.as_str()),
        owner: None,
    };
    let found = context.store.list::<TransactionRequest>(listing, &page, |_| true)?;
    let mut transactions = TransactionPage::new(wallet.id, found.items);
    transactions.next_page_token = found.next_page_token;
    Reply::json(&transactions)
}

/// `PUT /wallets/{walletId}/transactions/{transactionId}/abort`.
pub(super) fn abort(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let (_, mut request) = transaction_of_path(context)?;
    chain::abort(context, context.caller()?.org(), &mut request)?;
    Reply::json(&request)
}

//! The activation of wallets on networks that must hear of an account before it can be used.
//!
//! On Starknet it deploys the account, on Concordium it deploys the credential that the account belongs to, on Canton a
//! validator begins to host the party.
//!
//! Invariant: a wallet becomes `Active` when its activation is confirmed, and not before.

use dfns_types::{
    ActivateAccountArguments, ActivateAccountTransaction, ActivateWalletRequest, Amount, CantonValidator, Timestamp,
    Transaction, TransactionRequest, TransferStatus, ValidatorId, Wallet, WalletStatus, WebhookEventKind,
};
use serde_json::{Map, Value};

use super::refusals::{invalid_field, key_refusal};
use super::transfers::refused_field;
use super::wallets::{known_chain, wallet_of_path};
use super::{key_store, transactions};
use crate::chain::{self, Asset, Chain, Fee, Order};
use crate::context::Context;
use crate::keys::{self, Family};
use crate::server::{Refusal, Reply};
use crate::store::Listing;

/// `POST /wallets/{walletId}/activate`.
pub(super) fn activate(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: ActivateWalletRequest = context.call.body()?;
    let arguments: Map<String, Value> = context.call.body()?;
    let mut wallet = wallet_of_path(context)?;
    let chain = known_chain(&wallet.network)?;
    if !chain.needs_activation() {
        return Err(Refusal::invalid(format!("wallets on {} need no activation", chain.id)));
    }
    if wallet.status != WalletStatus::Inactive {
        return Err(Refusal::invalid(format!("wallet {} is {}", wallet.id, wallet.status)));
    }
    let key = key_store::find_key(context, wallet.signing_key.id.as_str())?;
    key_store::check_usable(context, &key)?;
    if let Some(earlier) = under_way(context, &wallet)? {
        let message = format!("wallet {} is being activated already", wallet.id);
        return Err(Refusal::conflict(message).with("transactionId", earlier.id.as_str()));
    }
    check(context, chain, &mut wallet, request)?;
    let signed_hash = match chain.family {
        Family::Starknet => {
            Some(keys::starknet_deployment_hash(chain.id, &key.public_key.to_bytes()).map_err(key_refusal)?)
        }
        _ => None,
    };
    let order = Order {
        fee: fee(chain)?,
        signed_hash,
        activates: true,
        ..Order::blank(&wallet, chain)
    };
    let mut body = ActivateAccountTransaction::new();
    body.args = Some(ActivateAccountArguments(arguments));
    let transaction = Transaction::ActivateAccount(body);
    Reply::json(&transactions::launched(context, &wallet, transaction, None, &order)?)
}

/// Only an account of Starknet pays for its own making.
fn fee(chain: Chain) -> Result<Fee, Refusal> {
    match chain.family {
        Family::Starknet => chain::transfer_fee(chain, &Asset::native(), &Map::new()).map_err(refused_field),
        _ => Ok(Fee {
            amount: Amount::zero(),
            gas: None,
        }),
    }
}

/// What each network asks for. The validator of Canton is written down with the wallet.
fn check(
    context: &Context<'_>,
    chain: Chain,
    wallet: &mut Wallet,
    request: ActivateWalletRequest,
) -> Result<(), Refusal> {
    match chain.family {
        Family::Concordium => {
            let expiry = request.expiry.ok_or_else(|| invalid_field("expiry", "is missing"))?;
            if expiry <= context.now.unix_millis() / 1_000 {
                return Err(invalid_field("expiry", "lies in the past"));
            }
            let text = request.unsigned_cdi_str.unwrap_or_default();
            match serde_json::from_str::<Value>(&text) {
                Ok(Value::Object(_)) => Ok(()),
                _ => Err(invalid_field("unsignedCdiStr", "expected an object in JSON, as text")),
            }
        }
        Family::Canton => {
            let wanted = request
                .validator_id
                .ok_or_else(|| invalid_field("validatorId", "is missing"))?;
            check_validator(context, chain, &wanted)?;
            wallet.validator_id = Some(wanted);
            Ok(context.store.update(wallet)?)
        }
        _ => Ok(()),
    }
}

/// Refuses a validator that the organisation does not have on the network.
///
/// # Errors
/// 400 that names the field.
fn check_validator(context: &Context<'_>, chain: Chain, id: &ValidatorId) -> Result<(), Refusal> {
    let org = context.caller()?.org();
    let found: Option<CantonValidator> = context.store.get(org, id.as_str())?;
    match found.filter(|validator| validator.network.as_str() == chain.id) {
        Some(_) => Ok(()),
        None => Err(invalid_field(
            "validatorId",
            &format!("there is no validator {id} on {}", chain.id),
        )),
    }
}

/// The activation that is on its way, if there is one.
fn under_way(context: &Context<'_>, wallet: &Wallet) -> Result<Option<TransactionRequest>, Refusal> {
    let listing = Listing {
        org: context.caller()?.org(),
        parent: Some(wallet.id.as_str()),
        owner: None,
    };
    let requests = context.store.all::<TransactionRequest>(listing)?;
    let is_open = |status: &TransferStatus| {
        matches!(
            status,
            TransferStatus::Pending | TransferStatus::Executing | TransferStatus::Broadcasted
        )
    };
    Ok(requests
        .into_iter()
        .find(|request| matches!(request.request_body, Transaction::ActivateAccount(_)) && is_open(&request.status)))
}

/// Makes the wallet of a confirmed activation usable, and tells webhooks.
///
/// # Errors
/// 500 if the store fails.
pub(crate) fn complete(
    context: &Context<'_>,
    org: &str,
    chain: Chain,
    order: &Order,
    at: Timestamp,
) -> Result<(), Refusal> {
    let Some(mut wallet) = context.store.get::<Wallet>(org, &order.wallet_id)? else {
        return Ok(());
    };
    if wallet.status != WalletStatus::Inactive {
        return Ok(());
    }
    wallet.status = WalletStatus::Active;
    if chain.family == Family::Canton {
        let (scheme, _) = key_store::format_of(wallet.signing_key.scheme.as_str(), wallet.signing_key.curve.as_str())?;
        let public_key = wallet.signing_key.public_key.to_bytes();
        wallet.address = keys::address(chain.id, scheme, &public_key).map_err(key_refusal)?;
        let address = wallet.address.as_deref().unwrap_or_default();
        context
            .store
            .add_address(chain.id, &chain.ledger_address(address), org, wallet.id.as_str())?;
    }
    context.store.update(&wallet)?;
    context.emit_at(org, at, &WebhookEventKind::WalletActivated, ("wallet", &wallet))
}

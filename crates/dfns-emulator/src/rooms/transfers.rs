//! Transfers of assets.
//!
//! `Pending -> Executing -> Broadcasted -> Confirmed`, or `Failed` from the middle two; see [`crate::chain`]. Policies
//! decide whether a transfer begins as `Pending`, `Executing` or `Rejected`; see [`crate::policy`].
//!
//! Invariant: a request with an external id moves money once, however often it is sent.

use dfns_types::{
    Amount, AssetMetadata, FeeSponsorId, Key, Network, Requester, Transfer, TransferId, TransferMetadata, TransferPage,
    TransferRequest, TransferStatus, UserId, Wallet,
};
use serde::Deserialize as _;
use serde_json::{Map, Value};

use super::assets::record;
use super::refusals::{invalid_field, parsed};
use super::wallets::{known_chain, wallet_of_path};
use super::{fee_sponsors, idempotency, key_store, offers};
use crate::chain::{self, Asset, Chain, FieldProblem, Order};
use crate::context::Context;
use crate::keys::{Family, Uint256, validate_address};
use crate::policy;
use crate::server::{Refusal, Reply};
use crate::store::Listing;

/// How many requests a page may hold.
const PAGE_LENGTH: usize = 500;
/// How long a memo of Stellar may be, in bytes.
const LONGEST_STELLAR_MEMO: usize = 28;

/// `POST /wallets/{walletId}/transfers`.
pub(super) fn create(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let body: Map<String, Value> = context.call.body()?;
    let external_id = text(&body, "externalId");
    let wallet = wallet_of_path(context)?;
    if let Some(made) = idempotency::made_before::<TransferRequest>(context, external_id)? {
        return Reply::json(&made);
    }
    let request = start(context, &wallet, &body, external_id)?;
    idempotency::remember(context, external_id, &request)?;
    Reply::json(&request)
}

/// Sends a transfer of a wallet on its way, as a request with this body asks for it.
///
/// # Errors
/// 400 that names the field, if it cannot be carried out.
pub(super) fn start(
    context: &Context<'_>,
    wallet: &Wallet,
    body: &Map<String, Value>,
    external_id: Option<&str>,
) -> Result<TransferRequest, Refusal> {
    let transfer = as_transfer(body)?;
    let (chain, _) = usable(context, wallet)?;
    let mut order = order(chain, wallet, body).map_err(refused_field)?;
    order.relay.wishes = chain::Wishes::of_request(body).map_err(refused_field)?;
    order.offer = offers::terms(chain, body, context.now).map_err(refused_field)?;
    order.sponsor = fee_sponsors::payer(context, body, chain, wallet)?;
    let mut request = self::request(context, wallet, chain, &order.asset, transfer, external_id)?;
    let sponsor = order
        .sponsor
        .as_ref()
        .map(|sponsor| parsed::<FeeSponsorId>(&sponsor.id));
    request.fee_sponsor_id = sponsor.transpose()?;
    policy::submit(context, wallet, request, &order)
}

/// The body of a request as the transfer that it describes.
fn as_transfer(body: &Map<String, Value>) -> Result<Transfer, Refusal> {
    let transfer = Transfer::deserialize(body).map_err(|error| Refusal::invalid(error.to_string()))?;
    match transfer {
        Transfer::Unknown(object) => Err(invalid_field("kind", &format!("unknown kind {:?}", object.kind()))),
        known => Ok(known),
    }
}

pub(super) fn refused_field(problem: FieldProblem) -> Refusal {
    invalid_field(&problem.field, &problem.problem)
}

/// The text of a field of a body that was read as its type before.
pub(super) fn text<'a>(body: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    body.get(name).and_then(Value::as_str)
}

/// The network and key of a wallet that can be used.
///
/// # Errors
/// 400 if wallet or key are archived; 403 if the key is delegated to somebody else.
pub(super) fn usable(context: &Context<'_>, wallet: &Wallet) -> Result<(Chain, Key), Refusal> {
    if wallet.status != dfns_types::WalletStatus::Active {
        return Err(Refusal::invalid(format!("wallet {} is {}", wallet.id, wallet.status)));
    }
    let key = key_store::find_key(context, wallet.signing_key.id.as_str())?;
    key_store::check_usable(context, &key)?;
    Ok((known_chain(&wallet.network)?, key))
}

/// The one who sent the request, as the API shows it.
///
/// # Errors
/// 500 if the operation has no caller.
pub(super) fn requester(context: &Context<'_>) -> Result<Requester, Refusal> {
    let caller = context.caller()?;
    let requester = Requester::new(parsed::<UserId>(caller.user_id())?);
    Ok(requester.with_token_id(parsed::<dfns_types::TokenId>(&caller.token_id)?))
}

/// What a transfer will do.
fn order(chain: Chain, wallet: &Wallet, body: &Map<String, Value>) -> Result<Order, FieldProblem> {
    let asset = Asset::of_request(chain, body)?;
    let to = text(body, "to").ok_or_else(|| FieldProblem::new("to", "missing"))?;
    validate_address(chain.id, to).map_err(|error| FieldProblem::new("to", error.to_string()))?;
    let amount = if asset.is_unique() {
        Amount::from(1_u64)
    } else {
        let digits = text(body, "amount").ok_or_else(|| FieldProblem::new("amount", "missing"))?;
        let amount: Amount = digits
            .parse()
            .map_err(|error: dfns_types::AmountError| FieldProblem::new("amount", error.to_string()))?;
        if amount.is_zero() {
            return Err(FieldProblem::new("amount", "must be more than 0"));
        }
        if chain.family == Family::Evm && Uint256::parse(amount.as_str()).is_none() {
            return Err(FieldProblem::new("amount", "more than 256 bits"));
        }
        amount
    };
    let fee = chain::transfer_fee(chain, &asset, body)?;
    let memo = text(body, "memo").map(str::to_owned);
    if chain.family == Family::Stellar && memo.as_ref().is_some_and(|memo| memo.len() > LONGEST_STELLAR_MEMO) {
        let problem = format!("Stellar takes at most {LONGEST_STELLAR_MEMO} bytes");
        return Err(FieldProblem::new("memo", problem));
    }
    Ok(Order {
        to: Some(chain.ledger_address(to)),
        asset,
        amount,
        fee,
        memo,
        ..Order::blank(wallet, chain)
    })
}

fn request(
    context: &Context<'_>,
    wallet: &Wallet,
    chain: Chain,
    asset: &Asset,
    transfer: Transfer,
    external_id: Option<&str>,
) -> Result<TransferRequest, Refusal> {
    let known = record(context, chain, asset)?;
    let mut metadata = AssetMetadata::new();
    metadata.symbol = known.symbol;
    metadata.decimals = known.decimals.map(i32::from);
    let id = parsed::<TransferId>(&context.new_id("xfr")?)?;
    let mut request = TransferRequest::new(
        id,
        &wallet.id,
        Network::from(chain.id),
        requester(context)?,
        transfer,
        TransferMetadata::new(metadata),
        TransferStatus::Executing,
        context.now,
    );
    request.external_id = external_id.map(str::to_owned);
    Ok(request)
}

/// The transfer that the path names, of a wallet that the caller can see.
///
/// # Errors
/// 404 if there is none.
pub(super) fn transfer_of_path(context: &Context<'_>) -> Result<(Wallet, TransferRequest), Refusal> {
    let wallet = wallet_of_path(context)?;
    let id = context.call.parameter("transferId")?;
    let org = context.caller()?.org();
    let found: Option<TransferRequest> = context.store.get(org, id)?;
    let found = found.filter(|transfer| transfer.wallet_id == wallet.id);
    let request = found.ok_or_else(|| Refusal::not_found("transfer", "transferId", id, org))?;
    Ok((wallet, request))
}

/// `GET /wallets/{walletId}/transfers/{transferId}`.
pub(super) fn get(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    Reply::json(&transfer_of_path(context)?.1)
}

/// `GET /wallets/{walletId}/transfers`.
pub(super) fn list(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let page = context.page(PAGE_LENGTH)?;
    let wallet = wallet_of_path(context)?;
    let listing = Listing {
        org: context.caller()?.org(),
        parent: Some(wallet.id.as_str()),
        owner: None,
    };
    let found = context.store.list::<TransferRequest>(listing, &page, |_| true)?;
    let mut transfers = TransferPage::new(wallet.id, found.items);
    transfers.next_page_token = found.next_page_token;
    Reply::json(&transfers)
}

/// `PUT /wallets/{walletId}/transfers/{transferId}/abort`.
pub(super) fn abort(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let (_, mut request) = transfer_of_path(context)?;
    chain::abort(context, context.caller()?.org(), &mut request)?;
    Reply::json(&request)
}

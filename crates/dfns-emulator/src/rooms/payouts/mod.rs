//! Payouts: assets of a wallet that become money in a bank account.
//!
//! The provider is simulated. It says where it wants the asset, waits for the caller to confirm, watches the transfer, and
//! pays one block after that is confirmed.
//!
//! Invariant: a payout makes at most one transfer, exactly the one that was confirmed, and the policies judge it like any
//! other.

mod progress;

use dfns_types::{
    CreatePayoutActionRequest, CreatePayoutQuoteRequest, CreatePayoutRequest, FiatProvider, PaymentPurpose, Payout,
    PayoutAsset, PayoutData, PayoutExecutionStatus, PayoutId, PayoutPage, PayoutQuotes, PayoutStatus, Wallet,
};
use serde_json::{Map, Value, json};

use super::assets::typed;
use super::decimal::decimal;
use super::fiat::{self, FEE, Money};
use super::idempotency;
use super::refusals::{check_text, invalid_field, parsed};
use super::transfers::{self, requester, usable};
use super::wallets::wallet_of;
use crate::chain::Chain;
use crate::context::Context;
use crate::server::{Refusal, Reply};
use crate::store::{Document, Filing, Listing};

pub(crate) use progress::advance;

/// How many payouts a page may hold.
const PAGE_LENGTH: usize = 500;

/// The kind under which the store keeps payouts.
pub(crate) const KIND: &str = Payout::KIND;

impl Document for Payout {
    const KIND: &'static str = "payout";

    fn id(&self) -> &str {
        self.id.as_str()
    }
}

/// `POST /payouts`.
pub(super) fn create(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: CreatePayoutRequest = context.call.body()?;
    let body: Map<String, Value> = context.call.body()?;
    let external_id = request.external_id.as_deref();
    let wallet = wallet_of(context, request.wallet_id.as_str())?;
    if let Some(made) = idempotency::made_before::<Payout>(context, external_id)? {
        return Reply::json(&progress::catch_up(context, made)?);
    }
    fiat::require_provider(&request.provider, &FiatProvider::Borderless)?;
    fiat::require_country(&request.country)?;
    for (field, text) in [
        ("borderlessAccountId", &request.borderless_account_id),
        ("paymentInstructionsId", &request.payment_instructions_id),
    ] {
        check_text(field, Some(text), 1, 100)?;
    }
    if let PaymentPurpose::Unknown(purpose) = &request.payment_purpose {
        return Err(invalid_field(
            "paymentPurpose",
            &format!("unknown purpose {:?}", purpose.as_str()),
        ));
    }
    let (chain, money, amount) = paid(context, &wallet, &body)?;
    require_currency(&request.fiat_currency)?;
    let asset: PayoutAsset = typed(money.shown(chain, &json!({ "amount": amount })))?;
    let mut payout = Payout::new(
        parsed::<PayoutId>(&context.new_id("pout")?)?,
        &wallet.id,
        request.fiat_currency,
        asset,
        PayoutStatus::Processing,
        requester(context)?,
        context.now,
        FiatProvider::Borderless,
        PayoutData::new(
            request.borderless_account_id,
            request.payment_instructions_id,
            request.payment_purpose,
            PayoutExecutionStatus::Initializing,
            request.country,
        ),
    );
    payout.external_id.clone_from(&request.external_id);
    let org = context.caller()?.org();
    let filing = Filing {
        org,
        parent: wallet.id.as_str(),
        owner: "",
    };
    context.store.insert(&payout, filing)?;
    progress::schedule(context, org, &payout, context.now)?;
    idempotency::remember(context, external_id, &payout)?;
    Reply::json(&payout)
}

/// The asset that is to be paid out, and how much of it, in digits.
fn paid(context: &Context<'_>, wallet: &Wallet, body: &Map<String, Value>) -> Result<(Chain, Money, String), Refusal> {
    fiat::refuse_node(context, wallet)?;
    let (chain, _key) = usable(context, wallet)?;
    let asset = fiat::asset_of(body);
    let money = Money::of_request(context, chain, &asset)?;
    let amount = asset
        .get("amount")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    match amount.parse::<dfns_types::Amount>() {
        Ok(parsed) if !parsed.is_zero() => Ok((chain, money, amount)),
        _ => Err(invalid_field("asset.amount", "expected decimal digits, more than 0")),
    }
}

fn require_currency(currency: &str) -> Result<(), Refusal> {
    match fiat::rate(currency) {
        Some(_) => Ok(()),
        None => Err(invalid_field(
            "fiatCurrency",
            &format!("{currency:?} is no currency that the emulator pays out"),
        )),
    }
}

/// `POST /payouts/quote`.
pub(super) fn quote(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: CreatePayoutQuoteRequest = context.call.body()?;
    let body: Map<String, Value> = context.call.body()?;
    let wallet = wallet_of(context, request.wallet_id.as_str())?;
    fiat::require_provider(&request.provider, &FiatProvider::Borderless)?;
    fiat::require_country(&request.country)?;
    let (chain, money, amount) = paid(context, &wallet, &body)?;
    require_currency(&request.fiat_currency)?;
    let digits: dfns_types::Amount = parsed(&amount)?;
    let units: f64 = parsed(&decimal(&digits, usize::from(money.decimals)))?;
    let gross = money.worth(units, &request.fiat_currency).unwrap_or_default();
    let quotes: PayoutQuotes = typed(json!({
        "provider": "Borderless",
        "asset": money.shown(chain, &json!({ "amount": amount })),
        "timestamp": context.now,
        "quotes": [{
            "quoteId": context.new_id("quote")?,
            "offer": {
                "fiatCurrency": request.fiat_currency,
                "amount": fiat::cents(gross * (1.0 - FEE)),
                "fees": fiat::cents(gross * FEE),
            },
        }],
    }))?;
    Reply::json(&quotes)
}

/// `GET /payouts/{payoutId}`.
pub(super) fn get(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let payout = payout_of_path(context)?;
    Reply::json(&progress::catch_up(context, payout)?)
}

/// `GET /payouts`.
pub(super) fn list(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let page = context.page(PAGE_LENGTH)?;
    let org = context.caller()?.org();
    let listing = Listing {
        org,
        parent: context.call.query("walletId"),
        owner: None,
    };
    // What is looked for by its status is brought up to date first.
    for payout in context.store.all::<Payout>(listing)? {
        progress::catch_up(context, payout)?;
    }
    let wanted = |name: &'static str| context.call.query_all(name).map(str::to_owned).collect::<Vec<_>>();
    let (statuses, providers) = (wanted("status"), wanted("provider"));
    let is_in = |wanted: &[String], value: &str| wanted.is_empty() || wanted.iter().any(|wanted| wanted == value);
    let is_wanted = |payout: &Payout| {
        is_in(&statuses, payout.status.as_str())
            && is_in(&providers, payout.provider.as_str())
            && wallet_of(context, payout.wallet_id.as_str()).is_ok()
    };
    let found = context.store.list(listing, &page, is_wanted)?;
    let mut payouts = PayoutPage::new(found.items);
    payouts.next_page_token = found.next_page_token;
    Reply::json(&payouts)
}

/// The payout that the path names, of a wallet that the caller can see.
fn payout_of_path(context: &Context<'_>) -> Result<Payout, Refusal> {
    let id = context.call.parameter("payoutId")?;
    let org = context.caller()?.org();
    let not_found = || Refusal::not_found("payout", "payoutId", id, org);
    let payout: Payout = context.store.get(org, id)?.ok_or_else(not_found)?;
    match wallet_of(context, payout.wallet_id.as_str()) {
        Ok(_) => Ok(payout),
        Err(_hidden) => Err(not_found()),
    }
}

/// `POST /payouts/{payoutId}/action`: confirms a payout, or gives it up.
pub(super) fn act(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: CreatePayoutActionRequest = context.call.body()?;
    let body: Map<String, Value> = context.call.body()?;
    let found = payout_of_path(context)?;
    let payout = progress::catch_up(context, found)?;
    let status = &payout.data.execution_status;
    let wrong_state = || Refusal::invalid(format!("payout {} is {status}", payout.id));
    match request {
        CreatePayoutActionRequest::Confirm(_) if *status == PayoutExecutionStatus::AwaitingPayoutConfirmation => {
            confirm(context, payout, &body)?;
        }
        CreatePayoutActionRequest::Cancel(_)
            if matches!(
                status,
                PayoutExecutionStatus::Initializing
                    | PayoutExecutionStatus::AwaitingPayoutInstructions
                    | PayoutExecutionStatus::AwaitingPayoutConfirmation
            ) =>
        {
            progress::cancel(context, payout)?;
        }
        CreatePayoutActionRequest::Confirm(_) | CreatePayoutActionRequest::Cancel(_) => return Err(wrong_state()),
        other => return Err(invalid_field("action", &format!("unknown action {:?}", other.kind()))),
    }
    Reply::json(&json!({}))
}

/// Sends the transfer that the caller has confirmed, if it is the one that the payout needs.
fn confirm(context: &Context<'_>, payout: Payout, body: &Map<String, Value>) -> Result<(), Refusal> {
    let text = |object: &Value, name: &str| object.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    if body.get("walletId").and_then(Value::as_str) != Some(payout.wallet_id.as_str()) {
        return Err(invalid_field(
            "walletId",
            &format!("the payout is of the wallet {}", payout.wallet_id),
        ));
    }
    let transfer = body.get("transfer").cloned().unwrap_or(Value::Null);
    let mut expected = json!(payout.asset);
    expected["to"] = json!(payout.data.deposit_address);
    for name in ["kind", "contract", "mint", "amount", "to"] {
        let (given, wanted) = (text(&transfer, name), text(&expected, name));
        if !given.eq_ignore_ascii_case(&wanted) {
            return Err(invalid_field(
                &format!("transfer.{name}"),
                &format!("expected {wanted:?}, which the payout needs"),
            ));
        }
    }
    let transfer = transfer.as_object().cloned().unwrap_or_default();
    let wallet = wallet_of(context, payout.wallet_id.as_str())?;
    let request = transfers::start(context, &wallet, &transfer, None)?;
    progress::confirmed(context, payout, request.id)
}

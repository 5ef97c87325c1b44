//! Payins: money at a provider that becomes an asset of a wallet.
//!
//! Both providers are simulated. Circle Mint pays from a balance that a test fills, to wallets that it has agreed to.
//! Borderless says which bank account it wants the money on, and waits until a test says that it has come.
//!
//! Invariant: a payin is paid for before anything arrives, and arrives once.

mod desk;
mod progress;

use dfns_types::{
    Amount, CreatePayinQuoteRequest, CreatePayinRequest, FiatCurrency, FiatProvider, Payin, PayinId, PayinPage,
    PayinQuotes, Timestamp, Wallet,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::assets::typed;
use super::fiat::{self, FEE, Money};
use super::refusals::{check_text, invalid_field, parsed};
use super::transfers::{requester, usable};
use super::wallets::wallet_of;
use crate::chain::{Asset, Chain};
use crate::context::Context;
use crate::server::{Refusal, Reply};
use crate::store::{Document, Filing, Listing};

pub(crate) use desk::credit;
pub(super) use desk::{create_recipient, get_recipient, list_accounts, list_balances, list_options, register_asset};
pub(crate) use progress::{advance, deposit};

/// How many payins a page may hold.
const PAGE_LENGTH: usize = 500;
/// How long a quote holds.
const QUOTE_LIFETIME: std::time::Duration = std::time::Duration::from_secs(5 * 60);

/// A payin, with what the API does not show of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Record {
    id: String,
    org: String,
    wallet_id: String,
    /// As the API shows it.
    shown: Value,
    /// What arrives, and where.
    asset: Asset,
    amount: Amount,
    to: String,
    /// What it takes from the balance, in cents.
    cents: u64,
}

/// The kind under which the store keeps payins.
pub(crate) const KIND: &str = Record::KIND;

impl Document for Record {
    const KIND: &'static str = "payin";

    fn id(&self) -> &str {
        &self.id
    }
}

impl Record {
    fn reply(&self) -> Result<Reply, Refusal> {
        Reply::json(&typed::<Payin>(self.shown.clone())?)
    }

    fn provider(&self) -> &str {
        self.shown["provider"].as_str().unwrap_or_default()
    }

    fn step(&self) -> &str {
        self.shown["data"]["executionStatus"].as_str().unwrap_or_default()
    }
}

/// A quote that was given.
#[derive(Debug, Serialize, Deserialize)]
struct Quoted {
    id: String,
    wallet_id: String,
    expires_at: Timestamp,
}

impl Document for Quoted {
    const KIND: &'static str = "payin quote";

    fn id(&self) -> &str {
        &self.id
    }
}

/// `POST /payins`.
pub(super) fn create(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let body: Map<String, Value> = context.call.body()?;
    match context.call.body()? {
        CreatePayinRequest::CircleMint(request) => {
            let wallet = wallet_of(context, request.wallet_id.as_str())?;
            let chain = network_of(context, &wallet)?;
            let currency = known(&request.currency)?;
            let cents = cents_of(&request.amount)?;
            let recipient = desk::active_recipient(context, &wallet, currency)?;
            let money = desk::stablecoin(context, chain, currency)?;
            let amount = fiat::smallest(&request.amount, money.decimals);
            let amount = amount.ok_or_else(|| invalid_field("amount", "has more decimal places than the asset"))?;
            let data = json!({ "executionStatus": "Initializing", "recipientAddressId": recipient });
            keep(context, &wallet, chain, money, (amount, cents), data, &body)
        }
        CreatePayinRequest::Borderless(request) => {
            let wallet = wallet_of(context, request.wallet_id.as_str())?;
            let chain = network_of(context, &wallet)?;
            desk::require_account(context, &request.borderless_account_id)?;
            desk::require_method(known(&request.currency)?, &request.payment_method, &request.country)?;
            let money = Money::of_request(context, chain, &fiat::asset_of(&body))?;
            let name = desk::registered(context, &wallet, chain, &money)?;
            if let Some(id) = &request.quote_id {
                check_quote(context, id, &wallet)?;
            }
            let (amount, _fees) = bought(&money, &request.amount, known(&request.currency)?)?;
            let digits = fiat::smallest(&format!("{amount:.2}"), money.decimals).unwrap_or_else(Amount::zero);
            let mut data = json!({
                "executionStatus": "Initializing", "borderlessAccountId": request.borderless_account_id,
                "country": request.country, "paymentMethod": request.payment_method, "asset": name,
            });
            if let Some(id) = request.quote_id {
                data["quoteId"] = id.into();
            }
            let cents = cents_of(&request.amount)?;
            keep(context, &wallet, chain, money, (digits, cents), data, &body)
        }
        other => Err(invalid_field(
            "provider",
            &format!("unknown provider {:?}", other.kind()),
        )),
    }
}

fn keep(
    context: &Context<'_>,
    wallet: &Wallet,
    chain: Chain,
    money: Money,
    (amount, cents): (Amount, u64),
    data: Value,
    body: &Map<String, Value>,
) -> Result<Reply, Refusal> {
    let id = parsed::<PayinId>(&context.new_id("pin")?)?.to_string();
    let org = context.caller()?.org();
    let record = Record {
        shown: json!({
            "id": id, "provider": body["provider"], "walletId": wallet.id, "amount": body["amount"],
            "currency": body["currency"], "network": chain.id, "status": "Processing",
            "requester": requester(context)?, "dateCreated": context.now, "data": data,
        }),
        id,
        org: org.to_owned(),
        wallet_id: wallet.id.to_string(),
        asset: money.asset,
        amount,
        to: chain.ledger_address(wallet.address.as_deref().unwrap_or_default()),
        cents,
    };
    let filing = Filing {
        org,
        parent: wallet.id.as_str(),
        owner: "",
    };
    context.store.insert(&record, filing)?;
    progress::schedule(context, &record, context.now)?;
    record.reply()
}

/// The network of a wallet that can receive payins.
fn network_of(context: &Context<'_>, wallet: &Wallet) -> Result<Chain, Refusal> {
    fiat::refuse_node(context, wallet)?;
    Ok(usable(context, wallet)?.0)
}

/// The code of a currency that is known.
fn known(currency: &FiatCurrency) -> Result<&'static str, Refusal> {
    match currency {
        FiatCurrency::USD => Ok("USD"),
        FiatCurrency::EUR => Ok("EUR"),
        other => Err(invalid_field("currency", &format!("unknown currency {other}"))),
    }
}

/// An amount of money in cents.
fn cents_of(amount: &str) -> Result<u64, Refusal> {
    let cents = fiat::smallest(amount, 2).and_then(|cents| cents.as_str().parse().ok());
    let cents = cents.filter(|cents| *cents > 0);
    cents.ok_or_else(|| invalid_field("amount", "expected money as decimal text, such as 12.50, more than 0"))
}

/// How many whole units of an asset come out of money, and what the provider takes, in the asset, too.
fn bought(money: &Money, amount: &str, currency: &str) -> Result<(f64, f64), Refusal> {
    cents_of(amount)?;
    let amount: f64 = parsed(amount)?;
    let rate = fiat::rate(money.currency).zip(fiat::rate(currency));
    let (to, from) = rate.ok_or_else(|| invalid_field("currency", "has no rate"))?;
    let gross = amount / from * to;
    Ok((fiat::cents(gross * (1.0 - FEE)), fiat::cents(gross * FEE)))
}

/// `POST /payins/quote`.
pub(super) fn quote(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: CreatePayinQuoteRequest = context.call.body()?;
    let body: Map<String, Value> = context.call.body()?;
    let wallet = wallet_of(context, request.wallet_id.as_str())?;
    fiat::require_provider(&request.provider, &FiatProvider::Borderless)?;
    let chain = network_of(context, &wallet)?;
    let currency = known(&request.currency)?;
    desk::require_account(context, &request.borderless_account_id)?;
    desk::require_method(currency, &request.payment_method, &request.country)?;
    let money = Money::of_request(context, chain, &fiat::asset_of(&body))?;
    let (amount, fees) = bought(&money, &request.amount, currency)?;
    let kept = Quoted {
        id: context.new_id("quote")?,
        wallet_id: wallet.id.to_string(),
        expires_at: context.after(QUOTE_LIFETIME)?,
    };
    let filing = Filing {
        org: context.caller()?.org(),
        parent: "",
        owner: "",
    };
    context.store.insert(&kept, filing)?;
    let quotes: PayinQuotes = typed(json!({
        "provider": "Borderless", "currency": currency, "network": chain.id, "tid": money.tid(),
        "timestamp": context.now,
        "quotes": [{
            "quoteId": kept.id, "dateExpires": kept.expires_at, "offer": { "amount": amount, "fees": fees },
        }],
    }))?;
    Reply::json(&quotes)
}

fn check_quote(context: &Context<'_>, id: &str, wallet: &Wallet) -> Result<(), Refusal> {
    check_text("quoteId", Some(id), 1, 100)?;
    let quoted: Option<Quoted> = context.store.get(context.caller()?.org(), id)?;
    match quoted.filter(|quoted| quoted.wallet_id == wallet.id.as_str()) {
        None => Err(invalid_field("quoteId", "there is no such quote for the wallet")),
        Some(quoted) if quoted.expires_at <= context.now => Err(invalid_field("quoteId", "the quote has expired")),
        Some(_) => Ok(()),
    }
}

/// `GET /payins/{payinId}`.
pub(super) fn get(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let id = context.call.parameter("payinId")?;
    let org = context.caller()?.org();
    let not_found = || Refusal::not_found("payin", "payinId", id, org);
    let record: Record = context.store.get(org, id)?.ok_or_else(not_found)?;
    match wallet_of(context, &record.wallet_id) {
        Ok(_) => record.reply(),
        Err(_hidden) => Err(not_found()),
    }
}

/// `GET /payins`.
pub(super) fn list(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let page = context.page(PAGE_LENGTH)?;
    let wanted = |name: &'static str| context.call.query_all(name).map(str::to_owned).collect::<Vec<_>>();
    let (statuses, providers) = (wanted("status"), wanted("provider"));
    let is_in = |wanted: &[String], value: &Value| wanted.is_empty() || wanted.iter().any(|wanted| value == wanted);
    let is_wanted = |record: &Record| {
        is_in(&statuses, &record.shown["status"])
            && is_in(&providers, &record.shown["provider"])
            && wallet_of(context, &record.wallet_id).is_ok()
    };
    let listing = Listing {
        org: context.caller()?.org(),
        parent: context.call.query("walletId"),
        owner: None,
    };
    let found = context.store.list(listing, &page, is_wanted)?;
    let found = found.try_map(|record| typed::<Payin>(record.shown))?;
    let mut payins = PayinPage::new(found.items);
    payins.next_page_token = found.next_page_token;
    Reply::json(&payins)
}

/// The methods by which a currency is paid, and the countries where that can be done.
const METHODS: [(&str, &str, &[&str]); 3] = [
    ("USD", "Wire", &["CA", "GB", "MX", "US"]),
    ("USD", "ACH", &["US"]),
    ("EUR", "Sepa", &["AT", "BE", "DE", "ES", "FR", "IE", "IT", "NL", "PT"]),
];

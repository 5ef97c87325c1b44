//! What an organisation has at the providers of payins: balances and recipients at Circle Mint, an account at Borderless.

use std::collections::BTreeMap;

use dfns_types::{
    CreatePayinRecipientRequest, FiatProvider, PayinAccount, PayinAccountList, PayinBalanceList, PayinOptions,
    PayinRecipient, PaymentMethod, RegisterPayinAccountAssetRequest, Timestamp, Wallet, WalletId,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{METHODS, known, network_of};
use crate::chain::{Asset, Chain};
use crate::context::Context;
use crate::entropy::id_text;
use crate::rooms::assets::typed;
use crate::rooms::decimal::decimal;
use crate::rooms::fiat::{self, Money};
use crate::rooms::refusals::invalid_field;
use crate::rooms::wallets::wallet_of;
use crate::server::{Refusal, Reply};
use crate::store::{Document, Filing};

/// How many blocks Circle Mint takes to agree to a recipient.
const BLOCKS_TO_AGREE: u32 = 2;

/// What an organisation has at the providers.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Desk {
    id: String,
    /// At Circle Mint, in cents, by currency.
    cents: BTreeMap<String, u64>,
    recipients: Vec<Recipient>,
    /// At Borderless, what is delivered where.
    assets: Vec<Registered>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Recipient {
    wallet_id: String,
    currency: String,
    address_id: String,
    asked_at: Timestamp,
}

#[derive(Debug, Serialize, Deserialize)]
struct Registered {
    wallet_id: String,
    name: String,
    address: String,
}

impl Document for Desk {
    const KIND: &'static str = "payin desk";

    fn id(&self) -> &str {
        &self.id
    }
}

fn desk(context: &Context<'_>, org: &str) -> Result<Desk, Refusal> {
    let id = format!("payins {org}");
    Ok(context.store.get(org, &id)?.unwrap_or(Desk { id, ..Desk::default() }))
}

fn keep(context: &Context<'_>, org: &str, desk: &Desk) -> Result<(), Refusal> {
    if context.store.get::<Desk>(org, &desk.id)?.is_some() {
        return Ok(context.store.update(desk)?);
    }
    let filing = Filing {
        org,
        parent: "",
        owner: "",
    };
    Ok(context.store.insert(desk, filing)?)
}

/// The provider that the query names, which has to be the one that does this.
fn require_query(context: &Context<'_>, expected: &FiatProvider) -> Result<(), Refusal> {
    let given = context
        .call
        .query("provider")
        .ok_or_else(|| invalid_field("provider", "missing"))?;
    fiat::require_provider(&FiatProvider::from(given), expected)
}

/// `GET /payins/recipients`.
pub(in crate::rooms) fn get_recipient(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    require_query(context, &FiatProvider::CircleMint)?;
    let query = |name: &'static str| context.call.query(name).ok_or_else(|| invalid_field(name, "missing"));
    let wallet = wallet_of(context, query("walletId")?)?;
    let currency = known(&query("currency")?.into())?;
    Reply::json(&shown_recipient(context, &wallet.id, currency)?)
}

/// `POST /payins/recipients`: the provider agrees a little later.
pub(in crate::rooms) fn create_recipient(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: CreatePayinRecipientRequest = context.call.body()?;
    fiat::require_provider(&request.provider, &FiatProvider::CircleMint)?;
    let currency = known(&request.currency)?;
    let wallet = wallet_of(context, request.wallet_id.as_str())?;
    network_of(context, &wallet)?;
    let org = context.caller()?.org();
    let mut desk = desk(context, org)?;
    let is_there = |known: &Recipient| known.wallet_id == wallet.id.as_str() && known.currency == currency;
    if !desk.recipients.iter().any(is_there) {
        desk.recipients.push(Recipient {
            wallet_id: wallet.id.to_string(),
            currency: currency.to_owned(),
            address_id: context.new_id("ra")?,
            asked_at: context.now,
        });
        keep(context, org, &desk)?;
    }
    Reply::json(&shown_recipient(context, &wallet.id, currency)?)
}

fn shown_recipient(context: &Context<'_>, wallet: &WalletId, currency: &str) -> Result<PayinRecipient, Refusal> {
    let desk = desk(context, context.caller()?.org())?;
    let is_meant = |known: &&Recipient| known.wallet_id == wallet.as_str() && known.currency == currency;
    let mut shown = json!({
        "provider": "CircleMint", "walletId": wallet, "currency": currency, "status": "NotRegistered",
    });
    if let Some(recipient) = desk.recipients.iter().find(is_meant) {
        let agreed_at = recipient
            .asked_at
            .checked_add(context.services.config.block_time * BLOCKS_TO_AGREE);
        let is_active = agreed_at.is_some_and(|at| at <= context.now);
        shown["status"] = json!(if is_active { "Active" } else { "PendingVerification" });
        shown["recipientAddressId"] = json!(recipient.address_id);
    }
    typed(shown)
}

/// What Circle Mint calls the address of a wallet that it has agreed to.
///
/// # Errors
/// 400 if it has not.
pub(super) fn active_recipient(context: &Context<'_>, wallet: &Wallet, currency: &str) -> Result<String, Refusal> {
    let recipient = shown_recipient(context, &wallet.id, currency)?;
    match (recipient.status, recipient.recipient_address_id) {
        (dfns_types::PayinRecipientStatus::Active, Some(id)) => Ok(id),
        (status, _) => Err(invalid_field(
            "walletId",
            &format!("the wallet is {status} as a recipient of {currency}, expected Active"),
        )),
    }
}

/// The asset that Circle Mint pays on a network: the one called USDC, or EURC.
///
/// # Errors
/// 400 if the emulator knows none there.
pub(super) fn stablecoin(context: &Context<'_>, chain: Chain, currency: &str) -> Result<Money, Refusal> {
    let symbol = format!("{currency}C");
    let known = context.store.assets_named(&symbol)?;
    let key = known
        .into_iter()
        .find(|(network, ..)| network == chain.id)
        .map(|(_, key, _)| key);
    let unknown = || invalid_field("currency", &format!("the emulator knows no {symbol} on {}", chain.id));
    let asset = Asset::of_key(&key.ok_or_else(unknown)?).map_err(|error| Refusal::internal(&error))?;
    Money::of_asset(context, chain, asset)
}

/// Takes cents from the balance at Circle Mint; false if there are too few.
///
/// # Errors
/// 500 if the store fails.
pub(super) fn take(context: &Context<'_>, org: &str, currency: &str, cents: u64) -> Result<bool, Refusal> {
    let mut desk = desk(context, org)?;
    let held = desk.cents.entry(currency.to_owned()).or_default();
    let Some(rest) = held.checked_sub(cents) else {
        return Ok(false);
    };
    *held = rest;
    keep(context, org, &desk)?;
    Ok(true)
}

/// `POST /__admin/payins/credit {"walletId", "currency", "amount"}`: money comes to the balance at Circle Mint of the
/// organisation that the wallet belongs to.
pub(crate) fn credit(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Credit {
        wallet_id: WalletId,
        currency: dfns_types::FiatCurrency,
        amount: String,
    }
    let request: Credit = context.call.body()?;
    let unknown = || invalid_field("walletId", &format!("there is no wallet {}", request.wallet_id));
    let (network, address) = context
        .store
        .address_of(request.wallet_id.as_str())?
        .ok_or_else(unknown)?;
    let owners = context.store.wallets_at(&network, &address)?;
    let org = owners
        .into_iter()
        .find(|(_, wallet)| *wallet == request.wallet_id.as_str());
    let (org, _) = org.ok_or_else(unknown)?;
    let mut desk = desk(context, &org)?;
    let held = desk.cents.entry(known(&request.currency)?.to_owned()).or_default();
    let sum = held.checked_add(super::cents_of(&request.amount)?);
    *held = sum.ok_or_else(|| invalid_field("amount", "the sum is too large"))?;
    keep(context, &org, &desk)?;
    Reply::json(&json!({ "balances": balances_of(&desk) }))
}

fn balances_of(desk: &Desk) -> Vec<Value> {
    let shown = |currency: &str| {
        let cents = desk.cents.get(currency).copied().unwrap_or_default();
        json!({ "provider": "CircleMint", "currency": currency, "amount": decimal(&cents.into(), 2) })
    };
    ["USD", "EUR"].map(shown).to_vec()
}

/// `GET /payins/balances`.
pub(in crate::rooms) fn list_balances(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    require_query(context, &FiatProvider::CircleMint)?;
    let desk = desk(context, context.caller()?.org())?;
    Reply::json(&typed::<PayinBalanceList>(json!({ "items": balances_of(&desk) }))?)
}

/// The one account of an organisation at Borderless.
fn account_id(context: &Context<'_>, org: &str) -> String {
    id_text("ba", &context.services.seed.derive("payin account", &[org.as_bytes()]))
}

/// Refuses an account that is not the organisation's.
///
/// # Errors
/// 400 that names the field.
pub(super) fn require_account(context: &Context<'_>, id: &str) -> Result<(), Refusal> {
    if id == account_id(context, context.caller()?.org()) {
        return Ok(());
    }
    Err(invalid_field(
        "borderlessAccountId",
        &format!("there is no account {id:?} at Borderless"),
    ))
}

fn account(context: &Context<'_>) -> Result<PayinAccount, Refusal> {
    let org = context.caller()?.org();
    let assets: Vec<Value> = desk(context, org)?
        .assets
        .iter()
        .map(|registered| json!({ "asset": registered.name, "address": registered.address }))
        .collect();
    typed(json!({ "accountId": account_id(context, org), "name": "Emulated account", "assets": assets }))
}

/// `GET /payins/accounts`.
pub(in crate::rooms) fn list_accounts(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    require_query(context, &FiatProvider::Borderless)?;
    Reply::json(&PayinAccountList::new(vec![account(context)?]))
}

/// `POST /payins/accounts/assets`.
pub(in crate::rooms) fn register_asset(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: RegisterPayinAccountAssetRequest = context.call.body()?;
    let body: Map<String, Value> = context.call.body()?;
    fiat::require_provider(&request.provider, &FiatProvider::Borderless)?;
    require_account(context, &request.borderless_account_id)?;
    let wallet = wallet_of(context, request.wallet_id.as_str())?;
    let chain = network_of(context, &wallet)?;
    let money = Money::of_request(context, chain, &fiat::asset_of(&body))?;
    let org = context.caller()?.org();
    let (mut desk, name) = (desk(context, org)?, name_of(&money, chain));
    let is_there = |known: &Registered| known.wallet_id == wallet.id.as_str() && known.name == name;
    if !desk.assets.iter().any(is_there) {
        desk.assets.push(Registered {
            wallet_id: wallet.id.to_string(),
            name,
            address: wallet.address.unwrap_or_default(),
        });
        keep(context, org, &desk)?;
    }
    Reply::json(&account(context)?)
}

/// What Borderless calls an asset.
fn name_of(money: &Money, chain: Chain) -> String {
    format!("{}_{}", money.symbol, chain.id)
}

/// What Borderless calls an asset that it delivers to a wallet.
///
/// # Errors
/// 400 if the account was not told of the wallet.
pub(super) fn registered(
    context: &Context<'_>,
    wallet: &Wallet,
    chain: Chain,
    money: &Money,
) -> Result<String, Refusal> {
    let (desk, name) = (desk(context, context.caller()?.org())?, name_of(money, chain));
    let is_there = |known: &Registered| known.wallet_id == wallet.id.as_str() && known.name == name;
    if desk.assets.iter().any(is_there) {
        return Ok(name);
    }
    Err(invalid_field(
        "asset",
        &format!("the account does not deliver {name} to the wallet yet"),
    ))
}

/// Refuses a method by which a currency is not paid from a country.
///
/// # Errors
/// 400 that names the field.
pub(super) fn require_method(currency: &str, method: &PaymentMethod, country: &str) -> Result<(), Refusal> {
    fiat::require_country(country)?;
    let found = METHODS
        .iter()
        .find(|(known, name, _)| *known == currency && *name == method.as_str());
    let (.., countries) =
        found.ok_or_else(|| invalid_field("paymentMethod", &format!("{currency} is not paid by {method}")))?;
    if countries.contains(&country) {
        return Ok(());
    }
    Err(invalid_field(
        "country",
        &format!("nothing is paid by {method} from {country}"),
    ))
}

/// `GET /payins/options`: what stands for money, as far as the emulator knows it, and how it is paid.
pub(in crate::rooms) fn list_options(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    require_query(context, &FiatProvider::Borderless)?;
    let mut assets = Vec::new();
    for symbol in ["USDC", "USDT", "EURC"] {
        for (network, ..) in context.store.assets_named(symbol)? {
            assets.push(format!("{symbol}_{network}"));
        }
    }
    let currencies = ["USD", "EUR"].map(|currency| {
        let methods = METHODS.iter().filter(|(known, ..)| *known == currency);
        let methods: Vec<Value> = methods
            .map(|(_, method, countries)| json!({ "paymentMethod": method, "countries": countries }))
            .collect();
        json!({ "currency": currency, "paymentMethods": methods })
    });
    Reply::json(&typed::<PayinOptions>(
        json!({ "assets": assets, "currencies": currencies }),
    )?)
}

//! What assets are worth in US dollars, for the rules about amounts.
//!
//! Invariant: nothing is guessed. The native assets of the larger networks have a price from the start (those of test
//! networks, too: rules could not be tried there otherwise); every other asset has none until one is set.

use std::collections::BTreeMap;

use dfns_types::Amount;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::money::Usd;
use crate::chain::{Asset, Chain, Order, chain};
use crate::context::Context;
use crate::keys::Family;
use crate::rooms::assets;
use crate::rooms::refusals::invalid_field;
use crate::server::{Refusal, Reply};
use crate::store::Store;

/// Where the prices that were set stand in the database.
const NAME: &str = "prices";
/// The prices of native assets by symbol: round numbers, chosen to be easy to count with.
const DEFAULTS: [(&str, f64); 24] = [
    ("ADA", 0.5),
    ("ALGO", 0.2),
    ("APT", 5.0),
    ("ATOM", 5.0),
    ("AVAX", 25.0),
    ("BCH", 400.0),
    ("BNB", 600.0),
    ("BTC", 60_000.0),
    ("CELO", 0.5),
    ("DOGE", 0.1),
    ("DOT", 5.0),
    ("ETC", 20.0),
    ("ETH", 2_500.0),
    ("HBAR", 0.1),
    ("ICP", 5.0),
    ("LTC", 80.0),
    ("NEAR", 4.0),
    ("POL", 0.5),
    ("SOL", 150.0),
    ("SUI", 2.0),
    ("TON", 5.0),
    ("TRX", 0.2),
    ("XLM", 0.2),
    ("XRP", 0.5),
];

/// The prices that were set, by network and key of the asset; nothing where a price was taken away.
type Prices = BTreeMap<String, BTreeMap<String, Option<f64>>>;

/// What an order moves is worth; `None` if that is not known.
///
/// # Errors
/// 500 if the store fails.
pub(super) fn worth(context: &Context<'_>, network: &str, order: &Order) -> Result<Option<Usd>, Refusal> {
    let Some(chain) = chain(network) else { return Ok(None) };
    if does_more_than_pay(chain, order) {
        return Ok(None);
    }
    let Some(mut sum) = worth_of(context, chain, &order.asset, &order.amount)? else {
        return Ok(None);
    };
    for payout in &order.further {
        match worth_of(context, chain, &payout.asset, &payout.amount)? {
            Some(worth) => sum = sum.plus(worth),
            None => return Ok(None),
        }
    }
    Ok(Some(sum))
}

/// What an amount of an asset is worth; `None` if that is not known.
///
/// # Errors
/// 500 if the store fails.
pub(crate) fn worth_of(
    context: &Context<'_>,
    chain: Chain,
    asset: &Asset,
    amount: &Amount,
) -> Result<Option<Usd>, Refusal> {
    if asset.is_unique() {
        return Ok(None);
    }
    let Some(price) = price(context.store, chain, asset)? else {
        return Ok(None);
    };
    let decimals = assets::record(context, chain, asset)?.decimals;
    Ok(decimals.and_then(|decimals| Usd::worth(amount.as_str(), decimals, price)))
}

/// True if a transaction runs code that could move anything: a call that is no transfer, or nobody is paid.
fn does_more_than_pay(chain: Chain, order: &Order) -> bool {
    let is_call = chain.family == Family::Evm && order.asset.is_native() && !order.data.is_empty();
    is_call || order.is_opaque || (order.transaction.is_some() && order.to.is_none())
}

/// The price of an asset.
fn price(store: Store<'_>, chain: Chain, asset: &Asset) -> Result<Option<Usd>, Refusal> {
    let set = read(store)?;
    let price = match set.get(chain.id).and_then(|assets| assets.get(&asset.key())) {
        Some(price) => *price,
        None if asset.is_native() => default_price(chain),
        None => None,
    };
    Ok(price.and_then(Usd::of_number))
}

fn default_price(chain: Chain) -> Option<f64> {
    let symbol = chain.symbol?;
    DEFAULTS
        .iter()
        .find(|(known, _)| *known == symbol)
        .map(|(_, price)| *price)
}

fn read(store: Store<'_>) -> Result<Prices, Refusal> {
    let Some(stored) = store.meta(NAME)? else {
        return Ok(Prices::new());
    };
    serde_json::from_slice(&stored).map_err(|error| Refusal::internal(&error))
}

/// `GET /__admin/prices`: the prices that were set, and those that hold without.
pub(super) fn list(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let mut items = Vec::new();
    for (network, assets) in read(context.store)? {
        for (asset, usd) in assets {
            let asset = Asset::of_key(&asset).map_err(|error| Refusal::internal(&error))?;
            items.push(json!({ "network": network, "asset": asset, "usd": usd }));
        }
    }
    Reply::json(&json!({ "items": items, "defaults": DEFAULTS.into_iter().collect::<BTreeMap<_, _>>() }))
}

/// `PUT /__admin/prices {"network", "asset"?, "usd"}`: sets what a whole unit of an asset (native unless said otherwise)
/// is worth; `null` makes it unknown.
pub(super) fn set(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    #[derive(Deserialize)]
    struct Set {
        network: String,
        asset: Option<Map<String, Value>>,
        usd: Option<f64>,
    }
    let Set { network, asset, usd } = context.call.body()?;
    let chain = chain(&network).ok_or_else(|| invalid_field("network", &format!("unknown network {network:?}")))?;
    let asset = Asset::of_request(chain, &asset.unwrap_or_default())
        .map_err(|wrong| invalid_field(&format!("asset.{}", wrong.field), &wrong.problem))?;
    if usd.is_some_and(|usd| Usd::of_number(usd).is_none()) {
        return Err(invalid_field("usd", "must be 0 or more, or null"));
    }
    let mut prices = read(context.store)?;
    prices.entry(network).or_default().insert(asset.key(), usd);
    let written = serde_json::to_vec(&prices).map_err(|error| Refusal::internal(&error))?;
    context.store.set_meta(NAME, &written)?;
    Reply::json(&json!({ "network": chain.id, "asset": asset, "usd": usd }))
}

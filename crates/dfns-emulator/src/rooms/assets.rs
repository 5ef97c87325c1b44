//! What a wallet holds.

use std::collections::BTreeMap;

use dfns_types::{Amount, Network, Nft, NftList, Wallet, WalletAsset, WalletAssetList};
use http::StatusCode;
use serde_json::{Value, json};

use super::decimal::decimal;
use super::refusals::invalid_field;
use super::wallets::{known_chain, wallet_of_path};
use crate::chain::{Asset, Chain, holdings_on_node};
use crate::context::Context;
use crate::policy::{self, Usd};
use crate::server::{Refusal, Reply};
use crate::store::AssetRecord;

/// `GET /wallets/{walletId}/assets`: the native asset, then whatever else the wallet holds; with its worth, as far as there
/// are prices, if that is asked for.
pub(super) fn list(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    if let Some(value) = context.call.query("netWorth")
        && value != "true"
    {
        return Err(invalid_field("netWorth", "expected true, or nothing"));
    }
    let wallet = wallet_of_path(context)?;
    let (chain, held) = holdings(context, &wallet)?;
    let is_asked_for_worth = context.call.query("netWorth").is_some();
    let native_balance = held
        .iter()
        .find(|(asset, _)| asset.is_native())
        .map(|(_, amount)| amount.clone());
    let native = (Asset::native(), native_balance.unwrap_or_else(Amount::zero));
    let others = held
        .iter()
        .filter(|(asset, _)| !asset.is_native() && !asset.is_unique());
    let (mut assets, mut total) = (Vec::new(), Usd::default());
    for (asset, amount) in std::iter::once(&native).chain(others) {
        let worth = if is_asked_for_worth {
            policy::worth_of(context, chain, asset, amount)?
        } else {
            None
        };
        total = total.plus(worth.unwrap_or_default());
        assets.push(shown_asset(context, chain, (asset, amount), worth)?);
    }
    let mut list = WalletAssetList::new(wallet.id, Network::from(chain.id), assets);
    if is_asked_for_worth {
        list.net_worth = quoted(total);
    }
    Reply::json(&list)
}

/// An amount of dollars as the API shows it.
fn quoted(value: Usd) -> BTreeMap<String, f64> {
    BTreeMap::from([("USD".to_owned(), value.to_number())])
}

/// `GET /wallets/{walletId}/nfts`.
pub(super) fn list_unique(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let wallet = wallet_of_path(context)?;
    let (chain, held) = holdings(context, &wallet)?;
    let mut tokens = Vec::new();
    for (asset, _) in held.iter().filter(|(asset, _)| asset.is_unique()) {
        let symbol = record(context, chain, asset)?.symbol;
        let token: Nft = typed(described(asset, json!({ "symbol": symbol })))?;
        tokens.push(token);
    }
    Reply::json(&NftList::new(wallet.id, Network::from(chain.id), tokens))
}

/// The assets of which a wallet holds something.
fn holdings(context: &Context<'_>, wallet: &Wallet) -> Result<(Chain, Vec<(Asset, Amount)>), Refusal> {
    let chain = known_chain(&wallet.network)?;
    let address = chain.ledger_address(wallet.address.as_deref().unwrap_or_default());
    if let Some(node) = context.node(chain.id) {
        return Ok((chain, holdings_on_node(context, chain, node, &address)?));
    }
    let mut held = Vec::new();
    for (key, amount) in context.store.balances(chain.id, &address)? {
        if !amount.is_zero() {
            held.push((Asset::of_key(&key).map_err(|error| Refusal::internal(&error))?, amount));
        }
    }
    Ok((chain, held))
}

fn shown_asset(
    context: &Context<'_>,
    chain: Chain,
    (asset, balance): (&Asset, &Amount),
    worth: Option<Usd>,
) -> Result<WalletAsset, Refusal> {
    let AssetRecord { symbol, decimals } = record(context, chain, asset)?;
    let quotes = worth.map(quoted);
    typed(described(
        asset,
        json!({ "symbol": symbol, "decimals": decimals.unwrap_or(0), "balance": balance, "quotes": quotes }),
    ))
}

/// What a wallet holds, for people: `1.5 ETH` in whole coins, one line an asset, the native one first.
///
/// # Errors
/// 500 if the store fails.
pub(crate) fn holdings_in_words(context: &Context<'_>, wallet: &Wallet) -> Result<Vec<String>, Refusal> {
    let (chain, mut held) = match holdings(context, wallet) {
        // A page for people shows what there is, and what is missing.
        Err(refusal) if refusal.status == StatusCode::BAD_GATEWAY => return Ok(vec![refusal.message]),
        found => found?,
    };
    held.sort_by_key(|(asset, _)| !asset.is_native());
    let line = |(asset, amount): (Asset, Amount)| {
        let AssetRecord { symbol, decimals } = record(context, chain, &asset)?;
        let name = symbol.unwrap_or_else(|| asset.key());
        Ok(format!("{} {name}", decimal(&amount, decimals.unwrap_or(0).into())))
    };
    held.into_iter().map(line).collect()
}

/// Symbol and decimals of an asset, as far as they are known, to the emulator or the contract.
///
/// # Errors
/// 500 if the store fails.
pub(crate) fn record(context: &Context<'_>, chain: Chain, asset: &Asset) -> Result<AssetRecord, Refusal> {
    if asset.is_native() {
        return Ok(AssetRecord {
            symbol: chain.symbol.map(str::to_owned),
            decimals: Some(chain.decimals),
        });
    }
    let unknown = AssetRecord {
        symbol: None,
        decimals: None,
    };
    if let Some(known) = context.store.asset(chain.id, &asset.key())? {
        return Ok(known);
    }
    let (Some(node), "Erc20", Some(contract)) = (context.node(chain.id), asset.kind.as_str(), asset.name()) else {
        return Ok(unknown);
    };
    // What the node does not say now it may say another time.
    let Ok(found) = node.token(contract)? else {
        return Ok(unknown);
    };
    if found.decimals.is_some() {
        context.store.set_asset(chain.id, &asset.key(), &found)?;
    }
    Ok(found)
}

/// The fields of an asset with more fields beside them; what is null is left out.
pub(super) fn described(asset: &Asset, more: Value) -> Value {
    let mut object = json!(asset);
    if let (Some(object), Value::Object(more)) = (object.as_object_mut(), more) {
        object.extend(more.into_iter().filter(|(_, value)| !value.is_null()));
    }
    object
}

/// Reads an object as a type of the API, so that nothing is answered that the API does not have.
///
/// # Errors
/// 500 if it is not of that type: the emulator is wrong, not the caller.
pub(super) fn typed<T: serde::de::DeserializeOwned>(object: Value) -> Result<T, Refusal> {
    serde_json::from_value(object).map_err(|error| Refusal::internal(&error))
}

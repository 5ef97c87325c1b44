//! The account at a linked exchange: what it holds, and where that can be paid out.

use dfns_types::network::NetworkInfo;
use dfns_types::{
    Amount, Exchange, ExchangeAccount, ExchangeAccountPage, ExchangeBalance, ExchangeBalancePage, WithdrawalAsset,
};
use serde::Deserialize;
use serde_json::json;

use super::balances::Balances;
use super::{exchange_of_path, movements};
use crate::chain::{self, Asset, Chain};
use crate::context::Context;
use crate::rooms::assets::{described, typed};
use crate::rooms::refusals::invalid_field;
use crate::server::{Refusal, Reply};

/// The account that every simulated exchange has.
const ACCOUNT: &str = "spot";

/// `GET /exchanges/{exchangeId}/accounts`.
pub(in crate::rooms) fn list_accounts(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let page = context.page(super::PAGE_LENGTH)?;
    let exchange = exchange_of_path(context)?;
    let mut account = ExchangeAccount::new(ACCOUNT, exchange.id);
    account.name = Some("Spot".to_owned());
    account.exchange_name = exchange.name;
    let cut = page.cut(vec![account]);
    let mut accounts = ExchangeAccountPage::new(cut.items);
    accounts.next_page_token = cut.next_page_token;
    Reply::json(&accounts)
}

/// `GET /exchanges/{exchangeId}/accounts/{accountId}/assets`.
pub(in crate::rooms) fn list_assets(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let page = context.page(super::PAGE_LENGTH)?;
    let exchange = account_of_path(context)?;
    let balances = balances(context, &exchange)?;
    let shown = balances.shown();
    let shown = shown.map(|(symbol, balance)| ExchangeBalance::new(symbol, balance));
    let cut = page.cut(shown.collect());
    let mut assets = ExchangeBalancePage::new(cut.items);
    assets.next_page_token = cut.next_page_token;
    Reply::json(&assets)
}

/// `GET /exchanges/{exchangeId}/accounts/{accountId}/assets/{asset}/withdrawal-networks`.
pub(in crate::rooms) fn list_withdrawal_networks(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    account_of_path(context)?;
    let symbol = context.call.parameter("asset")?;
    let mut forms: Vec<WithdrawalAsset> = Vec::new();
    for chain in NetworkInfo::all()
        .iter()
        .filter_map(|info| chain::chain(info.network.as_str()))
    {
        if chain.symbol == Some(symbol) {
            forms.push(form(chain, &Asset::native(), chain.decimals)?);
        }
    }
    for (network, key, decimals) in context.store.assets_named(symbol)? {
        let asset = Asset::of_key(&key).map_err(|error| Refusal::internal(&error))?;
        let known = chain::chain(&network).zip(decimals);
        if let Some((chain, decimals)) = known.filter(|_| movements::KINDS.contains(&asset.kind.as_str())) {
            forms.push(form(chain, &asset, decimals)?);
        }
    }
    Reply::json(&forms)
}

fn form(chain: Chain, asset: &Asset, decimals: u8) -> Result<WithdrawalAsset, Refusal> {
    typed(described(asset, json!({ "network": chain.id, "decimals": decimals })))
}

/// The exchange whose account the path names.
///
/// # Errors
/// 404 if there is no such exchange, or it has no such account.
pub(super) fn account_of_path(context: &Context<'_>) -> Result<Exchange, Refusal> {
    let exchange = exchange_of_path(context)?;
    let account = context.call.parameter("accountId")?;
    if account == ACCOUNT {
        return Ok(exchange);
    }
    let org = context.caller()?.org();
    Err(Refusal::not_found("exchange account", "accountId", account, org))
}

/// What the account holds, deposits that were confirmed since the last look included.
///
/// # Errors
/// 500 if the store fails.
pub(super) fn balances(context: &Context<'_>, exchange: &Exchange) -> Result<Balances, Refusal> {
    let mut balances = kept(context, exchange)?;
    if movements::credit_confirmed(context, exchange, &mut balances)? {
        keep(context, exchange, &balances)?;
    }
    Ok(balances)
}

fn kept(context: &Context<'_>, exchange: &Exchange) -> Result<Balances, Refusal> {
    let kept = context.store.private::<Exchange, Balances>(exchange.id.as_str())?;
    Ok(kept.unwrap_or_default())
}

/// Keeps what the account holds.
///
/// # Errors
/// 500 if the store fails.
pub(super) fn keep(context: &Context<'_>, exchange: &Exchange, balances: &Balances) -> Result<(), Refusal> {
    Ok(context.store.set_private::<Exchange>(exchange.id.as_str(), balances)?)
}

/// `POST /__admin/exchanges/credit {"exchangeId", "symbol", "amount", "decimals"?}`: puts an amount on the account at an
/// exchange, as if it had been bought there. The amount counts units of 10^-`decimals`, whole coins if left out.
pub(crate) fn credit(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Credit {
        exchange_id: String,
        symbol: String,
        amount: Amount,
        #[serde(default)]
        decimals: u8,
    }
    let request: Credit = context.call.body()?;
    let unknown = || invalid_field("exchangeId", &format!("there is no exchange {}", request.exchange_id));
    let exchange: Exchange = context.store.find(&request.exchange_id)?.ok_or_else(unknown)?;
    let mut balances = kept(context, &exchange)?;
    balances.add(&request.symbol, &request.amount, request.decimals)?;
    keep(context, &exchange, &balances)?;
    let shown: serde_json::Map<_, _> = balances
        .shown()
        .map(|(symbol, held)| (symbol.to_owned(), held.into()))
        .collect();
    Reply::json(&json!({ "balances": shown }))
}

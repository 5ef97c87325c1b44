//! What wallets sent and received.

use dfns_types::{
    HistoryKind, Network, OrganisationHistoryItem, OrganisationHistoryPage, Timestamp, TransferDirection,
    WalletHistoryItem, WalletHistoryPage, WalletId,
};
use serde_json::{Value, json};

use super::assets::{described, record, typed};
use super::refusals::{invalid_field, parsed};
use super::wallets::{known_chain, wallet_of_path};
use crate::chain::{Chain, Movement};
use crate::context::Context;
use crate::keys::Family;
use crate::server::{Refusal, Reply};
use crate::store::{AssetRecord, Listing};

/// How many items a page may hold.
const PAGE_LENGTH: usize = 500;

/// `GET /wallets/{walletId}/history`.
pub(super) fn list(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let direction = match context.call.query("direction").map(TransferDirection::from) {
        None => None,
        Some(TransferDirection::In) => Some(true),
        Some(TransferDirection::Out) => Some(false),
        Some(other) => {
            return Err(invalid_field(
                "direction",
                &format!("expected In or Out, found {other}"),
            ));
        }
    };
    let kind = context.call.query("kind");
    if let Some(kind) = kind
        && !HistoryKind::VALUES.contains(&HistoryKind::from(kind))
    {
        return Err(invalid_field("kind", &format!("unknown kind {kind:?}")));
    }
    let wallet = wallet_of_path(context)?;
    let chain = known_chain(&wallet.network)?;
    let contract = context
        .call
        .query("contract")
        .map(|contract| chain.ledger_address(contract));
    let page = context.page(PAGE_LENGTH)?;
    let is_wanted = |movement: &Movement| {
        direction.is_none_or(|is_incoming| is_incoming == movement.is_incoming)
            && kind.is_none_or(|kind| kind == history_kind(chain, movement))
            && contract
                .as_deref()
                .is_none_or(|contract| movement.asset.name() == Some(contract))
    };
    let listing = Listing {
        org: context.caller()?.org(),
        parent: Some(wallet.id.as_str()),
        owner: None,
    };
    let found = context.store.list(listing, &page, is_wanted)?;
    let found = found.try_map(|movement| shown(context, chain, &movement))?;
    let mut items = WalletHistoryPage::new(wallet.id, Network::from(chain.id), found.items);
    items.next_page_token = found.next_page_token;
    Reply::json(&items)
}

/// `GET /wallets/all/history`.
pub(super) fn list_all(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let time = |name: &str| -> Result<Timestamp, Refusal> {
        let text = context.call.query(name).ok_or_else(|| invalid_field(name, "missing"))?;
        serde_json::from_value(json!(text)).map_err(|error| invalid_field(name, &error.to_string()))
    };
    let (start, end) = (time("startTime")?, time("endTime")?);
    if end < start {
        return Err(invalid_field("endTime", "lies before startTime"));
    }
    let org = context.caller()?.org();
    let page = context.page(PAGE_LENGTH)?;
    let listing = Listing {
        org,
        parent: None,
        owner: None,
    };
    let is_wanted = |movement: &Movement| (start..=end).contains(&movement.at);
    let found = context
        .store
        .list(listing, &page, is_wanted)?
        .try_map(|movement| row(context, &movement))?;
    let mut items = OrganisationHistoryPage::new(parsed::<dfns_types::OrgId>(org)?, found.items);
    items.next_page_token = found.next_page_token;
    Reply::json(&items)
}

/// Under which kind a movement stands in the history.
fn history_kind(chain: Chain, movement: &Movement) -> String {
    match (chain.family, movement.asset.is_native()) {
        (Family::Bitcoin | Family::BitcoinCash | Family::Kaspa, true) => "UtxoTransfer".to_owned(),
        _ => format!("{}Transfer", movement.asset.kind),
    }
}

/// A movement as the API shows it.
///
/// # Errors
/// 500 if it does not fit the types of the API.
pub(crate) fn shown(context: &Context<'_>, chain: Chain, movement: &Movement) -> Result<WalletHistoryItem, Refusal> {
    let AssetRecord { symbol, decimals } = record(context, chain, &movement.asset)?;
    let native = json!({ "symbol": chain.symbol, "decimals": chain.decimals });
    let kind = history_kind(chain, movement);
    let mut item = described(
        &movement.asset,
        json!({
            "walletId": movement.wallet_id,
            "direction": if movement.is_incoming { "In" } else { "Out" },
            "network": chain.id,
            "blockNumber": movement.block_number,
            "txHash": movement.tx_hash,
            "timestamp": movement.at,
            "metadata": { "asset": { "symbol": symbol, "decimals": decimals }, "fee": native },
            "from": movement.from,
            "to": movement.to,
            "value": movement.amount,
            "fee": movement.fee,
            "memo": movement.memo,
        }),
    );
    if let Some(metadata) = movement.asset.fields.get("metadata") {
        // Here `metadata` is taken by what every item says of its asset.
        item["metadataAddress"] = json!(metadata);
    }
    match kind.as_str() {
        "UtxoTransfer" | "HtsTransfer" => {
            item["froms"] = json!([movement.from]);
            item["tos"] = json!(movement.to.iter().collect::<Vec<_>>());
        }
        "CoinTransfer" => item["tos"] = json!(movement.to.iter().collect::<Vec<_>>()),
        "NativeTransfer" => {
            item["symbol"] = json!(chain.symbol_or_native());
            item["decimals"] = json!(chain.decimals);
        }
        "Erc20Transfer" | "Erc7984Transfer" => item["decimals"] = json!(decimals.unwrap_or(0)),
        _ => {}
    }
    item["kind"] = json!(kind);
    drop_nulls(&mut item);
    typed(item)
}

fn drop_nulls(value: &mut Value) {
    if let Value::Object(fields) = value {
        fields.retain(|_, field| !field.is_null());
        fields.values_mut().for_each(drop_nulls);
    }
}

/// A movement as a row of the organisation's history.
fn row(context: &Context<'_>, movement: &Movement) -> Result<OrganisationHistoryItem, Refusal> {
    let chain = known_chain(&Network::from(movement.network.as_str()))?;
    let AssetRecord { symbol, decimals } = record(context, chain, &movement.asset)?;
    let direction = if movement.is_incoming { "In" } else { "Out" };
    let wallet_id = parsed::<WalletId>(&movement.wallet_id)?;
    let mut row = OrganisationHistoryItem::new(movement.at, wallet_id, chain.id, direction, &movement.tx_hash);
    row.amount = Some(movement.amount.to_string());
    row.asset = Some(movement.asset.name().unwrap_or(chain.symbol_or_native()).to_owned());
    row.decimals = decimals.map(|decimals| decimals.to_string());
    row.symbol = symbol;
    row.from = Some(movement.from.clone());
    row.to.clone_from(&movement.to);
    row.token_id = movement
        .asset
        .fields
        .get("tokenId")
        .filter(|_| movement.asset.is_unique())
        .cloned();
    if let Some(fee) = &movement.fee {
        row.fee = Some(fee.to_string());
        row.fee_decimals = Some(chain.decimals.to_string());
        row.fee_symbol = chain.symbol.map(str::to_owned);
    }
    Ok(row)
}

//! Money out of nothing, for tests.

use dfns_types::Amount;
use serde_json::{Map, Value, json};

use super::{Arrival, Arrived, Asset, Chain, FieldProblem, chain, settle};
use crate::context::Context;
use crate::keys::validate_address;
use crate::rooms::refusals::invalid_field;
use crate::server::{Refusal, Reply};
use crate::store::AssetRecord;

/// `POST /__admin/faucet {"walletId" | "network" + "address", "amount", "asset"?}`: gives an address an amount of an
/// asset, `{"kind", …, "symbol"?, "decimals"?}`, native unless said otherwise. Of one that exists once the amount is 1.
/// On a network with a node, the node is told so, if it is one for tests.
pub(crate) fn faucet(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    settle(context)?;
    let request: Map<String, Value> = context.call.body()?;
    let (chain, address) = account_of(context, &request)?;
    let described = match request.get("asset") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(asset)) => asset.clone(),
        Some(_) => return Err(invalid_field("asset", "expected an object with a kind")),
    };
    let in_asset = |FieldProblem { field, problem }| invalid_field(&format!("asset.{field}"), &problem);
    let asset = Asset::of_request(chain, &described).map_err(in_asset)?;
    let amount: Amount = match request.get("amount") {
        None if asset.is_unique() => Amount::from(1_u64),
        Some(Value::String(text)) => text
            .parse()
            .map_err(|error| invalid_field("amount", &format!("{error}")))?,
        _ => return Err(invalid_field("amount", "expected text of decimal digits")),
    };
    if amount.is_zero() {
        return Err(invalid_field("amount", "must be more than 0"));
    }
    if let Some(node) = context.node(chain.id) {
        if !asset.is_native() {
            let problem = format!("{} has a node: tokens are made there", chain.id);
            return Err(invalid_field("asset", &problem));
        }
        return Reply::json(&json!({ "balance": node.give(&address, &amount)?? }));
    }
    describe(context, chain, &asset, &described)?;
    let is_one_alone = amount == Amount::from(1_u64) && !context.store.is_held(chain.id, &asset.key())?;
    if asset.is_unique() && !is_one_alone {
        return Err(invalid_field("amount", "there is only one of this asset"));
    }
    let arrival = Arrival {
        chain,
        from: mint(chain, &address),
        to: address,
        asset,
        amount,
    };
    let Arrived { tx_hash, balance } = arrival.settle(context, context.now)?;
    Reply::json(&json!({ "txHash": tx_hash, "balance": balance }))
}

/// The network and address that a request names.
fn account_of(context: &Context<'_>, request: &Map<String, Value>) -> Result<(Chain, String), Refusal> {
    let text = |name: &str| match request.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str())),
        Some(_) => Err(invalid_field(name, "expected text")),
    };
    if let Some(id) = text("walletId")? {
        let no_wallet = || invalid_field("walletId", &format!("there is no wallet {id} with an address"));
        let (network, address) = context.store.address_of(id)?.ok_or_else(no_wallet)?;
        return Ok((chain(&network).ok_or_else(no_wallet)?, address));
    }
    let (Some(network), Some(address)) = (text("network")?, text("address")?) else {
        return Err(invalid_field("walletId", "expected walletId, or network and address"));
    };
    let chain = chain(network).ok_or_else(|| invalid_field("network", &format!("unknown network {network:?}")))?;
    validate_address(network, address).map_err(|error| invalid_field("address", &error.to_string()))?;
    Ok((chain, chain.ledger_address(address)))
}

/// Remembers symbol and decimals of an asset. A fungible one needs decimals when it is seen first.
fn describe(context: &Context<'_>, chain: Chain, asset: &Asset, described: &Map<String, Value>) -> Result<(), Refusal> {
    if asset.is_native() {
        return Ok(());
    }
    let key = asset.key();
    let known = context.store.asset(chain.id, &key)?;
    let symbol = match described.get("symbol") {
        None => known.as_ref().and_then(|known| known.symbol.clone()),
        Some(Value::String(symbol)) => Some(symbol.clone()),
        Some(_) => return Err(invalid_field("asset.symbol", "expected text")),
    };
    let decimals = match described.get("decimals") {
        None => known.as_ref().and_then(|known| known.decimals),
        Some(value) => {
            let small = value
                .as_u64()
                .and_then(|number| u8::try_from(number).ok())
                .filter(|number| *number <= 78);
            Some(small.ok_or_else(|| invalid_field("asset.decimals", "expected a number from 0 to 78"))?)
        }
    };
    if decimals.is_none() && !asset.is_unique() {
        return Err(invalid_field(
            "asset.decimals",
            "missing, and the asset was not seen before",
        ));
    }
    Ok(context
        .store
        .set_asset(chain.id, &key, &AssetRecord { symbol, decimals })?)
}

/// The address that the money of the faucet comes from. The address itself stands in where no other is known to be good.
fn mint(chain: Chain, receiver: &str) -> String {
    match chain.family {
        crate::keys::Family::Evm => format!("0x{}", "0".repeat(40)),
        _ => receiver.to_owned(),
    }
}

//! What an address holds, as far as a node can tell.

use dfns_types::Amount;
use serde_json::json;

use super::{Asset, Chain};
use crate::context::Context;
use crate::node::{Asking, NodeError};
use crate::server::Refusal;

/// The native asset, and every token that the emulator knows or that the address ever received, as far as it holds some.
///
/// # Errors
/// 502 if the node does not say.
pub(crate) fn holdings_on_node(
    context: &Context<'_>,
    chain: Chain,
    node: Asking<'_>,
    address: &str,
) -> Result<Vec<(Asset, Amount)>, Refusal> {
    let mut held = vec![(Asset::native(), node.balance(address)??)];
    let mut known = Vec::new();
    for key in context.store.assets_of(chain.id)? {
        known.push(Asset::of_key(&key).map_err(|error| Refusal::internal(&error))?);
    }
    // A public node may refuse to look at all blocks; one on the same machine does it.
    let received = match node.received_tokens(address)? {
        Err(NodeError::Refused { .. }) => Vec::new(),
        received => received?,
    };
    for (contract, token) in received {
        let described = match token {
            None => json!({ "kind": "Erc20", "contract": contract }),
            Some(token) => json!({ "kind": "Erc721", "contract": contract, "tokenId": token.to_decimal() }),
        };
        let asset = described
            .as_object()
            .and_then(|fields| Asset::of_request(chain, fields).ok());
        known.extend(asset.filter(|asset| !known.contains(asset)));
    }
    for asset in known {
        if let Some(amount) = amount_of(node, &asset, address)?
            && !amount.is_zero()
        {
            held.push((asset, amount));
        }
    }
    Ok(held)
}

/// How much of a token an address holds; nothing if the contract does not say.
fn amount_of(node: Asking<'_>, asset: &Asset, address: &str) -> Result<Option<Amount>, Refusal> {
    let Some(contract) = asset.name() else {
        return Ok(None);
    };
    match asset.kind.as_str() {
        "Erc20" => Ok(node.token_balance(contract, address)??),
        "Erc721" => {
            let number = asset
                .fields
                .get("tokenId")
                .and_then(|number| crate::keys::Uint256::parse(number));
            let owner = node.owner(contract, number.unwrap_or_default())??;
            Ok((owner.as_deref() == Some(address)).then(|| Amount::from(1_u64)))
        }
        _ => Ok(None),
    }
}

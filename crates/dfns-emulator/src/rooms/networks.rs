//! What can be asked of a network without a wallet.

use std::time::Duration;

use dfns_types::{ReindexTransactionRequest, TransactionReindex};
use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::refusals::invalid_field;
use super::wallets::known_chain;
use crate::chain::{self, Movement};
use crate::context::Context;
use crate::server::{Refusal, Reply};
use crate::store::{Document, Filing, Listing};

/// `GET /networks/fees`.
pub(super) fn estimate_fees(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let network = context
        .call
        .query("network")
        .ok_or_else(|| invalid_field("network", "missing"))?;
    let chain = known_chain(&dfns_types::Network::from(network))?;
    let block_number = chain.block_number(context.now, context.services.config.block_time);
    let estimate = match context.node(chain.id) {
        Some(node) => chain::estimate_by(chain, node.prices()??),
        None => chain::estimate(chain, block_number),
    };
    let none = || invalid_field("network", &format!("there is no estimate for {network}"));
    let estimate = estimate.ok_or_else(none)?;
    Reply::json(&estimate)
}

/// How many transactions an organisation may have looked at again in [`REINDEX_WINDOW`].
const MOST_REINDEXED: usize = 10;
const REINDEX_WINDOW: Duration = Duration::from_secs(10 * 60);

/// When an organisation had transactions looked at again, in Unix milliseconds.
#[derive(Default, Serialize, Deserialize)]
struct Reindexed {
    id: String,
    times: Vec<i64>,
}

impl Document for Reindexed {
    const KIND: &'static str = "reindexed";

    fn id(&self) -> &str {
        &self.id
    }
}

/// `POST /networks/{network}/transactions/reindex`. The emulator misses no transaction, so there is nothing to do but to
/// look whether it knows this one.
pub(super) fn reindex(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: ReindexTransactionRequest = context.call.body()?;
    let network = context.call.parameter("network")?;
    let chain = known_chain(&dfns_types::Network::from(network))?;
    let org = context.caller()?.org();
    let id = format!("reindexed {org}");
    let known: Option<Reindexed> = context.store.get(org, &id)?;
    let (is_new, mut made) = (known.is_none(), known.unwrap_or_default());
    let now = context.now.unix_millis();
    let window = i64::try_from(REINDEX_WINDOW.as_millis()).unwrap_or(i64::MAX);
    made.times.retain(|time| now - time < window);
    if made.times.len() >= MOST_REINDEXED {
        let message = format!("at most {MOST_REINDEXED} transactions are looked at again in 10 minutes");
        return Err(Refusal::new(StatusCode::TOO_MANY_REQUESTS, message));
    }
    made.times.push(now);
    made.id = id;
    if is_new {
        let filing = Filing {
            org,
            parent: "",
            owner: "",
        };
        context.store.insert(&made, filing)?;
    } else {
        context.store.update(&made)?;
    }
    let everything = Listing {
        org,
        parent: None,
        owner: None,
    };
    let is_known = context
        .store
        .all::<Movement>(everything)?
        .iter()
        .any(|movement| movement.network == chain.id && movement.tx_hash == request.tx_hash);
    if is_known {
        Reply::json(&TransactionReindex::new(true))
    } else {
        Err(Refusal::not_found("transaction", "txHash", &request.tx_hash, org))
    }
}

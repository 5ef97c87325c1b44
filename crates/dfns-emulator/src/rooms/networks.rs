//! What can be asked of a network without a wallet.

use super::refusals::invalid_field;
use super::wallets::known_chain;
use crate::chain;
use crate::context::Context;
use crate::server::{Refusal, Reply};

/// `GET /networks/fees`.
pub(super) fn estimate_fees(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let network = context
        .call
        .query("network")
        .ok_or_else(|| invalid_field("network", "missing"))?;
    let chain = known_chain(&dfns_types::Network::from(network))?;
    let block_number = chain.block_number(context.now, context.services.config.block_time);
    let estimate = chain::estimate(chain, block_number)
        .ok_or_else(|| invalid_field("network", &format!("there is no estimate for {network}")))?;
    Reply::json(&estimate)
}

//! Assets that come to an address from outside of the emulated networks.

use dfns_types::{Amount, Timestamp};

use super::ledger::{Account, LedgerError};
use super::movement::{self, Movement};
use super::{Asset, Chain};
use crate::context::Context;
use crate::rooms::refusals::invalid_field;
use crate::server::Refusal;

/// An amount of an asset that an address receives.
#[derive(Debug)]
pub(crate) struct Arrival {
    pub(crate) chain: Chain,
    /// The sender, as histories show it.
    pub(crate) from: String,
    /// The receiver, as the ledger keeps it.
    pub(crate) to: String,
    pub(crate) asset: Asset,
    pub(crate) amount: Amount,
}

/// What became of it.
#[derive(Debug)]
pub(crate) struct Arrived {
    /// The hash of the transaction that brought it.
    pub(crate) tx_hash: String,
    /// What the receiver holds of the asset now.
    pub(crate) balance: Amount,
}

impl Arrival {
    /// Credits the receiver at a time, and remembers it for every wallet at the address.
    ///
    /// # Errors
    /// 400 if nobody can hold so much, or the network has a node; 500 if the store fails.
    pub(crate) fn settle(self, context: &Context<'_>, at: Timestamp) -> Result<Arrived, Refusal> {
        if context.node(self.chain.id).is_some() {
            let message = format!("nothing comes to {} from outside: it has a node", self.chain.id);
            return Err(Refusal::invalid(message));
        }
        let account = Account::new(context.store, self.chain, &self.to);
        let balance = account.credit(&self.asset, &self.amount).map_err(|error| match error {
            LedgerError::Store(error) => error.into(),
            refused => invalid_field("amount", &refused.to_string()),
        })?;
        let tx_hash = dfns_types::Hex::from_bytes(context.random()?).to_string();
        let movement = Movement {
            id: String::new(),
            wallet_id: String::new(),
            network: self.chain.id.to_owned(),
            is_incoming: true,
            asset: self.asset,
            amount: self.amount,
            from: self.from,
            to: Some(self.to),
            fee: None,
            memo: None,
            tx_hash: tx_hash.clone(),
            block_number: self.chain.block_number(at, context.services.config.block_time),
            at,
        };
        movement::remember(context, None, &movement)?;
        Ok(Arrived { tx_hash, balance })
    }
}

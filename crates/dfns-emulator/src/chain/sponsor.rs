//! Who pays the fee of a request: its wallet, or a sponsor.
//!
//! Invariant: the fee is taken once, from one account, and goes back to the account that it came from.

use dfns_types::{Amount, FeeSponsorId, SponsoredFee, Timestamp};
use serde::{Deserialize, Serialize};

use super::ledger::{Account, LedgerError};
use super::order::{OnChain, Order};
use super::{Asset, Chain};
use crate::context::Context;
use crate::server::Refusal;
use crate::store::{Document, Filing, Store};

/// A wallet that pays the fee of another one's request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sponsor {
    /// The fee sponsor.
    pub(crate) id: String,
    /// The address of its wallet, as the ledger keeps it.
    pub(crate) address: String,
}

/// A fee that a sponsor paid, as it is remembered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SponsoredRecord {
    pub(crate) id: String,
    pub(crate) fee: SponsoredFee,
}

impl Document for SponsoredRecord {
    const KIND: &'static str = "sponsored fee";

    fn id(&self) -> &str {
        &self.id
    }
}

/// Takes everything that is paid from the sender, and the fee from whoever pays it.
///
/// # Errors
/// If one of them holds too little. The caller undoes what was taken from the other.
pub(super) fn pay(store: Store<'_>, chain: Chain, order: &Order) -> Result<(), LedgerError> {
    let account = Account::new(store, chain, &order.from);
    for payout in &order.further {
        account.pay(&payout.asset, &payout.amount, &Amount::zero())?;
    }
    let Some(sponsor) = &order.sponsor else {
        return account.pay(&order.asset, &order.amount, &order.fee.amount);
    };
    account.pay(&order.asset, &order.amount, &Amount::zero())?;
    Account::new(store, chain, &sponsor.address).pay(&Asset::native(), &Amount::zero(), &order.fee.amount)
}

/// Gives back what [`pay`] took.
///
/// # Errors
/// If the store fails.
pub(super) fn refund(store: Store<'_>, chain: Chain, order: &Order) -> Result<(), LedgerError> {
    let account = Account::new(store, chain, &order.from);
    for payout in &order.further {
        account.refund(&payout.asset, &payout.amount, &Amount::zero())?;
    }
    let Some(sponsor) = &order.sponsor else {
        return account.refund(&order.asset, &order.amount, &order.fee.amount);
    };
    account.refund(&order.asset, &order.amount, &Amount::zero())?;
    Account::new(store, chain, &sponsor.address).refund(&Asset::native(), &Amount::zero(), &order.fee.amount)
}

/// Remembers the fee of a confirmed request for its sponsor, if it has one.
///
/// # Errors
/// 500 if the store fails.
pub(super) fn remember<R: OnChain>(
    context: &Context<'_>,
    org: &str,
    request: &R,
    order: &Order,
    confirmed_at: Timestamp,
) -> Result<(), Refusal> {
    let Some(sponsor) = &order.sponsor else {
        return Ok(());
    };
    let id: FeeSponsorId = sponsor.id.parse()?;
    let fee = SponsoredFee::new(
        id,
        request.wallet_id(),
        request.id(),
        request.requested_at(),
        confirmed_at,
    )
    .with_fee(order.fee.amount.clone());
    let record = SponsoredRecord {
        id: context.new_id("sf")?,
        fee,
    };
    Ok(context.store.insert(
        &record,
        Filing {
            org,
            parent: &sponsor.id,
            owner: "",
        },
    )?)
}

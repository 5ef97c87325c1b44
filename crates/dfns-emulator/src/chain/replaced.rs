//! What becomes of a request that another one replaces, by how far the replacement came.
//!
//! Invariant: as long as a replacement is on its way, the replaced request is not; when it is over, one of them goes on or
//! is confirmed, and never both.

use dfns_types::{Timestamp, Transaction, TransactionRequest, TransferRequest, TransferStatus};

use super::order::{OnChain, Order, Replaced};
use super::progress::{Step, fail, schedule};
use crate::context::Context;
use crate::server::Refusal;
use crate::store::{Document, StoreError};

/// What became of what a request was to do.
#[derive(Debug)]
pub(crate) struct Fate {
    pub(crate) status: TransferStatus,
    pub(crate) reason: Option<String>,
    pub(crate) tx_hash: Option<String>,
    pub(crate) date_requested: Timestamp,
    pub(crate) date_policy_resolved: Option<Timestamp>,
    pub(crate) date_broadcasted: Option<Timestamp>,
    pub(crate) date_confirmed: Option<Timestamp>,
}

/// What became of what a request was to do, by whichever transaction: one that was sped up is done by its replacement.
///
/// # Errors
/// If the store fails.
pub(crate) fn fate<R: OnChain>(context: &Context<'_>, org: &str, mut request: R) -> Result<Fate, StoreError> {
    let (status, date_requested) = (request.status().clone(), request.date_requested());
    let state = request.state();
    if status == TransferStatus::Failed
        && let Some(id) = state.replacement_id
        && let Some(replacement) = context.store.get::<TransactionRequest>(org, id.as_str())?
        && matches!(replacement.request_body, Transaction::SpeedUpTransaction(_))
    {
        return fate(context, org, replacement);
    }
    Ok(Fate {
        status,
        reason: state.reason.clone(),
        tx_hash: state.tx_hash.clone(),
        date_requested,
        date_policy_resolved: *state.date_policy_resolved,
        date_broadcasted: *state.date_broadcasted,
        date_confirmed: *state.date_confirmed,
    })
}

impl Step<'_, '_> {
    /// Ends what a request that is in a block has replaced.
    pub(super) fn end_replaced(&self, order: &Order, by: &str) -> Result<(), Refusal> {
        match &order.replaces {
            Some(Replaced { id, kind }) if kind == TransferRequest::KIND => {
                self.fail_replaced::<TransferRequest>(id, by)
            }
            Some(Replaced { id, .. }) => self.fail_replaced::<TransactionRequest>(id, by),
            None => Ok(()),
        }
    }

    /// What the replaced request took and must give back: nothing if it never reached the network.
    pub(super) fn replaced_order(&self, order: &Order) -> Result<Option<Order>, StoreError> {
        fn taken<R: OnChain>(step: &Step<'_, '_>, id: &str) -> Result<Option<Order>, StoreError> {
            let replaced: Option<R> = step.context.store.get(step.org, id)?;
            match replaced {
                Some(request) if *request.status() == TransferStatus::Broadcasted => {
                    step.context.store.private::<R, Order>(id)
                }
                _ => Ok(None),
            }
        }
        match &order.replaces {
            Some(Replaced { id, kind }) if kind == TransferRequest::KIND => taken::<TransferRequest>(self, id),
            Some(Replaced { id, .. }) => taken::<TransactionRequest>(self, id),
            None => Ok(None),
        }
    }

    fn fail_replaced<R: OnChain>(&self, id: &str, replacement: &str) -> Result<(), Refusal> {
        let Some(mut replaced) = self.context.store.get::<R>(self.org, id)? else {
            return Ok(());
        };
        if *replaced.status() != TransferStatus::Broadcasted {
            return Ok(());
        }
        let reason = format!("replaced by transaction {replacement}");
        fail(self.context, self.org, self.at, &mut replaced, &reason)?;
        // What was replaced may have been a replacement itself.
        match self.context.store.private::<R, Order>(id)? {
            Some(order) => self.end_replaced(&order, replacement),
            None => Ok(()),
        }
    }
}

/// Lets the replaced request go on, when its replacement came to nothing.
pub(super) fn resume_replaced(context: &Context<'_>, org: &str, order: &Order, at: Timestamp) -> Result<(), Refusal> {
    fn resume<R: OnChain>(context: &Context<'_>, org: &str, id: &str, at: Timestamp) -> Result<(), Refusal> {
        let Some(mut request) = context.store.get::<R>(org, id)? else {
            return Ok(());
        };
        *request.state().replacement_id = None;
        context.store.update(&request)?;
        match request.status() {
            TransferStatus::Broadcasted => schedule::<R>(context, org, id, at),
            _ => Ok(()),
        }
    }
    match &order.replaces {
        Some(Replaced { id, kind }) if kind == TransferRequest::KIND => resume::<TransferRequest>(context, org, id, at),
        Some(Replaced { id, .. }) => resume::<TransactionRequest>(context, org, id, at),
        None => Ok(()),
    }
}

//! Brings a stake up to date with the transactions behind its actions.

use dfns_types::{
    ActionStatus, Amount, StakeAction, StakeActionKind, StakeStatus, Timestamp, TransactionRequest, TransferStatus,
};
use serde::{Deserialize, Serialize};

use super::record::Record;
use super::rewards;
use crate::chain::fate;
use crate::context::Context;
use crate::server::Refusal;
use crate::store::{Document, Listing};

/// What an action does to its stake once the network took it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Effect {
    /// Staked in addition, or given back of what was staked.
    pub(super) amount: Amount,
    /// Given back of the rewards.
    pub(super) rewards: Amount,
}

/// The stake as it is now, and its actions from old to new.
///
/// # Errors
/// 500 if the store fails.
pub(super) fn catch_up(
    context: &Context<'_>,
    org: &str,
    mut record: Record,
) -> Result<(Record, Vec<StakeAction>), Refusal> {
    let listing = Listing {
        org,
        parent: Some(record.id.as_str()),
        owner: None,
    };
    let mut actions: Vec<StakeAction> = context.store.all(listing)?;
    actions.reverse();
    for action in &mut actions {
        if matches!(
            action.status,
            ActionStatus::PendingPolicyApproval | ActionStatus::InProgress
        ) {
            follow(context, org, &mut record, action)?;
        }
    }
    Ok((record, actions))
}

fn follow(context: &Context<'_>, org: &str, record: &mut Record, action: &mut StakeAction) -> Result<(), Refusal> {
    let Some(id) = &action.transaction_id else {
        return Ok(());
    };
    let Some(transaction) = context.store.get::<TransactionRequest>(org, id.as_str())? else {
        return Ok(());
    };
    let fate = fate(context, org, transaction)?;
    let status = status_of(&fate.status);
    action.transaction_hash = fate.tx_hash;
    if status == ActionStatus::Completed {
        let at = fate.date_confirmed.unwrap_or(context.now);
        complete(context, record, action, at)?;
    } else if matches!(status, ActionStatus::Failed | ActionStatus::Rejected) {
        action.failure_reason = fate.reason;
        match action.kind {
            StakeActionKind::Stake => record.status = StakeStatus::Failed,
            StakeActionKind::Withdraw => record.status = StakeStatus::Active,
            // A withdrawal may be under way meanwhile.
            _ => {}
        }
    }
    action.status = status;
    context.store.update(action)?;
    Ok(context.store.update(record)?)
}

/// Where an action stands while its transaction stands there.
pub(super) fn status_of(status: &TransferStatus) -> ActionStatus {
    match status {
        TransferStatus::Pending => ActionStatus::PendingPolicyApproval,
        TransferStatus::Confirmed => ActionStatus::Completed,
        TransferStatus::Failed => ActionStatus::Failed,
        TransferStatus::Rejected => ActionStatus::Rejected,
        _ => ActionStatus::InProgress,
    }
}

fn complete(context: &Context<'_>, record: &mut Record, action: &StakeAction, at: Timestamp) -> Result<(), Refusal> {
    let missing = || Refusal::internal(&std::io::Error::other(format!("{} has no effect", action.id())));
    let effect: Effect = context
        .store
        .private::<StakeAction, Effect>(action.id())?
        .ok_or_else(missing)?;
    let broken = || Refusal::internal(&std::io::Error::other(format!("{} does not add up", record.id)));
    let earned = rewards::until(record, at)?;
    let (staked, earned) = match action.kind {
        StakeActionKind::Withdraw => (
            record.staked.checked_sub(&effect.amount),
            earned.checked_sub(&effect.rewards),
        ),
        _ => (record.staked.checked_add(&effect.amount), Some(earned)),
    };
    let (staked, earned) = (staked.ok_or_else(broken)?, earned.ok_or_else(broken)?);
    record.staked = staked;
    let is_over = record.staked.is_zero();
    record.earned = if is_over { Amount::zero() } else { earned };
    record.counted_at = (!is_over).then_some(at);
    record.status = match (is_over, &action.kind) {
        (true, _) => StakeStatus::Withdrawn,
        // A withdrawal may be under way meanwhile.
        (false, StakeActionKind::Deposit) if record.status == StakeStatus::Withdrawing => StakeStatus::Withdrawing,
        (false, _) => StakeStatus::Active,
    };
    Ok(())
}

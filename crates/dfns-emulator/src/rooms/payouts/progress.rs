//! How far a payout is: until it is confirmed by the clock, and after that by its transfer.

use std::time::Duration;

use dfns_types::{
    Payout, PayoutExecutionStatus, PayoutStatus, Timestamp, TransferId, TransferRequest, TransferStatus,
    WebhookEventKind,
};

use crate::chain::{Chain, chain, fate};
use crate::context::Context;
use crate::keys::{KeyMaterial, address};
use crate::rooms::refusals::key_refusal;
use crate::server::Refusal;
use crate::store::{Document, Flight};

/// How long a payout waits for the caller.
const PATIENCE: Duration = Duration::from_secs(60 * 60);

/// Makes a payout due in one block.
///
/// # Errors
/// 500 if the store fails.
pub(super) fn schedule(context: &Context<'_>, org: &str, payout: &Payout, at: Timestamp) -> Result<(), Refusal> {
    let block_time = context.services.config.block_time;
    set_due(context, org, payout, at.checked_add(block_time))
}

fn set_due(context: &Context<'_>, org: &str, payout: &Payout, due: Option<Timestamp>) -> Result<(), Refusal> {
    let too_far = || Refusal::internal(&std::io::Error::other("the clock is at the end of time"));
    Ok(context.store.set_due(&Flight {
        id: payout.id.to_string(),
        org: org.to_owned(),
        kind: Payout::KIND.to_owned(),
        due_at: due.ok_or_else(too_far)?.unix_millis(),
    })?)
}

/// Lets happen to a payout what is due: instructions, the question whether it is to go on, and the end of waiting for that.
///
/// # Errors
/// 500 if the store fails.
pub(crate) fn advance(context: &Context<'_>, flight: &Flight) -> Result<(), Refusal> {
    let gone = || Refusal::internal(&std::io::Error::other(format!("{} is under way, but gone", flight.id)));
    let mut payout: Payout = context.store.get(&flight.org, &flight.id)?.ok_or_else(gone)?;
    let at = Timestamp::from_unix_millis(flight.due_at).ok_or_else(gone)?;
    let chain = chain(network_of(&payout)).ok_or_else(gone)?;
    match payout.data.execution_status {
        PayoutExecutionStatus::Initializing => {
            payout.data.execution_status = PayoutExecutionStatus::AwaitingPayoutInstructions;
            payout.data.borderless_payout_id = Some(context.new_id("bp")?);
            context.store.update(&payout)?;
            schedule(context, &flight.org, &payout, at)
        }
        PayoutExecutionStatus::AwaitingPayoutInstructions => {
            payout.data.execution_status = PayoutExecutionStatus::AwaitingPayoutConfirmation;
            payout.data.deposit_address = Some(deposit_address(context, chain)?);
            context.store.update(&payout)?;
            let kind = WebhookEventKind::PayoutActionRequired;
            context.emit_at(&flight.org, at, &kind, ("payout", &payout))?;
            set_due(context, &flight.org, &payout, at.checked_add(PATIENCE))
        }
        PayoutExecutionStatus::AwaitingPayoutConfirmation => {
            payout.data.status_reason = Some("nobody has confirmed it in time".to_owned());
            end(
                context,
                payout,
                PayoutStatus::Expired,
                PayoutExecutionStatus::Expired,
                at,
            )
            .map(drop)
        }
        _ => Ok(context.store.clear_due(&flight.id)?),
    }
}

fn network_of(payout: &Payout) -> &str {
    match &payout.asset {
        dfns_types::PayoutAsset::Erc20(asset) => asset.network.as_str(),
        dfns_types::PayoutAsset::Spl(asset) => asset.network.as_str(),
        dfns_types::PayoutAsset::Spl2022(asset) => asset.network.as_str(),
        _ => "",
    }
}

/// Where the provider wants assets of a network: at the address of a key of its own.
fn deposit_address(context: &Context<'_>, chain: Chain) -> Result<String, Refusal> {
    let none = || Refusal::internal(&std::io::Error::other(format!("{} has no addresses", chain.id)));
    let (scheme, curve) = *chain.key_formats().first().ok_or_else(none)?;
    let seed = context.services.seed.derive("payout provider", &[]);
    let key = KeyMaterial::derive(&seed, "Borderless", scheme, curve).map_err(key_refusal)?;
    let address = address(chain.id, scheme, key.public_key()).map_err(key_refusal)?;
    address.ok_or_else(none)
}

/// Gives a payout up because the caller wants to.
///
/// # Errors
/// 500 if the store fails.
pub(super) fn cancel(context: &Context<'_>, mut payout: Payout) -> Result<(), Refusal> {
    payout.data.date_canceled = Some(context.now);
    let (status, execution) = (PayoutStatus::Canceled, PayoutExecutionStatus::Canceled);
    end(context, payout, status, execution, context.now).map(drop)
}

/// Remembers the transfer that was confirmed.
///
/// # Errors
/// 500 if the store fails.
pub(super) fn confirmed(context: &Context<'_>, mut payout: Payout, transfer_id: TransferId) -> Result<(), Refusal> {
    payout.data.date_confirmed = Some(context.now);
    payout.data.transfer_id = Some(transfer_id);
    payout.data.execution_status = PayoutExecutionStatus::SubmittingPayoutTransfer;
    context.store.update(&payout)?;
    context.store.clear_due(payout.id.as_str())?;
    catch_up(context, payout).map(drop)
}

/// Brings a payout up to date with its transfer.
///
/// # Errors
/// 500 if the store fails.
pub(super) fn catch_up(context: &Context<'_>, mut payout: Payout) -> Result<Payout, Refusal> {
    let Some(transfer_id) = payout
        .data
        .transfer_id
        .clone()
        .filter(|_| payout.status == PayoutStatus::Processing)
    else {
        return Ok(payout);
    };
    let org = context.caller()?.org();
    let gone = || Refusal::internal(&std::io::Error::other(format!("transfer {transfer_id} is gone")));
    let transfer: TransferRequest = context.store.get(org, transfer_id.as_str())?.ok_or_else(gone)?;
    let transfer = fate(context, org, transfer)?;
    payout.data.transaction_hash.clone_from(&transfer.tx_hash);
    payout.data.status_reason.clone_from(&transfer.reason);
    let a_block_after = |at: Timestamp| at.checked_add(context.services.config.block_time).unwrap_or(at);
    match (&transfer.status, transfer.date_confirmed) {
        (TransferStatus::Confirmed, Some(confirmed)) if a_block_after(confirmed) <= context.now => {
            let at = a_block_after(confirmed);
            payout.data.date_deposit_confirmed = Some(confirmed);
            payout.data.date_payout_confirmed = Some(at);
            return end(
                context,
                payout,
                PayoutStatus::Completed,
                PayoutExecutionStatus::Completed,
                at,
            );
        }
        (TransferStatus::Confirmed, confirmed) => {
            payout.data.date_deposit_confirmed = confirmed;
            payout.data.execution_status = PayoutExecutionStatus::DisbursementPending;
        }
        (TransferStatus::Failed, _) => {
            let last_step = transfer.date_broadcasted.or(transfer.date_policy_resolved);
            let at = a_block_after(last_step.unwrap_or(transfer.date_requested)).min(context.now);
            return end(context, payout, PayoutStatus::Failed, PayoutExecutionStatus::Failed, at);
        }
        (TransferStatus::Rejected, _) => {
            let at = transfer.date_policy_resolved.unwrap_or(context.now);
            return end(
                context,
                payout,
                PayoutStatus::Rejected,
                PayoutExecutionStatus::Rejected,
                at,
            );
        }
        (TransferStatus::Pending, _) => payout.data.execution_status = PayoutExecutionStatus::PendingPolicyApproval,
        (TransferStatus::Broadcasted, _) => payout.data.execution_status = PayoutExecutionStatus::DepositProcessing,
        _ => payout.data.execution_status = PayoutExecutionStatus::SubmittingPayoutTransfer,
    }
    context.store.update(&payout)?;
    Ok(payout)
}

fn end(
    context: &Context<'_>,
    mut payout: Payout,
    status: PayoutStatus,
    execution: PayoutExecutionStatus,
    at: Timestamp,
) -> Result<Payout, Refusal> {
    payout.status = status;
    payout.data.execution_status = execution;
    payout.date_finalized = Some(at);
    context.store.update(&payout)?;
    context.store.clear_due(payout.id.as_str())?;
    Ok(payout)
}

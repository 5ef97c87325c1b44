//! What policies can hold back, and what becomes of it once it is decided.
//!
//! Invariant: what was held back goes on once, after its approval, and not at all if it was denied or expired.

use dfns_types::{
    Activity, ActivityKind, ApprovalId, SignatureStatus, Timestamp, TransactionRequest, TransferRequest, TransferStatus,
};
use serde::{Deserialize, Serialize};

use super::change::{self, ChangeRecord};
use crate::chain::{self, OnChain};
use crate::context::Context;
use crate::rooms::signatures::{self, SignatureRecord};
use crate::server::Refusal;
use crate::store::Document;

/// What is held back, by kind and id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id")]
pub(crate) enum Subject {
    Transfer(String),
    Transaction(String),
    Signature(String),
    Change(String),
}

/// Lets what was held back go on.
///
/// # Errors
/// 500 if the store fails.
pub(crate) fn release(context: &Context<'_>, org: &str, subject: &Subject, at: Timestamp) -> Result<(), Refusal> {
    match subject {
        Subject::Transfer(id) => release_order::<TransferRequest>(context, org, id, at),
        Subject::Transaction(id) => release_order::<TransactionRequest>(context, org, id, at),
        Subject::Signature(id) => {
            let mut record: SignatureRecord = found(context, org, id)?;
            record.request.date_policy_resolved = Some(at);
            signatures::complete(context, org, record, at)
        }
        Subject::Change(id) => change::apply(context, org, found(context, org, id)?, at),
    }
}

/// Refuses what was held back.
///
/// # Errors
/// 500 if the store fails.
pub(crate) fn reject(
    context: &Context<'_>,
    org: &str,
    subject: &Subject,
    reason: &str,
    at: Timestamp,
) -> Result<(), Refusal> {
    match subject {
        Subject::Transfer(id) => reject_order::<TransferRequest>(context, org, id, reason, at),
        Subject::Transaction(id) => reject_order::<TransactionRequest>(context, org, id, reason, at),
        Subject::Signature(id) => {
            let mut record: SignatureRecord = found(context, org, id)?;
            record.request.status = SignatureStatus::Rejected;
            record.request.reason = Some(reason.to_owned());
            record.request.date_policy_resolved = Some(at);
            context.store.update(&record)?;
            signatures::tell(context, org, at, &record)
        }
        Subject::Change(id) => change::drop(context, found(context, org, id)?, at),
    }
}

/// Says for which approval a request waits that was held back before.
///
/// # Errors
/// 500 if the store fails.
pub(crate) fn wait(context: &Context<'_>, org: &str, subject: &Subject, approval: &ApprovalId) -> Result<(), Refusal> {
    match subject {
        Subject::Transfer(id) => wait_order::<TransferRequest>(context, org, id, approval),
        Subject::Transaction(id) => wait_order::<TransactionRequest>(context, org, id, approval),
        // Neither has anything that policies know only later.
        Subject::Signature(_) | Subject::Change(_) => Ok(()),
    }
}

fn wait_order<R: OnChain>(context: &Context<'_>, org: &str, id: &str, approval: &ApprovalId) -> Result<(), Refusal> {
    let mut request: R = found(context, org, id)?;
    *request.state().approval_id = Some(approval.clone());
    Ok(context.store.update(&request)?)
}

/// The activity as approvals show it, with what is held back as it is now.
///
/// # Errors
/// 500 if the store fails.
pub(crate) fn activity(
    context: &Context<'_>,
    org: &str,
    kind: &ActivityKind,
    subject: &Subject,
) -> Result<Activity, Refusal> {
    Ok(match subject {
        Subject::Transfer(id) => Activity::wallets_sign()
            .with_transfer_request(found::<TransferRequest>(context, org, id)?)
            .into(),
        Subject::Transaction(id) => Activity::wallets_sign()
            .with_transaction_request(found::<TransactionRequest>(context, org, id)?)
            .into(),
        Subject::Signature(id) => Activity::wallets_sign()
            .with_signature_request(found::<SignatureRecord>(context, org, id)?.request)
            .into(),
        Subject::Change(id) => {
            let change = found::<ChangeRecord>(context, org, id)?.shown()?;
            match kind {
                ActivityKind::PermissionsModify => Activity::permissions_modify(change).into(),
                ActivityKind::PermissionsAssign => Activity::permissions_assign(change).into(),
                _ => Activity::policies_modify(change).into(),
            }
        }
    })
}

fn release_order<R: OnChain>(context: &Context<'_>, org: &str, id: &str, at: Timestamp) -> Result<(), Refusal> {
    let mut request: R = found(context, org, id)?;
    let state = request.state();
    *state.status = TransferStatus::Executing;
    *state.date_policy_resolved = Some(at);
    context.store.update(&request)?;
    chain::release(context, org, &mut request, at)
}

fn reject_order<R: OnChain>(
    context: &Context<'_>,
    org: &str,
    id: &str,
    reason: &str,
    at: Timestamp,
) -> Result<(), Refusal> {
    let mut request: R = found(context, org, id)?;
    let state = request.state();
    *state.status = TransferStatus::Rejected;
    *state.reason = Some(reason.to_owned());
    *state.date_policy_resolved = Some(at);
    context.store.update(&request)?;
    chain::tell(context, org, at, &request, "rejected")?;
    chain::forget(context, org, &request, at)
}

fn found<T: Document>(context: &Context<'_>, org: &str, id: &str) -> Result<T, Refusal> {
    let missing = || {
        Refusal::internal(&std::io::Error::other(format!(
            "{} {id} is held back, but gone",
            T::KIND
        )))
    };
    context.store.get(org, id)?.ok_or_else(missing)
}

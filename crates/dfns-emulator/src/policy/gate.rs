//! Where activities meet the policies of their organisation, and where approvals are decided.
//!
//! Invariant: an approval that is final has had its effect in the same transaction.

use std::time::Duration;

use dfns_types::{
    ActivityKind, Approval, ApprovalDecisionValue, ApprovalId, ApprovalStatus, Policy, PolicyStatus, Timestamp, UserId,
    WebhookEventKind,
};

use super::approval::{ApprovalRecord, Objection, Voter};
use super::events;
use super::facts::Facts;
use super::held::{self, Subject};
use super::judgement::{self, Judgement, Ruling};
use super::rules;
use crate::context::Context;
use crate::rooms::refusals::parsed;
use crate::server::Refusal;
use crate::store::{Document, Filing, Flight, Listing};

/// Judges an activity. `gather` is asked for the facts only if there is a policy that could look at them, and told since
/// when (Unix milliseconds) what the wallets did before counts, if it does.
///
/// # Errors
/// 500 if the store fails; what `gather` refuses.
pub(crate) fn judge(
    context: &Context<'_>,
    org: &str,
    kind: &ActivityKind,
    gather: impl FnOnce(Option<i64>) -> Result<Facts, Refusal>,
) -> Result<Judgement, Refusal> {
    let mut policies = context.store.all::<Policy>(Listing {
        org,
        parent: None,
        owner: None,
    })?;
    policies.retain(|policy| policy.status == PolicyStatus::Active && policy.activity_kind == *kind);
    if policies.is_empty() {
        return Ok(Judgement::pass());
    }
    let looks_back = |policy: &Policy| rules::looks_back_to(&policy.rule, context.now);
    let since = policies.iter().filter_map(looks_back).min();
    Ok(judgement::judge(&policies, &gather(since)?))
}

/// Opens the approval that a judgement asks for at some time, and answers its id; nothing if it asks for none.
///
/// # Errors
/// 500 if the store fails.
pub(crate) fn hold(
    context: &Context<'_>,
    org: &str,
    initiator: &UserId,
    (kind, subject): (ActivityKind, Subject),
    (judgement, at): (&Judgement, Timestamp),
) -> Result<Option<ApprovalId>, Refusal> {
    let Ruling::Approve {
        groups,
        timeout_minutes,
    } = &judgement.ruling
    else {
        return Ok(None);
    };
    // A timeout beyond the end of time never comes.
    let expiration_date =
        timeout_minutes.and_then(|minutes| at.checked_add(Duration::from_secs(minutes.saturating_mul(60))));
    let record = ApprovalRecord {
        id: parsed(&context.new_id("ap")?)?,
        org: org.to_owned(),
        initiator_id: initiator.clone(),
        activity_kind: kind,
        subject,
        status: ApprovalStatus::Pending,
        groups: groups.clone(),
        evaluations: judgement.shown(),
        decisions: Vec::new(),
        date_created: at,
        date_updated: at,
        date_resolved: None,
        expiration_date,
    };
    let filing = Filing {
        org,
        parent: "",
        owner: "",
    };
    context.store.insert(&record, filing)?;
    if let Some(date) = expiration_date {
        context.store.set_due(&Flight {
            id: record.id.to_string(),
            org: org.to_owned(),
            kind: ApprovalRecord::KIND.to_owned(),
            due_at: date.unix_millis(),
        })?;
    }
    Ok(Some(record.id))
}

/// Takes the decision of a user, with what follows from it.
///
/// # Errors
/// 400 if the approval is final or the user has decided already; 403 if it is not theirs to decide.
pub(crate) fn decide(
    context: &Context<'_>,
    mut record: ApprovalRecord,
    voter: &Voter,
    value: &ApprovalDecisionValue,
    reason: Option<String>,
) -> Result<ApprovalRecord, Refusal> {
    let id = record.id.clone();
    record
        .decide(voter, value, reason, context.now)
        .map_err(|objection| match objection {
            Objection::Closed => Refusal::invalid(format!("approval {id} is {} already", record.status)),
            Objection::DecidedBefore => Refusal::invalid(format!("{} has decided on approval {id} already", voter.id)),
            Objection::NotAnApprover => {
                Refusal::forbidden(format!("{} is in no approval group of approval {id}", voter.id))
            }
            Objection::Initiator => Refusal::forbidden(format!(
                "{} started the activity and may not approve it, only deny",
                voter.id
            )),
            Objection::ServiceAccount => Refusal::forbidden(format!(
                "no approval group of {} lets service accounts approve",
                voter.id
            )),
        })?;
    finish(context, &record, context.now)?;
    Ok(record)
}

/// Ends an approval over the heads of its approvers: what only a test, or the one at the emulator's own page, can do.
///
/// # Errors
/// 404 if there is no such approval, 400 if it is final already.
pub(crate) fn decide_as_administrator(
    context: &Context<'_>,
    org: &str,
    id: &str,
    value: &ApprovalDecisionValue,
) -> Result<ApprovalRecord, Refusal> {
    let mut record = find(context, org, id)?;
    if record.status != ApprovalStatus::Pending {
        return Err(Refusal::invalid(format!("approval {id} is {} already", record.status)));
    }
    let status = match value {
        ApprovalDecisionValue::Approved => ApprovalStatus::Approved,
        _ => ApprovalStatus::Denied,
    };
    record.close(status, context.now);
    finish(context, &record, context.now)?;
    Ok(record)
}

/// Lets an approval expire whose time has come.
///
/// # Errors
/// 500 if the store fails.
pub(crate) fn expire(context: &Context<'_>, flight: &Flight) -> Result<(), Refusal> {
    let at = Timestamp::from_unix_millis(flight.due_at).unwrap_or(context.now);
    let mut record = find(context, &flight.org, &flight.id)?;
    record.close(ApprovalStatus::Expired, at);
    finish(context, &record, at)
}

/// An approval of an organisation.
///
/// # Errors
/// 404 if there is none.
pub(crate) fn find(context: &Context<'_>, org: &str, id: &str) -> Result<ApprovalRecord, Refusal> {
    let found = context.store.get(org, id)?;
    found.ok_or_else(|| Refusal::not_found("approval", "approvalId", id, org))
}

/// An approval as the API shows it.
///
/// # Errors
/// 500 if the store fails.
pub(crate) fn shown(context: &Context<'_>, record: &ApprovalRecord) -> Result<Approval, Refusal> {
    let activity = held::activity(context, &record.org, &record.activity_kind, &record.subject)?;
    let mut approval = Approval::new(
        &record.id,
        &record.initiator_id,
        activity,
        record.status.clone(),
        record.date_updated,
        record.evaluations.clone(),
        record.decisions.clone(),
    );
    approval.date_created = Some(record.date_created);
    approval.date_resolved = record.date_resolved;
    approval.expiration_date = record.expiration_date;
    Ok(approval)
}

/// Keeps an approval, and does what follows from it if it is final.
fn finish(context: &Context<'_>, record: &ApprovalRecord, at: Timestamp) -> Result<(), Refusal> {
    context.store.update(record)?;
    if record.status == ApprovalStatus::Pending {
        return Ok(());
    }
    context.store.clear_due(record.id.as_str())?;
    let (org, subject) = (record.org.as_str(), &record.subject);
    match record.status {
        ApprovalStatus::Approved => held::release(context, org, subject, at)?,
        ApprovalStatus::Denied => {
            let denial = record.decisions.last();
            let by = denial.map_or_else(
                || "an administrator".to_owned(),
                |decision| decision.user_id.to_string(),
            );
            let why = denial.and_then(|decision| decision.reason.as_deref());
            let why = why.map_or_else(String::new, |why| format!(": {why}"));
            held::reject(context, org, subject, &format!("Approval denied by {by}{why}"), at)?;
        }
        _ => held::reject(context, org, subject, "The approval expired.", at)?,
    }
    events::approval_changed(context, at, record, &WebhookEventKind::PolicyApprovalResolved)
}

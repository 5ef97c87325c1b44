//! What policies tell: that one triggered, that an approval is asked for, that it is decided.
//!
//! Every evaluation that triggered is kept, too, for a test that has no webhook.

use dfns_types::{Activity, ActivityKind, ApprovalId, Timestamp, WebhookEventKind};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::approval::ApprovalRecord;
use super::gate;
use super::held::{self, Subject};
use super::judgement::Judgement;
use crate::bootstrap;
use crate::context::Context;
use crate::server::{Refusal, Reply};
use crate::store::{Document, Filing, Listing};

/// An evaluation that triggered, as webhooks are told of it.
#[derive(Debug, Serialize, Deserialize)]
struct EvaluationRecord {
    id: String,
    shown: Value,
}

impl Document for EvaluationRecord {
    const KIND: &'static str = "policy evaluation";

    fn id(&self) -> &str {
        &self.id
    }
}

/// Tells what policies made of an activity that is kept already: which ones triggered, and whether an approval is asked
/// for.
///
/// # Errors
/// 500 if the store fails.
pub(super) fn judged(
    context: &Context<'_>,
    org: &str,
    at: Timestamp,
    (kind, subject): (&ActivityKind, &Subject),
    (judgement, approval): (&Judgement, Option<&ApprovalId>),
) -> Result<(), Refusal> {
    if judgement.triggered().next().is_none() {
        return Ok(());
    }
    triggered(
        context,
        org,
        at,
        judgement,
        &held::activity(context, org, kind, subject)?,
    )?;
    match approval {
        Some(id) => {
            let record = gate::find(context, org, id.as_str())?;
            approval_changed(context, at, &record, &WebhookEventKind::PolicyApprovalPending)
        }
        None => Ok(()),
    }
}

/// Tells which policies triggered for an activity.
///
/// # Errors
/// 500 if the store fails.
pub(super) fn triggered(
    context: &Context<'_>,
    org: &str,
    at: Timestamp,
    judgement: &Judgement,
    activity: &Activity,
) -> Result<(), Refusal> {
    for evaluation in judgement.triggered() {
        let id = context.new_id("plce")?;
        let mut shown = json!({
            "id": id,
            "triggered": true,
            "reason": evaluation.finding.reason,
            "date": at,
            "policy": evaluation.policy,
            "activity": activity,
        });
        if let Some(looked_at) = &evaluation.finding.context {
            shown["context"] = looked_at.clone();
        }
        context.emit_at(
            org,
            at,
            &WebhookEventKind::PolicyTriggered,
            ("policyEvaluation", &shown),
        )?;
        let filing = Filing {
            org,
            parent: "",
            owner: "",
        };
        context.store.insert(&EvaluationRecord { id, shown }, filing)?;
    }
    Ok(())
}

/// Tells that an approval is asked for, or decided.
///
/// # Errors
/// 500 if the store fails.
pub(super) fn approval_changed(
    context: &Context<'_>,
    at: Timestamp,
    record: &ApprovalRecord,
    kind: &WebhookEventKind,
) -> Result<(), Refusal> {
    let shown = gate::shown(context, record)?;
    context.emit_at(&record.org, at, kind, ("approval", &shown))
}

/// `GET /__admin/policy-evaluations`: the evaluations that triggered, newest first.
pub(super) fn list(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    crate::chain::settle(context)?;
    let org = bootstrap::made(context.store)?.org_id;
    let records = context.store.all::<EvaluationRecord>(Listing {
        org: &org,
        parent: None,
        owner: None,
    })?;
    let items: Vec<Value> = records.into_iter().map(|record| record.shown).collect();
    Reply::json(&json!({ "items": items }))
}

//! Approvals: shown, and decided by people. What they hold back is in [`crate::policy`].
//!
//! Invariant: whoever decides is a user of the organisation, or a service account that a group of the approval admits.

use dfns_types::{ApprovalDecisionValue, ApprovalPage, ApprovalStatus, CreateApprovalDecisionRequest, UserId};

use super::refusals::{check_text, invalid_field, parsed};
use crate::context::Context;
use crate::policy::{self, ApprovalRecord, Voter};
use crate::server::{Refusal, Reply};
use crate::store::{Listing, UserKind};

/// How many approvals a page may hold, and how many it holds unless asked otherwise.
const PAGE_LENGTH: usize = 500;
const DEFAULT_PAGE_LENGTH: usize = 20;
/// How long a reason may be.
const LONGEST_REASON: usize = 1_000;

/// `GET /v2/policy-approvals`.
pub(super) fn list(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let status = context.call.query("status").map(ApprovalStatus::from);
    if let Some(ApprovalStatus::Unknown(status)) = &status {
        let problem = format!("expected Pending, Approved, Denied or Expired, found {status:?}");
        return Err(invalid_field("status", &problem));
    }
    let (initiator, approver) = (context.call.query("initiatorId"), context.call.query("approverId"));
    let listing = Listing {
        org: context.caller()?.org(),
        parent: None,
        owner: None,
    };
    let is_wanted = |record: &ApprovalRecord| {
        status.as_ref().is_none_or(|status| record.status == *status)
            && initiator.is_none_or(|user| record.initiator_id.as_str() == user)
            && approver.is_none_or(|user| record.may_be_decided_by(user))
    };
    let page = context.page_of(DEFAULT_PAGE_LENGTH, PAGE_LENGTH)?;
    let found = context.store.list(listing, &page, is_wanted)?;
    let found = found.try_map(|record| policy::shown(context, &record))?;
    let mut approvals = ApprovalPage::new(found.items);
    approvals.next_page_token = found.next_page_token;
    Reply::json(&approvals)
}

/// `GET /v2/policy-approvals/{approvalId}`.
pub(super) fn get(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let record = approval_of_path(context)?;
    Reply::json(&policy::shown(context, &record)?)
}

/// `POST /v2/policy-approvals/{approvalId}/decisions`.
pub(super) fn decide(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let CreateApprovalDecisionRequest { value, reason, .. } = context.call.body()?;
    if let ApprovalDecisionValue::Unknown(value) = &value {
        let problem = format!("expected Approved or Denied, found {value:?}");
        return Err(invalid_field("value", &problem));
    }
    check_text("reason", reason.as_deref(), 0, LONGEST_REASON)?;
    let record = approval_of_path(context)?;
    let user = &context.caller()?.user;
    if user.kind != UserKind::CustomerEmployee {
        return Err(Refusal::forbidden(format!(
            "{} is no user of the organisation, and decides nothing",
            user.id
        )));
    }
    let voter = Voter {
        id: parsed::<UserId>(&user.id)?,
        is_service_account: user.is_service_account,
    };
    let record = policy::decide(context, record, &voter, &value, reason)?;
    Reply::json(&policy::shown(context, &record)?)
}

fn approval_of_path(context: &Context<'_>) -> Result<ApprovalRecord, Refusal> {
    policy::find(context, context.caller()?.org(), context.call.parameter("approvalId")?)
}

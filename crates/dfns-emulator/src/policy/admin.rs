//! What only a test can do with policies: decide over the heads of all, say what assets are worth.

use dfns_types::{Approval, ApprovalDecisionValue, ApprovalStatus};
use serde::Deserialize;
use serde_json::json;

use super::approval::ApprovalRecord;
use super::{events, gate, prices};
use crate::admin::Route;
use crate::bootstrap;
use crate::context::Context;
use crate::rooms::refusals::invalid_field;
use crate::server::{Refusal, Reply};
use crate::store::Listing;

/// The routes.
pub(crate) const ROUTES: &[Route] = &[
    ("GET", "/approvals", approvals),
    ("POST", "/approvals/{approvalId}", decide),
    ("GET", "/policy-evaluations", events::list),
    ("GET", "/prices", prices::list),
    ("PUT", "/prices", prices::set),
];

/// `GET /__admin/approvals?status=…`: the approvals that were asked for, newest first.
fn approvals(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    crate::chain::settle(context)?;
    let status = context.call.query("status").map(ApprovalStatus::from);
    let org = bootstrap::made(context.store)?.org_id;
    let records = context.store.all::<ApprovalRecord>(Listing {
        org: &org,
        parent: None,
        owner: None,
    })?;
    let wanted = records
        .iter()
        .filter(|record| status.as_ref().is_none_or(|status| record.status == *status));
    let items: Vec<Approval> = wanted
        .map(|record| gate::shown(context, record))
        .collect::<Result<_, _>>()?;
    Reply::json(&json!({ "items": items }))
}

/// `POST /__admin/approvals/{approvalId} {"value": "Approved" | "Denied"}`: ends an approval over the heads of its
/// approvers.
fn decide(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    #[derive(Deserialize)]
    struct Decision {
        value: ApprovalDecisionValue,
    }
    crate::chain::settle(context)?;
    let Decision { value } = context.call.body()?;
    if let ApprovalDecisionValue::Unknown(other) = &value {
        return Err(invalid_field(
            "value",
            &format!("expected Approved or Denied, found {other:?}"),
        ));
    }
    let org = bootstrap::made(context.store)?.org_id;
    let record = gate::decide_as_administrator(context, &org, context.call.parameter("approvalId")?, &value)?;
    Reply::json(&gate::shown(context, &record)?)
}

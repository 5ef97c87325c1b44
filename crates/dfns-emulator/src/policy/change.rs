//! Changes of policies, permissions and assignments that wait for an approval.
//!
//! `Pending -> Applied | Rejected | Failed`
//!
//! Invariant: an entity has at most one change that waits.

use dfns_types::{
    ActivityKind, ApprovalId, AssignmentChangeRequest, AssignmentId, ChangeOperationKind, ChangeRequest,
    ChangeRequestId, ChangeRequestStatus, ChangeRequester, PermissionChangeRequest, PermissionId, Policy,
    PolicyChangeRequest, PolicyId, ProposedAssignment, ProposedPermission, Timestamp, UserId,
};
use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::events;
use super::facts::Facts;
use super::gate;
use super::held::Subject;
use super::judgement::Ruling;
use crate::context::Context;
use crate::rooms::refusals::parsed;
use crate::rooms::{permissions, policies};
use crate::server::{Refusal, Reply};
use crate::store::{Document, Filing, Listing};

/// A change as it is kept, filed under the entity that it changes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ChangeRecord {
    pub(crate) id: ChangeRequestId,
    pub(crate) requester: ChangeRequester,
    pub(crate) operation: ChangeOperationKind,
    pub(crate) status: ChangeRequestStatus,
    pub(crate) entity_id: String,
    pub(crate) approval_id: Option<ApprovalId>,
    pub(crate) date_created: Timestamp,
    pub(crate) date_resolved: Option<Timestamp>,
    pub(crate) proposed: Proposed,
}

/// What an entity would become.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Proposed {
    Policy(Box<Policy>),
    Permission(ProposedPermission),
    Assignment(ProposedAssignment),
}

impl Document for ChangeRecord {
    const KIND: &'static str = "change request";

    fn id(&self) -> &str {
        self.id.as_str()
    }
}

impl ChangeRecord {
    /// The change as the API shows it.
    ///
    /// # Errors
    /// 500 if it names its entity by no id of the API.
    pub(crate) fn shown(&self) -> Result<ChangeRequest, Refusal> {
        macro_rules! common {
            ($change:expr) => {{
                let mut change = $change;
                change.approval_id.clone_from(&self.approval_id);
                change.date_resolved = self.date_resolved;
                change.into()
            }};
        }
        let (id, requester, operation) = (&self.id, self.requester.clone(), self.operation.clone());
        let (status, entity, created) = (self.status.clone(), &self.entity_id, self.date_created);
        Ok(match &self.proposed {
            Proposed::Policy(body) => {
                let entity = parsed::<PolicyId>(entity)?;
                let body = Policy::clone(body);
                common!(PolicyChangeRequest::new(
                    id, requester, operation, status, entity, created, body
                ))
            }
            Proposed::Permission(body) => {
                let entity = parsed::<PermissionId>(entity)?;
                let body = body.clone();
                common!(PermissionChangeRequest::new(
                    id, requester, status, entity, created, operation, body
                ))
            }
            Proposed::Assignment(body) => {
                let entity = parsed::<AssignmentId>(entity)?;
                let body = body.clone();
                common!(AssignmentChangeRequest::new(
                    id, requester, status, entity, created, operation, body
                ))
            }
        })
    }
}

/// A change that somebody asks for.
#[derive(Debug)]
pub(crate) struct NewChange<'a> {
    pub(crate) kind: ActivityKind,
    pub(crate) operation: ChangeOperationKind,
    /// What is changed, or would be made.
    pub(crate) entity_id: &'a str,
    /// The policy or permission that filters of policies name.
    pub(crate) subject_id: &'a str,
    pub(crate) proposed: Proposed,
}

/// Makes a change, unless policies hold it back: then the answer is to be this one, 202.
///
/// # Errors
/// 409 if another change of the entity waits; 403 if a policy blocks it; what making the change refuses.
pub(crate) fn submit(context: &Context<'_>, new: NewChange<'_>) -> Result<Option<Reply>, Refusal> {
    let caller = context.caller()?;
    let org = caller.org();
    refuse_second(context, org, new.entity_id)?;
    let judgement = gate::judge(context, org, &new.kind, |_| {
        Ok(Facts::of_change(new.kind.clone(), new.subject_id, context.now))
    })?;
    let initiator = parsed::<UserId>(caller.user_id())?;
    let requester = ChangeRequester::new(&initiator);
    let mut change = ChangeRecord {
        id: parsed(&context.new_id("cr")?)?,
        requester: requester.with_token_id(parsed::<dfns_types::TokenId>(&caller.token_id)?),
        operation: new.operation,
        status: ChangeRequestStatus::Pending,
        entity_id: new.entity_id.to_owned(),
        approval_id: None,
        date_created: context.now,
        date_resolved: None,
        proposed: new.proposed,
    };
    match &judgement.ruling {
        Ruling::Pass => {
            carry_out(context, org, &change, context.now)?;
            Ok(None)
        }
        Ruling::Block(reason) => Err(Refusal::forbidden(reason)),
        Ruling::Approve { .. } => {
            let subject = Subject::Change(change.id.to_string());
            let activity = (new.kind.clone(), subject.clone());
            change.approval_id = gate::hold(context, org, &initiator, activity, (&judgement, context.now))?;
            let filing = Filing {
                org,
                parent: new.entity_id,
                owner: "",
            };
            context.store.insert(&change, filing)?;
            let told = (&judgement, change.approval_id.as_ref());
            events::judged(context, org, context.now, (&new.kind, &subject), told)?;
            Ok(Some(Reply::json_with(StatusCode::ACCEPTED, &change.shown()?)?))
        }
    }
}

/// The change of an entity that waits.
///
/// # Errors
/// 500 if the store fails.
pub(crate) fn pending(context: &Context<'_>, org: &str, entity_id: &str) -> Result<Option<ChangeRequest>, Refusal> {
    let changes = context.store.all::<ChangeRecord>(Listing {
        org,
        parent: Some(entity_id),
        owner: None,
    })?;
    let waiting = changes
        .into_iter()
        .find(|change| change.status == ChangeRequestStatus::Pending);
    waiting.map(|change| change.shown()).transpose()
}

/// True if somebody waits for the approval to assign a permission to an identity.
///
/// # Errors
/// 500 if the store fails.
pub(crate) fn is_assignment_pending(
    context: &Context<'_>,
    org: &str,
    permission_id: &str,
    identity: &str,
) -> Result<bool, Refusal> {
    let changes = context.store.all::<ChangeRecord>(Listing {
        org,
        parent: None,
        owner: None,
    })?;
    Ok(changes.iter().any(|change| {
        let is_meant = |proposed: &ProposedAssignment| {
            proposed.permission_id.as_str() == permission_id && proposed.identity_id == identity
        };
        change.status == ChangeRequestStatus::Pending
            && change.operation == ChangeOperationKind::Create
            && matches!(&change.proposed, Proposed::Assignment(proposed) if is_meant(proposed))
    }))
}

fn refuse_second(context: &Context<'_>, org: &str, entity_id: &str) -> Result<(), Refusal> {
    match pending(context, org, entity_id)? {
        Some(_) => Err(Refusal::conflict(format!(
            "a change of {entity_id} waits for an approval already"
        ))),
        None => Ok(()),
    }
}

/// Makes a change that was approved. One that cannot be made any more has failed.
///
/// # Errors
/// 500 if the store fails.
pub(super) fn apply(context: &Context<'_>, org: &str, mut change: ChangeRecord, at: Timestamp) -> Result<(), Refusal> {
    let done = context.store.attempt(|| carry_out(context, org, &change, at));
    change.status = match done {
        Ok(()) => ChangeRequestStatus::Applied,
        Err(refusal) if refusal.status == StatusCode::INTERNAL_SERVER_ERROR => return Err(refusal),
        Err(_) => ChangeRequestStatus::Failed,
    };
    change.date_resolved = Some(at);
    Ok(context.store.update(&change)?)
}

/// Drops a change that was not approved.
///
/// # Errors
/// 500 if the store fails.
pub(super) fn drop(context: &Context<'_>, mut change: ChangeRecord, at: Timestamp) -> Result<(), Refusal> {
    change.status = ChangeRequestStatus::Rejected;
    change.date_resolved = Some(at);
    Ok(context.store.update(&change)?)
}

fn carry_out(context: &Context<'_>, org: &str, change: &ChangeRecord, at: Timestamp) -> Result<(), Refusal> {
    match &change.proposed {
        Proposed::Policy(policy) => policies::apply(context, org, policy, at),
        Proposed::Permission(permission) => permissions::apply(context, org, permission, &change.operation, at),
        Proposed::Assignment(assignment) => {
            permissions::assignments::apply(context, org, assignment, &change.operation, at)
        }
    }
}

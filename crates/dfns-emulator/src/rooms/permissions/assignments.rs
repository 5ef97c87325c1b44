//! Who holds a permission.
//!
//! Invariant: nobody assigns what they do not hold in full themselves, to whomever.

use dfns_types::{
    ActivityKind, AssignPermissionRequest, AssignmentId, ChangeOperationKind, PermissionAssignment,
    PermissionAssignmentDetails, PermissionAssignmentPage, PermissionId, ProposedAssignment, Timestamp,
};

use super::{PAGE_LENGTH, find, permission_of_path, time};
use crate::auth::permission;
use crate::context::Context;
use crate::policy::{self, NewChange, Proposed};
use crate::rooms::refusals::{invalid_field, parsed};
use crate::server::{Refusal, Reply};
use crate::store::{ApplicationRecord, Assignment, EVERYTHING, PermissionRecord, TokenKind, UserRecord};

/// `GET /permissions/{permissionId}/assignments`.
pub(crate) fn list(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let record = permission_of_path(context)?;
    let found = context.store.holders_page(&record.id, &context.page(PAGE_LENGTH)?)?;
    let found = found.try_map(|assignment| details(context, &record.org, &assignment))?;
    let mut page = PermissionAssignmentPage::new(found.items);
    page.next_page_token = found.next_page_token;
    Reply::json(&page)
}

/// `POST /permissions/{permissionId}/assignments`: assigns the permission, or asks for an approval to do so.
pub(crate) fn create(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let AssignPermissionRequest { identity_id, .. } = context.call.body()?;
    let record = permission_of_path(context)?;
    if record.is_archived {
        return Err(Refusal::invalid(format!("permission {} is archived", record.id)));
    }
    let caller = context.caller()?;
    let org = caller.org();
    require_identity(context, org, &identity_id)?;
    permission::refuse_beyond(caller, &record.operations, context.store)?;
    refuse_second(context, &record, &identity_id)?;
    if policy::is_assignment_pending(context, org, &record.id, &identity_id)? {
        return Err(Refusal::conflict(format!(
            "an assignment of {} to {identity_id} waits for an approval already",
            record.id
        )));
    }
    let id = context.new_id("as")?;
    let proposed = proposal(&id, &record.id, &identity_id)?;
    let new = NewChange {
        kind: ActivityKind::PermissionsAssign,
        operation: ChangeOperationKind::Create,
        entity_id: &id,
        subject_id: &record.id,
        proposed: Proposed::Assignment(proposed),
    };
    if let Some(waiting) = policy::submit_change(context, new)? {
        return Ok(waiting);
    }
    let assignment = assignment_of(context, &record, &id)?;
    Reply::json(&PermissionAssignment::new(
        parsed::<AssignmentId>(&assignment.id)?,
        parsed::<PermissionId>(&record.id)?,
        assignment.identity,
        false,
        time(context, assignment.created_at),
        time(context, assignment.created_at),
    ))
}

/// `DELETE /permissions/{permissionId}/assignments/{assignmentId}`: ends the assignment, or asks for an approval to do
/// so. Without `force` the last one who may do everything keeps that.
pub(crate) fn revoke(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let is_forced = match context.call.query("force") {
        None | Some("false") => false,
        Some("true" | "") => true,
        Some(other) => {
            return Err(invalid_field(
                "force",
                &format!("expected true or false, found {other:?}"),
            ));
        }
    };
    let record = permission_of_path(context)?;
    let assignment = assignment_of(context, &record, context.call.parameter("assignmentId")?)?;
    if !is_forced && is_last_administrator(context, &assignment)? {
        return Err(Refusal::invalid(
            "nobody else may do everything; revoke with force to lock everybody out",
        ));
    }
    let new = NewChange {
        kind: ActivityKind::PermissionsAssign,
        operation: ChangeOperationKind::Delete,
        entity_id: &assignment.id,
        subject_id: &record.id,
        proposed: Proposed::Assignment(proposal(&assignment.id, &record.id, &assignment.identity)?),
    };
    let waiting = policy::submit_change(context, new)?;
    Ok(waiting.unwrap_or_else(Reply::empty))
}

/// Makes or ends an assignment.
///
/// # Errors
/// 404 if permission, identity or assignment are gone meanwhile; 409 if it was made meanwhile.
pub(crate) fn apply(
    context: &Context<'_>,
    org: &str,
    proposed: &ProposedAssignment,
    operation: &ChangeOperationKind,
    at: Timestamp,
) -> Result<(), Refusal> {
    let record = find(context, org, proposed.permission_id.as_str())?;
    if *operation == ChangeOperationKind::Delete {
        assignment_of(context, &record, proposed.id.as_str())?;
        return Ok(context.store.delete_assignment(proposed.id.as_str())?);
    }
    require_identity(context, org, &proposed.identity_id)?;
    refuse_second(context, &record, &proposed.identity_id)?;
    let (id, identity) = (proposed.id.as_str(), proposed.identity_id.as_str());
    Ok(context.store.assign(id, org, &record.id, identity, at.unix_millis())?)
}

/// Refuses to assign to what is no user, service account, personal access token or application of the organisation.
fn require_identity(context: &Context<'_>, org: &str, identity: &str) -> Result<(), Refusal> {
    let user: Option<UserRecord> = context.store.get(org, identity)?;
    let token = context.store.token(identity)?;
    let is_user = user.is_some_and(|user| !user.is_archived);
    let is_token = token.is_some_and(|token| token.org == org && token.kind == TokenKind::Pat && !token.is_archived);
    let application: Option<ApplicationRecord> = context.store.get(org, identity)?;
    let is_application = application.is_some_and(|application| !application.is_archived);
    if is_user || is_token || is_application {
        Ok(())
    } else {
        Err(Refusal::not_found("identity", "identityId", identity, org))
    }
}

fn refuse_second(context: &Context<'_>, record: &PermissionRecord, identity: &str) -> Result<(), Refusal> {
    let held = context.store.assignments(identity)?;
    match held.into_iter().find(|held| held.permission.id == record.id) {
        Some(held) => {
            let message = format!("permission {} is assigned to {identity} already", record.id);
            Err(Refusal::conflict(message).with("assignmentId", held.id))
        }
        None => Ok(()),
    }
}

/// True if an assignment is the last one by which somebody who can act may do everything.
fn is_last_administrator(context: &Context<'_>, assignment: &Assignment) -> Result<bool, Refusal> {
    let record = &assignment.permission;
    if !record.operations.iter().any(|operation| operation == EVERYTHING) {
        return Ok(false);
    }
    for other in context.store.holders(&record.id)? {
        let user: Option<UserRecord> = context.store.get(&record.org, &other.identity)?;
        if other.id != assignment.id && user.is_some_and(|user| user.is_active && !user.is_archived) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// An assignment of a permission.
fn assignment_of(context: &Context<'_>, record: &PermissionRecord, id: &str) -> Result<Assignment, Refusal> {
    let holders = context.store.holders(&record.id)?;
    let found = holders.into_iter().find(|assignment| assignment.id == id);
    found.ok_or_else(|| Refusal::not_found("assignment", "assignmentId", id, &record.org))
}

fn proposal(id: &str, permission_id: &str, identity: &str) -> Result<ProposedAssignment, Refusal> {
    let (id, permission_id) = (parsed::<AssignmentId>(id)?, parsed::<PermissionId>(permission_id)?);
    Ok(ProposedAssignment::new(id, permission_id, identity, false))
}

fn details(context: &Context<'_>, org: &str, assignment: &Assignment) -> Result<PermissionAssignmentDetails, Refusal> {
    let mut details = PermissionAssignmentDetails::new(
        parsed::<AssignmentId>(&assignment.id)?,
        parsed::<PermissionId>(&assignment.permission.id)?,
        assignment.identity.as_str(),
        false,
        time(context, assignment.created_at),
        time(context, assignment.created_at),
    );
    details.pending_change_request = policy::pending(context, org, &assignment.id)?;
    Ok(details)
}

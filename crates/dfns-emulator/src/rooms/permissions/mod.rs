//! Permissions: named sets of operations, made, changed, archived and deleted. Who holds them is in `assignments`.
//!
//! `Active <-> archived -> gone`; an archived permission grants nothing.
//!
//! Invariant: a name stands for one permission of an organisation, and nobody adds an operation to a permission that
//! they do not hold themselves.

pub(crate) mod assignments;

use dfns_types::{
    ActivityKind, ArchivePermissionRequest, ChangeOperationKind, CreatePermissionRequest, Empty, Permission,
    PermissionDetails, PermissionId, PermissionOperation, PermissionPage, PermissionStatus, ProposedPermission,
    Timestamp, UpdatePermissionRequest,
};

use super::people::require_text;
use super::refusals::{invalid_field, parsed};
use crate::auth::{operation_names, permission};
use crate::context::Context;
use crate::policy::{self, NewChange, Proposed};
use crate::server::{Refusal, Reply};
use crate::store::{EVERYTHING, PermissionRecord};

/// How many permissions, or assignments of one, a page may hold.
const PAGE_LENGTH: usize = 500;

/// `POST /permissions`: nobody holds it yet.
pub(super) fn create(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let CreatePermissionRequest { name, operations, .. } = context.call.body()?;
    require_text("name", &name)?;
    let operations = checked(&operations)?;
    let org = context.caller()?.org();
    refuse_taken(context, org, &name, None)?;
    let record = PermissionRecord {
        id: context.new_id("pm")?,
        org: org.to_owned(),
        name,
        operations,
        is_immutable: false,
        is_archived: false,
        created_at: context.now.unix_millis(),
        updated_at: context.now.unix_millis(),
    };
    context.store.insert_permission(&record)?;
    Reply::json(&shown(context, &record)?)
}

/// `GET /permissions`.
pub(super) fn list(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let found = context
        .store
        .permissions(context.caller()?.org(), &context.page(PAGE_LENGTH)?)?;
    let found = found.try_map(|record| details(context, &record))?;
    let mut page = PermissionPage::new(found.items);
    page.next_page_token = found.next_page_token;
    Reply::json(&page)
}

/// `GET /permissions/{permissionId}`.
pub(super) fn get(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let record = permission_of_path(context)?;
    Reply::json(&details(context, &record)?)
}

/// `PUT /permissions/{permissionId}`: changes the permission, or asks for an approval to do so.
pub(super) fn update(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let UpdatePermissionRequest { name, operations, .. } = context.call.body()?;
    let record = changeable_permission_of_path(context)?;
    if record.is_archived {
        return Err(Refusal::invalid(format!("permission {} is archived", record.id)));
    }
    let mut proposed = proposal(&record)?;
    if let Some(name) = name {
        require_text("name", &name)?;
        refuse_taken(context, &record.org, &name, Some(&record.id))?;
        proposed.name = name;
    }
    // A list that is left out and an empty one read alike; the body tells them apart.
    let body: serde_json::Map<String, serde_json::Value> = context.call.body()?;
    if body.contains_key("operations") {
        proposed.operations = checked(&operations)?;
        let is_new = |operation: &&String| !record.operations.contains(operation);
        let new = proposed.operations.iter().filter(is_new);
        permission::refuse_beyond(context.caller()?, new, context.store)?;
    }
    change(context, proposed, ChangeOperationKind::Update)
}

/// `PUT /permissions/{permissionId}/archive`: archives the permission or brings it back, or asks for an approval.
pub(super) fn archive(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let ArchivePermissionRequest { is_archived, .. } = context.call.body()?;
    let record = changeable_permission_of_path(context)?;
    if record.is_archived && !is_archived {
        // Its holders may include the caller.
        permission::refuse_beyond(context.caller()?, &record.operations, context.store)?;
    }
    let mut proposed = proposal(&record)?;
    proposed.is_archived = is_archived;
    change(context, proposed, ChangeOperationKind::Update)
}

/// `DELETE /permissions/{permissionId}`: deletes the permission with its assignments, or asks for an approval to do so.
pub(super) fn delete(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let record = changeable_permission_of_path(context)?;
    let mut proposed = proposal(&record)?;
    proposed.is_archived = true;
    change(context, proposed, ChangeOperationKind::Delete)
}

/// Makes a change of a permission.
///
/// # Errors
/// 404 if it is gone meanwhile; 409 if its new name was taken meanwhile.
pub(crate) fn apply(
    context: &Context<'_>,
    org: &str,
    proposed: &ProposedPermission,
    operation: &ChangeOperationKind,
    at: Timestamp,
) -> Result<(), Refusal> {
    let record = find(context, org, proposed.id.as_str())?;
    if *operation == ChangeOperationKind::Delete {
        return Ok(context.store.delete_permission(&record.id)?);
    }
    refuse_taken(context, org, &proposed.name, Some(&record.id))?;
    Ok(context.store.update_permission(&PermissionRecord {
        name: proposed.name.clone(),
        operations: proposed.operations.clone(),
        is_archived: proposed.is_archived,
        updated_at: at.unix_millis(),
        ..record
    })?)
}

/// The operations of a permission as the API shows them.
pub(super) fn operations_of(record: &PermissionRecord) -> Vec<String> {
    if record.operations.iter().any(|operation| operation == EVERYTHING) {
        operation_names::all().map(str::to_owned).collect()
    } else {
        record.operations.clone()
    }
}

/// A permission of an organisation.
///
/// # Errors
/// 404 if there is none.
pub(super) fn find(context: &Context<'_>, org: &str, id: &str) -> Result<PermissionRecord, Refusal> {
    let found = context.store.permission(org, id)?;
    found.ok_or_else(|| Refusal::not_found("permission", "permissionId", id, org))
}

/// The permission that the path names.
///
/// # Errors
/// 404 if there is none.
pub(super) fn permission_of_path(context: &Context<'_>) -> Result<PermissionRecord, Refusal> {
    find(
        context,
        context.caller()?.org(),
        context.call.parameter("permissionId")?,
    )
}

fn changeable_permission_of_path(context: &Context<'_>) -> Result<PermissionRecord, Refusal> {
    let record = permission_of_path(context)?;
    if record.is_immutable {
        let message = format!("permission {} is managed and cannot be changed", record.name);
        return Err(Refusal::forbidden(message));
    }
    Ok(record)
}

fn change(
    context: &Context<'_>,
    proposed: ProposedPermission,
    operation: ChangeOperationKind,
) -> Result<Reply, Refusal> {
    let id = proposed.id.clone();
    let is_deletion = operation == ChangeOperationKind::Delete;
    let new = NewChange {
        kind: ActivityKind::PermissionsModify,
        operation,
        entity_id: id.as_str(),
        subject_id: id.as_str(),
        proposed: Proposed::Permission(proposed),
    };
    if let Some(waiting) = policy::submit_change(context, new)? {
        return Ok(waiting);
    }
    if is_deletion {
        return Reply::json(&Empty::new());
    }
    Reply::json(&shown(context, &find(context, context.caller()?.org(), id.as_str())?)?)
}

/// The operations of a request, each once.
fn checked(operations: &[PermissionOperation]) -> Result<Vec<String>, Refusal> {
    if operations.is_empty() {
        return Err(invalid_field("operations", "needs at least one operation"));
    }
    let mut checked: Vec<String> = Vec::new();
    for (index, operation) in operations.iter().enumerate() {
        let name = operation.as_str();
        if !operation_names::is_known(name) {
            let field = format!("operations[{index}]");
            return Err(invalid_field(&field, &format!("unknown operation {name:?}")));
        }
        if !checked.iter().any(|known| known == name) {
            checked.push(name.to_owned());
        }
    }
    Ok(checked)
}

/// Refuses a name that another permission has, archived or not.
fn refuse_taken(context: &Context<'_>, org: &str, name: &str, own_id: Option<&str>) -> Result<(), Refusal> {
    match context.store.permission_named(org, name)? {
        Some(other) if Some(other.id.as_str()) != own_id => {
            Err(Refusal::conflict("a permission with this name exists already").with("permissionId", other.id))
        }
        _ => Ok(()),
    }
}

fn proposal(record: &PermissionRecord) -> Result<ProposedPermission, Refusal> {
    Ok(ProposedPermission::new(
        parsed::<PermissionId>(&record.id)?,
        record.name.as_str(),
        PermissionStatus::Active,
        record.operations.clone(),
        record.is_immutable,
        record.is_archived,
    ))
}

fn shown(context: &Context<'_>, record: &PermissionRecord) -> Result<Permission, Refusal> {
    Ok(Permission::new(
        parsed::<PermissionId>(&record.id)?,
        record.name.as_str(),
        operations_of(record),
        PermissionStatus::Active,
        record.is_immutable,
        record.is_archived,
        time(context, record.created_at),
        time(context, record.updated_at),
    ))
}

fn details(context: &Context<'_>, record: &PermissionRecord) -> Result<PermissionDetails, Refusal> {
    let mut details = PermissionDetails::new(
        parsed::<PermissionId>(&record.id)?,
        record.name.as_str(),
        operations_of(record),
        PermissionStatus::Active,
        record.is_immutable,
        record.is_archived,
        time(context, record.created_at),
        time(context, record.updated_at),
    );
    details.pending_change_request = policy::pending(context, &record.org, &record.id)?;
    Ok(details)
}

/// A time as it was kept; it was written by the emulator, and so can be read.
fn time(context: &Context<'_>, millis: i64) -> Timestamp {
    Timestamp::from_unix_millis(millis).unwrap_or(context.now)
}

//! Users: employees and end users of the organisation.

use serde_json::{Value, json};

use crate::context::Context;
use crate::server::{Refusal, Reply};
use crate::store::{Listing, StoreError, UserRecord};

/// `GET /auth/users/{userId}`.
pub(super) fn get(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let id = context.call.parameter("userId")?;
    let org = context.caller()?.org();
    let user = context.store.get(org, id)?.filter(|user: &UserRecord| !user.is_service_account);
    let user = user.ok_or_else(|| Refusal::not_found("user", "userId", id, org))?;
    Reply::json(&present(context, &user)?)
}

/// `GET /auth/users`.
pub(super) fn list(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let kinds: Vec<&str> = context.call.query_all("kind").collect();
    if let Some(unknown) = kinds.iter().find(|kind| !["TenantUser", "CustomerEmployee", "EndUser"].contains(kind)) {
        return Err(Refusal::invalid(format!("kind: {unknown} is no kind of user")).with("field", "kind"));
    }
    let is_wanted = |user: &UserRecord| {
        !user.is_service_account && !user.is_archived && (kinds.is_empty() || kinds.contains(&user.kind.as_str()))
    };
    let listing = Listing { org: context.caller()?.org(), parent: None, owner: None };
    let page = context.store.list(listing, &context.page(200)?, is_wanted)?;
    Reply::json(&page.try_map(|user| present(context, &user))?)
}

/// A user as the API shows it.
pub(super) fn present(context: &Context<'_>, user: &UserRecord) -> Result<Value, StoreError> {
    let assignments: Vec<Value> = context
        .store
        .assignments(&user.id)?
        .into_iter()
        .map(|assignment| {
            json!({
                "permissionId": assignment.permission.id,
                "permissionName": assignment.permission.name,
                "assignmentId": assignment.id,
                "operations": assignment.permission.operations,
            })
        })
        .collect();
    let credentials = context.store.credentials_of_user(&user.id)?;
    let credential_uuid = credentials.first().map_or("", |credential| credential.uuid.as_str());
    Ok(json!({
        "userId": user.id, "username": user.username, "name": user.username, "kind": user.kind, "orgId": user.org,
        "credentialUuid": credential_uuid, "isActive": user.is_active, "isRegistered": user.is_registered,
        "isServiceAccount": user.is_service_account, "isSSORequired": user.is_sso_required,
        "permissionAssignments": assignments, "permissions": [], "scopes": [],
    }))
}

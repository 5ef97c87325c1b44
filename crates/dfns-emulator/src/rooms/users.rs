//! Users: employees and end users of the organisation.
//!
//! `active <-> inactive -> archived`; an archived user is shown when asked for by id, and stays what it is.
//!
//! Invariant: nobody locks themselves out, and an archived user is never active again.

use dfns_types::{CreateUserRequest, DeactivateUserRequest, RegistrationMethod, UpdateUserRequest};
use serde_json::{Value, json};

use super::codes;
use super::people::{self, NewUser, require_address};
use super::permissions;
use super::refusals::invalid_field;
use crate::context::Context;
use crate::server::{Refusal, Reply};
use crate::store::{CodePurpose, Listing, StoreError, UserKind, UserRecord};

/// `GET /auth/users/{userId}`.
pub(super) fn get(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let user = find(context)?;
    answer(context, &user)
}

/// `GET /auth/users`.
pub(super) fn list(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let kinds: Vec<&str> = context.call.query_all("kind").collect();
    if let Some(unknown) = kinds
        .iter()
        .find(|kind| !["TenantUser", "CustomerEmployee", "EndUser"].contains(kind))
    {
        return Err(invalid_field("kind", &format!("{unknown} is no kind of user")));
    }
    let is_wanted = |user: &UserRecord| {
        !user.is_service_account && !user.is_archived && (kinds.is_empty() || kinds.contains(&user.kind.as_str()))
    };
    let listing = Listing {
        org: context.caller()?.org(),
        parent: None,
        owner: None,
    };
    let page = context.store.list(listing, &context.page(200)?, is_wanted)?;
    Reply::json(&page.try_map(|user| present(context, &user))?)
}

/// `POST /auth/users`: who registers directly gets a code by mail.
pub(super) fn create(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: CreateUserRequest = context.call.body()?;
    require_address("email", &request.email)?;
    let kind = people::kind_of(&request.kind)?;
    let is_direct = match (&request.registration, kind) {
        (None, _) => kind == UserKind::CustomerEmployee,
        (Some(RegistrationMethod::Direct), UserKind::CustomerEmployee) => true,
        (Some(RegistrationMethod::Direct), UserKind::EndUser) => {
            return Err(invalid_field(
                "registration",
                "an end user can only be registered by delegation",
            ));
        }
        (Some(RegistrationMethod::Delegated), _) => false,
        (Some(other), _) => return Err(invalid_field("registration", &format!("{} is unknown", other.as_str()))),
    };
    let new = NewUser {
        kind,
        username: &request.email,
        external_id: request.external_id,
        is_sso_required: request.is_sso_required.unwrap_or(false),
    };
    let user = people::make(context, context.caller()?.org(), new)?;
    if is_direct {
        codes::mail(context, CodePurpose::Registration, &user)?;
    }
    answer(context, &user)
}

/// `PUT /auth/users/{userId}`.
pub(super) fn update(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: UpdateUserRequest = context.call.body()?;
    let mut user = find(context)?;
    refuse_archived(&user)?;
    user.is_sso_required = request.is_sso_required;
    context.store.update(&user)?;
    answer(context, &user)
}

/// `DELETE /auth/users/{userId}`.
pub(super) fn archive(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let mut user = find(context)?;
    refuse_oneself(context, &user)?;
    user.is_active = false;
    user.is_archived = true;
    context.store.update(&user)?;
    answer(context, &user)
}

/// `PUT /auth/users/{userId}/activate`.
pub(super) fn activate(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let mut user = find(context)?;
    refuse_archived(&user)?;
    user.is_active = true;
    context.store.update(&user)?;
    answer(context, &user)
}

/// `PUT /auth/users/{userId}/deactivate`.
pub(super) fn deactivate(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let _request: DeactivateUserRequest = context.call.body()?;
    let mut user = find(context)?;
    refuse_oneself(context, &user)?;
    refuse_archived(&user)?;
    user.is_active = false;
    context.store.update(&user)?;
    answer(context, &user)
}

/// The user that the path names.
fn find(context: &Context<'_>) -> Result<UserRecord, Refusal> {
    let id = context.call.parameter("userId")?;
    let org = context.caller()?.org();
    let user = context
        .store
        .get(org, id)?
        .filter(|user: &UserRecord| !user.is_service_account);
    user.ok_or_else(|| Refusal::not_found("user", "userId", id, org))
}

/// Refuses what would lock the caller out.
pub(super) fn refuse_oneself(context: &Context<'_>, user: &UserRecord) -> Result<(), Refusal> {
    if context.caller()?.user_id() != user.id {
        return Ok(());
    }
    Err(Refusal::invalid(format!(
        "{} cannot deactivate or delete itself",
        user.id
    )))
}

/// Refuses to change what is deleted.
pub(super) fn refuse_archived(user: &UserRecord) -> Result<(), Refusal> {
    if user.is_archived {
        Err(Refusal::invalid(format!("{} is archived", user.id)))
    } else {
        Ok(())
    }
}

fn answer(context: &Context<'_>, user: &UserRecord) -> Result<Reply, Refusal> {
    Reply::json(&present(context, user)?)
}

/// A user, or the user behind a service account, as the API shows it.
pub(super) fn present(context: &Context<'_>, user: &UserRecord) -> Result<Value, StoreError> {
    let credential_uuid = credential_in_use(context, user)?.unwrap_or_default();
    Ok(json!({
        "userId": user.id, "username": user.username, "name": user.username, "kind": user.kind, "orgId": user.org,
        "credentialUuid": credential_uuid, "isActive": user.is_active, "isRegistered": user.is_registered,
        "isServiceAccount": user.is_service_account, "isSSORequired": user.is_sso_required,
        "permissionAssignments": assignments(context, &user.id)?, "permissions": [], "scopes": [],
    }))
}

/// The first credential of a user; of a service account, that of its token.
fn credential_in_use(context: &Context<'_>, user: &UserRecord) -> Result<Option<String>, StoreError> {
    let credentials = if user.is_service_account {
        match context.store.tokens_of(&user.id)?.first() {
            Some(token) => context.store.credentials_of_token(&token.id)?,
            None => Vec::new(),
        }
    } else {
        context.store.credentials_of_user(&user.id)?
    };
    Ok(credentials.into_iter().next().map(|credential| credential.uuid))
}

/// What is assigned to a user, a service account or a token, as the API shows it.
pub(super) fn assignments(context: &Context<'_>, identity: &str) -> Result<Vec<Value>, StoreError> {
    let assignments = context.store.assignments(identity)?.into_iter();
    let present = assignments.map(|assignment| {
        json!({
            "permissionId": assignment.permission.id,
            "permissionName": assignment.permission.name,
            "assignmentId": assignment.id,
            "operations": permissions::operations_of(&assignment.permission),
        })
    });
    Ok(present.collect())
}

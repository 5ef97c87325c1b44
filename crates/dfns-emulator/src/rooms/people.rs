//! What the rooms of users, registration and login share: how a user is made, found and let in.
//!
//! Invariant: a name belongs to at most one user of an organisation that is not deleted, and every end user holds the
//! default permission from the start.

use dfns_types::{NewUserKind, OrgId};

use super::refusals::invalid_field;
use crate::bootstrap::END_USER_ACCESS;
use crate::context::Context;
use crate::server::Refusal;
use crate::store::{Filing, UserKind, UserRecord};

/// A user to make.
#[derive(Debug)]
pub(super) struct NewUser<'a> {
    pub(super) kind: UserKind,
    pub(super) username: &'a str,
    pub(super) external_id: Option<String>,
    pub(super) is_sso_required: bool,
}

/// Makes a user who is not registered yet.
///
/// # Errors
/// 401 if there is a user with that name already.
pub(super) fn make(context: &Context<'_>, org: &str, new: NewUser<'_>) -> Result<UserRecord, Refusal> {
    if context.store.user_named(org, new.username)?.is_some() {
        return Err(already_exists());
    }
    let user = UserRecord {
        id: context.new_id("us")?,
        org: org.to_owned(),
        kind: new.kind,
        username: new.username.to_owned(),
        external_id: new.external_id,
        is_service_account: false,
        is_sso_required: new.is_sso_required,
        is_registered: false,
        is_active: true,
        is_archived: false,
        created_at: context.now.unix_millis(),
    };
    context.store.insert(
        &user,
        Filing {
            org,
            parent: "",
            owner: "",
        },
    )?;
    if user.kind == UserKind::EndUser
        && let Some(permission) = context.store.permission_named(org, END_USER_ACCESS)?
    {
        context.store.assign(
            &context.new_id("as")?,
            org,
            &permission.id,
            &user.id,
            context.now.unix_millis(),
        )?;
    }
    Ok(user)
}

/// The kind of a user to make, as the request names it.
///
/// # Errors
/// 400 for a kind that nobody can be made of.
pub(super) fn kind_of(kind: &NewUserKind) -> Result<UserKind, Refusal> {
    match kind {
        NewUserKind::CustomerEmployee => Ok(UserKind::CustomerEmployee),
        NewUserKind::EndUser => Ok(UserKind::EndUser),
        other => Err(invalid_field(
            "kind",
            &format!("{} is no kind of user to create", other.as_str()),
        )),
    }
}

/// The organisation that a call without a token names.
///
/// # Errors
/// 400 if it names none, or a tenant as well.
pub(super) fn org_named<'a>(org_id: Option<&'a OrgId>, tenant_id: Option<&str>) -> Result<&'a str, Refusal> {
    match (org_id, tenant_id) {
        (Some(org), None) => Ok(org.as_str()),
        (Some(_), Some(_)) => Err(invalid_field(
            "tenantId",
            "expected either orgId or tenantId, found both",
        )),
        (None, Some(_)) => Err(invalid_field("tenantId", "the emulator has no tenants, expected orgId")),
        (None, None) => Err(invalid_field("orgId", "is missing")),
    }
}

/// The user with this name, who is neither deleted nor deactivated.
///
/// # Errors
/// 401 if there is none, 400 if the user was deactivated.
pub(super) fn active_user(context: &Context<'_>, org: &str, username: &str) -> Result<UserRecord, Refusal> {
    let user = context.store.user_named(org, username)?.ok_or_else(unknown)?;
    require_active(&user)?;
    Ok(user)
}

/// Refuses a user who is deleted or deactivated.
///
/// # Errors
/// 401 for a deleted user, 400 for a deactivated one.
pub(super) fn require_active(user: &UserRecord) -> Result<(), Refusal> {
    if user.is_archived {
        return Err(unknown());
    }
    if !user.is_active {
        return Err(Refusal::invalid("User account has been deactivated."));
    }
    Ok(())
}

/// 401: there is no such user.
pub(super) fn unknown() -> Refusal {
    Refusal::unauthorized("User not found")
}

/// 401: the user is there, or registered, already.
pub(super) fn already_exists() -> Refusal {
    Refusal::unauthorized("User already exists.")
}

/// Refuses what can be no e-mail address: something on both sides of one `@`, and no white space.
///
/// # Errors
/// 400 that names the field.
pub(super) fn require_address(field: &str, text: &str) -> Result<(), Refusal> {
    let is_address = text
        .split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'));
    if is_address && !text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        Ok(())
    } else {
        Err(invalid_field(field, "must be an e-mail address"))
    }
}

/// Refuses an empty text.
///
/// # Errors
/// 400 that names the field.
pub(super) fn require_text(field: &str, text: &str) -> Result<(), Refusal> {
    if text.is_empty() {
        Err(invalid_field(field, "must not be empty"))
    } else {
        Ok(())
    }
}

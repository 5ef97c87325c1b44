//! Service accounts: machine users with one long-lived token and one key each.
//!
//! Invariant: a name belongs to at most one service account that is not deleted; a service account that is not active
//! answers to no token.

use dfns_types::{CreateServiceAccountRequest, DeactivateServiceAccountRequest, UpdateServiceAccountRequest};
use serde_json::{Value, json};

use super::access_tokens::{self, NewToken};
use super::people::require_text;
use super::service_account_keys;
use super::users::{self, refuse_archived, refuse_oneself};
use crate::context::Context;
use crate::server::{Refusal, Reply};
use crate::store::{AccessTokenRecord, Filing, Listing, TokenKind, UserKind, UserRecord};

/// `GET /auth/service-accounts`.
pub(super) fn list(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let items: Result<Vec<Value>, Refusal> = living(context)?
        .iter()
        .map(|account| present(context, account))
        .collect();
    Reply::json(&json!({ "items": items? }))
}

/// `GET /auth/service-accounts/{serviceAccountId}`.
pub(super) fn get(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let account = find(context)?;
    answer(context, &account)
}

/// `POST /auth/service-accounts`: the only answer with the token.
pub(super) fn create(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: CreateServiceAccountRequest = context.call.body()?;
    require_text("name", &request.name)?;
    let lifetime = access_tokens::lifetime(request.days_valid)?;
    let permissions = access_tokens::permissions(context, request.permission_id.as_ref())?;
    refuse_taken(context, &request.name, None)?;
    let org = context.caller()?.org();
    let account = UserRecord {
        id: context.new_id("us")?,
        org: org.to_owned(),
        kind: UserKind::CustomerEmployee,
        username: request.name,
        external_id: request.external_id.clone(),
        is_service_account: true,
        is_sso_required: false,
        is_registered: true,
        is_active: true,
        is_archived: false,
        created_at: context.now.unix_millis(),
    };
    context.store.insert(
        &account,
        Filing {
            org,
            parent: "",
            owner: "",
        },
    )?;
    if let Some(identity) = request.federated_identity {
        service_account_keys::federate(context, &account.id, identity.0)?;
    }
    access_tokens::assign(context, &permissions, &account.id)?;
    let new = NewToken {
        kind: TokenKind::ServiceAccount,
        name: &account.username,
        external_id: request.external_id,
        public_key: &request.public_key,
        lifetime,
    };
    let (text, _token) = access_tokens::make(context, (&account).into(), new)?;
    let mut shown = present(context, &account)?;
    shown["accessTokens"][0]["accessToken"] = text.into();
    Reply::json(&shown)
}

/// `PUT /auth/service-accounts/{serviceAccountId}`.
pub(super) fn update(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: UpdateServiceAccountRequest = context.call.body()?;
    let mut account = find(context)?;
    refuse_archived(&account)?;
    let mut token = token_of(context, &account)?;
    if let Some(name) = request.name {
        require_text("name", &name)?;
        refuse_taken(context, &name, Some(&account.id))?;
        account.username.clone_from(&name);
        token.name = name;
    }
    if let Some(external_id) = request.external_id {
        account.external_id = Some(external_id.clone());
        token.external_id = Some(external_id);
    }
    context.store.update(&account)?;
    context.store.update_token(&token)?;
    answer(context, &account)
}

/// `DELETE /auth/service-accounts/{serviceAccountId}`.
pub(super) fn archive(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let mut account = find(context)?;
    refuse_oneself(context, &account)?;
    account.is_active = false;
    account.is_archived = true;
    context.store.update(&account)?;
    answer(context, &account)
}

/// `PUT /auth/service-accounts/{serviceAccountId}/activate`: the same token is good again.
pub(super) fn activate(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let mut account = find(context)?;
    refuse_archived(&account)?;
    account.is_active = true;
    context.store.update(&account)?;
    answer(context, &account)
}

/// `PUT /auth/service-accounts/{serviceAccountId}/deactivate`.
pub(super) fn deactivate(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let _request: DeactivateServiceAccountRequest = context.call.body()?;
    let mut account = find(context)?;
    refuse_oneself(context, &account)?;
    refuse_archived(&account)?;
    account.is_active = false;
    context.store.update(&account)?;
    answer(context, &account)
}

/// The service account that the path names.
fn find(context: &Context<'_>) -> Result<UserRecord, Refusal> {
    let id = context.call.parameter("serviceAccountId")?;
    let org = context.caller()?.org();
    let found = context
        .store
        .get(org, id)?
        .filter(|user: &UserRecord| user.is_service_account);
    found.ok_or_else(|| Refusal::not_found("service account", "serviceAccountId", id, org))
}

/// The service accounts that are not deleted, newest first.
fn living(context: &Context<'_>) -> Result<Vec<UserRecord>, Refusal> {
    let listing = Listing {
        org: context.caller()?.org(),
        parent: None,
        owner: None,
    };
    let users: Vec<UserRecord> = context.store.all(listing)?;
    Ok(users
        .into_iter()
        .filter(|user| user.is_service_account && !user.is_archived)
        .collect())
}

/// Refuses a name that another service account has.
fn refuse_taken(context: &Context<'_>, name: &str, own_id: Option<&str>) -> Result<(), Refusal> {
    let is_other = |account: &&UserRecord| account.username == name && Some(account.id.as_str()) != own_id;
    match living(context)?.iter().find(is_other) {
        Some(other) => {
            Err(Refusal::conflict("a service account with this name exists already").with("userId", other.id.clone()))
        }
        None => Ok(()),
    }
}

fn token_of(context: &Context<'_>, account: &UserRecord) -> Result<AccessTokenRecord, Refusal> {
    let missing = || Refusal::internal(&std::io::Error::other(format!("{} has no token", account.id)));
    context
        .store
        .tokens_of(&account.id)?
        .into_iter()
        .next()
        .ok_or_else(missing)
}

fn answer(context: &Context<'_>, account: &UserRecord) -> Result<Reply, Refusal> {
    Reply::json(&present(context, account)?)
}

fn present(context: &Context<'_>, account: &UserRecord) -> Result<Value, Refusal> {
    let token = token_of(context, account)?;
    let mut shown = access_tokens::present(context, &token, &account.id)?;
    shown["isActive"] = (token.is_active && account.is_active).into();
    Ok(json!({ "userInfo": users::present(context, account)?, "accessTokens": [shown] }))
}

//! Personal access tokens: with one of these a program acts as its user, and signs with a key of its own.
//!
//! `active <-> inactive -> deleted`, and any of them expires.
//!
//! Invariant: a user sees and changes only their own.

use std::time::Duration;

use dfns_types::{CreatePersonalAccessTokenRequest, UpdatePersonalAccessTokenRequest};
use serde_json::{Value, json};

use super::access_tokens::{self, NewToken};
use super::people::require_text;
use super::refusals::invalid_field;
use crate::context::Context;
use crate::server::{Refusal, Reply};
use crate::store::{AccessTokenRecord, TokenKind};

/// `GET /auth/pats`.
pub(super) fn list(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let tokens = own(context)?;
    let items: Result<Vec<Value>, Refusal> = tokens.iter().rev().map(|token| present(context, token)).collect();
    Reply::json(&json!({ "items": items? }))
}

/// `GET /auth/pats/{tokenId}`.
pub(super) fn get(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let token = find(context)?;
    Reply::json(&present(context, &token)?)
}

/// `POST /auth/pats`: the only answer with the token.
pub(super) fn create(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: CreatePersonalAccessTokenRequest = context.call.body()?;
    require_text("name", &request.name)?;
    let lifetime = match request.seconds_valid {
        None => access_tokens::lifetime(request.days_valid)?,
        Some(seconds) => match u64::try_from(seconds) {
            Ok(seconds @ 1..) => Duration::from_secs(seconds),
            _ => return Err(invalid_field("secondsValid", "must be at least 1")),
        },
    };
    let permissions = access_tokens::permissions(context, request.permission_id.as_ref())?;
    refuse_taken(context, &request.name, None)?;
    let new = NewToken {
        kind: TokenKind::Pat,
        name: &request.name,
        external_id: request.external_id,
        public_key: &request.public_key,
        lifetime,
    };
    let (text, token) = access_tokens::make(context, (&context.caller()?.user).into(), new)?;
    access_tokens::assign(context, &permissions, &token.id)?;
    let mut shown = present(context, &token)?;
    shown["accessToken"] = text.into();
    Reply::json(&shown)
}

/// `PUT /auth/pats/{tokenId}`.
pub(super) fn update(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: UpdatePersonalAccessTokenRequest = context.call.body()?;
    let mut token = find(context)?;
    if let Some(name) = request.name {
        require_text("name", &name)?;
        refuse_taken(context, &name, Some(&token.id))?;
        token.name = name;
    }
    if let Some(external_id) = request.external_id {
        token.external_id = Some(external_id);
    }
    keep(context, &token)
}

/// `DELETE /auth/pats/{tokenId}`.
pub(super) fn archive(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let mut token = find(context)?;
    token.is_active = false;
    token.is_archived = true;
    keep(context, &token)
}

/// `PUT /auth/pats/{tokenId}/activate`.
pub(super) fn activate(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let mut token = find(context)?;
    token.is_active = true;
    keep(context, &token)
}

/// `PUT /auth/pats/{tokenId}/deactivate`.
pub(super) fn deactivate(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let mut token = find(context)?;
    token.is_active = false;
    keep(context, &token)
}

/// The personal access tokens of the caller that are not deleted, oldest first.
fn own(context: &Context<'_>) -> Result<Vec<AccessTokenRecord>, Refusal> {
    let tokens = context.store.tokens_of(context.caller()?.user_id())?;
    Ok(tokens
        .into_iter()
        .filter(|token| token.kind == TokenKind::Pat)
        .collect())
}

/// The caller's own token that the path names.
fn find(context: &Context<'_>) -> Result<AccessTokenRecord, Refusal> {
    let id = context.call.parameter("tokenId")?;
    let not_found = Refusal::not_found("personal access token", "tokenId", id, context.caller()?.org());
    own(context)?.into_iter().find(|token| token.id == id).ok_or(not_found)
}

/// Refuses a name that another token of the caller has.
fn refuse_taken(context: &Context<'_>, name: &str, own_id: Option<&str>) -> Result<(), Refusal> {
    let is_other = |token: &&AccessTokenRecord| token.name == name && Some(token.id.as_str()) != own_id;
    match own(context)?.iter().find(is_other) {
        Some(other) => Err(
            Refusal::conflict("a personal access token with this name exists already")
                .with("tokenId", other.id.clone()),
        ),
        None => Ok(()),
    }
}

fn keep(context: &Context<'_>, token: &AccessTokenRecord) -> Result<Reply, Refusal> {
    context.store.update_token(token)?;
    Reply::json(&present(context, token)?)
}

fn present(context: &Context<'_>, token: &AccessTokenRecord) -> Result<Value, Refusal> {
    access_tokens::present(context, token, &token.id)
}

//! Making tokens.
//!
//! Invariant: whatever a token stands for is in the store before the token is signed.

use std::time::Duration;

use dfns_types::Timestamp;

use super::tokens::{Audience, Claims, Metadata};
use crate::context::Context;
use crate::server::Refusal;
use crate::store::{AccessTokenRecord, TokenKind, UserAction, UserRecord};

/// Logs a user in and answers the token.
///
/// # Errors
/// 500 if the store fails.
pub(crate) fn log_in(context: &Context<'_>, user: &UserRecord) -> Result<String, Refusal> {
    let lifetime = context.services.config.session_lifetime;
    Ok(issue(context, user.into(), TokenKind::Token, "login", lifetime)?.0)
}

/// Whose access token is made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Holder<'a> {
    pub(crate) org: &'a str,
    pub(crate) id: &'a str,
    /// The name by which a user logs in, or that of a machine.
    pub(crate) name: &'a str,
}

impl<'a> From<&'a UserRecord> for Holder<'a> {
    fn from(user: &'a UserRecord) -> Self {
        Self {
            org: &user.org,
            id: &user.id,
            name: &user.username,
        }
    }
}

/// Makes an access token that lives from now for `lifetime`, keeps its record, and answers both. The text is not kept
/// and cannot be had again.
///
/// # Errors
/// 500 if the store fails.
pub(crate) fn issue(
    context: &Context<'_>,
    holder: Holder<'_>,
    kind: TokenKind,
    name: &str,
    lifetime: Duration,
) -> Result<(String, AccessTokenRecord), Refusal> {
    let record = AccessTokenRecord {
        id: context.new_id("to")?,
        kind,
        org: holder.org.to_owned(),
        user_id: holder.id.to_owned(),
        name: name.to_owned(),
        external_id: None,
        is_active: true,
        is_archived: false,
        created_at: context.now.unix_millis(),
        expires_at: context.after(lifetime)?.unix_millis(),
    };
    context.store.insert_token(&record)?;
    let metadata = Metadata {
        user_id: holder.id.to_owned(),
        org_id: holder.org.to_owned(),
        token_kind: kind.as_str().to_owned(),
        token_id: record.id.clone(),
    };
    let claims = claims(
        context,
        Audience::Access,
        holder.org,
        &record.id,
        context.after(lifetime)?,
    );
    let claims = Claims {
        username: Some(holder.name.to_owned()),
        metadata: Some(metadata),
        ..claims
    };
    Ok((sign(context, &claims)?, record))
}

/// Signs a token that stands for a challenge or a user action of the store.
///
/// # Errors
/// 500 if it cannot be written.
pub(crate) fn seal(
    context: &Context<'_>,
    audience: Audience,
    org: &str,
    id: &str,
    expires_at: Timestamp,
) -> Result<String, Refusal> {
    sign(context, &claims(context, audience, org, id, expires_at))
}

/// What a token says that stands for a challenge or a user action of the store, before it is signed.
pub(crate) fn unsealed(
    context: &Context<'_>,
    audience: Audience,
    org: &str,
    id: &str,
    expires_at: Timestamp,
) -> Claims {
    claims(context, audience, org, id, expires_at)
}

/// Signs the token of a user action once more: the same text as when it was sealed at `issued_at`.
///
/// # Errors
/// 500 if it cannot be written.
pub(crate) fn seal_again(
    context: &Context<'_>,
    action: &UserAction,
    issued_at: Timestamp,
    expires_at: Timestamp,
) -> Result<String, Refusal> {
    let claims = Claims {
        iat: issued_at.unix_seconds(),
        ..claims(context, Audience::UserAction, &action.org, &action.id, expires_at)
    };
    sign(context, &claims)
}

fn claims(context: &Context<'_>, audience: Audience, org: &str, id: &str, expires_at: Timestamp) -> Claims {
    Claims {
        iss: context.services.config.base_url.clone(),
        aud: audience,
        sub: org.to_owned(),
        jti: id.to_owned(),
        iat: context.now.unix_seconds(),
        exp: expires_at.unix_seconds(),
        username: None,
        metadata: None,
    }
}

fn sign(context: &Context<'_>, claims: &Claims) -> Result<String, Refusal> {
    context
        .services
        .token_key
        .sign(claims)
        .map_err(|error| Refusal::internal(&error))
}

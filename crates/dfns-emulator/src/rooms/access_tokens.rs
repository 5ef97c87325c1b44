//! What service accounts, personal access tokens and applications share: a long-lived token with one key of its own.
//!
//! Invariant: the text of a token is shown once, by the call that makes it.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dfns_types::PermissionId;
use serde_json::{Value, json};

use super::refusals::invalid_field;
use super::users;
use crate::auth::permission::{Rights, refuse_beyond};
use crate::auth::session::{self, Holder};
use crate::context::Context;
use crate::credentials::PublicKey;
use crate::server::Refusal;
use crate::store::{AccessTokenRecord, Credential, CredentialKind, PermissionRecord, TokenKind};

/// The longest life of a token in days, and the life of one for which no other was asked.
const MOST_DAYS: i32 = 730;

/// A token to make.
#[derive(Debug)]
pub(super) struct NewToken<'a> {
    pub(super) kind: TokenKind,
    pub(super) name: &'a str,
    pub(super) external_id: Option<String>,
    /// PEM.
    pub(super) public_key: &'a str,
    pub(super) lifetime: Duration,
}

/// Makes a token with its credential, whose id the server chooses, and answers its text and its record.
///
/// # Errors
/// 400 if the public key is none.
pub(super) fn make(
    context: &Context<'_>,
    holder: Holder<'_>,
    new: NewToken<'_>,
) -> Result<(String, AccessTokenRecord), Refusal> {
    PublicKey::from_pem(new.public_key).map_err(|error| invalid_field("publicKey", &error.to_string()))?;
    if context.now.checked_add(new.lifetime).is_none() {
        return Err(invalid_field("secondsValid", "ends after the end of time"));
    }
    let (text, mut token) = session::issue(context, holder, new.kind, new.name, new.lifetime)?;
    token.external_id = new.external_id;
    context.store.update_token(&token)?;
    context.store.insert_credential(&Credential {
        uuid: context.new_id("cr")?,
        credential_id: URL_SAFE_NO_PAD.encode(context.new_id("ci")?),
        org: holder.org.to_owned(),
        user_id: holder.id.to_owned(),
        token_id: Some(token.id.clone()),
        kind: CredentialKind::Key,
        name: new.name.to_owned(),
        public_key: new.public_key.to_owned(),
        is_active: true,
        relying_party_id: String::new(),
        origin: String::new(),
        encrypted_private_key: None,
        sign_count: 0,
        created_at: context.now.unix_millis(),
    })?;
    Ok((text, token))
}

/// The life of a token that `daysValid` asks for.
///
/// # Errors
/// 400 if it is not 1 to 730 days.
pub(super) fn lifetime(days_valid: Option<i32>) -> Result<Duration, Refusal> {
    match days_valid.unwrap_or(MOST_DAYS) {
        days @ 1..=MOST_DAYS => Ok(Duration::from_secs(u64::from(days.unsigned_abs()) * 24 * 60 * 60)),
        _ => Err(invalid_field("daysValid", &format!("must be 1 to {MOST_DAYS}"))),
    }
}

/// The permissions that a new token, service account or application gets: the one that is asked for, or else those of the caller.
///
/// # Errors
/// 404 if there is no such permission, 403 if the caller does not hold all that it grants.
pub(super) fn permissions(
    context: &Context<'_>,
    asked: Option<&PermissionId>,
) -> Result<Vec<PermissionRecord>, Refusal> {
    let caller = context.caller()?;
    let Some(id) = asked else {
        let held = context.store.assignments(caller.user_id())?.into_iter();
        let mut permissions: Vec<PermissionRecord> = held.map(|assignment| assignment.permission).collect();
        // Behind a personal access token that may do less than its user, only what that may do.
        let rights = Rights::of(caller, context.store)?;
        permissions.retain(|permission| permission.operations.iter().all(|operation| rights.hold(operation)));
        return Ok(permissions);
    };
    let not_found = || Refusal::not_found("permission", "permissionId", id.as_str(), caller.org());
    let permission = context
        .store
        .permission(caller.org(), id.as_str())?
        .ok_or_else(not_found)?;
    refuse_beyond(caller, &permission.operations, context.store)?;
    Ok(vec![permission])
}

/// Assigns permissions to a new token, service account or application.
///
/// # Errors
/// 500 if the store fails.
pub(super) fn assign(context: &Context<'_>, permissions: &[PermissionRecord], identity: &str) -> Result<(), Refusal> {
    for permission in permissions {
        context.store.assign(
            &context.new_id("as")?,
            &permission.org,
            &permission.id,
            identity,
            context.now.unix_millis(),
        )?;
    }
    Ok(())
}

/// A token as the API shows it. `holder` is who holds its permissions: the token itself, or the service account or
/// application.
///
/// # Errors
/// 500 if the store fails, or the token has no credential.
pub(super) fn present(context: &Context<'_>, token: &AccessTokenRecord, holder: &str) -> Result<Value, Refusal> {
    let missing = || Refusal::internal(&std::io::Error::other(format!("{} has no credential", token.id)));
    let credential = context
        .store
        .credentials_of_token(&token.id)?
        .into_iter()
        .next()
        .ok_or_else(missing)?;
    let key = PublicKey::from_pem(&credential.public_key).map_err(|error| Refusal::internal(&error))?;
    let (linked_user, linked_application) = match token.kind {
        TokenKind::Application => ("", token.user_id.as_str()),
        _ => (token.user_id.as_str(), ""),
    };
    Ok(json!({
        "tokenId": token.id,
        "credId": credential.credential_id,
        "dateCreated": dfns_types::Timestamp::from_unix_millis(token.created_at),
        "isActive": token.is_active && !token.is_archived,
        "kind": token.kind.as_str(),
        "linkedUserId": linked_user,
        "linkedAppId": linked_application,
        "name": token.name,
        "orgId": token.org,
        "permissionAssignments": users::assignments(context, holder)?,
        "publicKey": key.fingerprint(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_lives_for_1_to_730_days() {
        let day = Duration::from_secs(86_400);
        assert_eq!(lifetime(None), Ok(730 * day));
        assert_eq!(lifetime(Some(1)), Ok(day));
        assert_eq!(lifetime(Some(730)), Ok(730 * day));
        for days in [0, -1, 731, i32::MIN] {
            assert_eq!(
                lifetime(Some(days)),
                Err(invalid_field("daysValid", "must be 1 to 730")),
                "{days}"
            );
        }
    }
}

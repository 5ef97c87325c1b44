//! Login and logout.
//!
//! Invariant: a challenge logs in once; the encrypted private half of a key is shown only to somebody who reads the
//! mail of its owner.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dfns_types::{
    Acknowledgement, CompleteChallengeRequest, CreateDelegatedLoginRequest, CreateLoginChallengeRequest,
    DelegatedLogin, FirstFactorAssertion, LoginResult, LogoutRequest, SendCodeRequest,
};
use serde::{Deserialize, Serialize};

use super::{codes, people};
use crate::action::challenge::{answer, is_usable};
use crate::action::{CHALLENGE_NOT_VALID, NO_CREDENTIAL, complete};
use crate::auth::session;
use crate::auth::tokens::Audience;
use crate::context::Context;
use crate::issuer;
use crate::server::{Refusal, Reply};
use crate::store::{Challenge, ChallengePurpose, CodePurpose, Credential, CredentialKind, TokenKind, UserRecord};

/// What was agreed on when a login began; the subject of its challenge.
#[derive(Debug, Serialize, Deserialize)]
struct Begun {
    /// True if a login code was sent along, so that password-protected keys may be used.
    is_with_code: bool,
}

/// `POST /auth/login/code`.
pub(super) fn send_code(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: SendCodeRequest = context.call.body()?;
    let org = people::org_named(request.org_id.as_ref(), request.tenant_id.as_deref())?;
    let user = people::active_user(context, org, &request.username)?;
    codes::mail(context, CodePurpose::Login, &user)?;
    Reply::json(&Acknowledgement::new("success"))
}

/// `POST /auth/login/init`.
pub(super) fn create_challenge(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: CreateLoginChallengeRequest = context.call.body()?;
    let org = people::org_named(request.org_id.as_ref(), request.tenant_id.as_deref())?;
    let code = request.login_code.as_ref().map(dfns_types::Secret::expose_secret);
    let (user_id, credentials) = match &request.username {
        Some(username) => {
            let user = people::active_user(context, org, username)?;
            if let Some(code) = code {
                codes::check(context, CodePurpose::Login, &user, code)?;
                context.store.delete_code(CodePurpose::Login, &user.id)?;
            }
            let credentials = candidates(context, &user, code.is_some())?;
            if credentials.is_empty() {
                return Err(Refusal::unauthorized(NO_CREDENTIAL));
            }
            (user.id, credentials)
        }
        // Whoever it is will be found by the credential, which the authenticator chooses.
        None if code.is_none() => (String::new(), Vec::new()),
        None => return Err(codes::invalid()),
    };
    let begun = Begun {
        is_with_code: code.is_some(),
    };
    let expires_at = context.after(context.services.config.challenge_lifetime)?;
    let challenge = Challenge {
        id: context.new_id("ch")?,
        org: org.to_owned(),
        user_id,
        token_id: None,
        challenge: URL_SAFE_NO_PAD.encode(context.new_id("ch")?),
        subject: serde_json::to_string(&begun).map_err(|error| Refusal::internal(&error))?,
        expires_at: expires_at.unix_millis(),
    };
    context.store.insert_challenge(ChallengePurpose::Login, &challenge)?;
    let identifier = session::seal(context, Audience::Challenge, org, &challenge.id, expires_at)?;
    Reply::json(&answer(&challenge, identifier, &credentials))
}

/// `POST /auth/login`.
pub(super) fn complete(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: CompleteChallengeRequest = context.call.body()?;
    let not_valid = || Refusal::invalid(CHALLENGE_NOT_VALID);
    let identifier = request.challenge_identifier.expose_secret();
    let claims = context
        .services
        .token_key
        .verify(identifier, Audience::Challenge, context.now);
    let id = claims.ok_or_else(not_valid)?.jti.clone();
    let now = context.now.unix_millis();
    let challenge = context
        .store
        .open_challenge(ChallengePurpose::Login, &id, now)?
        .ok_or_else(not_valid)?;
    let begun: Begun = serde_json::from_str(&challenge.subject).map_err(|error| Refusal::internal(&error))?;
    let user = user_of(context, &challenge, &request.first_factor)?;
    people::require_active(&user)?;
    let candidates = candidates(context, &user, begun.is_with_code)?;
    complete::check_both(context, candidates, &request, &challenge)?;
    context.store.complete_challenge(&challenge.id)?;
    if user.is_sso_required {
        return Reply::json(&LoginResult::new().with_sso_client_id(issuer::CLIENT_ID));
    }
    Reply::json(&LoginResult::new().with_token(session::log_in(context, &user)?))
}

/// `POST /auth/login/delegated`.
pub(super) fn create_delegated(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: CreateDelegatedLoginRequest = context.call.body()?;
    let user = people::active_user(context, context.caller()?.org(), &request.username)?;
    if !user.is_registered {
        return Err(Refusal::unauthorized(NO_CREDENTIAL));
    }
    Reply::json(&DelegatedLogin::new(session::log_in(context, &user)?))
}

/// `PUT /auth/logout`.
pub(super) fn logout(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: LogoutRequest = context.call.body()?;
    let is_all = request.all_sessions.unwrap_or(false);
    let caller = context.caller()?;
    for mut token in context.store.tokens_of(caller.user_id())? {
        if token.kind == TokenKind::Token && (is_all || token.id == caller.token_id) {
            token.is_active = false;
            token.is_archived = true;
            context.store.update_token(&token)?;
        }
    }
    Reply::json(&Acknowledgement::new("success"))
}

/// The credentials with which a user can log in.
fn candidates(context: &Context<'_>, user: &UserRecord, is_with_code: bool) -> Result<Vec<Credential>, Refusal> {
    let mut own = context.store.credentials_of_user(&user.id)?;
    own.retain(|credential| {
        is_usable(credential) && (is_with_code || credential.kind != CredentialKind::PasswordProtectedKey)
    });
    Ok(own)
}

/// The user who logs in: the one who was named in the beginning, or else the owner of the passkey.
fn user_of(context: &Context<'_>, challenge: &Challenge, factor: &FirstFactorAssertion) -> Result<UserRecord, Refusal> {
    let no_credential = || Refusal::unauthorized(NO_CREDENTIAL);
    let user_id = match factor {
        _ if !challenge.user_id.is_empty() => challenge.user_id.clone(),
        FirstFactorAssertion::Fido2(factor) => {
            let found = context
                .store
                .credential_by_credential_id(complete::without_padding(&factor.credential_assertion.cred_id))?;
            found.ok_or_else(no_credential)?.user_id
        }
        _ => return Err(no_credential()),
    };
    context.store.get(&challenge.org, &user_id)?.ok_or_else(people::unknown)
}

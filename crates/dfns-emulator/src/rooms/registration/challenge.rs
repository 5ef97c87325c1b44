//! The first step: the challenge, for whoever has a code or is vouched for by a service account.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dfns_types::{
    Acknowledgement, CreateDelegatedRegistrationChallengeRequest, CreateRegistrationChallengeRequest,
    RestartDelegatedRegistrationRequest, SendCodeRequest,
};
use serde_json::{Value, json};

use crate::auth::{application, session};
use crate::context::Context;
use crate::rooms::codes;
use crate::rooms::credentials::challenge::{
    FACTOR_KINDS, authenticator_selection, present_user, public_key_parameters,
};
use crate::rooms::people::{self, NewUser, require_text};
use crate::server::{Refusal, Reply};
use crate::store::{Challenge, ChallengePurpose, CodePurpose, TokenKind, UserKind, UserRecord};

/// How long a registration or a recovery may take once it has begun.
const LIFETIME: Duration = Duration::from_secs(15 * 60);

/// `POST /auth/registration/delegated`: makes the user, unless there is one who has not registered yet.
pub(in crate::rooms) fn create_delegated(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: CreateDelegatedRegistrationChallengeRequest = context.call.body()?;
    require_text("email", &request.email)?;
    let kind = people::kind_of(&request.kind)?;
    let org = context.caller()?.org();
    let user = match context.store.user_named(org, &request.email)? {
        Some(user) if user.is_registered || user.kind != kind => return Err(people::already_exists()),
        Some(user) => {
            people::require_active(&user)?;
            user
        }
        None => {
            let external_id = request.external_id;
            people::make(
                context,
                org,
                NewUser {
                    kind,
                    username: &request.email,
                    external_id,
                    is_sso_required: false,
                },
            )?
        }
    };
    issue(context, &user)
}

/// `POST /auth/registration/delegated/restart`: a new challenge for somebody who has begun and not finished.
pub(in crate::rooms) fn restart_delegated(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: RestartDelegatedRegistrationRequest = context.call.body()?;
    let kind = people::kind_of(&request.kind)?;
    context.require(match kind {
        UserKind::CustomerEmployee => "Auth:Types:Employee",
        UserKind::EndUser => "Auth:Types:EndUser",
    })?;
    let user = people::active_user(context, context.caller()?.org(), &request.email)?;
    if user.is_registered || user.kind != kind {
        return Err(people::already_exists());
    }
    issue(context, &user)
}

/// `POST /auth/registration/init`.
pub(in crate::rooms) fn create(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: CreateRegistrationChallengeRequest = context.call.body()?;
    let org = people::org_named(request.org_id.as_ref(), request.tenant_id.as_deref())?;
    let user = people::active_user(context, org, &request.username)?;
    if user.is_registered {
        return Err(people::already_exists());
    }
    codes::check(
        context,
        CodePurpose::Registration,
        &user,
        request.registration_code.expose_secret(),
    )?;
    issue(context, &user)
}

/// `PUT /auth/registration/code`: a new code in place of the old, for whoever was invited by mail and has not registered.
pub(in crate::rooms) fn resend_code(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: SendCodeRequest = context.call.body()?;
    let org = people::org_named(request.org_id.as_ref(), request.tenant_id.as_deref())?;
    let user = people::active_user(context, org, &request.username)?;
    if !user.is_registered && context.store.code_of(CodePurpose::Registration, &user.id)?.is_some() {
        codes::mail(context, CodePurpose::Registration, &user)?;
    }
    Reply::json(&Acknowledgement::new("success"))
}

/// A new challenge for a user, with the temporary token that completes it.
pub(in crate::rooms) fn issue(context: &Context<'_>, user: &UserRecord) -> Result<Reply, Refusal> {
    let (challenge, text) = begin(context, user, ChallengePurpose::Registration, String::new())?;
    Reply::json(&present(context, user, &challenge, &text)?)
}

/// Begins a session in which a user gets credentials: its challenge, and its temporary token. The token bears the
/// challenge's id as its name, by which the second step finds it.
pub(in crate::rooms) fn begin(
    context: &Context<'_>,
    user: &UserRecord,
    purpose: ChallengePurpose,
    subject: String,
) -> Result<(Challenge, String), Refusal> {
    let kind = match purpose {
        ChallengePurpose::Recovery => TokenKind::Recovery,
        _ => TokenKind::Temp,
    };
    let id = context.new_id("ch")?;
    let (text, token) = session::issue(context, user.into(), kind, &id, LIFETIME)?;
    let challenge = Challenge {
        id,
        org: user.org.clone(),
        user_id: user.id.clone(),
        token_id: Some(token.id),
        challenge: self::text(context)?,
        subject,
        expires_at: context.after(LIFETIME)?.unix_millis(),
    };
    context.store.insert_challenge(purpose, &challenge)?;
    Ok((challenge, text))
}

/// The text of a new challenge.
pub(in crate::rooms) fn text(context: &Context<'_>) -> Result<String, Refusal> {
    Ok(URL_SAFE_NO_PAD.encode(context.new_id("ch")?))
}

/// A challenge for credentials of any kind, as the API shows it.
///
/// # Errors
/// 500 if the store fails.
pub(in crate::rooms) fn present(
    context: &Context<'_>,
    user: &UserRecord,
    challenge: &Challenge,
    token: &str,
) -> Result<Value, Refusal> {
    let mut shown = json!({
        "user": present_user(user),
        "temporaryAuthenticationToken": token,
        "challenge": challenge.challenge,
        "supportedCredentialKinds": { "firstFactor": FACTOR_KINDS, "secondFactor": FACTOR_KINDS },
        "authenticatorSelection": authenticator_selection(),
        "attestation": "direct",
        "pubKeyCredParams": public_key_parameters(),
        "excludeCredentials": [],
        "otpUrl": "",
    });
    if let Some(party) = application::relying_party(context, &user.org)? {
        shown["rp"] = json!(party);
    }
    Ok(shown)
}

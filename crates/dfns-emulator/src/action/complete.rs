//! The second call: the signature, in exchange for the token that opens the request.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::challenge::{Declared, usable};
use super::{CHALLENGE_NOT_VALID, NO_CREDENTIAL};
use crate::auth::session;
use crate::auth::tokens::Audience;
use crate::context::Context;
use crate::credentials::assertion::{KeyAssertion, verify_key_assertion};
use crate::server::{Refusal, Reply};
use crate::store::{Challenge, ChallengePurpose, Credential, UserAction};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    challenge_identifier: String,
    first_factor: Factor,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Factor {
    kind: String,
    credential_assertion: Assertion,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Assertion {
    cred_id: String,
    client_data: String,
    signature: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    authenticator_data: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    algorithm: Option<String>,
}

/// `POST /auth/action`.
pub(crate) fn create(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: Request = context.call.body()?;
    let challenge = find(context, &request.challenge_identifier)?;
    let credential = check(context, &request.first_factor, &challenge)?;
    context.store.complete_challenge(&challenge.id)?;
    let declared: Declared =
        serde_json::from_str(&challenge.subject).map_err(|error| Refusal::internal(&error))?;
    let assertion = serde_json::to_string(&request.first_factor.credential_assertion)
        .map_err(|error| Refusal::internal(&error))?;
    let expires_at = context.after(context.services.config.user_action_lifetime)?;
    let action = UserAction {
        id: context.new_id("ua")?,
        org: challenge.org.clone(),
        user_id: challenge.user_id.clone(),
        token_id: context.caller()?.token_id.clone(),
        method: declared.method,
        path: declared.path,
        body: declared.body,
        credential_uuid: credential.uuid,
        assertion,
        signed_at: context.now.unix_millis(),
        expires_at: expires_at.unix_millis(),
        used_at: None,
    };
    context.store.insert_user_action(&action)?;
    let token = session::seal(context, Audience::UserAction, &action.org, &action.id, expires_at)?;
    Reply::json(&json!({ "userAction": token }))
}

/// The open challenge behind an identifier, if this caller asked for it with this token.
fn find(context: &Context<'_>, identifier: &str) -> Result<Challenge, Refusal> {
    let not_valid = || Refusal::invalid(CHALLENGE_NOT_VALID);
    let verified = context.services.token_key.verify(identifier, Audience::Challenge, context.now);
    let id = verified.ok_or_else(not_valid)?.jti;
    let now = context.now.unix_millis();
    let challenge = context.store.open_challenge(ChallengePurpose::UserAction, &id, now)?.ok_or_else(not_valid)?;
    let caller = context.caller()?;
    let is_own =
        challenge.user_id == caller.user_id() && challenge.token_id.as_deref() == Some(caller.token_id.as_str());
    if is_own { Ok(challenge) } else { Err(not_valid()) }
}

/// The credential that signed the challenge.
fn check(context: &Context<'_>, factor: &Factor, challenge: &Challenge) -> Result<Credential, Refusal> {
    let assertion = &factor.credential_assertion;
    let is_meant = |credential: &Credential| {
        credential.credential_id == assertion.cred_id && credential.kind.as_str() == factor.kind
    };
    let credential = usable(context, context.caller()?)?
        .into_iter()
        .find(is_meant)
        .ok_or_else(|| Refusal::unauthorized(NO_CREDENTIAL))?;
    let key_assertion = KeyAssertion {
        client_data: &assertion.client_data,
        signature: &assertion.signature,
        algorithm: assertion.algorithm.as_deref(),
    };
    verify_key_assertion(key_assertion, &credential.public_key, &challenge.challenge).map_err(|error| {
        tracing::info!(reason = %error, credential = credential.credential_id, "a signature was refused");
        Refusal::unauthorized("Invalid signature.")
    })?;
    Ok(credential)
}

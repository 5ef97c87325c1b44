//! Recovery: whoever has lost every credential replaces them all, with the one key that can do nothing else.
//!
//! `idle -> code sent -> challenge issued -> recovered`; a delegated recovery needs no code.
//!
//! Invariant: a recovery key approves exactly the credentials that take the place of the old ones, and whatever could
//! act for the user before can do so no longer.

use dfns_types::{
    Acknowledgement, CreateDelegatedRecoveryChallengeRequest, CreateRecoveryChallengeRequest, KeyAssertion,
    SendCodeRequest,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::credentials::set::{self, CredentialSet};
use super::refusals::invalid_field;
use super::registration::challenge::{begin, present};
use super::{codes, people};
use crate::action::CHALLENGE_NOT_VALID;
use crate::context::Context;
use crate::credentials::KeyAssertion as Received;
use crate::credentials::{claimed_challenge, decode_base64url, verify_key_assertion};
use crate::server::{Refusal, Reply};
use crate::store::{Challenge, ChallengePurpose, CodePurpose, Credential, CredentialKind, TokenKind, UserRecord};

/// `POST /auth/recover/user/code`, and `PUT` as it was documented once.
pub(super) fn send_code(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: SendCodeRequest = context.call.body()?;
    let org = people::org_named(request.org_id.as_ref(), request.tenant_id.as_deref())?;
    let user = people::active_user(context, org, &request.username)?;
    codes::mail(context, CodePurpose::Recovery, &user)?;
    Reply::json(&Acknowledgement::new("success"))
}

/// `POST /auth/recover/user/init`: uses the code up.
pub(super) fn create(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: CreateRecoveryChallengeRequest = context.call.body()?;
    let org = people::org_named(request.org_id.as_ref(), request.tenant_id.as_deref())?;
    let user = people::active_user(context, org, &request.username)?;
    let code = request.verification_code.expose_secret();
    codes::check(context, CodePurpose::Recovery, &user, code)?;
    context.store.delete_code(CodePurpose::Recovery, &user.id)?;
    issue(context, &user, &request.credential_id)
}

/// `POST /auth/recover/user/delegated`.
pub(super) fn create_delegated(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: CreateDelegatedRecoveryChallengeRequest = context.call.body()?;
    let user = people::active_user(context, context.caller()?.org(), &request.username)?;
    issue(context, &user, &request.credential_id)
}

/// A challenge for the credentials to come; its subject is the recovery key that may approve them.
fn issue(context: &Context<'_>, user: &UserRecord, credential_id: &str) -> Result<Reply, Refusal> {
    let key = recovery_key(context, user, credential_id)?;
    let (challenge, token) = begin(context, user, ChallengePurpose::Recovery, key.credential_id.clone())?;
    let mut shown = present(context, user, &challenge, &token)?;
    let encrypted = key.encrypted_private_key.as_deref().unwrap_or_default();
    shown["allowedRecoveryCredentials"] = json!([{ "id": key.credential_id, "encryptedRecoveryKey": encrypted }]);
    Reply::json(&shown)
}

/// `POST /auth/recover/user`.
pub(super) fn complete(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Request {
        recovery: Recovery,
        /// Kept as it came, for the recovery key has signed it.
        new_credentials: Value,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Recovery {
        kind: String,
        credential_assertion: KeyAssertion,
    }

    let challenge = session_challenge(context)?;
    let Request {
        recovery,
        new_credentials,
    } = context.call.body()?;
    let user = context.caller()?.user.clone();
    if recovery.kind != CredentialKind::RecoveryKey.as_str()
        || recovery.credential_assertion.cred_id != challenge.subject
    {
        return Err(no_recovery_factor());
    }
    let key = recovery_key(context, &user, &challenge.subject)?;
    check_approval(&key, &recovery.credential_assertion, &new_credentials)?;
    let credentials: CredentialSet =
        serde_json::from_value(new_credentials).map_err(|error| invalid_field("newCredentials", &error.to_string()))?;

    context.store.archive_credentials_of(&user.id)?;
    context.store.drop_codes_of(&user.id)?;
    context.store.drop_challenges_of(&user.id)?;
    let first = set::keep(context, &user, "newCredentials.", credentials, &challenge.challenge)?;
    for mut token in context.store.tokens_of(&user.id)? {
        token.is_active = false;
        token.is_archived = true;
        context.store.update_token(&token)?;
    }
    Reply::json(&set::done(&user, first)?)
}

/// The open challenge of the session whose temporary token was sent.
///
/// # Errors
/// 401 if the token is not one of a recovery; 400 if the challenge is done.
fn session_challenge(context: &Context<'_>) -> Result<Challenge, Refusal> {
    let caller = context.caller()?;
    if caller.token_kind != TokenKind::Recovery {
        return Err(Refusal::unauthorized("user token is missing or invalid"));
    }
    let not_valid = || Refusal::invalid(CHALLENGE_NOT_VALID);
    let token = context.store.token(&caller.token_id)?.ok_or_else(not_valid)?;
    let now = context.now.unix_millis();
    context
        .store
        .open_challenge(ChallengePurpose::Recovery, &token.name, now)?
        .ok_or_else(not_valid)
}

/// Whether the key signed exactly these credentials: the challenge of its client data is their JSON, in base64url. The
/// order of the fields is the client's, so values are compared, not text.
fn check_approval(key: &Credential, assertion: &KeyAssertion, new_credentials: &Value) -> Result<(), Refusal> {
    let at = |error: &crate::credentials::CredentialError| {
        invalid_field("recovery.credentialAssertion.clientData", &error.to_string())
    };
    let client_data = decode_base64url(&assertion.client_data, "clientData").map_err(|error| at(&error))?;
    let challenge = claimed_challenge(&client_data).map_err(|error| at(&error))?;
    let approved = decode_base64url(&challenge, "challenge").map_err(|error| at(&error))?;
    let is_same = serde_json::from_slice::<Value>(&approved).is_ok_and(|approved| approved == *new_credentials);
    if !is_same {
        let problem = "the challenge in it is not the newCredentials of this request";
        return Err(invalid_field("recovery.credentialAssertion.clientData", problem));
    }
    let received = Received {
        client_data: &assertion.client_data,
        signature: &assertion.signature,
        algorithm: assertion.algorithm.as_deref(),
    };
    verify_key_assertion(received, &key.public_key, &challenge).map_err(|error| {
        tracing::info!(reason = %error, credential = key.credential_id, "a recovery was refused");
        Refusal::unauthorized("Invalid signature.")
    })
}

/// The recovery key of a user with this id.
///
/// # Errors
/// 401 if there is none that is active.
fn recovery_key(context: &Context<'_>, user: &UserRecord, credential_id: &str) -> Result<Credential, Refusal> {
    let own = context.store.credentials_of_user(&user.id)?;
    let is_meant = |credential: &Credential| {
        credential.kind == CredentialKind::RecoveryKey
            && credential.is_active
            && credential.credential_id == credential_id
    };
    own.into_iter().find(is_meant).ok_or_else(no_recovery_factor)
}

/// 401: there is no such recovery key.
fn no_recovery_factor() -> Refusal {
    Refusal::unauthorized("Credential cannot be used as a recovery factor.")
}

//! The second call: the signature, in exchange for the token that opens the request.

use dfns_types::{CompleteChallengeRequest, Fido2Assertion, FirstFactorAssertion, SecondFactorAssertion};

use super::challenge::{Declared, usable};
use super::sealing::{Answer, Sealing};
use super::{CHALLENGE_NOT_VALID, NO_CREDENTIAL};
use crate::auth::tokens::Audience;
use crate::auth::{application, session};
use crate::context::Context;
use crate::credentials::{Authenticator, CredentialError, KeyAssertion, WebauthnAssertion, verify_webauthn_assertion};
use crate::server::{Refusal, Reply};
use crate::store::{Challenge, ChallengePurpose, Credential, CredentialKind, UserAction};

/// `POST /auth/action`.
pub(crate) fn create(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: CompleteChallengeRequest = context.call.body()?;
    let challenge = find(context, request.challenge_identifier.expose_secret())?;
    context.trace.challenge = Some(challenge.id.clone());
    let candidates = usable(context, context.caller()?)?;
    let credential = check_both(context, candidates, &request, &challenge)?;
    context.store.complete_challenge(&challenge.id)?;
    let declared: Declared = serde_json::from_str(&challenge.subject).map_err(|error| Refusal::internal(&error))?;
    let assertion = serde_json::to_string(&request.first_factor).map_err(|error| Refusal::internal(&error))?;
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
        outcome: None,
    };
    context.store.insert_user_action(&action)?;
    context.trace.user_action = Some(action.id.clone());
    context.trace.credential = Some(action.credential_uuid.clone());
    let claims = session::unsealed(context, Audience::UserAction, &action.org, &action.id, expires_at);
    Ok(Reply::sealed(Sealing::new(claims, Answer::UserAction)))
}

/// The open challenge behind an identifier, if this caller asked for it with this token.
fn find(context: &Context<'_>, identifier: &str) -> Result<Challenge, Refusal> {
    let not_valid = || Refusal::invalid(CHALLENGE_NOT_VALID);
    let verified = context
        .services
        .token_key
        .verify(identifier, Audience::Challenge, context.now);
    let id = verified.ok_or_else(not_valid)?.jti.clone();
    let now = context.now.unix_millis();
    let challenge = context
        .store
        .open_challenge(ChallengePurpose::UserAction, &id, now)?
        .ok_or_else(not_valid)?;
    let caller = context.caller()?;
    let is_own =
        challenge.user_id == caller.user_id() && challenge.token_id.as_deref() == Some(caller.token_id.as_str());
    if is_own { Ok(challenge) } else { Err(not_valid()) }
}

/// The one of the candidates that signed the challenge as first factor. No challenge asks for a second one, but who sends
/// one means it: it has to be good, too.
///
/// # Errors
/// 400 for a kind that is not supported; 401 if none of the candidates is meant, or a signature is not good.
pub(crate) fn check_both(
    context: &Context<'_>,
    candidates: Vec<Credential>,
    request: &CompleteChallengeRequest,
    challenge: &Challenge,
) -> Result<Credential, Refusal> {
    let of_key = CredentialKind::Key;
    let of_protected_key = CredentialKind::PasswordProtectedKey;
    if let Some(factor) = &request.second_factor {
        let candidates = candidates.clone();
        match factor {
            SecondFactorAssertion::Key(factor) => {
                check_key(context, candidates, of_key, &factor.credential_assertion, challenge)?
            }
            SecondFactorAssertion::PasswordProtectedKey(factor) => check_key(
                context,
                candidates,
                of_protected_key,
                &factor.credential_assertion,
                challenge,
            )?,
            SecondFactorAssertion::Fido2(factor) => {
                check_fido2(context, candidates, &factor.credential_assertion, challenge)?
            }
            _ => return Err(unsupported("secondFactor")),
        };
    }
    match &request.first_factor {
        FirstFactorAssertion::Key(factor) => {
            check_key(context, candidates, of_key, &factor.credential_assertion, challenge)
        }
        FirstFactorAssertion::PasswordProtectedKey(factor) => check_key(
            context,
            candidates,
            of_protected_key,
            &factor.credential_assertion,
            challenge,
        ),
        FirstFactorAssertion::Fido2(factor) => {
            check_fido2(context, candidates, &factor.credential_assertion, challenge)
        }
        _ => Err(unsupported("firstFactor")),
    }
}

fn unsupported(factor: &str) -> Refusal {
    let message = format!("{factor}: kind must be Key, PasswordProtectedKey or Fido2");
    Refusal::invalid(message).with("field", format!("{factor}.kind"))
}

fn check_key(
    context: &Context<'_>,
    candidates: Vec<Credential>,
    kind: CredentialKind,
    assertion: &dfns_types::KeyAssertion,
    challenge: &Challenge,
) -> Result<Credential, Refusal> {
    let credential = find_credential(candidates, kind, &assertion.cred_id)?;
    let received = KeyAssertion {
        client_data: &assertion.client_data,
        signature: &assertion.signature,
        algorithm: assertion.algorithm.as_deref(),
    };
    let verified = context
        .services
        .foresight
        .verify(received, &credential, &challenge.challenge);
    verified.map_err(|error| bad_signature(&error, &credential))?;
    Ok(credential)
}

fn check_fido2(
    context: &Context<'_>,
    candidates: Vec<Credential>,
    assertion: &Fido2Assertion,
    challenge: &Challenge,
) -> Result<Credential, Refusal> {
    let id = without_padding(&assertion.cred_id);
    let mut credential = find_credential(candidates, CredentialKind::Fido2, id)?;
    let received = WebauthnAssertion {
        client_data: &assertion.client_data,
        authenticator_data: &assertion.authenticator_data,
        signature: &assertion.signature,
        user_handle: assertion.user_handle.as_deref(),
    };
    let registered = Authenticator {
        public_key: &credential.public_key,
        relying_party_id: &credential.relying_party_id,
        origin: &credential.origin,
        user_id: &credential.user_id,
        sign_count: credential.sign_count,
    };
    let sign_count = verify_webauthn_assertion(received, registered, &challenge.challenge)
        .map_err(|error| bad_signature(&error, &credential))?;
    application::check_domain(context, &credential)?;
    credential.sign_count = sign_count;
    context.store.update_credential(&credential)?;
    Ok(credential)
}

/// The id of a passkey is base64url, which may come with padding and is kept without; the ids of keys are any text.
pub(crate) fn without_padding(id: &str) -> &str {
    id.trim_end_matches('=')
}

fn find_credential(
    candidates: Vec<Credential>,
    kind: CredentialKind,
    credential_id: &str,
) -> Result<Credential, Refusal> {
    let is_meant = |credential: &Credential| credential.kind == kind && credential.credential_id == credential_id;
    candidates
        .into_iter()
        .find(is_meant)
        .ok_or_else(|| Refusal::unauthorized(NO_CREDENTIAL))
}

fn bad_signature(error: &CredentialError, credential: &Credential) -> Refusal {
    tracing::info!(reason = %error, credential = credential.credential_id, "a signature was refused");
    Refusal::unauthorized("Invalid signature.")
}

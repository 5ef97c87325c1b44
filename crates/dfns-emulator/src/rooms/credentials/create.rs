//! Adding a credential: the second step, which brings the attestation.
//!
//! Invariant: a challenge that was asked for with a token is completed by its user with that token, one that was asked
//! for with a code without any; neither works for the other, for another kind, or twice.

use dfns_types::Secret;
use serde::Deserialize;

use super::attest::{self, NewCredential};
use super::challenge::Wanted;
use super::present;
use crate::action::CHALLENGE_NOT_VALID;
use crate::auth::tokens::Audience;
use crate::context::Context;
use crate::rooms::people;
use crate::rooms::refusals::invalid_field;
use crate::server::{Refusal, Reply};
use crate::store::{Challenge, ChallengePurpose, UserRecord};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    challenge_identifier: Secret,
    credential_name: String,
    #[serde(flatten)]
    credential: NewCredential,
}

/// `POST /auth/credentials`.
pub(in crate::rooms) fn create(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: Request = context.call.body()?;
    let (challenge, wanted) = find(context, &request)?;
    let caller = context.caller()?;
    let is_own =
        challenge.user_id == caller.user_id() && challenge.token_id.as_deref() == Some(caller.token_id.as_str());
    if !is_own || wanted.is_by_code {
        return Err(Refusal::invalid(CHALLENGE_NOT_VALID));
    }
    complete(context, &caller.user, request, &challenge, &wanted)
}

/// `POST /auth/credentials/code/verify`.
pub(in crate::rooms) fn create_with_code(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: Request = context.call.body()?;
    let (challenge, wanted) = find(context, &request)?;
    if !wanted.is_by_code {
        return Err(Refusal::invalid(CHALLENGE_NOT_VALID));
    }
    let user: UserRecord = context
        .store
        .get(&challenge.org, &challenge.user_id)?
        .ok_or_else(people::unknown)?;
    people::require_active(&user)?;
    complete(context, &user, request, &challenge, &wanted)
}

/// The open challenge that a request answers, and what it is for.
fn find(context: &Context<'_>, request: &Request) -> Result<(Challenge, Wanted), Refusal> {
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
        .open_challenge(ChallengePurpose::Credential, &id, now)?
        .ok_or_else(not_valid)?;
    let wanted = serde_json::from_str(&challenge.subject).map_err(|error| Refusal::internal(&error))?;
    Ok((challenge, wanted))
}

fn complete(
    context: &Context<'_>,
    user: &UserRecord,
    request: Request,
    challenge: &Challenge,
    wanted: &Wanted,
) -> Result<Reply, Refusal> {
    let kind = attest::supported("credentialKind", &request.credential.credential_kind)?;
    if kind.as_str() != wanted.kind {
        return Err(invalid_field(
            "credentialKind",
            &format!("the challenge is for the kind {}", wanted.kind),
        ));
    }
    let credential = NewCredential {
        credential_name: Some(request.credential_name),
        ..request.credential
    };
    let kept = attest::keep(context, user, "", credential, "", &challenge.challenge)?;
    context.store.complete_challenge(&challenge.id)?;
    Reply::json(&present(&kept)?)
}

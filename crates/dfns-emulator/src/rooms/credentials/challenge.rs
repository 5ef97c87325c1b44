//! Challenges for new credentials, and the codes with which another device can ask for one.
//!
//! Invariant: a code works once, and no longer than a minute after it was asked for.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dfns_types::{
    CreateCredentialChallengeRequest, CreateCredentialChallengeWithCodeRequest, NewCredentialKind, Timestamp,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::attest::supported;
use crate::auth::tokens::Audience;
use crate::auth::{application, session};
use crate::context::Context;
use crate::credentials::OFFERED_ALGORITHMS;
use crate::rooms::refusals::invalid_field;
use crate::rooms::{codes, people};
use crate::server::{Refusal, Reply};
use crate::store::{Challenge, ChallengePurpose, Code, CodePurpose, Credential, CredentialKind, UserRecord};

/// How far ahead the end of a code may be.
const CODE_LIFETIME: Duration = Duration::from_secs(60);

/// What a credential challenge is for; its subject.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Wanted {
    /// The kind of the credential, by its name in the API.
    pub(super) kind: String,
    /// True if it was asked for with a code instead of a token.
    pub(super) is_by_code: bool,
}

/// `POST /auth/credentials/init`.
pub(in crate::rooms) fn create(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: CreateCredentialChallengeRequest = context.call.body()?;
    let kind = supported("kind", &request.kind)?;
    let caller = context.caller()?;
    issue(context, &caller.user, Some(caller.token_id.clone()), kind)
}

/// `POST /auth/credentials/code/init`: uses the code up.
pub(in crate::rooms) fn create_with_code(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: CreateCredentialChallengeWithCodeRequest = context.call.body()?;
    let kind = supported("credentialKind", &request.credential_kind)?;
    let code = context
        .store
        .code_reading(CodePurpose::Credential, request.code.expose_secret())?;
    let is_good = |code: &Code| code.expires_at > context.now.unix_millis();
    let code = code.filter(is_good).ok_or_else(codes::invalid)?;
    let user: UserRecord = context
        .store
        .get(&code.org, &code.user_id)?
        .ok_or_else(people::unknown)?;
    people::require_active(&user)?;
    context.store.delete_code(CodePurpose::Credential, &user.id)?;
    issue(context, &user, None, kind)
}

/// `POST /auth/credentials/code`.
pub(in crate::rooms) fn create_code(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    #[derive(Deserialize)]
    struct Request {
        expiration: Value,
    }
    let Request { expiration } = context.call.body()?;
    let expires_at = read_time(&expiration).ok_or_else(|| {
        invalid_field(
            "expiration",
            "expected a time such as 2026-11-22T14:56:55.123Z, or seconds since 1970",
        )
    })?;
    if expires_at <= context.now || expires_at > context.after(CODE_LIFETIME)? {
        return Err(invalid_field(
            "expiration",
            "must be in the future, and at most a minute from now",
        ));
    }
    let caller = context.caller()?;
    let text = codes::symbols(&context.random()?);
    let answer = json!({ "code": text, "expiration": expires_at });
    context.store.put_code(&Code {
        purpose: CodePurpose::Credential,
        org: caller.org().to_owned(),
        user_id: caller.user_id().to_owned(),
        text,
        expires_at: expires_at.unix_millis(),
    })?;
    Reply::json(&answer)
}

/// A time in the form of the API, or as seconds since 1970.
fn read_time(value: &Value) -> Option<Timestamp> {
    match value {
        Value::String(text) => text.parse().ok(),
        Value::Number(seconds) => Timestamp::from_unix_millis(seconds.as_i64()?.checked_mul(1000)?),
        _ => None,
    }
}

fn issue(
    context: &Context<'_>,
    user: &UserRecord,
    token_id: Option<String>,
    kind: CredentialKind,
) -> Result<Reply, Refusal> {
    let wanted = Wanted {
        kind: kind.as_str().to_owned(),
        is_by_code: token_id.is_none(),
    };
    let expires_at = context.after(context.services.config.challenge_lifetime)?;
    let challenge = Challenge {
        id: context.new_id("ch")?,
        org: user.org.clone(),
        user_id: user.id.clone(),
        token_id,
        challenge: URL_SAFE_NO_PAD.encode(context.new_id("ch")?),
        subject: serde_json::to_string(&wanted).map_err(|error| Refusal::internal(&error))?,
        expires_at: expires_at.unix_millis(),
    };
    context
        .store
        .insert_challenge(ChallengePurpose::Credential, &challenge)?;
    let identifier = session::seal(context, Audience::Challenge, &challenge.org, &challenge.id, expires_at)?;
    let mut shown = json!({
        "kind": kind.as_str(),
        "user": present_user(user),
        "challengeIdentifier": identifier,
        "temporaryAuthenticationToken": identifier,
        "challenge": challenge.challenge,
        "attestation": "direct",
        "pubKeyCredParams": public_key_parameters(),
    });
    if let Some(party) = application::relying_party(context, &user.org)? {
        shown["rp"] = json!(party);
    }
    if kind == CredentialKind::Fido2 {
        let own = context.store.credentials_of_user(&user.id)?;
        shown["authenticatorSelection"] = authenticator_selection();
        shown["excludeCredentials"] = descriptors(&own);
    }
    Reply::json(&shown)
}

/// The user that a new credential is for, as WebAuthn wants to know it.
pub(in crate::rooms) fn present_user(user: &UserRecord) -> Value {
    json!({ "id": user.id, "name": user.username, "displayName": user.username })
}

/// The kinds of keys that WebAuthn may use: ES256, RS256.
pub(in crate::rooms) fn public_key_parameters() -> Value {
    OFFERED_ALGORITHMS
        .map(|number| json!({ "type": "public-key", "alg": number }))
        .into()
}

/// Which authenticators may be used: those that verify their user and find the credential themselves.
pub(in crate::rooms) fn authenticator_selection() -> Value {
    json!({ "residentKey": "required", "requireResidentKey": true, "userVerification": "required" })
}

/// The WebAuthn credentials among these, as they are named to an authenticator.
fn descriptors(credentials: &[Credential]) -> Value {
    let fido2 = credentials
        .iter()
        .filter(|credential| credential.kind == CredentialKind::Fido2);
    fido2
        .map(|credential| json!({ "type": "public-key", "id": credential.credential_id }))
        .collect()
}

/// The kinds of credentials that can be a user's first or second factor.
pub(in crate::rooms) const FACTOR_KINDS: [NewCredentialKind; 3] = [
    NewCredentialKind::Fido2,
    NewCredentialKind::Key,
    NewCredentialKind::PasswordProtectedKey,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_in_both_forms() {
        let time = Timestamp::from_unix_millis(1_795_359_415_000).unwrap();
        assert_eq!(read_time(&json!("2026-11-22T14:56:55.000Z")), Some(time));
        assert_eq!(read_time(&json!(1_795_359_415)), Some(time));
        for other in [json!("soon"), json!(1.5), json!(i64::MAX), json!(null)] {
            assert_eq!(read_time(&other), None, "{other}");
        }
    }
}

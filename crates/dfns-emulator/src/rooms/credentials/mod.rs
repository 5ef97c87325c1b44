//! The credentials of a user: what they sign with, and how they get another one.
//!
//! `attest` checks a new credential, whichever flow it comes by, and `set` those that come together; `challenge` and `create` add one to a user who has
//! one already, with a token or with a code.
//!
//! Invariant: a user keeps at least one active credential to sign with; what belongs to a token is not theirs to change.

pub(super) mod attest;
pub(super) mod challenge;
pub(super) mod create;
pub(super) mod set;

use dfns_types::{Acknowledgement, ActivateCredentialRequest, DeactivateCredentialRequest, Empty};
use serde_json::{Value, json};

use crate::action::challenge::is_usable;
use crate::context::Context;
use crate::credentials::PublicKey;
use crate::server::{Refusal, Reply};
use crate::store::Credential;

/// `GET /auth/credentials`.
pub(super) fn list(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let credentials = context.store.credentials_of_user(context.caller()?.user_id())?;
    let items: Result<Vec<Value>, Refusal> = credentials.iter().rev().map(present).collect();
    Reply::json(&json!({ "items": items? }))
}

/// `PUT /auth/credentials/activate`.
pub(super) fn activate(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: ActivateCredentialRequest = context.call.body()?;
    let mut credential = find(context, request.credential_uuid.as_str())?;
    credential.is_active = true;
    context.store.update_credential(&credential)?;
    Reply::json(&Acknowledgement::new("success"))
}

/// `PUT /auth/credentials/deactivate`.
pub(super) fn deactivate(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: DeactivateCredentialRequest = context.call.body()?;
    let mut credential = find(context, request.credential_uuid.as_str())?;
    refuse_last(context, &credential)?;
    credential.is_active = false;
    context.store.update_credential(&credential)?;
    Reply::json(&Acknowledgement::new("success"))
}

/// `DELETE /auth/credentials/{credentialUuid}`.
pub(super) fn delete(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let credential = find(context, context.call.parameter("credentialUuid")?)?;
    refuse_last(context, &credential)?;
    context.store.delete_credential(&credential.uuid)?;
    Reply::json(&Empty::new())
}

/// The caller's own credential with this id.
fn find(context: &Context<'_>, uuid: &str) -> Result<Credential, Refusal> {
    let caller = context.caller()?;
    let not_found = || Refusal::not_found("credential", "credentialUuid", uuid, caller.org());
    let own = context.store.credentials_of_user(caller.user_id())?;
    own.into_iter()
        .find(|credential| credential.uuid == uuid)
        .ok_or_else(not_found)
}

/// Refuses to take away the last credential with which the caller can sign.
fn refuse_last(context: &Context<'_>, credential: &Credential) -> Result<(), Refusal> {
    let own = context.store.credentials_of_user(context.caller()?.user_id())?;
    let is_last = is_usable(credential) && own.iter().filter(|own| is_usable(own)).count() == 1;
    if !is_last {
        return Ok(());
    }
    let refusal = Refusal::invalid("the last active credential of a user cannot be taken away");
    Err(refusal.with("credentialUuid", credential.uuid.clone()))
}

/// A credential as the API shows it.
///
/// # Errors
/// 500 if its public key is none.
pub(super) fn present(credential: &Credential) -> Result<Value, Refusal> {
    let key = PublicKey::from_pem(&credential.public_key).map_err(|error| Refusal::internal(&error))?;
    Ok(json!({
        "kind": credential.kind.as_str(),
        "credentialId": credential.credential_id,
        "credentialUuid": credential.uuid,
        "dateCreated": dfns_types::Timestamp::from_unix_millis(credential.created_at),
        "isActive": credential.is_active,
        "name": credential.name,
        "publicKey": key.fingerprint(),
        "relyingPartyId": credential.relying_party_id,
        "origin": credential.origin,
    }))
}

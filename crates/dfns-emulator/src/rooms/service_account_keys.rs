//! More keys for a service account that an OpenID identity may act as.
//!
//! Invariant: a service account changes its own keys only, and keeps one that is active.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dfns_types::{CreateServiceAccountCredentialRequest, Empty};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::credentials::present;
use super::people::require_text;
use super::refusals::invalid_field;
use crate::context::Context;
use crate::credentials::PublicKey;
use crate::server::{Refusal, Reply};
use crate::store::{Credential, CredentialKind, Document, Filing, Listing, TokenKind};

/// The identity that may act as a service account. Its form is not published: it is kept as it came.
#[derive(Debug, Serialize, Deserialize)]
struct FederatedIdentity {
    id: String,
    identity: Value,
}

impl Document for FederatedIdentity {
    const KIND: &'static str = "federated-identity";

    fn id(&self) -> &str {
        &self.id
    }
}

/// Keeps the identity that may act as a new service account.
///
/// # Errors
/// 400 if it is no object.
pub(super) fn federate(context: &Context<'_>, user_id: &str, identity: Value) -> Result<(), Refusal> {
    if !identity.is_object() {
        return Err(invalid_field("federatedIdentity", "must be an object"));
    }
    let federated = FederatedIdentity {
        id: context.new_id("fi")?,
        identity,
    };
    let org = context.caller()?.org();
    Ok(context.store.insert(
        &federated,
        Filing {
            org,
            parent: user_id,
            owner: "",
        },
    )?)
}

/// `POST /auth/service-accounts/credentials`: the key needs no attestation, as that of a new service account needs none.
pub(super) fn create(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: CreateServiceAccountCredentialRequest = context.call.body()?;
    require_federated(context)?;
    PublicKey::from_pem(&request.public_key).map_err(|error| invalid_field("publicKey", &error.to_string()))?;
    let name = request.name.unwrap_or_else(|| "Token Credential".to_owned());
    require_text("name", &name)?;
    let caller = context.caller()?;
    let credential = Credential {
        uuid: context.new_id("cr")?,
        credential_id: URL_SAFE_NO_PAD.encode(context.new_id("ci")?),
        org: caller.org().to_owned(),
        user_id: caller.user_id().to_owned(),
        token_id: Some(caller.token_id.clone()),
        kind: CredentialKind::Key,
        name,
        public_key: request.public_key,
        is_active: true,
        relying_party_id: String::new(),
        origin: String::new(),
        encrypted_private_key: None,
        sign_count: 0,
        created_at: context.now.unix_millis(),
    };
    context.store.insert_credential(&credential)?;
    Reply::json(&present(&credential)?)
}

/// `DELETE /auth/service-accounts/credentials/{credentialUuid}`.
pub(super) fn delete(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    require_federated(context)?;
    let uuid = context.call.parameter("credentialUuid")?;
    let caller = context.caller()?;
    let own = context.store.credentials_of_token(&caller.token_id)?;
    let is_there = own.iter().any(|credential| credential.uuid == uuid);
    if !is_there {
        return Err(Refusal::not_found("credential", "credentialUuid", uuid, caller.org()));
    }
    let others_active = own
        .iter()
        .any(|credential| credential.uuid != uuid && credential.is_active);
    if !others_active {
        let refusal = Refusal::invalid("the last active credential of a service account cannot be deleted");
        return Err(refusal.with("credentialUuid", uuid));
    }
    context.store.delete_credential(uuid)?;
    Reply::json(&Empty::new())
}

/// Refuses everybody but a service account with a federated identity.
fn require_federated(context: &Context<'_>) -> Result<(), Refusal> {
    let caller = context.caller()?;
    if caller.token_kind != TokenKind::ServiceAccount {
        return Err(Refusal::forbidden(
            "only a service account has credentials of this kind",
        ));
    }
    let listing = Listing {
        org: caller.org(),
        parent: Some(caller.user_id()),
        owner: None,
    };
    if context.store.all::<FederatedIdentity>(listing)?.is_empty() {
        return Err(Refusal::invalid("the service account has no federated identity"));
    }
    Ok(())
}

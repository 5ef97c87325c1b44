//! The first call: what has to be signed to approve a request.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dfns_types::{
    AllowedCredentials, AttestationConveyance, AuthenticationChallenge, CreateUserActionChallengeRequest,
    CredentialDescriptor, CredentialFactor, NewCredentialKind, PasswordProtectedKeyDescriptor, PublicKeyCredentialType,
    RelyingParty, SupportedCredentialKind, UserActionHttpMethod, UserActionServerKind, UserVerification,
};
use serde::{Deserialize, Serialize};

use super::sealing::{Answer, Sealing};
use super::{NO_CREDENTIAL, canonical};
use crate::auth::Caller;
use crate::auth::session;
use crate::auth::tokens::Audience;
use crate::context::Context;
use crate::server::{Refusal, Reply};
use crate::store::TokenKind::{Pat, ServiceAccount};
use crate::store::{Challenge, ChallengePurpose, Credential, CredentialKind, StoreError};

const PUBLIC_KEY: PublicKeyCredentialType = PublicKeyCredentialType::PublicKey;

/// The request that is to be approved; the subject of the challenge.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Declared {
    pub(super) method: String,
    /// The path, with the query if it was declared with one.
    pub(super) path: String,
    /// The body in canonical form.
    pub(super) body: String,
}

/// `POST /auth/action/init`.
pub(crate) fn create(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: CreateUserActionChallengeRequest = context.call.body()?;
    let invalid = |field: &str, message: &str| Refusal::invalid(format!("{field}: {message}")).with("field", field);
    if let UserActionHttpMethod::Unknown(_) = request.user_action_http_method {
        return Err(invalid("userActionHttpMethod", "must be GET, POST, PUT or DELETE"));
    }
    if !request.user_action_http_path.starts_with('/') {
        return Err(invalid("userActionHttpPath", "must begin with a slash"));
    }
    if let Some(UserActionServerKind::Unknown(_)) = request.user_action_server_kind {
        return Err(invalid("userActionServerKind", "must be Api"));
    }
    let caller = context.caller()?;
    let credentials = usable(context, caller)?;
    if credentials.is_empty() {
        return Err(Refusal::unauthorized(NO_CREDENTIAL));
    }
    let declared = Declared {
        method: request.user_action_http_method.as_str().to_owned(),
        path: request.user_action_http_path,
        body: canonical::canonical_or_raw(request.user_action_payload.expose_secret().as_bytes()),
    };
    let subject = serde_json::to_string(&declared).map_err(|error| Refusal::internal(&error))?;
    let id = context.new_id("ch")?;
    let lifetime = context.services.config.challenge_lifetime;
    let expires_at = context.after(lifetime)?;
    let challenge = Challenge {
        challenge: URL_SAFE_NO_PAD.encode(context.new_id("ch")?),
        org: caller.org().to_owned(),
        user_id: caller.user_id().to_owned(),
        token_id: Some(caller.token_id.clone()),
        subject,
        expires_at: expires_at.unix_millis(),
        id,
    };
    context.store.drop_expired_challenges(context.now.unix_millis())?;
    context
        .store
        .insert_challenge(ChallengePurpose::UserAction, &challenge)?;
    let claims = session::unsealed(context, Audience::Challenge, &challenge.org, &challenge.id, expires_at);
    context.trace.challenge = Some(challenge.id.clone());
    Ok(Reply::sealed(Sealing::new(
        claims,
        Answer::Challenge(challenge, credentials),
    )))
}

/// The credentials that the caller can sign with: those of the token if it has any of its own, else those of the user.
///
/// # Errors
/// If the store fails.
pub(super) fn usable(context: &Context<'_>, caller: &Caller) -> Result<Vec<Credential>, StoreError> {
    let all = match caller.token_kind {
        Pat | ServiceAccount => context.store.credentials_of_token(&caller.token_id)?,
        _ => context.store.credentials_of_user(caller.user_id())?,
    };
    Ok(all.into_iter().filter(is_usable).collect())
}

/// True for a credential that can sign user actions and logins.
pub(crate) fn is_usable(credential: &Credential) -> bool {
    credential.is_active && credential.kind != CredentialKind::RecoveryKey
}

/// A challenge as the API shows it, for these credentials.
pub(crate) fn answer(challenge: &Challenge, identifier: String, credentials: &[Credential]) -> AuthenticationChallenge {
    let of_kind = |kind| credentials.iter().filter(move |credential| credential.kind == kind);
    let describe = |kind| -> Vec<CredentialDescriptor> {
        of_kind(kind)
            .map(|credential| CredentialDescriptor::new(PUBLIC_KEY, &*credential.credential_id))
            .collect()
    };
    let password_protected_key = of_kind(CredentialKind::PasswordProtectedKey).map(|credential| {
        let key = credential.encrypted_private_key.as_deref().unwrap_or_default();
        PasswordProtectedKeyDescriptor::new(PUBLIC_KEY, &*credential.credential_id, key)
    });
    let kinds = [
        CredentialKind::Fido2,
        CredentialKind::Key,
        CredentialKind::PasswordProtectedKey,
    ];
    let offered = kinds.into_iter().filter(|kind| of_kind(*kind).next().is_some());
    let allowed = AllowedCredentials::new(describe(CredentialKind::Key), describe(CredentialKind::Fido2));
    let supported = offered.map(|kind| {
        SupportedCredentialKind::new(NewCredentialKind::from(kind.as_str()), CredentialFactor::Either, false)
    });
    let shown = AuthenticationChallenge::new(
        challenge.challenge.clone(),
        identifier,
        supported.collect::<Vec<_>>(),
        UserVerification::Required,
        AttestationConveyance::Direct,
        allowed.with_password_protected_key(password_protected_key.collect::<Vec<_>>()),
        "",
    );
    match relying_party(of_kind(CredentialKind::Fido2)) {
        Some(id) => shown.with_rp(RelyingParty::new(id, id)),
        None => shown,
    }
}

/// The relying party of these passkeys, if it is one and the same. Nobody told the emulator a name for it.
fn relying_party<'a>(passkeys: impl Iterator<Item = &'a Credential>) -> Option<&'a str> {
    let mut ids = passkeys.map(|passkey| passkey.relying_party_id.as_str());
    let first = ids.next()?;
    ids.all(|id| id == first).then_some(first)
}

//! Login and registration through an identity provider: social, single sign-on, OpenID Connect.
//!
//! People are matched by the e-mail address that the provider vouches for.
//!
//! Invariant: a login that was begun here ends here, once, with a code that came back for it.

use dfns_types::{
    CompleteOidcLoginRequest, CompleteSsoLoginRequest, OidcRedirect, Secret, SocialLoginProviderKind,
    SocialLoginRequest, SsoLogin, SsoRedirect, StartOidcLoginRequest, StartSsoLoginRequest,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::credentials::attest::{self, NewCredential, supported};
use super::credentials::present as present_credential;
use super::people::{self, NewUser};
use super::refusals::invalid_field;
use super::registration::challenge as registration;
use crate::action::CHALLENGE_NOT_VALID;
use crate::action::challenge::is_usable;
use crate::auth::session;
use crate::auth::tokens::Audience;
use crate::bootstrap;
use crate::context::Context;
use crate::issuer;
use crate::server::{Refusal, Reply};
use crate::store::{Challenge, ChallengePurpose, CredentialKind, TokenKind, UserKind, UserRecord};

/// How a login goes by way of a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Protocol {
    SingleSignOn,
    OpenIdConnect,
}

/// What was agreed on when a login began; the subject of its state.
#[derive(Debug, Serialize, Deserialize)]
struct Begun {
    protocol: Protocol,
    redirect_uri: String,
    nonce: Option<String>,
}

/// `POST /auth/login/social`.
pub(super) fn log_in_socially(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: SocialLoginRequest = context.call.body()?;
    let (org, email) = vouched_for(context, &request)?;
    let user = people::active_user(context, &org, &email)?;
    if !user.is_registered {
        return Err(people::unknown());
    }
    Reply::json(&SsoLogin::new(session::log_in(context, &user)?))
}

/// `POST /auth/registration/social`: makes the end user, unless there is one who has not registered yet.
pub(super) fn register_socially(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: SocialLoginRequest = context.call.body()?;
    let (org, email) = vouched_for(context, &request)?;
    let user = match context.store.user_named(&org, &email)? {
        Some(user) if user.is_registered || user.kind != UserKind::EndUser => return Err(people::already_exists()),
        Some(user) => {
            people::require_active(&user)?;
            user
        }
        None => {
            let new = NewUser {
                kind: UserKind::EndUser,
                username: &email,
                external_id: None,
                is_sso_required: false,
            };
            people::make(context, &org, new)?
        }
    };
    registration::issue(context, &user)
}

/// The organisation that a request names, or else the only one; and the e-mail address that the provider vouches for.
fn vouched_for(context: &Context<'_>, request: &SocialLoginRequest) -> Result<(String, String), Refusal> {
    if let SocialLoginProviderKind::Unknown(_) = request.social_login_provider_kind {
        return Err(invalid_field("socialLoginProviderKind", "must be Oidc"));
    }
    let org = match &request.org_id {
        Some(org) => org.as_str().to_owned(),
        None => bootstrap::made(context.store)?.org_id,
    };
    let token = issuer::verify(context, request.id_token.expose_secret(), None)?;
    Ok((org, token.email))
}

/// `POST /auth/login/sso/init`.
pub(super) fn start_single_sign_on(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: StartSsoLoginRequest = context.call.body()?;
    let org = people::org_named(request.org_id.as_ref(), request.tenant_id.as_deref())?;
    if request.client_id != issuer::CLIENT_ID {
        let problem = format!("there is no such client, expected {}", issuer::CLIENT_ID);
        return Err(invalid_field("clientId", &problem));
    }
    let url = start(context, org, Protocol::SingleSignOn, request.redirect_uri, None)?;
    Reply::json(&SsoRedirect::new(url))
}

/// `POST /auth/login/oidc/init`.
pub(super) fn start_open_id_connect(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: StartOidcLoginRequest = context.call.body()?;
    let org = people::org_named(request.org_id.as_ref(), request.tenant_id.as_deref())?;
    let (redirect_uri, nonce) = (request.redirect_uri, request.nonce);
    let url = start(context, org, Protocol::OpenIdConnect, redirect_uri, nonce)?;
    Reply::json(&OidcRedirect::new(url))
}

fn start(
    context: &Context<'_>,
    org: &str,
    protocol: Protocol,
    redirect_uri: String,
    nonce: Option<String>,
) -> Result<String, Refusal> {
    if !issuer::is_address(&redirect_uri) {
        return Err(invalid_field(
            "redirectUri",
            "must be an address with a scheme, such as https://…",
        ));
    }
    // Where the caller names none, one of ours: a code that was made for another login must not end this one.
    let nonce = match nonce {
        Some(nonce) => nonce,
        None => context.new_id("no")?,
    };
    let begun = Begun {
        protocol,
        redirect_uri,
        nonce: Some(nonce),
    };
    let expires_at = context.after(context.services.config.challenge_lifetime)?;
    let state = Challenge {
        id: context.new_id("ch")?,
        org: org.to_owned(),
        user_id: String::new(),
        token_id: None,
        challenge: String::new(),
        subject: serde_json::to_string(&begun).map_err(|error| Refusal::internal(&error))?,
        expires_at: expires_at.unix_millis(),
    };
    context.store.insert_challenge(ChallengePurpose::Federation, &state)?;
    let text = session::seal(context, Audience::Challenge, org, &state.id, expires_at)?;
    let (redirect_uri, nonce) = (&begun.redirect_uri, begun.nonce.as_deref());
    Ok(issuer::authorize_url(context.services, redirect_uri, &text, nonce))
}

/// `POST /auth/login/sso`.
pub(super) fn complete_single_sign_on(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: CompleteSsoLoginRequest = context.call.body()?;
    let user = come_back(context, Protocol::SingleSignOn, &request.code, &request.state)?;
    if !user.is_registered {
        return Err(people::unknown());
    }
    Reply::json(&SsoLogin::new(session::log_in(context, &user)?))
}

/// `POST /auth/login/oidc`: somebody without a credential gets a challenge for their first one along with the token.
pub(super) fn complete_open_id_connect(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: CompleteOidcLoginRequest = context.call.body()?;
    let user = come_back(context, Protocol::OpenIdConnect, &request.code, &request.state)?;
    let lifetime = context.services.config.session_lifetime;
    let (text, token) = session::issue(context, (&user).into(), TokenKind::Token, "login", lifetime)?;
    let mut login = json!({ "token": text });
    if !has_usable(context, &user)? {
        let (id, expires_at) = (
            context.new_id("ch")?,
            context.after(context.services.config.challenge_lifetime)?,
        );
        let challenge = Challenge {
            challenge: registration::text(context)?,
            org: user.org.clone(),
            user_id: user.id.clone(),
            token_id: Some(token.id),
            subject: String::new(),
            expires_at: expires_at.unix_millis(),
            id,
        };
        context
            .store
            .insert_challenge(ChallengePurpose::FirstCredential, &challenge)?;
        let identifier = session::seal(context, Audience::Challenge, &user.org, &challenge.id, expires_at)?;
        let mut shown = registration::present(context, &user, &challenge, &identifier)?;
        shown["challengeIdentifier"] = identifier.into();
        login["credentialChallenge"] = shown;
    }
    Reply::json(&login)
}

/// `POST /auth/login/oidc/credentials`: the first credential of somebody who logged in with OpenID Connect.
pub(super) fn create_first_credential(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Request {
        challenge_identifier: Secret,
        #[serde(flatten)]
        credential: NewCredential,
    }
    let Request {
        challenge_identifier,
        credential,
    } = context.call.body()?;
    let caller = context.caller()?;
    let not_valid = || Refusal::invalid(CHALLENGE_NOT_VALID);
    let key = &context.services.token_key;
    let identified = key.verify(challenge_identifier.expose_secret(), Audience::Challenge, context.now);
    let (id, now) = (identified.ok_or_else(not_valid)?.jti.clone(), context.now.unix_millis());
    let challenge = context
        .store
        .open_challenge(ChallengePurpose::FirstCredential, &id, now)?
        .filter(|challenge| challenge.token_id.as_deref() == Some(caller.token_id.as_str()))
        .ok_or_else(not_valid)?;
    let mut user = caller.user.clone();
    if has_usable(context, &user)? {
        return Err(Refusal::invalid("the user has an active credential already"));
    }
    if supported("credentialKind", &credential.credential_kind)? == CredentialKind::RecoveryKey {
        return Err(invalid_field(
            "credentialKind",
            "RecoveryKey cannot be used as this factor",
        ));
    }
    let kept = attest::keep(
        context,
        &user,
        "",
        credential,
        "Default Credential",
        &challenge.challenge,
    )?;
    context.store.complete_challenge(&challenge.id)?;
    user.is_registered = true;
    context.store.update(&user)?;
    Reply::json(&present_credential(&kept)?)
}

/// Who came back from the provider with this code, for the login with this state.
///
/// # Errors
/// 400 if no such login is open; 401 if the code or the ID token behind it is not good, or the user is unknown.
fn come_back(context: &Context<'_>, protocol: Protocol, code: &Secret, state: &Secret) -> Result<UserRecord, Refusal> {
    let not_valid = || Refusal::invalid("state is not that of a login that was begun");
    let key = &context.services.token_key;
    let claims = key.verify(state.expose_secret(), Audience::Challenge, context.now);
    let (id, now) = (claims.ok_or_else(not_valid)?.jti.clone(), context.now.unix_millis());
    let open = context
        .store
        .open_challenge(ChallengePurpose::Federation, &id, now)?
        .ok_or_else(not_valid)?;
    let begun: Begun = serde_json::from_str(&open.subject).map_err(|error| Refusal::internal(&error))?;
    if begun.protocol != protocol {
        return Err(not_valid());
    }
    let token = issuer::redeem(context, code.expose_secret(), &begun.redirect_uri)?;
    let token = issuer::verify(context, &token, begun.nonce.as_deref())?;
    context.store.complete_challenge(&open.id)?;
    people::active_user(context, &open.org, &token.email)
}

fn has_usable(context: &Context<'_>, user: &UserRecord) -> Result<bool, Refusal> {
    Ok(context.store.credentials_of_user(&user.id)?.iter().any(is_usable))
}

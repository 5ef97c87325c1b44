//! The application that older clients name in the header `X-DFNS-APPID`.
//!
//! Newer clients name none, and some send an id that means nothing here: an id that is no application of the caller's
//! organisation is no reason to refuse, and changes nothing. One that is bounds what the caller may do.
//!
//! Of applications on a server the API expects their token beside that of the user (`X-DFNS-APPSECRET`), and a signature of
//! the request (`X-DFNS-APISIGNATURE`). What exactly is signed was never published; the emulator checks the token alone.

use dfns_types::{RelyingParty, Timestamp};

use super::Caller;
use super::permission::grants;
use super::tokens::{Audience, TokenKey};
use crate::context::Context;
use crate::server::{Call, Refusal};
use crate::store::{ApplicationKind, ApplicationRecord, Credential, Store, TokenKind};

/// The application that a request of this caller names.
///
/// # Errors
/// 401 without the token of an application on a server; 403 if the application was deactivated or archived.
pub(crate) fn named(
    call: &Call,
    caller: &Caller,
    key: &TokenKey,
    store: Store<'_>,
    now: Timestamp,
) -> Result<Option<ApplicationRecord>, Refusal> {
    let Some(application) = of_header(call, caller.org(), store)? else {
        return Ok(None);
    };
    if !application.is_active || application.is_archived {
        return Err(Refusal::forbidden(format!(
            "application {} is not active",
            application.id
        )));
    }
    if application.kind == ApplicationKind::ServerSideApplication {
        let claims = call
            .header("x-dfns-appsecret")
            .and_then(|token| key.verify(token, Audience::Access, now));
        let token = claims.map(|claims| store.token(&claims.jti)).transpose()?.flatten();
        let is_good = token.is_some_and(|token| {
            token.kind == TokenKind::Application
                && token.user_id == application.id
                && token.is_active
                && !token.is_archived
                && token.expires_at > now.unix_millis()
        });
        if !is_good {
            return Err(Refusal::unauthorized("application token is missing or invalid"));
        }
    }
    Ok(Some(application))
}

/// Refuses what the application of the request may not do, whoever its user is.
///
/// # Errors
/// 403 that names the application and the operation.
pub(super) fn require(caller: &Caller, operation: &str, store: Store<'_>) -> Result<(), Refusal> {
    let Some(application) = &caller.application else {
        return Ok(());
    };
    let assignments = store.assignments(&application.id)?;
    if assignments.iter().any(|held| grants(&held.permission, operation)) {
        return Ok(());
    }
    Err(Refusal::forbidden(format!(
        "{} {} is not authorized to perform operation ({operation})",
        application.kind.as_str(),
        application.id
    )))
}

/// Refuses an authenticator of another domain than that of the application of the request.
///
/// # Errors
/// 403 if relying party or origin are others.
pub(crate) fn check_domain(context: &Context<'_>, credential: &Credential) -> Result<(), Refusal> {
    let application = of_header(context.call, &credential.org, context.store)?;
    let is_its_domain = |application: &ApplicationRecord| {
        application.relying_party_id == credential.relying_party_id && application.origin == credential.origin
    };
    match application.filter(|application| !is_its_domain(application)) {
        None => Ok(()),
        Some(application) => Err(Refusal::forbidden(format!(
            "application {} is for {} at {}, and not for the domain of this credential",
            application.id, application.relying_party_id, application.origin
        ))),
    }
}

/// The relying party of the application that a request names, which older clients give to a new passkey.
///
/// # Errors
/// 500 if the store fails.
pub(crate) fn relying_party(context: &Context<'_>, org: &str) -> Result<Option<RelyingParty>, Refusal> {
    let application = of_header(context.call, org, context.store)?;
    Ok(application.map(|named| RelyingParty::new(named.relying_party_id, named.name)))
}

fn of_header(call: &Call, org: &str, store: Store<'_>) -> Result<Option<ApplicationRecord>, Refusal> {
    match call.header("x-dfns-appid") {
        Some(id) => Ok(store.get(org, id)?),
        None => Ok(None),
    }
}

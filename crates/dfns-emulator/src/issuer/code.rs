//! Authorization codes: how the provider hands somebody's identity to the API by way of their browser.
//!
//! Invariant: a code is good once, for a minute, and only together with the address that it was sent to.

use std::time::Duration;

use super::{CLIENT_ID, Challenge, ChallengePurpose, Context, Deserialize, Refusal, Serialize, issue};
use crate::auth::session;
use crate::auth::tokens::Audience;
use crate::rooms::refusals::invalid_field;

/// How long a code is good for.
const LIFETIME: Duration = Duration::from_secs(60);

/// What the page of the provider is asked for.
#[derive(Debug)]
pub(crate) struct Authorization<'a> {
    pub(crate) response_type: &'a str,
    pub(crate) client_id: &'a str,
    pub(crate) redirect_uri: &'a str,
    pub(crate) nonce: Option<&'a str>,
}

/// What a code stands for; its subject in the store.
#[derive(Debug, Serialize, Deserialize)]
struct Granted {
    email: String,
    redirect_uri: String,
    nonce: Option<String>,
}

/// A code for somebody who has logged in at the provider.
///
/// # Errors
/// 400 if the request is not one of the authorization code flow, for this API.
pub(crate) fn authorize(context: &Context<'_>, asked: &Authorization<'_>, email: &str) -> Result<String, Refusal> {
    if asked.response_type != "code" {
        return Err(invalid_field("response_type", "must be code"));
    }
    if asked.client_id != CLIENT_ID {
        return Err(invalid_field("client_id", &format!("must be {CLIENT_ID}")));
    }
    if !is_address(asked.redirect_uri) {
        return Err(invalid_field("redirect_uri", "must be an address with a scheme"));
    }
    if email.is_empty() {
        return Err(invalid_field("login_hint", "must be an e-mail address"));
    }
    let granted = Granted {
        email: email.to_owned(),
        redirect_uri: asked.redirect_uri.to_owned(),
        nonce: asked.nonce.map(str::to_owned),
    };
    let expires_at = context.after(LIFETIME)?;
    let code = Challenge {
        id: context.new_id("ch")?,
        org: String::new(),
        user_id: String::new(),
        token_id: None,
        challenge: String::new(),
        subject: serde_json::to_string(&granted).map_err(|error| Refusal::internal(&error))?,
        expires_at: expires_at.unix_millis(),
    };
    context
        .store
        .insert_challenge(ChallengePurpose::AuthorizationCode, &code)?;
    session::seal(context, Audience::Challenge, "", &code.id, expires_at)
}

/// Exchanges a code for the ID token of whoever logged in.
///
/// # Errors
/// 401 if the code is none, was used, has expired, or went to another address.
pub(crate) fn redeem(context: &Context<'_>, code: &str, redirect_uri: &str) -> Result<String, Refusal> {
    let invalid = || Refusal::unauthorized("Invalid authorization code.");
    let key = &context.services.token_key;
    let id = key
        .verify(code, Audience::Challenge, context.now)
        .ok_or_else(invalid)?
        .jti
        .clone();
    let now = context.now.unix_millis();
    let open = context
        .store
        .open_challenge(ChallengePurpose::AuthorizationCode, &id, now)?;
    let open = open.ok_or_else(invalid)?;
    let granted: Granted = serde_json::from_str(&open.subject).map_err(|error| Refusal::internal(&error))?;
    if granted.redirect_uri != redirect_uri {
        return Err(invalid());
    }
    context.store.complete_challenge(&open.id)?;
    issue(context, &granted.email, granted.nonce)
}

/// True for what a browser can be sent to; apps have schemes of their own.
pub(crate) fn is_address(text: &str) -> bool {
    let is_scheme = |scheme: &str| {
        let first = scheme.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic());
        first
            && scheme
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    };
    text.split_once("://").is_some_and(|(scheme, rest)| {
        let runs_code = ["data", "javascript", "vbscript"]
            .iter()
            .any(|bad| scheme.eq_ignore_ascii_case(bad));
        is_scheme(scheme) && !runs_code && !rest.is_empty() && !rest.contains(|c: char| c.is_control() || c == ' ')
    })
}

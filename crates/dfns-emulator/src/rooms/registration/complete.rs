//! The second step: the credentials of the user, and for an end user their first wallets.

use dfns_types::{CompletedRegistration, EndUserWallet, Wallet};
use serde::Deserialize;
use serde_json::json;

use crate::action::CHALLENGE_NOT_VALID;
use crate::auth::session;
use crate::context::Context;
use crate::rooms::credentials::set::{self, CredentialSet};
use crate::rooms::key_owner::KeyOwner;
use crate::rooms::key_store::{self, NewKey, Source};
use crate::rooms::people;
use crate::rooms::refusals::{check_text, invalid_field};
use crate::rooms::wallets::{self, Labels};
use crate::server::{Refusal, Reply};
use crate::store::{Challenge, ChallengePurpose, CodePurpose, TokenKind, UserKind};

/// How long the name of a wallet may be, in characters.
const WALLET_NAME_LENGTH: usize = 100;

#[derive(Deserialize)]
struct Wallets {
    wallets: Vec<EndUserWallet>,
}

/// `POST /auth/registration`: answers no token; the user logs in afterwards.
pub(in crate::rooms) fn complete(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let challenge = session_challenge(context)?;
    let credentials: CredentialSet = context.call.body()?;
    Reply::json(&register(context, &challenge, credentials)?)
}

/// `POST /auth/registration/enduser`: makes wallets, and logs the user in.
pub(in crate::rooms) fn complete_end_user(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let challenge = session_challenge(context)?;
    let credentials: CredentialSet = context.call.body()?;
    let Wallets { wallets } = context.call.body()?;
    if context.caller()?.user.kind != UserKind::EndUser {
        return Err(Refusal::invalid("only an end user registers with wallets"));
    }
    if wallets.is_empty() {
        return Err(invalid_field("wallets", "must hold at least one wallet"));
    }
    let registered = register(context, &challenge, credentials)?;
    let wallets: Result<Vec<Wallet>, Refusal> =
        wallets.into_iter().map(|wallet| make_wallet(context, wallet)).collect();
    let token = session::log_in(context, &context.caller()?.user)?;
    Reply::json(&json!({
        "credential": registered.credential,
        "user": registered.user,
        "authentication": { "token": token },
        "wallets": wallets?,
    }))
}

/// The open challenge of the session whose temporary token was sent.
///
/// # Errors
/// 401 if the token is not one of a registration, or the user is registered already; 400 if the challenge is done.
fn session_challenge(context: &Context<'_>) -> Result<Challenge, Refusal> {
    let caller = context.caller()?;
    if caller.token_kind != TokenKind::Temp {
        return Err(Refusal::unauthorized("user token is missing or invalid"));
    }
    if caller.user.is_registered {
        return Err(people::already_exists());
    }
    let not_valid = || Refusal::invalid(CHALLENGE_NOT_VALID);
    let token = context.store.token(&caller.token_id)?.ok_or_else(not_valid)?;
    let now = context.now.unix_millis();
    context
        .store
        .open_challenge(ChallengePurpose::Registration, &token.name, now)?
        .ok_or_else(not_valid)
}

/// Checks and keeps the credentials; the user is registered then.
fn register(
    context: &Context<'_>,
    challenge: &Challenge,
    credentials: CredentialSet,
) -> Result<CompletedRegistration, Refusal> {
    let mut user = context.caller()?.user.clone();
    let first = set::keep(context, &user, "", credentials, &challenge.challenge)?;
    user.is_registered = true;
    context.store.update(&user)?;
    context.store.complete_challenge(&challenge.id)?;
    context.store.delete_code(CodePurpose::Registration, &user.id)?;
    set::done(&user, first)
}

/// A wallet on a new key that is delegated to the caller.
fn make_wallet(context: &Context<'_>, wanted: EndUserWallet) -> Result<Wallet, Refusal> {
    let chain = wallets::known_chain(&wanted.network)?;
    check_text("wallets.name", wanted.name.as_deref(), 0, WALLET_NAME_LENGTH)?;
    let (scheme, curve) = *chain
        .key_formats()
        .first()
        .ok_or_else(|| invalid_field("wallets.network", &format!("{} takes no keys", chain.id)))?;
    let owner = KeyOwner {
        delegated_to: Some(context.caller()?.user_id().to_owned()),
        can_be_delegated: false,
    };
    let new = NewKey {
        scheme,
        curve,
        source: Source::New,
        name: None,
        is_master: false,
        owner,
    };
    let key = key_store::create_key(context, new)?;
    wallets::create_on(
        context,
        &key,
        chain,
        Labels {
            name: wanted.name,
            ..Labels::default()
        },
    )
}

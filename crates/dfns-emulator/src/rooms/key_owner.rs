//! Whose a key is: the organisation's, or the end user's to whom it was delegated.
//!
//! Invariant: delegation is for ever, and all wallets of a key go with it.

use dfns_types::{Key, UserId, Wallet, WebhookEventKind};

use super::key_store::{record, signing_key, wallets_of_key};
use super::refusals::invalid_field;
use crate::context::Context;
use crate::server::Refusal;
use crate::store::{UserKind, UserRecord};

/// To whom a new key belongs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct KeyOwner {
    /// The end user to whom it is delegated; nobody if it is the organisation's.
    pub(crate) delegated_to: Option<String>,
    /// True if the organisation may delegate it later.
    pub(crate) can_be_delegated: bool,
}

/// The owner that a request asks for with `delegateTo` and `delayDelegation`. What an end user makes is theirs.
///
/// # Errors
/// 403 if the caller may not delegate; 400 if both are asked for, or the target is no end user of the organisation.
pub(crate) fn owner_for(
    context: &Context<'_>,
    delegate_to: Option<&UserId>,
    delay_delegation: Option<bool>,
) -> Result<KeyOwner, Refusal> {
    let caller = context.caller()?;
    let is_delayed = delay_delegation.unwrap_or(false);
    if let Some(user) = delegate_to {
        context.require("Keys:Delegate")?;
        if is_delayed {
            return Err(invalid_field(
                "delayDelegation",
                "cannot be true together with delegateTo",
            ));
        }
        let user = delegation_target(context, "delegateTo", user.as_str())?;
        return Ok(KeyOwner {
            delegated_to: Some(user.id),
            can_be_delegated: false,
        });
    }
    let own = (caller.user.kind == UserKind::EndUser).then(|| caller.user.id.clone());
    Ok(KeyOwner {
        can_be_delegated: is_delayed && own.is_none(),
        delegated_to: own,
    })
}

/// The end user to whom something is to be delegated.
///
/// # Errors
/// 400, naming the field, if there is no such end user in the organisation.
pub(crate) fn delegation_target(context: &Context<'_>, field: &str, user_id: &str) -> Result<UserRecord, Refusal> {
    let user: Option<UserRecord> = context.store.get(context.caller()?.org(), user_id)?;
    user.filter(|user| user.kind == UserKind::EndUser && !user.is_archived)
        .ok_or_else(|| invalid_field(field, &format!("{user_id} is no end user of the organisation")))
}

/// The user of whom alone the caller may see things: an end user reaches only what is delegated to them.
///
/// # Errors
/// 500 if the operation has no caller.
pub(crate) fn visible_owner<'a>(context: &'a Context<'_>) -> Result<Option<&'a str>, Refusal> {
    let user = &context.caller()?.user;
    Ok((user.kind == UserKind::EndUser).then_some(user.id.as_str()))
}

/// Gives a key and all its wallets to an end user, for good.
///
/// # Errors
/// 400 if the key was not made for that, or the target is no end user of the organisation.
pub(crate) fn delegate_key(context: &Context<'_>, mut key: Key, field: &str, user_id: &str) -> Result<Key, Refusal> {
    let user = delegation_target(context, field, user_id)?;
    let mut record = record(context, &key)?;
    if record.delegated_to.is_some() {
        return Err(Refusal::invalid(format!("key {} is delegated already", key.id)));
    }
    if !record.can_be_delegated {
        return Err(Refusal::invalid(format!(
            "key {} was not made with delayDelegation",
            key.id
        )));
    }
    record.delegated_to = Some(user.id.clone());
    record.can_be_delegated = false;
    key.custodial = false;
    context.store.update(&key)?;
    context.store.set_private::<Key>(key.id.as_str(), &record)?;
    context.store.set_owner::<Key>(key.id.as_str(), &user.id)?;
    context.emit(WebhookEventKind::KeyDelegated, "key", &key)?;
    for mut wallet in wallets_of_key(context, &key.id)? {
        wallet.custodial = false;
        wallet.signing_key = signing_key(context, &key)?;
        context.store.update(&wallet)?;
        context.store.set_owner::<Wallet>(wallet.id.as_str(), &user.id)?;
        context.emit(WebhookEventKind::WalletDelegated, "wallet", &wallet)?;
    }
    Ok(key)
}

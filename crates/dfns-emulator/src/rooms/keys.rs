//! Keys: made, read, renamed, delegated, deleted.
//!
//! Invariant: a key is archived together with all its wallets, and an end user meets only keys delegated to them.

use dfns_types::{
    CreateKeyRequest, DelegateKeyRequest, DelegationStatus, DeriveKeyRequest, DerivedOutput, Hex, Key, KeyDelegation,
    KeyDerivation, KeyDetails, KeyLocation, KeyPage, KeyStatus, KeyStoreId, KeyStoreKind, KeyWallet, Patch,
    WalletStatus, WebhookEventKind,
};
use serde::Deserialize;

use super::key_owner;
use super::key_store::{self, KeyRecord, NewKey, Origin, Source};
use super::refusals::{check_text, invalid_field, key_refusal, parsed};
use crate::context::Context;
use crate::keys::{Curve, Scheme};
use crate::server::{Refusal, Reply};
use crate::store::Listing;

/// How long the name of a key may be, in characters.
const NAME_LENGTH: usize = 100;
/// How many keys a page may hold.
const PAGE_LENGTH: usize = 500;

/// `POST /keys`.
pub(super) fn create(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: CreateKeyRequest = context.call.body()?;
    let (scheme, curve) = key_store::format_of(request.scheme.as_str(), request.curve.as_str())?;
    check_text("name", request.name.as_deref(), 0, NAME_LENGTH)?;
    if let Some(store) = &request.store_id
        && store.as_str() != key_store::key_store_id(context)?
    {
        return Err(invalid_field("storeId", &format!("there is no key store {store}")));
    }
    let owner = key_owner::owner_for(context, request.delegate_to.as_ref(), request.delay_delegation)?;
    let source = match request.derive_from {
        Some(derivation) => master(context, derivation, scheme, curve)?,
        None => Source::New,
    };
    let is_master = request.master_key.unwrap_or(false);
    let new = NewKey {
        scheme,
        curve,
        source,
        name: request.name,
        is_master,
        owner,
    };
    Reply::json(&key_store::create_key(context, new)?)
}

fn master(context: &Context<'_>, derivation: KeyDerivation, scheme: Scheme, curve: Curve) -> Result<Source, Refusal> {
    context.require("Keys:ChildKeys:Create")?;
    let parent = key_store::find_key(context, derivation.key_id.as_str())?;
    key_store::check_usable(context, &parent)?;
    if (parent.scheme.as_str(), parent.curve.as_str()) != (scheme.name(), curve.name()) {
        let problem = format!(
            "{} is a key of the format {}/{}",
            parent.id, parent.scheme, parent.curve
        );
        return Err(invalid_field("deriveFrom.keyId", &problem));
    }
    Ok(Source::DerivedFrom {
        parent,
        path: derivation.path,
    })
}

/// The key that the path names, if the caller can see it.
///
/// # Errors
/// 404 if there is none.
pub(super) fn key_of_path(context: &Context<'_>) -> Result<Key, Refusal> {
    key_store::find_key(context, context.call.parameter("keyId")?)
}

/// `GET /keys`.
pub(super) fn list(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let org = context.caller()?.org();
    let page = context.page(PAGE_LENGTH)?;
    let asked_for = match context.call.query("owner") {
        Some(owner) => {
            let named = context.store.user_named(org, owner)?;
            Some(named.map_or_else(|| owner.to_owned(), |user| user.id))
        }
        None => None,
    };
    let visible = key_owner::visible_owner(context)?;
    let owner = visible.or(asked_for.as_deref());
    // An end user who asks for the keys of another gets none.
    let is_foreign = asked_for.as_deref().is_some_and(|asked_for| owner != Some(asked_for));
    let found = context.store.list::<Key>(
        Listing {
            org,
            parent: None,
            owner,
        },
        &page,
        |_| !is_foreign,
    )?;
    let mut keys = KeyPage::new(found.items);
    keys.next_page_token = found.next_page_token;
    Reply::json(&keys)
}

/// `GET /keys/{keyId}`.
pub(super) fn get(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let key = key_of_path(context)?;
    let wallets = key_store::wallets_of_key(context, &key.id)?;
    let wallets: Vec<KeyWallet> = wallets
        .into_iter()
        .map(|wallet| KeyWallet::new(wallet.id, wallet.network))
        .collect();
    let store = location(context, &key)?;
    let mut details = KeyDetails::new(
        key.id,
        key.scheme,
        key.curve,
        key.public_key,
        key.status,
        key.custodial,
        key.date_created,
        wallets,
        store,
    );
    details.name = key.name;
    details.master_key = key.master_key;
    details.derived_from = key.derived_from;
    details.imported = key.imported;
    details.exported = key.exported;
    details.date_exported = key.date_exported;
    details.date_deleted = key.date_deleted;
    Reply::json(&details)
}

/// Where the private half of a key is held.
fn location(context: &Context<'_>, key: &Key) -> Result<KeyLocation, Refusal> {
    let store = parsed::<KeyStoreId>(&key_store::key_store_id(context)?)?;
    let KeyRecord { origin, .. } = key_store::record(context, key)?;
    let (held_key, path) = match origin {
        Origin::Seed | Origin::Imported { .. } => (key.id.to_string(), None),
        Origin::Child { parent, path } => (parent, Some(path)),
    };
    let mut location = KeyLocation::new(store, KeyStoreKind::Mpc, held_key);
    location.derivation_path = path;
    Ok(location)
}

/// `PUT /keys/{keyId}`.
pub(super) fn update(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    /// As the generated type, but a missing name is told from `null`.
    #[derive(Deserialize)]
    struct Update {
        #[serde(default)]
        name: Patch<String>,
    }
    let Update { name } = context.call.body()?;
    check_text("name", name.as_set().map(String::as_str), 0, NAME_LENGTH)?;
    let mut key = key_of_path(context)?;
    check_active(&key)?;
    key.name = match name {
        Patch::Keep => return Err(invalid_field("name", "expected a text, or null to take the name away")),
        Patch::Clear => None,
        Patch::Set(name) => Some(name),
    };
    context.store.update(&key)?;
    Reply::json(&key)
}

/// `DELETE /keys/{keyId}`.
pub(super) fn delete(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let mut key = key_of_path(context)?;
    check_active(&key)?;
    key.status = KeyStatus::Archived;
    key.date_deleted = Some(context.now);
    context.store.update(&key)?;
    context.emit(WebhookEventKind::KeyDeleted, "key", &key)?;
    for mut wallet in key_store::wallets_of_key(context, &key.id)? {
        wallet.status = WalletStatus::Archived;
        wallet.date_deleted = Some(context.now);
        context.store.update(&wallet)?;
    }
    Reply::json(&key)
}

/// `POST /keys/{keyId}/delegate`.
pub(super) fn delegate(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: DelegateKeyRequest = context.call.body()?;
    let key = key_of_path(context)?;
    check_active(&key)?;
    let key = key_owner::delegate_key(context, key, "delegateTo", request.delegate_to.as_str())?;
    Reply::json(&KeyDelegation::new(key.id, DelegationStatus::Delegated))
}

/// `POST /keys/{keyId}/derive`.
pub(super) fn derive(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: DeriveKeyRequest = context.call.body()?;
    let key = key_of_path(context)?;
    key_store::check_usable(context, &key)?;
    let material = key_store::material(context, &key)?;
    if material.scheme() != Scheme::DiffieHellman {
        return Err(Refusal::invalid(format!(
            "key {} is a key of the scheme {}, not DH",
            key.id, key.scheme
        )));
    }
    let output = material
        .derive_output(&request.domain.to_bytes(), &request.seed.to_bytes())
        .map_err(key_refusal)?;
    Reply::json(&DerivedOutput::new(Hex::from_bytes(output).to_string()))
}

fn check_active(key: &Key) -> Result<(), Refusal> {
    match key.status {
        KeyStatus::Active => Ok(()),
        _ => Err(Refusal::invalid(format!("key {} is archived", key.id))),
    }
}

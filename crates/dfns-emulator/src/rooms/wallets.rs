//! Wallets: a key on a network.
//!
//! Invariant: a key backs at most one wallet on a network, and the address of a wallet is that of its key.

use dfns_types::{
    CreateWalletRequest, DelegateWalletRequest, DelegationStatus, Key, KeyDerivation, Network, Patch, Timestamp,
    UpdateWalletRequest, Wallet, WalletDelegation, WalletId, WalletPage, WalletStatus, WebhookEventKind,
};

use super::key_owner::{self, KeyOwner};
use super::key_store::{self, NewKey, Source};
use super::refusals::{check_text, invalid_field, key_refusal, parsed};
use super::tags;
use crate::chain::{Chain, chain};
use crate::context::Context;
use crate::keys::{Curve, Family, Scheme, address};
use crate::server::{Refusal, Reply};
use crate::store::{Filing, Listing};

/// How long names and external ids of wallets may be, in characters.
const LABEL_LENGTH: usize = 100;
/// How many wallets a page may hold.
const PAGE_LENGTH: usize = 500;

/// `POST /wallets`.
pub(super) fn create(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: CreateWalletRequest = context.call.body()?;
    if !request.tags.is_empty() {
        context.require("Wallets:Tags:Add")?;
    }
    let chain = known_chain(&request.network)?;
    check_text("name", request.name.as_deref(), 0, LABEL_LENGTH)?;
    check_text("externalId", request.external_id.as_deref(), 0, LABEL_LENGTH)?;
    let tags = tags::merged(&[], &request.tags)?;
    let key = key_for(context, &request, chain)?;
    let CreateWalletRequest { name, external_id, .. } = request;
    Reply::json(&create_on(
        context,
        &key,
        chain,
        Labels {
            name,
            external_id,
            tags,
        },
    )?)
}

/// What people call a wallet.
#[derive(Clone, Debug, Default)]
pub(crate) struct Labels {
    pub(crate) name: Option<String>,
    pub(crate) external_id: Option<String>,
    pub(crate) tags: Vec<String>,
}

/// Makes the wallet of a key on a network and keeps it.
///
/// # Errors
/// 400 if the network takes no such keys; 409 if the key has a wallet there.
pub(crate) fn create_on(context: &Context<'_>, key: &Key, chain: Chain, labels: Labels) -> Result<Wallet, Refusal> {
    let (scheme, curve) = key_store::format_of(key.scheme.as_str(), key.curve.as_str())?;
    check_format(chain, scheme, curve)?;
    let network = Network::from(chain.id);
    let siblings = key_store::wallets_of_key(context, &key.id)?;
    if let Some(sibling) = siblings.iter().find(|wallet| wallet.network == network) {
        let message = format!("key {} has a wallet on {network} already", key.id);
        return Err(Refusal::conflict(message).with("walletId", sibling.id.as_str()));
    }
    keep(context, (context.caller()?.org(), context.now), key, chain, labels)
}

/// Keeps the wallet of a key of an organisation on a network, as made at some time. Whether the key is one for the network,
/// and has no wallet there, was looked at before.
///
/// # Errors
/// 500 if the store fails.
pub(crate) fn keep(
    context: &Context<'_>,
    (org, at): (&str, Timestamp),
    key: &Key,
    chain: Chain,
    labels: Labels,
) -> Result<Wallet, Refusal> {
    let (scheme, _) = key_store::format_of(key.scheme.as_str(), key.curve.as_str())?;
    let id = context.new_id("wa")?;
    let signing_key = key_store::signing_key(context, key)?;
    let owner = signing_key
        .delegated_to
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    let address = address(chain.id, scheme, &key.public_key.to_bytes()).map_err(key_refusal)?;
    let status = if chain.needs_activation() {
        WalletStatus::Inactive
    } else {
        WalletStatus::Active
    };
    let mut wallet = Wallet::new(
        parsed::<WalletId>(&id)?,
        Network::from(chain.id),
        signing_key,
        status,
        at,
        key.custodial,
        labels.tags,
    );
    wallet.address = address;
    wallet.name = labels.name;
    wallet.external_id = labels.external_id;
    // A party has no name, and nobody can pay it, before a validator hosts it.
    if chain.family == Family::Canton {
        let fingerprint = wallet.address.as_deref().and_then(|party| party.split_once("::"));
        wallet.address = fingerprint.map(|(_, fingerprint)| fingerprint.to_owned());
    }
    context.store.insert(
        &wallet,
        Filing {
            org,
            parent: key.id.as_str(),
            owner: &owner,
        },
    )?;
    if let Some(address) = wallet.address.as_ref().filter(|_| chain.family != Family::Canton) {
        context
            .store
            .add_address(chain.id, &chain.ledger_address(address), org, &id)?;
    }
    context.emit_at(org, at, &WebhookEventKind::WalletCreated, ("wallet", &wallet))?;
    Ok(wallet)
}

/// The network of a request.
///
/// # Errors
/// 400 if the emulator has none of this name.
pub(crate) fn known_chain(network: &Network) -> Result<Chain, Refusal> {
    chain(network.as_str()).ok_or_else(|| invalid_field("network", &format!("unknown network {:?}", network.as_str())))
}

fn check_format(chain: Chain, scheme: Scheme, curve: Curve) -> Result<(), Refusal> {
    if chain.key_formats().contains(&(scheme, curve)) {
        return Ok(());
    }
    let formats: Vec<String> = chain
        .key_formats()
        .iter()
        .map(|(scheme, curve)| format!("{scheme}/{curve}"))
        .collect();
    let problem = format!(
        "{} takes keys of the format {}, not {scheme}/{curve}",
        chain.id,
        formats.join(" or ")
    );
    Err(invalid_field("signingKey", &problem))
}

/// The key that a request asks for: one that exists, a child of one, or a new one.
fn key_for(context: &Context<'_>, request: &CreateWalletRequest, chain: Chain) -> Result<Key, Refusal> {
    let options = request.signing_key.clone().unwrap_or_default();
    if let Some(id) = &options.id {
        context.require("Keys:Reuse")?;
        if options.derive_from.is_some() {
            return Err(invalid_field(
                "signingKey.deriveFrom",
                "cannot be given together with signingKey.id",
            ));
        }
        if request.delegate_to.is_some() || request.delay_delegation == Some(true) {
            let field = if request.delegate_to.is_some() {
                "delegateTo"
            } else {
                "delayDelegation"
            };
            return Err(invalid_field(
                field,
                "a wallet on an existing key belongs to the owner of the key",
            ));
        }
        let key = key_store::find_key(context, id.as_str())?;
        if key.status != dfns_types::KeyStatus::Active {
            return Err(invalid_field("signingKey.id", &format!("key {id} is archived")));
        }
        return Ok(key);
    }
    if let Some(store) = &options.store_id
        && store.as_str() != key_store::key_store_id(context)?
    {
        return Err(invalid_field(
            "signingKey.storeId",
            &format!("there is no key store {store}"),
        ));
    }
    let owner = key_owner::owner_for(context, request.delegate_to.as_ref(), request.delay_delegation)?;
    if let Some(derivation) = &options.derive_from {
        context.require("Keys:ChildKeys:Create")?;
        return derived_key(context, derivation, chain, owner);
    }
    context.require("Keys:Create")?;
    let (scheme, curve) = wanted_format(&options, chain)?;
    new_key(context, scheme, curve, Source::New, owner)
}

fn derived_key(
    context: &Context<'_>,
    derivation: &KeyDerivation,
    chain: Chain,
    owner: KeyOwner,
) -> Result<Key, Refusal> {
    let parent = key_store::find_key(context, derivation.key_id.as_str())?;
    key_store::check_usable(context, &parent)?;
    let (scheme, curve) = key_store::format_of(parent.scheme.as_str(), parent.curve.as_str())?;
    check_format(chain, scheme, curve)?;
    new_key(
        context,
        scheme,
        curve,
        Source::DerivedFrom {
            parent,
            path: derivation.path.clone(),
        },
        owner,
    )
}

fn new_key(
    context: &Context<'_>,
    scheme: Scheme,
    curve: Curve,
    source: Source,
    owner: KeyOwner,
) -> Result<Key, Refusal> {
    key_store::create_key(
        context,
        NewKey {
            scheme,
            curve,
            source,
            name: None,
            is_master: false,
            owner,
        },
    )
}

/// The format that the options ask for among those of the network; the usual one if they ask for nothing.
fn wanted_format(options: &dfns_types::SigningKeyOptions, chain: Chain) -> Result<(Scheme, Curve), Refusal> {
    let unknown = |field, value: &str| invalid_field(field, &format!("unknown value {value:?}"));
    let scheme = options
        .scheme
        .as_ref()
        .map(|scheme| Scheme::from_name(scheme.as_str()).ok_or_else(|| unknown("signingKey.scheme", scheme.as_str())));
    let curve = options
        .curve
        .as_ref()
        .map(|curve| Curve::from_name(curve.as_str()).ok_or_else(|| unknown("signingKey.curve", curve.as_str())));
    let (scheme, curve) = (scheme.transpose()?, curve.transpose()?);
    let is_wanted = |format: &&(Scheme, Curve)| {
        scheme.is_none_or(|scheme| scheme == format.0) && curve.is_none_or(|curve| curve == format.1)
    };
    chain.key_formats().iter().find(is_wanted).copied().ok_or_else(|| {
        let formats: Vec<String> = chain
            .key_formats()
            .iter()
            .map(|(scheme, curve)| format!("{scheme}/{curve}"))
            .collect();
        let field = if options.scheme.is_some() {
            "signingKey.scheme"
        } else {
            "signingKey.curve"
        };
        invalid_field(
            field,
            &format!("{} takes keys of the format {}", chain.id, formats.join(" or ")),
        )
    })
}

/// The wallet that the path names, if the caller can see it.
///
/// # Errors
/// 404 if there is none.
pub(crate) fn wallet_of_path(context: &Context<'_>) -> Result<Wallet, Refusal> {
    wallet_of(context, context.call.parameter("walletId")?)
}

/// The wallet with this id, if the caller can see it.
///
/// # Errors
/// 404 if there is none.
pub(crate) fn wallet_of(context: &Context<'_>, id: &str) -> Result<Wallet, Refusal> {
    let org = context.caller()?.org();
    let not_found = || Refusal::not_found("wallet", "walletId", id, org);
    let wallet: Wallet = context.store.get(org, id)?.ok_or_else(not_found)?;
    match key_owner::visible_owner(context)? {
        Some(user)
            if wallet
                .signing_key
                .delegated_to
                .as_ref()
                .is_none_or(|owner| owner.as_str() != user) =>
        {
            Err(not_found())
        }
        _ => Ok(wallet),
    }
}

/// `GET /wallets/{walletId}`.
pub(super) fn get(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    Reply::json(&wallet_of_path(context)?)
}

/// `GET /wallets`.
pub(super) fn list(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let org = context.caller()?.org();
    let page = context.page(PAGE_LENGTH)?;
    let by_name = |name: &str| context.store.user_named(org, name).map(|user| user.map(|user| user.id));
    let mut wanted: Vec<Option<String>> = Vec::new();
    if let Some(user) = key_owner::visible_owner(context)? {
        wanted.push(Some(user.to_owned()));
    }
    if let Some(owner) = context.call.query("owner") {
        wanted.push(Some(by_name(owner)?.unwrap_or_else(|| owner.to_owned())));
    }
    if let Some(id) = context.call.query("ownerId") {
        wanted.push(Some(id.to_owned()));
    }
    if let Some(name) = context.call.query("ownerUsername") {
        wanted.push(by_name(name)?);
    }
    let is_wanted = |wallet: &Wallet| {
        let owner = wallet.signing_key.delegated_to.as_ref().map(dfns_types::UserId::as_str);
        wanted
            .iter()
            .all(|wanted| wanted.is_some() && wanted.as_deref() == owner)
    };
    let found = context.store.list(
        Listing {
            org,
            parent: None,
            owner: None,
        },
        &page,
        is_wanted,
    )?;
    let mut wallets = WalletPage::new(found.items);
    wallets.next_page_token = found.next_page_token;
    Reply::json(&wallets)
}

/// `PUT /wallets/{walletId}`.
pub(super) fn update(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: UpdateWalletRequest = context.call.body()?;
    check_text("name", request.name.as_set().map(String::as_str), 0, LABEL_LENGTH)?;
    check_text(
        "externalId",
        request.external_id.as_set().map(String::as_str),
        0,
        LABEL_LENGTH,
    )?;
    let mut wallet = wallet_of_path(context)?;
    apply(&mut wallet.name, request.name);
    apply(&mut wallet.external_id, request.external_id);
    context.store.update(&wallet)?;
    Reply::json(&wallet)
}

fn apply(field: &mut Option<String>, patch: Patch<String>) {
    match patch {
        Patch::Keep => {}
        Patch::Clear => *field = None,
        Patch::Set(value) => *field = Some(value),
    }
}

/// `POST /wallets/{walletId}/delegate`.
pub(super) fn delegate(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: DelegateWalletRequest = context.call.body()?;
    let wallet = wallet_of_path(context)?;
    let key = key_store::find_key(context, wallet.signing_key.id.as_str())?;
    key_owner::delegate_key(context, key, "userId", request.user_id.as_str())?;
    Reply::json(&WalletDelegation::new(wallet.id, DelegationStatus::Delegated))
}

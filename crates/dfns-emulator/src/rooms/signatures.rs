//! Signatures: made at once, or once they are approved, and kept.
//!
//! Invariant: a key signs for networks that take keys of its format, and for nobody but its owner.

use dfns_types::{
    Amount, Hex, Key, KeyId, KeyStatus, Network, Signature, SignatureBody, SignatureId, SignaturePage,
    SignatureRequest, SignatureStatus, Timestamp, WalletId, WebhookEventKind,
};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::idempotency;
use super::key_store;
use super::keys::key_of_path;
use super::refusals::{invalid_field, key_refusal, parsed};
use super::transfers::requester;
use super::wallets::known_chain;
use crate::chain::{Chain, chain};
use crate::context::Context;
use crate::keys::{self, Curve, Family, Scheme, SignatureParts, Target};
use crate::policy::{self, Ruling, Subject};
use crate::server::{Refusal, Reply};
use crate::store::{Document, Filing, Listing};

/// Under which name webhooks are told of a request.
const EVENT_NAME: &str = "signatureRequest";
/// How many signatures a page may hold.
const PAGE_LENGTH: usize = 500;
/// The kinds that have no meaning without one certain network.
const KINDS_OF_A_NETWORK: [&str; 4] = ["Bip322", "Cip8", "SignerPayload", "StellarFeeBumpTransaction"];
/// The kinds of the API that the emulator does not have: nobody has published what is signed.
const KINDS_NOT_HELD: [&str; 1] = ["DfnsSmartAccountTransaction"];

/// A signature request and the wallet it was asked of, if it was one. It is filed under its key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SignatureRecord {
    pub(crate) request: SignatureRequest,
    pub(crate) wallet_id: Option<WalletId>,
    /// The body as it came, for a request that waits: it may have what the types of the API do not.
    #[serde(default)]
    body: Option<Value>,
}

impl Document for SignatureRecord {
    const KIND: &'static str = "signature";

    fn id(&self) -> &str {
        self.request.id.as_str()
    }
}

impl SignatureRecord {
    /// The request as the API shows it: with the id of the wallet, if it was asked of one.
    ///
    /// # Errors
    /// 500 if it cannot be written as JSON.
    pub(super) fn shown(&self) -> Result<Value, Refusal> {
        let mut shown = serde_json::to_value(&self.request).map_err(|error| Refusal::internal(&error))?;
        if let Some(wallet_id) = &self.wallet_id {
            shown["walletId"] = wallet_id.as_str().into();
        }
        Ok(shown)
    }
}

/// `POST /keys/{keyId}/signatures`.
pub(super) fn create(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let body = read_body(context)?;
    let key = key_of_path(context)?;
    Reply::json(&sign(context, &key, None, &body)?.shown()?)
}

/// `GET /keys/{keyId}/signatures`.
pub(super) fn list(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let key = key_of_path(context)?;
    page_of(context, &key.id, |_| true)
}

/// `GET /keys/{keyId}/signatures/{signatureId}`.
pub(super) fn get(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let key = key_of_path(context)?;
    Reply::json(&find(context, &key.id, |_| true)?.shown()?)
}

/// What is to be signed, with the fields that all kinds have.
#[derive(Debug)]
pub(super) struct Body {
    shown: SignatureBody,
    what: keys::SignatureRequest,
    common: Common,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Common {
    kind: String,
    network: Option<String>,
    blockchain_kind: Option<String>,
    external_id: Option<String>,
}

/// Reads the body of a signature request.
///
/// # Errors
/// 400 that names the field that is missing or invalid; 501 for a kind that the emulator does not have.
pub(super) fn read_body(context: &Context<'_>) -> Result<Body, Refusal> {
    let shown: SignatureBody = context.call.body()?;
    let common: Common = context.call.body()?;
    if KINDS_NOT_HELD.contains(&common.kind.as_str()) {
        let message = format!("not implemented by the emulator: signatures of kind {}", common.kind);
        return Err(Refusal::new(StatusCode::NOT_IMPLEMENTED, message).with("field", "kind"));
    }
    if matches!(shown, SignatureBody::Unknown(_)) {
        return Err(invalid_field("kind", &format!("unknown value {:?}", common.kind)));
    }
    let body: Value = context.call.body()?;
    let what = keys::SignatureRequest::from_json(&body).map_err(key_refusal)?;
    Ok(Body { shown, what, common })
}

/// Signs with a key, on its own or as that of a wallet, and keeps the request. The same request again gives the same
/// signature.
///
/// # Errors
/// 400 if the key cannot be used, or what is asked for cannot be signed with it; 403 if it is delegated to another; 409
/// if another request has used the external id.
pub(super) fn sign(
    context: &Context<'_>,
    key: &Key,
    wallet: Option<(&WalletId, &Network)>,
    body: &Body,
) -> Result<SignatureRecord, Refusal> {
    let external_id = body.common.external_id.as_deref();
    if let Some(made) = idempotency::made_before::<SignatureRecord>(context, external_id)? {
        return Ok(made);
    }
    key_store::check_usable(context, key)?;
    let format = key_store::format_of(key.scheme.as_str(), key.curve.as_str())?;
    let (network, family) = target(&body.common, wallet.map(|(_, network)| network), format)?;
    let target = signing_target((network, family));
    // Signed in any case, to see that it can be.
    let what = filled_in(context, network, key, &body.what)?;
    let signed = keys::sign(&key_store::material(context, key)?, target, &what).map_err(key_refusal)?;
    let judgement = policy::judge_signature(context, key)?;

    let id = context.new_id("sig")?;
    let (requester, shown) = (requester(context)?, body.shown.clone());
    let mut request = SignatureRequest::new(
        parsed::<SignatureId>(&id)?,
        &key.id,
        requester,
        shown,
        SignatureStatus::Signed,
        context.now,
    );
    request.network = network.map(|network| Network::from(network.id));
    request.external_id.clone_from(&body.common.external_id);
    let org = context.caller()?.org();
    match &judgement.ruling {
        Ruling::Pass => fill_in(&mut request, signed, context.now)?,
        Ruling::Block(reason) => {
            request.status = SignatureStatus::Rejected;
            request.reason = Some(reason.clone());
            request.date_policy_resolved = Some(context.now);
        }
        Ruling::Approve { .. } => {
            request.status = SignatureStatus::Pending;
            request.approval_id = policy::open(context, org, Subject::Signature(id.clone()), &judgement)?;
        }
    }
    let is_held = matches!(judgement.ruling, Ruling::Approve { .. });
    let record = SignatureRecord {
        request,
        wallet_id: wallet.map(|(id, _)| id.clone()),
        body: is_held.then(|| context.call.body()).transpose()?,
    };
    let owner = key_store::record(context, key)?.delegated_to.unwrap_or_default();
    let filing = Filing {
        org,
        parent: key.id.as_str(),
        owner: &owner,
    };
    context.store.insert(&record, filing)?;
    idempotency::remember(context, external_id, &record)?;
    tell_requested(context, org, &record)?;
    let judged = (&judgement, record.request.approval_id.as_ref());
    policy::tell_judged(context, org, &Subject::Signature(id), judged)?;
    tell(context, org, context.now, &record)?;
    Ok(record)
}

/// Makes the signature of a request that was approved; it fails if the key is not there any more.
///
/// # Errors
/// 500 if the store fails.
pub(crate) fn complete(
    context: &Context<'_>,
    org: &str,
    mut record: SignatureRecord,
    at: Timestamp,
) -> Result<(), Refusal> {
    match sign_again(context, org, &record) {
        Ok(signed) => fill_in(&mut record.request, signed, at)?,
        Err(refusal) if refusal.status == StatusCode::INTERNAL_SERVER_ERROR => return Err(refusal),
        Err(refusal) => {
            record.request.status = SignatureStatus::Failed;
            record.request.reason = Some(refusal.message);
        }
    }
    context.store.update(&record)?;
    tell(context, org, at, &record)
}

/// What a request asks for, signed from what is kept of it.
fn sign_again(context: &Context<'_>, org: &str, record: &SignatureRecord) -> Result<keys::Signed, Refusal> {
    let request = &record.request;
    let gone = || Refusal::invalid(format!("key {} can no longer be used", request.key_id));
    let key: Option<Key> = context.store.get(org, request.key_id.as_str())?;
    let is_usable = |key: &Key| key.status == KeyStatus::Active && key.exported != Some(true);
    let key = key.filter(is_usable).ok_or_else(gone)?;
    let owner = key_store::record(context, &key)?.delegated_to;
    if owner.is_some_and(|owner| owner != request.requester.user_id.as_str()) {
        return Err(Refusal::invalid(format!("key {} is delegated to another user", key.id)));
    }
    let body = match &record.body {
        Some(body) => body.clone(),
        None => serde_json::to_value(&request.request_body).map_err(|error| Refusal::internal(&error))?,
    };
    let common: Common = serde_json::from_value(body.clone()).map_err(|error| Refusal::internal(&error))?;
    let what = keys::SignatureRequest::from_json(&body).map_err(key_refusal)?;
    let format = key_store::format_of(key.scheme.as_str(), key.curve.as_str())?;
    let (network, family) = target(&common, request.network.as_ref(), format)?;
    let target = signing_target((network, family));
    let what = filled_in(context, network, &key, &what)?;
    keys::sign(&key_store::material_in(context, org, &key)?, target, &what).map_err(key_refusal)
}

/// Says of the requests for which a key has signed a transaction that it is in a block.
///
/// # Errors
/// 500 if the store fails.
pub(crate) fn seen(
    context: &Context<'_>,
    (org, key_id): (&str, &str),
    (tx_hash, fee): (&str, &Amount),
    at: Timestamp,
) -> Result<(), Refusal> {
    let listing = Listing {
        org,
        parent: Some(key_id),
        owner: None,
    };
    for mut record in context.store.all::<SignatureRecord>(listing)? {
        let request = &mut record.request;
        if request.status == SignatureStatus::Signed && request.tx_hash.as_deref() == Some(tx_hash) {
            request.status = SignatureStatus::Confirmed;
            request.fee = Some(fee.clone());
            request.date_confirmed = Some(at);
            context.store.update(&record)?;
        }
    }
    Ok(())
}

fn fill_in(request: &mut SignatureRequest, signed: keys::Signed, at: Timestamp) -> Result<(), Refusal> {
    request.status = SignatureStatus::Signed;
    request.date_signed = Some(at);
    request.signature = signed.signature.map(shown_signature).transpose()?;
    request.signatures = signed
        .signatures
        .into_iter()
        .map(shown_signature)
        .collect::<Result<_, _>>()?;
    request.signed_data = signed.signed_data;
    request.tx_hash = signed.transaction_hash;
    Ok(())
}

/// A request whose EVM transaction is given field by field, with what it leaves out; any other request as it is.
fn filled_in(
    context: &Context<'_>,
    network: Option<Chain>,
    key: &Key,
    what: &keys::SignatureRequest,
) -> Result<keys::SignatureRequest, Refusal> {
    let (keys::SignatureRequest::Transaction { transaction }, Some(network)) = (what, network) else {
        return Ok(what.clone());
    };
    if !transaction.is_object() {
        return Ok(what.clone());
    }
    let (scheme, _) = key_store::format_of(key.scheme.as_str(), key.curve.as_str())?;
    let address = keys::address(network.id, scheme, &key.public_key.to_bytes()).map_err(key_refusal)?;
    let address = network.ledger_address(&address.unwrap_or_default());
    let next_nonce = context.store.sent_count(network.id, &address)?;
    let transaction = crate::chain::unsigned(network, transaction, next_nonce).map_err(key_refusal)?;
    Ok(keys::SignatureRequest::Transaction { transaction })
}

fn signing_target((network, family): (Option<Chain>, Option<Family>)) -> Target<'static> {
    match (network, family) {
        (Some(network), _) => Target::Network(network.id),
        (None, Some(family)) => Target::Kind(family),
        (None, None) => Target::None,
    }
}

/// Tells webhooks that a request was made, in the state before anything came of it.
fn tell_requested(context: &Context<'_>, org: &str, record: &SignatureRecord) -> Result<(), Refusal> {
    let mut requested = record.clone();
    let request = &mut requested.request;
    request.status = match request.approval_id {
        Some(_) => SignatureStatus::Pending,
        None => SignatureStatus::Executing,
    };
    request.reason = None;
    request.date_policy_resolved = None;
    request.date_signed = None;
    request.signature = None;
    request.signatures = Vec::new();
    request.signed_data = None;
    request.tx_hash = None;
    let kind = WebhookEventKind::WalletSignatureRequested;
    context.emit_at(org, context.now, &kind, (EVENT_NAME, &requested.shown()?))
}

/// Tells webhooks what became of a request, if something did.
///
/// # Errors
/// 500 if the store fails.
pub(crate) fn tell(context: &Context<'_>, org: &str, at: Timestamp, record: &SignatureRecord) -> Result<(), Refusal> {
    let kind = match record.request.status {
        SignatureStatus::Signed => WebhookEventKind::WalletSignatureSigned,
        SignatureStatus::Rejected => WebhookEventKind::WalletSignatureRejected,
        SignatureStatus::Failed => WebhookEventKind::WalletSignatureFailed,
        _ => return Ok(()),
    };
    context.emit_at(org, at, &kind, (EVENT_NAME, &record.shown()?))
}

/// The network or family that a request is meant for, if it says.
fn target(
    common: &Common,
    of_wallet: Option<&Network>,
    format: (Scheme, Curve),
) -> Result<(Option<Chain>, Option<Family>), Refusal> {
    let named = common.network.as_deref().map(Network::from);
    if let (Some(named), Some(of_wallet)) = (&named, of_wallet)
        && named != of_wallet
    {
        return Err(invalid_field(
            "network",
            &format!("the wallet is on {of_wallet}, not on {named}"),
        ));
    }
    let network = named.as_ref().or(of_wallet).map(known_chain).transpose()?;
    let family = common.blockchain_kind.as_deref().map(family_named).transpose()?;
    match (network, family) {
        (Some(network), Some(family)) if network.family != family => {
            let problem = format!("{} is not of the kind {family:?}", network.id);
            return Err(invalid_field("blockchainKind", &problem));
        }
        (Some(network), _) if !network.key_formats().contains(&format) => {
            let problem = format!("{} takes no keys of the format {}/{}", network.id, format.0, format.1);
            return Err(invalid_field("network", &problem));
        }
        (None, Some(family)) if !takes(family, format) => {
            let problem = format!("{family:?} takes no keys of the format {}/{}", format.0, format.1);
            return Err(invalid_field("blockchainKind", &problem));
        }
        (None, _) if KINDS_OF_A_NETWORK.contains(&common.kind.as_str()) => {
            return Err(invalid_field(
                "network",
                &format!("required with the kind {}", common.kind),
            ));
        }
        _ => {}
    }
    Ok((network, family))
}

fn family_named(name: &str) -> Result<Family, Refusal> {
    Family::from_name(name).ok_or_else(|| invalid_field("blockchainKind", &format!("unknown value {name:?}")))
}

/// True if some network of the family takes such keys, or the family has no network that could say.
fn takes(family: Family, format: (Scheme, Curve)) -> bool {
    let networks = Network::VALUES.iter().filter_map(|network| chain(network.as_str()));
    let mut formats = networks
        .filter(|network| network.family == family)
        .map(Chain::key_formats)
        .peekable();
    formats.peek().is_none() || formats.any(|formats| formats.contains(&format))
}

fn shown_signature(parts: SignatureParts) -> Result<Signature, Refusal> {
    let mut signature = Signature::new(parsed::<Hex>(&parts.r)?, parsed::<Hex>(&parts.s)?);
    signature.recid = parts.recovery_id.map(i32::from);
    signature.encoded = parts.encoded.as_deref().map(parsed::<Hex>).transpose()?;
    Ok(signature)
}

/// A page of the signature requests of a key, newest first.
///
/// # Errors
/// 400 if the page is not one that can be asked for.
pub(super) fn page_of(
    context: &Context<'_>,
    key_id: &KeyId,
    is_wanted: impl Fn(&SignatureRecord) -> bool,
) -> Result<Reply, Refusal> {
    let listing = Listing {
        org: context.caller()?.org(),
        parent: Some(key_id.as_str()),
        owner: None,
    };
    let found = context.store.list(listing, &context.page(PAGE_LENGTH)?, is_wanted)?;
    let items: Vec<SignatureRequest> = found.items.into_iter().map(|record| record.request).collect();
    let mut page = SignaturePage::new(key_id, items);
    page.next_page_token = found.next_page_token;
    Reply::json(&page)
}

/// The signature request that the path names, among those of a key.
///
/// # Errors
/// 404 if there is none.
pub(super) fn find(
    context: &Context<'_>,
    key_id: &KeyId,
    is_wanted: impl Fn(&SignatureRecord) -> bool,
) -> Result<SignatureRecord, Refusal> {
    let id = context.call.parameter("signatureId")?;
    let org = context.caller()?.org();
    let record: Option<SignatureRecord> = context.store.get(org, id)?;
    record
        .filter(|record| record.request.key_id == *key_id && is_wanted(record))
        .ok_or_else(|| Refusal::not_found("signature", "signatureId", id, org))
}

//! Keys that go out, in shares encrypted for the one who asked.
//!
//! Invariant: a key that went out is marked so, and signs no more.

use dfns_types::{EncryptedKeyShare, ExportKeyRequest, Key, KeyCurve, KeyExport, KeyProtocol, WebhookEventKind};

use super::key_import::{scheme_of, sharing_refusal};
use super::key_store;
use super::keys::key_of_path;
use super::refusals::invalid_field;
use super::signers::signers;
use super::wallet_signatures::wallet_and_key;
use crate::context::Context;
use crate::keys::sharing::{EncryptionKey, SharingError, THRESHOLD};
use crate::keys::{Curve, Scheme};
use crate::server::{Refusal, Reply};

/// `POST /keys/{keyId}/export`.
pub(super) fn export(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: ExportKeyRequest = context.call.body()?;
    let key = key_of_path(context)?;
    Reply::json(&export_key(context, key, &request)?)
}

/// `POST /wallets/{walletId}/export`.
pub(super) fn export_wallet(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: ExportKeyRequest = context.call.body()?;
    let (_, key) = wallet_and_key(context)?;
    Reply::json(&export_key(context, key, &request)?)
}

fn export_key(context: &Context<'_>, mut key: Key, request: &ExportKeyRequest) -> Result<KeyExport, Refusal> {
    let recipient = EncryptionKey::parse(&request.encryption_key).map_err(|error| sharing_refusal(&error))?;
    key_store::check_exportable(context, &key)?;
    let (scheme, curve) = key_store::format_of(key.scheme.as_str(), key.curve.as_str())?;
    let protocol = chosen_protocol(request, scheme, curve)?;
    let scalar = key_store::material(context, &key)?.shared_scalar();
    let random = || context.random().map_err(Failure::Refused);
    let shares = signers(context)?
        .split(curve, &scalar, &recipient, random)
        .map_err(Failure::into_refusal)?;
    let shares: Vec<EncryptedKeyShare> = shares
        .into_iter()
        .map(|share| EncryptedKeyShare::new(share.signer_id, share.ciphertext))
        .collect();
    key.exported = Some(true);
    // The date is that of the first export.
    key.date_exported = key.date_exported.or(Some(context.now));
    context.store.update(&key)?;
    context.emit(WebhookEventKind::KeyExported, "key", &key)?;
    for wallet in key_store::wallets_of_key(context, &key.id)? {
        context.emit(WebhookEventKind::WalletExported, "wallet", &wallet)?;
    }
    let threshold = i32::try_from(THRESHOLD).map_err(|error| Refusal::internal(&error))?;
    Ok(KeyExport::new(&key.public_key, protocol, key.curve, threshold, shares))
}

/// The first protocol that the caller offers for a key of this format.
fn chosen_protocol(request: &ExportKeyRequest, scheme: Scheme, curve: Curve) -> Result<KeyProtocol, Refusal> {
    let curve = KeyCurve::from(curve.name());
    let fits = |protocol: &KeyProtocol| scheme_of(protocol) == Some(scheme);
    let offered = request
        .supported_schemes
        .iter()
        .find(|offer| offer.curve == curve && fits(&offer.protocol));
    offered.map(|offer| offer.protocol.clone()).ok_or_else(|| {
        let usual = KeyProtocol::VALUES
            .iter()
            .find(|protocol| fits(protocol))
            .map_or("none", KeyProtocol::as_str);
        invalid_field(
            "supportedSchemes",
            &format!("the key needs the protocol {usual} on the curve {curve}"),
        )
    })
}

/// Why no shares were made.
enum Failure {
    Sharing(SharingError),
    Refused(Refusal),
}

impl From<SharingError> for Failure {
    fn from(error: SharingError) -> Self {
        Self::Sharing(error)
    }
}

impl Failure {
    fn into_refusal(self) -> Refusal {
        match self {
            Self::Sharing(error) => sharing_refusal(&error),
            Self::Refused(refusal) => refusal,
        }
    }
}
